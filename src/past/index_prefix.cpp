// See index_prefix.hpp. Distinct values are found by one look into an index of each month for each
// of them: nothing else is as quick.
#include "past/index_prefix.hpp"

#include "base/query.hpp"

namespace journal {

namespace {

/// Every object type that the relation's entries can have, text[]; false if it is not known. Read
/// from what is committed now: whichever entries a snapshot shows, their types were noted before.
bool read_object_types(int32 relation, const char* object_type, Datum* types)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin_latest();
    const uint64 found = query.run(
        "SELECT array_append(object_types, $2) FROM journal.tracked_relation "
        "WHERE id = $1 AND object_types IS NOT NULL",
        {int4_argument(relation), text_argument(object_type)}, true);
    if (found > 0) {
        bool is_null = false;
        MemoryContext spi_context = MemoryContextSwitchTo(context);
        *types = datumCopy(query.value(0, 1, &is_null), false, -1);
        MemoryContextSwitchTo(spi_context);
    }
    query.end();
    return found > 0;
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

#define SINCE "occurred_at >= date_trunc('month', $1, 'UTC') "

/// All accounts.
constexpr const char* kAccounts =
    "WITH RECURSIVE p (account) AS ("
    "(SELECT account FROM journal.entry WHERE " SINCE
    "ORDER BY account USING ~<~ LIMIT 1) "
    "UNION ALL SELECT n.account FROM p, LATERAL (SELECT e.account FROM journal.entry e "
    "WHERE e.account OPERATOR(pg_catalog.~>~) p.account AND e." SINCE
    "ORDER BY e.account USING ~<~ LIMIT 1) n) "
    "SELECT count(*), coalesce(array_agg(account), '{}'), NULL "
    "FROM (SELECT * FROM p LIMIT $2) f";

/// All pairs of an account and an object type.
constexpr const char* kAccountsAndTypes =
    "WITH RECURSIVE p (account, object_type) AS ("
    "(SELECT account, object_type FROM journal.entry WHERE " SINCE
    "ORDER BY account USING ~<~, object_type USING ~<~ LIMIT 1) "
    "UNION ALL SELECT n.account, n.object_type FROM p, LATERAL (SELECT e.account, "
    "e.object_type FROM journal.entry e "
    "WHERE (e.account, e.object_type) OPERATOR(pg_catalog.~>~) (p.account, p.object_type) "
    "AND e." SINCE
    "ORDER BY e.account USING ~<~, e.object_type USING ~<~ LIMIT 1) n) "
    "SELECT count(*), coalesce(array_agg(DISTINCT account), '{}'), "
    "coalesce(array_agg(DISTINCT object_type) FILTER (WHERE object_type IS NOT NULL), '{}') "
    "FROM (SELECT * FROM p LIMIT $2) f";

}  // namespace

IndexPrefix read_index_prefix(int32 relation, const char* object_type, TimestampTz earliest)
{
    MemoryContext context = CurrentMemoryContext;
    IndexPrefix prefix{};
    const bool types_are_known = read_object_types(relation, object_type, &prefix.object_types);
    Query query = Query::begin(RunAs::kOwner);
    const int64 most = most_names(query);
    query.set("enable_seqscan", "off");
    query.set("enable_sort", "off");
    query.set("enable_bitmapscan", "off");
    query.run(types_are_known ? kAccounts : kAccountsAndTypes,
              {{TIMESTAMPTZOID, TimestampTzGetDatum(earliest)}, int8_argument(most + 1)}, true);
    bool is_null = false;
    MemoryContext spi_context = MemoryContextSwitchTo(context);
    prefix.is_short = query.int8(0, 1) <= most;
    prefix.accounts = datumCopy(query.value(0, 2, &is_null), false, -1);
    if (!types_are_known)
        prefix.object_types = datumCopy(query.value(0, 3, &is_null), false, -1);
    MemoryContextSwitchTo(spi_context);
    query.end();
    return prefix;
}

}  // namespace journal
