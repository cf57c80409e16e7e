// See close_month.hpp.
#include "tracking/close_month.hpp"

#include "base/insert.hpp"
#include "base/journal_tables.hpp"
#include "base/lock_wait.hpp"
#include "base/result_reader.hpp"
#include "catalog/tracked_relation.hpp"
#include "months/closed_month.hpp"
#include "months/combinations.hpp"
#include "months/partition.hpp"
#include "months/search_index.hpp"

namespace journal {

namespace {

/// Of an account with more of them only the values are kept.
constexpr std::size_t kMostCombinations = 1000000;

/// What tells the month in our tables: $1 and $2 of a query.
struct MonthKey {
    QueryArgument relation;
    QueryArgument incarnation;
};

MonthKey key_of(Oid partition)
{
    return {{OIDOID, ObjectIdGetDatum(partition)}, {UUIDOID, UUIDPGetDatum(current_incarnation())}};
}

/// One at a time closes months.
void lock_closing()
{
    LockRelationOid(journal_table("closed_month"), ShareUpdateExclusiveLock);
}

/// Locks a partition, which may be gone; false if it is.
bool lock_month(Oid partition, LOCKMODE mode)
{
    Relation month = try_relation_open(partition, mode);
    if (month == nullptr)
        return false;
    relation_close(month, NoLock);
    return true;
}

bool asks_for_late_writes(Oid partition)
{
    Relation month = table_open(partition, NoLock);
    const bool asks = is_closed_month(month);
    table_close(month, NoLock);
    return asks;
}

bool is_up_to_date(Query& query, const MonthKey& key)
{
    return query.run(
               "SELECT FROM journal.closed_month WHERE relation_oid = $1 AND incarnation = $2 "
               "AND NOT EXISTS (SELECT FROM journal.late_write WHERE relation_oid = $1 "
               "AND incarnation = $2)",
               {key.relation, key.incarnation}) > 0;
}

/// Removes the old summary, and what is said of writes that the new one will hold: the entries of
/// whoever is seen here are seen by the commands that follow.
void remove_summary(Query& query, const MonthKey& key)
{
    for (const char* table :
         {"journal.late_write", "journal.month_summary", "journal.month_deletion"})
        query.run(psprintf("DELETE FROM %s WHERE relation_oid = $1 AND incarnation = $2", table),
                  {key.relation, key.incarnation});
}

void store_account(const MonthKey& key, int64 account, const Vector<Combination>& combinations,
                   MemoryContext memory)
{
    int64 entries = 0;
    for (const Combination& combination : combinations)
        entries += combination.entries;
    const PackedCombinations packed =
        pack_combinations(combinations, combinations.size() <= kMostCombinations, memory);
    const Datum values[] = {key.relation.value,
                            key.incarnation.value,
                            Int64GetDatum(account),
                            Int64GetDatum(entries),
                            PointerGetDatum(packed.present),
                            PointerGetDatum(packed.combinations)};
    const bool nulls[lengthof(values)] = {false, false, false,
                                          false, false, packed.combinations == nullptr};
    insert_row(journal_table("month_summary"), values, nulls, lengthof(values));
}

/// How many entries of a month have the same account, employee, location and event key.
struct EntryCount {
    int64 account;
    int32 employee;
    int32 location;
    int32 event_key;
    int64 entries;

    void bind(ResultReader* reader)
    {
        reader->bind("account", &account);
        reader->bind("employee", &employee);
        reader->bind("location", &location);
        reader->bind("event_key", &event_key);
        reader->bind("entries", &entries);
    }
};

/// Stores a row for each account; returns the number of entries.
int64 store_accounts(const MonthKey& key, ResultReader& reader)
{
    MemoryContext memory =
        AllocSetContextCreate(CurrentMemoryContext, "event_journal month", ALLOCSET_DEFAULT_SIZES);
    MemoryContext account_memory =
        AllocSetContextCreate(memory, "event_journal account", ALLOCSET_DEFAULT_SIZES);
    Vector<Combination> combinations(memory);
    int64 account = 0;
    int64 entries = 0;
    const auto store = [&] {
        if (!combinations.empty())
            store_account(key, account, combinations, account_memory);
        combinations.clear();
        MemoryContextReset(account_memory);
    };
    EntryCount count{};
    count.bind(&reader);
    while (reader.next()) {
        if (count.account != account)
            store();
        account = count.account;
        entries += count.entries;
        combinations.push_back({count.employee, count.location, count.event_key, count.entries});
    }
    store();
    return entries;
}

/// In the order in which they are read.
void store_deletions(Query& query, const MonthKey& key, const char* month)
{
    query.run(
        psprintf("INSERT INTO journal.month_deletion (relation_oid, incarnation, account, "
                 "occurred_at, entry, object) SELECT $1, $2, journal.account_hash(account) AS a, "
                 "occurred_at, id, journal.object_hash(account, object_type, object_id) "
                 "FROM ONLY %s WHERE operation IN ('d', 's') AND object_type IS NOT NULL "
                 "AND object_id IS NOT NULL ORDER BY a, occurred_at, id",
                 month),
        {key.relation, key.incarnation});
}

/// Between which ids and transactions the entries are.
void store_ranges(Query& query, const MonthKey& key, const char* month)
{
    query.run(psprintf("UPDATE journal.closed_month SET (first_id, last_id, first_transaction, "
                       "last_transaction) = (SELECT min(id), max(id), min(transaction_id), "
                       "max(transaction_id) FROM ONLY %s) "
                       "WHERE relation_oid = $1 AND incarnation = $2",
                       month),
              {key.relation, key.incarnation});
}

bool needs_indexes(Query& query, const MonthKey& key)
{
    return query.run(
               "SELECT FROM journal.closed_month WHERE relation_oid = $1 AND incarnation = $2 "
               "AND (indexed_entries IS NULL OR entries > indexed_entries * 1.2)",
               {key.relation, key.incarnation}) > 0;
}

}  // namespace

List* past_months()
{
    EntryPartition* partitions = nullptr;
    const int count = entry_partitions(&partitions);
    const TimestampTz now = GetCurrentTimestamp();
    List* months = NIL;
    for (int i = 0; i < count; i++)
        if (partitions[i].to <= now && get_rel_relkind(partitions[i].relation) == RELKIND_RELATION)
            months = lappend_oid(months, partitions[i].relation);
    return months;
}

void ask_for_late_writes(Oid partition)
{
    if (!lock_month(partition, AccessShareLock) || asks_for_late_writes(partition))
        return;
    lock_closing();
    if (!lock_month(partition, ShareRowExclusiveLock) || asks_for_late_writes(partition))
        return;
    const char* table = qualified_name(partition);
    const MonthKey key = key_of(partition);
    Query query = Query::begin(RunAs::kOwner);
    // Who took the trigger away, or disabled it, may have written without saying so.
    query.run("DELETE FROM journal.closed_month WHERE relation_oid = $1 AND incarnation = $2",
              {key.relation, key.incarnation});
    query.run(
        psprintf("CREATE OR REPLACE TRIGGER %s BEFORE INSERT OR UPDATE ON %s FOR EACH ROW "
                 "EXECUTE FUNCTION journal.note_late_write()",
                 kLateWriteTrigger, table));
    query.run(psprintf("ALTER TABLE %s ENABLE ALWAYS TRIGGER %s", table, kLateWriteTrigger));
    query.end();
}

bool summarise_month(Oid partition)
{
    lock_closing();
    if (!lock_month(partition, AccessShareLock) || !asks_for_late_writes(partition))
        return false;
    MemoryContext context = CurrentMemoryContext;
    const MonthKey key = key_of(partition);
    Query query = Query::begin(RunAs::kOwner);
    if (is_up_to_date(query, key)) {
        query.end();
        return false;
    }
    remove_summary(query, key);
    ResultReader reader = ResultReader::open(
        context, psprintf("SELECT journal.account_hash(account) AS account, "
                          "journal.text_hash(employee) AS employee, "
                          "journal.text_hash(location) AS location, "
                          "journal.event_key(event_type, reported, operation) AS event_key, "
                          "count(*) AS entries FROM ONLY %s "
                          "GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
                          qualified_name(partition)));
    const int64 entries = store_accounts(key, reader);
    reader.close();
    store_deletions(query, key, qualified_name(partition));
    query.run(
        psprintf(
            "INSERT INTO journal.closed_month (relation_oid, incarnation, entries, moved_types, "
            "summarised_at) SELECT $1, $2, $3, ARRAY(SELECT DISTINCT "
            "journal.object_hash(account, object_type, previous_id) >> 48 << 48 FROM ONLY %s "
            "WHERE object_type IS NOT NULL AND previous_id IS NOT NULL), clock_timestamp() "
            "ON CONFLICT (relation_oid, incarnation) DO UPDATE SET entries = excluded.entries, "
            "moved_types = excluded.moved_types, summarised_at = excluded.summarised_at",
            qualified_name(partition)),
        {key.relation, key.incarnation, int8_argument(entries)});
    store_ranges(query, key, qualified_name(partition));
    query.end();
    return true;
}

List* indexes_to_rebuild(Oid partition)
{
    if (!lock_month(partition, AccessShareLock))
        return NIL;
    Query query = Query::begin(RunAs::kOwner);
    const bool needed = needs_indexes(query, key_of(partition));
    query.end();
    if (!needed)
        return NIL;
    Relation month = table_open(partition, NoLock);
    List* indexes = RelationGetIndexList(month);
    table_close(month, NoLock);
    return indexes;
}

void rebuild_index(Oid partition, Oid index)
{
    lock_closing();
    if (!lock_month(partition, ShareLock))
        return;
    LockRelationOid(index, AccessExclusiveLock);
    if (get_rel_name(index) == nullptr)
        return;
    Query query = Query::begin(RunAs::kOwner);
    if (needs_indexes(query, key_of(partition))) {
        give_way({partition, index});
        query.run(psprintf("REINDEX INDEX %s", qualified_name(index)));
        no_longer_give_way();
    }
    query.end();
}

bool index_words(Oid partition)
{
    lock_closing();
    if (!lock_month(partition, ShareLock))
        return false;
    Relation month = table_open(partition, NoLock);
    const bool has_index = OidIsValid(search_index(month));
    table_close(month, NoLock);
    if (has_index)
        return false;
    const char* name = ChooseRelationName(get_rel_name(partition), nullptr, "search_idx",
                                          get_rel_namespace(partition), false);
    Query query = Query::begin(RunAs::kOwner);
    give_way({partition});
    query.run(psprintf("CREATE INDEX %s ON %s %s", quote_identifier(name),
                       qualified_name(partition), kSearchIndex));
    no_longer_give_way();
    query.end();
    return true;
}

void finish_month(Oid partition)
{
    lock_closing();
    if (!lock_month(partition, ShareUpdateExclusiveLock))
        return;
    const MonthKey key = key_of(partition);
    Query query = Query::begin(RunAs::kOwner);
    query.run(psprintf("ANALYZE %s", qualified_name(partition)));
    query.run(
        "UPDATE journal.closed_month SET indexed_entries = entries WHERE relation_oid = $1 "
        "AND incarnation = $2",
        {key.relation, key.incarnation});
    query.end();
}

void forget_gone_months()
{
    EntryPartition* partitions = nullptr;
    const int count = entry_partitions(&partitions);
    Datum* oids = make_array_in<Datum>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++)
        oids[i] = ObjectIdGetDatum(partitions[i].relation);
    const QueryArgument present{
        OIDARRAYOID,
        PointerGetDatum(construct_array(oids, count, OIDOID, sizeof(Oid), true, TYPALIGN_INT))};
    Query query = Query::begin(RunAs::kOwner);
    for (const char* table : {"late_write", "month_summary", "month_deletion", "closed_month"})
        query.run(psprintf("DELETE FROM journal.%s WHERE relation_oid <> ALL ($1)", table),
                  {present});
    query.end();
}

}  // namespace journal
