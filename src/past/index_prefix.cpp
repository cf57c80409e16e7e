// See index_prefix.hpp.
#include "past/index_prefix.hpp"

#include "base/journal_tables.hpp"
#include "base/query.hpp"
#include "months/entry_index.hpp"
#include "months/time_scan.hpp"

#include <algorithm>

namespace journal {

namespace {

/// Fills in the relations and the object types. Read from what is committed now: whichever entries
/// a snapshot shows, their types were noted before.
void read_catalogue(int32 relation, const char* object_type, IndexPrefix* prefix)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin_latest();
    query.run(
        "SELECT array_append(ARRAY(SELECT p.id FROM journal.tracked_relation p WHERE p.relation IS "
        "NULL AND p.capture = 'none' AND p.object_type IS NULL AND EXISTS (SELECT FROM "
        "unnest(array_append(t.object_types, $2)) type JOIN journal.event_type e ON e.code = type "
        "|| '#' || p.id || '.created')), $1) AS relations, array_append(t.object_types, $2) AS "
        "object_types "
        "FROM (SELECT) one LEFT JOIN journal.tracked_relation t ON t.id = $1",
        {int4_argument(relation), text_argument(object_type)}, true);
    prefix->relations = query.value(0, "relations").copy(context);
    prefix->object_types = query.value(0, "object_types").copy(context);
    query.end();
}

/// How many values are named at most: looking each of them up takes less than reading the journal.
int64 most_names(Query& query)
{
    query.run(
        "SELECT greatest(500, sum(c.reltuples) / 200)::bigint FROM pg_inherits i "
        "JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'journal.entry'::regclass",
        {}, true);
    return query.value(0).int8();
}

/// Adds the numbers of a partition's accounts, by one look into its index on time for each of them;
/// false if it has no such index, or if there are more than most. An entry that nobody sees any
/// more may count: its account is asked for in vain.
bool add_accounts(Relation partition, int64 most, Vector<int64>* accounts)
{
    const Oid index = time_index(partition);
    if (!OidIsValid(index))
        return false;
    ScanKeyData key;
    ScanKeyInit(&key, 1, BTGreaterEqualStrategyNumber, F_INT8GE, Int64GetDatum(PG_INT64_MIN));
    bool found = true;
    for (int64 count = 0; found && count <= most; count++) {
        IndexEntries entries = IndexEntries::begin(partition, index, 1, &key, ForwardScanDirection);
        found = entries.next();
        if (found) {
            accounts->push_back(DatumGetInt64(entries.value(1)));
            ScanKeyInit(&key, 1, BTGreaterStrategyNumber, F_INT8GT,
                        Int64GetDatum(accounts->back()));
        }
        entries.end();
    }
    return !found;
}

/// Adds the numbers of the accounts of some closed months.
void add_known_accounts(const Vector<Oid>& months, Vector<int64>* accounts)
{
    const auto count = static_cast<int>(months.size());
    Datum* elements = make_array_in<Datum>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++)
        elements[i] = ObjectIdGetDatum(months[i]);
    ArrayType* array = construct_array(elements, count, OIDOID, sizeof(Oid), true, TYPALIGN_INT);
    static SavedStatement statement;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 found = query.run_saved(
        &statement,
        "SELECT DISTINCT account FROM journal.month_summary "
        "WHERE relation_oid = ANY ($1) AND incarnation = $2",
        {{OIDARRAYOID, PointerGetDatum(array)}, {UUIDOID, UUIDPGetDatum(current_incarnation())}});
    for (uint64 i = 0; i < found; i++)
        accounts->push_back(query.value(i).int8());
    query.end();
}

void keep_distinct(Vector<int64>* accounts)
{
    std::sort(accounts->begin(), accounts->end());
    accounts->erase(std::unique(accounts->begin(), accounts->end()), accounts->end());
}

}  // namespace

IndexPrefix read_index_prefix(int32 relation, const char* object_type)
{
    IndexPrefix prefix{};
    read_catalogue(relation, object_type, &prefix);
    Query query = Query::begin(RunAs::kOwner);
    prefix.most_accounts = most_names(query);
    query.end();
    return prefix;
}

bool find_accounts(const Vector<EntryStretch>& months, int64 most, Vector<int64>* accounts)
{
    Vector<Oid> known(CurrentMemoryContext);
    for (const EntryStretch& month : months)
        if (month.known != nullptr)
            known.push_back(month.place.relation);
    if (!known.empty())
        add_known_accounts(known, accounts);
    for (const EntryStretch& month : months) {
        Relation partition = month.known != nullptr
                                 ? nullptr
                                 : try_relation_open(month.place.relation, AccessShareLock);
        if (partition == nullptr)
            continue;
        const bool is_short = add_accounts(partition, most, accounts);
        relation_close(partition, NoLock);
        keep_distinct(accounts);
        if (!is_short)
            return false;
    }
    keep_distinct(accounts);
    return static_cast<int64>(accounts->size()) <= most;
}

}  // namespace journal
