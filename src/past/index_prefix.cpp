// See index_prefix.hpp. Distinct values are found by one look into an index of each month for each
// of them: nothing else is as quick.
#include "past/index_prefix.hpp"

#include "base/object_lookup.hpp"
#include "base/query.hpp"

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
        "|| '#' || p.id || '.created')), $1), array_append(t.object_types, $2) "
        "FROM (SELECT) one LEFT JOIN journal.tracked_relation t ON t.id = $1",
        {int4_argument(relation), text_argument(object_type)}, true);
    bool is_null = false;
    MemoryContext spi_context = MemoryContextSwitchTo(context);
    prefix->relations = datumCopy(query.value(0, 1, &is_null), false, -1);
    prefix->object_types = datumCopy(query.value(0, 2, &is_null), false, -1);
    MemoryContextSwitchTo(spi_context);
    query.end();
}

/// How many values are named at most: looking each of them up takes less than reading the journal.
int64 most_names(Query& query)
{
    query.run(
        "SELECT greatest(500, sum(c.reltuples) / 200)::bigint FROM pg_inherits i "
        "JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'journal.entry'::regclass",
        {}, true);
    return query.int8(0, 1);
}

/// The numbers of all accounts.
#define HASH ACCOUNT_HASH_OF("e")
#define FIRST(is_next)                                             \
    "(SELECT " HASH " AS hash FROM journal.entry e WHERE " is_next \
    " AND e.occurred_at >= date_trunc('month', $1, 'UTC') ORDER BY 1 LIMIT 1)"
constexpr const char* kAccounts =
    "WITH RECURSIVE p (hash) AS (" FIRST("true")
    " UNION ALL SELECT n.hash FROM p, LATERAL " FIRST(HASH " > p.hash") " n) "
    "SELECT count(*), coalesce(array_agg(hash), '{}') "
    "FROM (SELECT * FROM p LIMIT $2) f";

}  // namespace

IndexPrefix read_index_prefix(int32 relation, const char* object_type, TimestampTz earliest)
{
    MemoryContext context = CurrentMemoryContext;
    IndexPrefix prefix{};
    read_catalogue(relation, object_type, &prefix);
    Query query = Query::begin(RunAs::kOwner);
    const int64 most = most_names(query);
    query.set("enable_seqscan", "off");
    query.set("enable_sort", "off");
    query.set("enable_bitmapscan", "off");
    query.run(kAccounts, {{TIMESTAMPTZOID, TimestampTzGetDatum(earliest)}, int8_argument(most + 1)},
              true);
    bool is_null = false;
    MemoryContext spi_context = MemoryContextSwitchTo(context);
    prefix.is_short = query.int8(0, 1) <= most;
    prefix.account_hashes = datumCopy(query.value(0, 2, &is_null), false, -1);
    MemoryContextSwitchTo(spi_context);
    query.end();
    return prefix;
}

}  // namespace journal
