// See key_checks.hpp.
#include "checks/key_checks.hpp"

#include "base/list.hpp"

namespace journal {

/// "AND …": that the live row of that alias of a table stays.
void append_stays(StringInfo sql, const FinalState* state, Oid table, const char* alias)
{
    for (const auto* place : items<Place>(state->places)) {
        if (place->leaving_count > 0 && is_part_of(RelationGetRelid(place->relation), table))
            appendStringInfo(sql,
                             " AND NOT EXISTS (SELECT FROM %s g WHERE g.%s = %s.tableoid "
                             "AND g.%s = %s.ctid)",
                             leaving_name(place), kTableName, alias, kPlaceName, alias);
    }
}

ResultReader read_as_checker(const FinalState* state, Oid table, const char* sql)
{
    MemoryContext context = CurrentMemoryContext;
    Relation relation = table_open(table, AccessShareLock);
    const Rights rights = Rights::of_constraint(relation);
    Query query = Query::begin(RunAs::kCaller);
    register_places(state);
    ResultReader rows = ResultReader::open(context, sql);
    query.end();
    rights.end();
    table_close(relation, NoLock);
    return rows;
}

const char* text_of_value(const char* value)
{
    return psprintf("CASE WHEN %s IS NOT DISTINCT FROM NULL THEN 'null' ELSE format('%%s', %s) END",
                    value, value);
}

void note_rows(FinalState* state, Oid table, const char* sql, const KeyIssue& key)
{
    ResultReader reader = read_as_checker(state, table, sql);
    int32 set = 0;
    int64 number = 0;
    const char* held = nullptr;
    reader.bind("s", &set);
    reader.bind("n", &number);
    reader.bind("held", &held);
    while (reader.next())
        in_context(reader.row_memory(), [&] {
            Issue issue = make_issue(key.kind, psprintf("%s(%s)%s", key.before, held, key.after));
            issue.object = key.object;
            note_issue(state, set, number, issue);
        });
    reader.close();
}

void check_keys(FinalState* state)
{
    for (const auto* place : items<Place>(state->places)) {
        if (place->arriving_count > 0) {
            check_unique_keys(state, place);
            check_references(state, place);
        }
        if (place->leaving_count > 0)
            check_referenced(state, place);
    }
}

}  // namespace journal
