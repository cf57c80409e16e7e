// See undo_transaction.hpp.
#include "undo/undo_transaction.hpp"

#include "accounts/access.hpp"
#include "base/function.hpp"
#include "base/journal_tables.hpp"
#include "base/query.hpp"
#include "months/entry_months.hpp"

namespace journal {

namespace {

QueryArgument xid_argument(FullTransactionId transaction)
{
    return {XID8OID, FullTransactionIdGetDatum(transaction)};
}

Datum transaction_array(const uint64* transactions, std::size_t count)
{
    Datum* values = make_array_in<Datum>(CurrentMemoryContext, count);
    for (std::size_t i = 0; i < count; i++)
        values[i] = FullTransactionIdGetDatum(FullTransactionIdFromU64(transactions[i]));
    return PointerGetDatum(construct_array(values, static_cast<int>(count), XID8OID, sizeof(uint64),
                                           FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/// That an entry e is in a month that may hold one of a transaction.
const char* is_in_months_of(FullTransactionId transaction)
{
    const uint64 id = U64FromFullTransactionId(transaction);
    return EntryMonths().of_transactions("e", id, id);
}

[[noreturn]] void raise_no_transaction(FullTransactionId transaction, const char* detail,
                                       const char* hint)
{
    ereport(ERROR, (errcode(kNoSuchTransaction),
                    errmsg("transaction " UINT64_FORMAT " cannot be undone",
                           U64FromFullTransactionId(transaction)),
                    errdetail_internal("%s", detail), errhint("%s", hint)));
    pg_unreachable();
}

/// Why the journal has no entry of a transaction's.
[[noreturn]] void raise_unknown(FullTransactionId transaction)
{
    constexpr const char* kHint = "journal.entries shows each entry's transaction_id.";
    if (U64FromFullTransactionId(transaction) >=
        U64FromFullTransactionId(ReadNextFullTransactionId()))
        raise_no_transaction(transaction, "There has been no such transaction.", kHint);
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    query.run(psprintf("SELECT pg_catalog.pg_xact_status($1) AS status, EXISTS (SELECT FROM "
                       "journal.entry e JOIN journal.session s ON s.id = e.session WHERE "
                       "e.transaction_id = $1 AND %s AND s.incarnation <> "
                       "(SELECT id FROM journal.incarnation)) AS is_older",
                       is_in_months_of(transaction)),
              {xid_argument(transaction)});
    const char* status = query.value(0, "status").text(context);
    const bool is_older = query.value(0, "is_older").boolean();
    query.end();
    if (status != nullptr && strcmp(status, "in progress") == 0)
        raise_no_transaction(transaction, "It is not over.",
                             "Undo it when it has committed; ROLLBACK does so before.");
    if (is_older)
        raise_no_transaction(transaction,
                             "It is of an earlier life of the journal, from before a dump was "
                             "restored: transaction numbers have begun anew since.",
                             kHint);
    if (status != nullptr && strcmp(status, "aborted") == 0)
        raise_no_transaction(transaction, "It was rolled back.", kHint);
    raise_no_transaction(transaction, "The journal has no row change of it.", kHint);
}

constexpr const char* kRowChanges =
    "SELECT count(*) AS entries, min(e.id) AS first_id, max(e.id) AS last_id, "
    "min(e.occurred_at) AS first_time, max(e.occurred_at) AS last_time "
    "FROM journal.entry e WHERE e.transaction_id = ANY ($1) AND e.id >= $2 "
    "AND e.operation IN ('i', 'u', 'd') AND NOT e.backfilled";

/// Of a number of transactions, sorted.
Extent read_extent(const uint64* transactions, std::size_t count)
{
    Extent extent{};
    extent.transactions = transaction_array(transactions, count);
    const char* months =
        EntryMonths().of_transactions("e", transactions[0], transactions[count - 1]);
    Query query = Query::begin(RunAs::kOwner);
    query.run(psprintf("%s AND %s AND e.session IN (SELECT s.id FROM journal.session s WHERE "
                       "s.incarnation = (SELECT id FROM journal.incarnation))",
                       kRowChanges, months),
              {{XID8ARRAYOID, extent.transactions}, int8_argument(0)});
    extent.entry_count = query.value(0, "entries").int8();
    extent.first_id = query.value(0, "first_id").int8();
    extent.last_id = query.value(0, "last_id").int8();
    extent.first_time = query.value(0, "first_time").time();
    extent.last_time = query.value(0, "last_time").time();
    query.end();
    return extent;
}

/// A part of a transaction must not be undone as if it were all.
void require_visible(const Extent& extent)
{
    Query query = Query::begin(RunAs::kCaller);
    query.run(psprintf("%s AND e.id <= $3 AND e.occurred_at BETWEEN $4 AND $5", kRowChanges),
              {{XID8ARRAYOID, extent.transactions},
               int8_argument(extent.first_id),
               int8_argument(extent.last_id),
               {TIMESTAMPTZOID, TimestampTzGetDatum(extent.first_time)},
               {TIMESTAMPTZOID, TimestampTzGetDatum(extent.last_time)}});
    const int64 seen = query.value(0, "entries").int8();
    query.end();
    if (seen >= extent.entry_count)
        return;
    ereport(ERROR,
            (errcode(kPartlyHidden),
             errmsg("the transaction cannot be undone by role \"%s\"",
                    GetUserNameFromId(GetUserId(), false)),
             errdetail("%lld of its %lld entries are of another account, or older than the plan "
                       "shows; a part of a transaction is not undone.",
                       static_cast<long long>(extent.entry_count - seen),
                       static_cast<long long>(extent.entry_count)),
             errhint("Ask a role that sees all of them, or undo single changes: "
                     "journal.revert(entry).")));
}

}  // namespace

Extent extent_of_transaction(FullTransactionId transaction)
{
    require_entries_readable("restorer");
    if (FullTransactionIdIsValid(transaction) &&
        FullTransactionIdEquals(transaction, GetTopFullTransactionIdIfAny()))
        raise_no_transaction(transaction, "It is the calling transaction.",
                             "ROLLBACK, or ROLLBACK TO SAVEPOINT, undoes it.");
    const uint64 id = U64FromFullTransactionId(transaction);
    const Extent extent = read_extent(&id, 1);
    if (extent.entry_count == 0)
        raise_unknown(transaction);
    require_visible(extent);
    return extent;
}

Extent extent_of_transactions(const Vector<uint64>& transactions)
{
    const Extent extent = read_extent(transactions.data(), transactions.size());
    require_visible(extent);
    return extent;
}

Extent extent_of_change(int64 entry)
{
    require_entries_readable("restorer");
    Extent extent{};
    const char* months = EntryMonths().of_ids("e", Ids(1, entry, CurrentMemoryContext));
    Query query = Query::begin(RunAs::kCaller);
    const uint64 rows = query.run(
        psprintf("SELECT e.change, e.operation <> 'l' AND NOT e.backfilled AS "
                 "is_change, e.transaction_id, e.occurred_at FROM journal.entry e WHERE e.id = $1 "
                 "AND %s",
                 months),
        {int8_argument(entry)});
    if (rows == 0)
        ereport(ERROR, (errcode(kUnknownEntry),
                        errmsg("entry %lld does not exist", static_cast<long long>(entry)),
                        errdetail("No entry of that id is visible to role \"%s\".",
                                  GetUserNameFromId(GetUserId(), false)),
                        errhint("journal.entries lists the entries. If the role reads several "
                                "accounts, event_journal.account says which.")));
    const bool is_change = query.value(0, "is_change").boolean();
    const FullTransactionId transaction = query.value(0, "transaction_id").transaction();
    extent.change = query.value(0, "change").int8();
    // The entries of a change have one time, and follow one another.
    extent.first_id = extent.change;
    extent.last_id = PG_INT64_MAX;
    extent.first_time = query.value(0, "occurred_at").time();
    extent.last_time = extent.first_time;
    query.end();
    if (!is_change)
        ereport(ERROR, (errcode(kNoSuchTransaction),
                        errmsg("entry %lld cannot be undone", static_cast<long long>(entry)),
                        errdetail("It is no change of a row: it was logged or back-filled."),
                        errhint("journal.entries shows what each entry is.")));
    const uint64 id = U64FromFullTransactionId(transaction);
    extent.transactions = transaction_array(&id, 1);
    query = Query::begin(RunAs::kOwner);
    query.run(
        "SELECT count(*) AS entries, bool_and(s.incarnation = (SELECT id FROM "
        "journal.incarnation)) "
        "AS is_current, max(e.id) AS last_id FROM journal.entry e JOIN journal.session s ON s.id = "
        "e.session "
        "WHERE e.change = $1 AND e.id >= $1 AND e.occurred_at = $2 AND e.transaction_id = $3 "
        "AND e.operation IN ('i', 'u', 'd')",
        {int8_argument(extent.change),
         {TIMESTAMPTZOID, TimestampTzGetDatum(extent.first_time)},
         xid_argument(transaction)});
    extent.entry_count = query.value(0, "entries").int8();
    const bool is_current = query.value(0, "is_current").boolean();
    extent.last_id = query.value(0, "last_id").int8();
    query.end();
    if (!is_current)
        raise_unknown(transaction);
    return extent;
}

FullTransactionId transaction_of(const Extent& extent)
{
    bool is_null = false;
    int one = 1;
    return DatumGetFullTransactionId(array_ref(DatumGetArrayTypeP(extent.transactions), 1, &one, -1,
                                               sizeof(uint64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
                                               &is_null));
}

void wait_for_other_undos(FullTransactionId transaction)
{
    // A lock on no row and no table: it stands for the undo of that transaction.
    LOCKTAG undoing;
    SET_LOCKTAG_OBJECT(undoing, MyDatabaseId, journal_table("undone"),
                       XidFromFullTransactionId(transaction), 0);
    LockAcquire(&undoing, ExclusiveLock, false, false);
}

void require_not_undone(FullTransactionId transaction)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    // An undo counts unless it was undone itself by one that counts.
    const uint64 rows = query.run(
        "WITH RECURSIVE u (undone, undone_by, role, at, depth) AS ("
        "  SELECT t.transaction_id, t.undone_by, t.role, t.at, 1 FROM journal.undone t "
        "  WHERE t.transaction_id = $1 AND t.entry IS NULL "
        "    AND t.incarnation = (SELECT id FROM journal.incarnation) "
        "  UNION ALL SELECT t.transaction_id, t.undone_by, u.role, u.at, u.depth + 1 "
        "  FROM u JOIN journal.undone t ON t.transaction_id = u.undone_by AND t.entry IS NULL "
        "    AND t.incarnation = (SELECT id FROM journal.incarnation)) "
        "SELECT undone_by::text, role::text, at, depth FROM u "
        "ORDER BY undone_by::text::numeric DESC LIMIT 1",
        {xid_argument(transaction)});
    const bool is_undone = rows > 0 && query.value(0, "depth").int4() % 2 == 1;
    const char* by = rows > 0 ? query.value(0, "undone_by").text(context) : nullptr;
    const char* role = rows > 0 ? query.value(0, "role").text(context) : nullptr;
    const TimestampTz at = rows > 0 ? query.value(0, "at").time() : TimestampTz{0};
    query.end();
    if (rows == 0)
        return;
    ereport(ERROR,
            (errcode(kAlreadyUndone),
             errmsg("transaction " UINT64_FORMAT " has been undone already",
                    U64FromFullTransactionId(transaction)),
             is_undone ? errdetail("Role \"%s\" did it at %s by transaction %s.", role,
                                   timestamptz_to_str(at), by)
                       : errdetail("Then transaction %s brought its effect about again.", by),
             is_undone ? errhint("journal.undos lists what was undone; undoing transaction %s "
                                 "brings the effect about again.",
                                 by)
                       : errhint("Undo transaction %s.", by)));
}

void record_undo(const Extent& extent, const char* on_conflict, const char* reason)
{
    const Oid caller = GetUserId();
    const FullTransactionId own = GetTopFullTransactionId();
    Query query = Query::begin(RunAs::kOwner);
    query.run(
        "INSERT INTO journal.undone (incarnation, transaction_id, entry, undone_by, role, reason, "
        "on_conflict, at, accounts) SELECT (SELECT id FROM journal.incarnation), t, nullif($2, 0), "
        "$3, $4, $5, $6, pg_catalog.clock_timestamp(), (SELECT pg_catalog.array_agg(DISTINCT "
        "e.account) FROM journal.entry e WHERE e.transaction_id = t AND e.id BETWEEN $7 AND $8 "
        "AND e.occurred_at BETWEEN $9 AND $10 AND ($2 = 0 OR e.change = $2)) "
        "FROM pg_catalog.unnest($1) t",
        {{XID8ARRAYOID, extent.transactions},
         int8_argument(extent.change),
         xid_argument(own),
         {NAMEOID, DirectFunctionCall1(namein, CStringGetDatum(GetUserNameFromId(caller, false)))},
         text_argument(reason),
         text_argument(on_conflict),
         int8_argument(extent.first_id),
         int8_argument(extent.last_id),
         {TIMESTAMPTZOID, TimestampTzGetDatum(extent.first_time)},
         {TIMESTAMPTZOID, TimestampTzGetDatum(extent.last_time)}});
    query.end();
}

}  // namespace journal
