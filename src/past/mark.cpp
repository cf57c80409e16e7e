// Named marks.
//
// A mark keeps a snapshot: an entry belongs to the state at the mark if the snapshot shows its
// transaction, so that transactions in flight are told exactly. Beside it stands the earliest
// moment at which a later entry can have occurred, without which every reader had to go through the
// whole journal: the beginning of the oldest transaction that was in flight, less a margin.
#include "base/bounds.hpp"
#include "base/function.hpp"
#include "base/journal_tables.hpp"
#include "base/query.hpp"

namespace journal {

namespace {

/// The snapshot of a mark, and the earliest moment of what it does not show.
struct MarkSnapshot {
    Datum snapshot;
    TimestampTz earliest;
};

/// Lowers earliest to the beginning of the oldest transaction in flight that has written anything;
/// false if one of them does not tell. A prepared one never does.
bool find_beginnings(TimestampTz* earliest)
{
    Query query = Query::begin(RunAs::kOwner);
    query.run("SELECT pg_stat_clear_snapshot()");
    query.run(
        "SELECT min(xact_start) AS first, count(*) FILTER (WHERE xact_start IS NULL) "
        "+ (SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()) AS unknown "
        "FROM pg_stat_get_activity(NULL) WHERE backend_xid IS NOT NULL "
        "AND pid <> pg_backend_pid()");
    const Value first = query.value(0, "first");
    if (!first.is_null)
        *earliest = std::min(*earliest, first.time());
    const bool found = query.value(0, "unknown").int8() == 0;
    query.end();
    return found;
}

/// Takes the snapshot after a look at what is in flight: whatever it does not show was in flight at
/// the look, and is counted, or began later.
MarkSnapshot take_snapshot()
{
    constexpr int kAttempts = 5;
    // A late change is put before a later command's by microseconds; a clock is set back by more.
    constexpr int64 kMargin = 10 * USECS_PER_SEC;
    MarkSnapshot mark{};
    bool found = false;
    for (int attempt = 0; attempt < kAttempts && !found; attempt++) {
        CHECK_FOR_INTERRUPTS();
        mark.earliest = GetCurrentTimestamp();
        found = find_beginnings(&mark.earliest);
    }
    mark.earliest = found ? mark.earliest - kMargin : DT_NOBEGIN;
    PushActiveSnapshot(GetLatestSnapshot());
    mark.snapshot = DirectFunctionCall1(pg_current_snapshot, Datum{0});
    PopActiveSnapshot();
    return mark;
}

}  // namespace

/// mark(name)
JOURNAL_FUNCTION(journal_mark)
{
    require_writable("journal.mark()");
    const char* name = bounded_argument(fcinfo, 0, "name", kLongestName);
    const TimestampTz now = GetCurrentTimestamp();
    const Oid caller = GetUserId();
    const auto command = static_cast<int32>(GetCurrentCommandId(true));
    const FullTransactionId transaction = GetTopFullTransactionId();
    const MarkSnapshot mark = take_snapshot();
    Query query = Query::begin(RunAs::kOwner);
    const uint64 made = query.run(
        "INSERT INTO journal.mark (name, made_at, made_by, incarnation, snapshot, transaction_id, "
        "command, last_entry, older_sessions, earliest) SELECT $1, $2, $3, $4, $5, $6, "
        "$7, " LAST_ENTRY_ID
        ", "
        "(SELECT coalesce(max(id), 0) FROM journal.session WHERE incarnation <> $4), $8 "
        "ON CONFLICT (name) DO NOTHING",
        {text_argument(name),
         {TIMESTAMPTZOID, TimestampTzGetDatum(now)},
         {NAMEOID, DirectFunctionCall1(namein, CStringGetDatum(GetUserNameFromId(caller, false)))},
         {UUIDOID, UUIDPGetDatum(current_incarnation())},
         {PG_SNAPSHOTOID, mark.snapshot},
         {XID8OID, FullTransactionIdGetDatum(transaction)},
         int4_argument(command),
         {TIMESTAMPTZOID, TimestampTzGetDatum(mark.earliest)}});
    query.end();
    if (made == 0)
        ereport(ERROR, (errcode(kMarkExists), errmsg("there is a mark \"%s\" already", name),
                        errhint("Choose another name; journal.marks lists the marks.")));
    PG_RETURN_TIMESTAMPTZ(now);
}

}  // namespace journal
