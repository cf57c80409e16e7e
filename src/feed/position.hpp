// Where a consumer of the feed stands.
//
// A batch is what is over in one snapshot and was not in the one before, in the order of ids: what
// committed late is in a later batch, whatever its ids, as PgQ (Marko Kreen) does it. A position
// holds both snapshots and the last entry delivered of the batch; besides, by whose transaction ids
// that is: of which incarnation of the journal, and of which timeline of the server, up to where in
// its WAL.
#pragma once

#include "base/memory.hpp"

namespace journal {

/// Which transactions were over: all before end but those that were running.
struct TransactionsOver {
    uint64 end;
    int running_count;
    uint64* running;  // sorted, less than end
};

/// None was.
inline constexpr TransactionsOver kNoneOver = {FirstNormalTransactionId, 0, nullptr};

struct FeedPosition {
    pg_uuid_t incarnation;
    TimeLineID timeline;
    XLogRecPtr wal;
    TransactionsOver before;  // delivered whole
    TransactionsOver batch;   // of which last_id was delivered last; equal to before: none begun
    int64 last_id;
    // Entries of older incarnations of the journal, whose transaction ids say nothing here, come
    // first, all by id. Those that an earlier position says to be delivered are left out.
    bool in_older;
    pg_uuid_t older_incarnation;  // of the earlier position; all zero: there is none
    int64 older_last_id;
};

/// A position as text but for the id at its end; in the current memory context.
char* encode_position(const FeedPosition& position);

/// Reads a position's text; raises JE020 for what is none.
FeedPosition decode_position(const char* text);

/// What is over in the active snapshot; a transaction that has the caller's own changes is not.
TransactionsOver transactions_over();

/// Whether all that is over in one is over in the other.
bool is_covered(const TransactionsOver& over, const TransactionsOver& by);

/// Notes in a position where this server's timeline and WAL stand; what is over by the active
/// snapshot is then on disk.
void note_wal(FeedPosition* position);

/// Raises JE090 if the server's timeline left that of the position before it got there, or JE091 if
/// it has not got there yet.
void check_wal(const FeedPosition& position);

}  // namespace journal
