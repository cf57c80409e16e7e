// The one wrapper around every SQL-callable function, and the SQLSTATEs of our own errors.
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

namespace journal {

// Class JE: our own errors. Each is listed in README.md with its cause and remedy.
inline constexpr int kUnknownCode = MAKE_SQLSTATE('J', 'E', '0', '0', '1');
inline constexpr int kPlanWithoutJournal = MAKE_SQLSTATE('J', 'E', '0', '0', '2');
inline constexpr int kDatesNotAllowed = MAKE_SQLSTATE('J', 'E', '0', '0', '3');
inline constexpr int kAccountNotAllowed = MAKE_SQLSTATE('J', 'E', '0', '0', '4');
inline constexpr int kNotRestorable = MAKE_SQLSTATE('J', 'E', '0', '1', '0');
inline constexpr int kContactSupport = MAKE_SQLSTATE('J', 'E', '0', '1', '1');
inline constexpr int kAlreadyRestored = MAKE_SQLSTATE('J', 'E', '0', '1', '2');
inline constexpr int kKeyInUse = MAKE_SQLSTATE('J', 'E', '0', '1', '3');
inline constexpr int kParentMissing = MAKE_SQLSTATE('J', 'E', '0', '1', '4');
inline constexpr int kNoSnapshot = MAKE_SQLSTATE('J', 'E', '0', '1', '5');
inline constexpr int kRelationGone = MAKE_SQLSTATE('J', 'E', '0', '1', '6');
inline constexpr int kRestoredInexactly = MAKE_SQLSTATE('J', 'E', '0', '1', '7');
inline constexpr int kUnknownEntry = MAKE_SQLSTATE('J', 'E', '0', '1', '8');
inline constexpr int kCursorDoesNotFit = MAKE_SQLSTATE('J', 'E', '0', '2', '0');
inline constexpr int kEmptyList = MAKE_SQLSTATE('J', 'E', '0', '2', '1');
inline constexpr int kNotTracked = MAKE_SQLSTATE('J', 'E', '0', '3', '0');
inline constexpr int kCannotBeTracked = MAKE_SQLSTATE('J', 'E', '0', '3', '1');
inline constexpr int kRuleRefused = MAKE_SQLSTATE('J', 'E', '0', '3', '2');
inline constexpr int kRuleDependsOnIt = MAKE_SQLSTATE('J', 'E', '0', '3', '3');
inline constexpr int kPastUnknown = MAKE_SQLSTATE('J', 'E', '0', '5', '0');
inline constexpr int kHistoryBroken = MAKE_SQLSTATE('J', 'E', '0', '5', '1');
inline constexpr int kUnknownMark = MAKE_SQLSTATE('J', 'E', '0', '5', '2');
inline constexpr int kMarkExists = MAKE_SQLSTATE('J', 'E', '0', '5', '3');
inline constexpr int kNoSuchTransaction = MAKE_SQLSTATE('J', 'E', '0', '6', '0');
inline constexpr int kUndoConflict = MAKE_SQLSTATE('J', 'E', '0', '6', '1');
inline constexpr int kPartlyHidden = MAKE_SQLSTATE('J', 'E', '0', '6', '2');
inline constexpr int kAlreadyUndone = MAKE_SQLSTATE('J', 'E', '0', '6', '3');
inline constexpr int kUnknownValue = MAKE_SQLSTATE('J', 'E', '0', '6', '4');
inline constexpr int kRecordedElsewhere = MAKE_SQLSTATE('J', 'E', '0', '8', '0');
inline constexpr int kStrangersTable = MAKE_SQLSTATE('J', 'E', '0', '7', '0');
inline constexpr int kNotJudged = MAKE_SQLSTATE('J', 'E', '0', '7', '1');
inline constexpr int kAppendOnly = MAKE_SQLSTATE('J', 'E', '0', '4', '0');
inline constexpr int kCopiedJournal = MAKE_SQLSTATE('J', 'E', 'J', '0', '1');
inline constexpr int kCannotTakeOver = MAKE_SQLSTATE('J', 'E', 'J', '0', '2');
inline constexpr int kOwnTable = MAKE_SQLSTATE('J', 'E', 'J', '0', '4');
inline constexpr int kPublicationHoldsOthers = MAKE_SQLSTATE('J', 'E', 'J', '0', '3');

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
