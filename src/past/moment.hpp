// A point in the past: a moment, a mark, or the edge of a transaction; and which entries are later.
//
// A moment goes by the clock at which changes were made, a transaction's edge by the entries'
// numbers, a mark by the snapshot that it holds: only the latter is exact with respect to
// transactions that were in flight.
#pragma once

#include "base/pg.hpp"

namespace journal {

enum class MomentKind : char {
    kNow,     // nothing is later
    kClock,   // changes made after the moment are later
    kMark,    // what the mark's snapshot did not show is later
    kBefore,  // a transaction's first entry and all that follow are later
    kAfter,   // what follows a transaction's last entry is later
    kEver,    // every entry is later: before the journal began
};

struct Moment {
    MomentKind kind;
    TimestampTz time;               // the moment itself, or when the mark or the transaction was
    TimestampTz earliest;           // no later entry occurred before it
    int64 first_id;                 // no later entry has a smaller id
    const char* name;               // of the mark
    Datum snapshot;                 // of the mark: pg_snapshot
    FullTransactionId transaction;  // the mark's own, or the transaction named
    int32 command;         // of the mark: what its own transaction did from here on is later
    int64 last_id;         // of the mark: whatever has a greater id is later
    int64 older_sessions;  // of the mark: up to it, sessions are of older incarnations
};

/// What of an entry decides whether it is later than a moment.
struct EntryPlace {
    int64 id;
    TimestampTz occurred_at;
    FullTransactionId transaction;
    int32 command;
    int64 session;
};

/// Numbers of the arguments that name a moment; -1: there is none of that kind.
struct MomentArguments {
    int moment;
    int mark;
    int before_transaction;
    int after_transaction;
};

/// The moment that arguments name, of which exactly one is given. If optional, none at all means
/// now. Allocated in the current memory context.
Moment* moment_argument(FunctionCallInfo fcinfo, const MomentArguments& arguments,
                        const char* function, bool optional);

/// The moment before everything.
Moment* moment_before_all();

/// Whether an entry is later than the moment.
bool is_later(const Moment* moment, const EntryPlace& entry);

/// Whether every entry that is later than a moment is certainly later than another one too.
bool has_nothing_later(const Moment* moment, const Moment* other);

/// Whether every change of the present transaction is certainly later.
bool is_before_transaction(const Moment* moment);

/// Words for messages: "2026-01-01 10:00:00+00" or "mark "before import"".
const char* describe_moment(const Moment* moment);

}  // namespace journal
