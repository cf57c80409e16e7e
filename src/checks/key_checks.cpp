// See key_checks.hpp.
#include "checks/key_checks.hpp"

#include "base/list.hpp"
#include "base/query.hpp"
#include "base/result_reader.hpp"
#include "changes/table_keys.hpp"

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

Tuplestorestate* select_as_checker(const FinalState* state, Oid table, const char* sql)
{
    MemoryContext caller = CurrentMemoryContext;
    Relation relation = table_open(table, AccessShareLock);
    const Rights rights = Rights::of_constraint(relation);
    Query query = Query::begin(RunAs::kCaller);
    register_places(state);
    MemoryContext connected = MemoryContextSwitchTo(caller);
    Tuplestorestate* rows = select_rows(sql);
    MemoryContextSwitchTo(connected);
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
    TupleDesc descriptor = CreateTemplateTupleDesc(3);
    TupleDescInitEntry(descriptor, 1, "set", INT4OID, -1, 0);
    TupleDescInitEntry(descriptor, 2, "number", INT8OID, -1, 0);
    TupleDescInitEntry(descriptor, 3, "values", TEXTOID, -1, 0);
    TupleTableSlot* slot = MakeSingleTupleTableSlot(descriptor, &TTSOpsMinimalTuple);
    Tuplestorestate* rows = select_as_checker(state, table, sql);
    while (tuplestore_gettupleslot(rows, true, false, slot)) {
        CHECK_FOR_INTERRUPTS();
        bool is_null = false;
        const int set = DatumGetInt32(slot_getattr(slot, 1, &is_null));
        const int64 number = DatumGetInt64(slot_getattr(slot, 2, &is_null));
        char* values = TextDatumGetCString(slot_getattr(slot, 3, &is_null));
        char* detail = psprintf("%s(%s)%s", key.before, values, key.after);
        Issue issue = make_issue(key.kind, detail);
        issue.object = key.object;
        note_issue(state, set, number, issue);
        pfree(detail);
        pfree(values);
    }
    ExecDropSingleTupleTableSlot(slot);
    tuplestore_end(rows);
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
