// The one wrapper around every SQL-callable function.
//
// A C++ exception must not travel through PostgreSQL's C frames, and ereport must not be called
// inside a catch: its longjmp would leave the exception object alive. So the wrapper lets the
// exception leave its catch first and reports it afterwards. The body of a function is written
// below the macro like any function's:
//
//     JOURNAL_FUNCTION(journal_log)
//     {
//         ... uses fcinfo, returns Datum ...
//     }
#pragma once

#include "base/pg.hpp"
#include "base/sqlstates.hpp"

namespace journal {

/// Runs body and turns an exception that it throws into an ereport(ERROR). Used by JOURNAL_FUNCTION
/// alone.
Datum guarded(Datum (*body)(FunctionCallInfo), FunctionCallInfo fcinfo);

/// Refuses to go on in a read-only transaction, on a standby, in a parallel worker or where the
/// journal is a copy; command names the SQL function. Every function that writes calls it first:
/// direct heap inserts check none of this by themselves.
void require_writable(const char* command);

/// The same of what a copy of the journal does by itself: its months, its publication.
void require_writable_server(const char* command);

}  // namespace journal

#define JOURNAL_FUNCTION(name)                            \
    static Datum name##_body(FunctionCallInfo fcinfo);    \
    _Pragma("GCC visibility push(default)") extern "C"    \
    {                                                     \
        PG_FUNCTION_INFO_V1(name);                        \
        Datum name(PG_FUNCTION_ARGS)                      \
        {                                                 \
            return journal::guarded(name##_body, fcinfo); \
        }                                                 \
    }                                                     \
    _Pragma("GCC visibility pop") static Datum name##_body([[maybe_unused]] FunctionCallInfo fcinfo)
