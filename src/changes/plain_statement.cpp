// See plain_statement.hpp.
//
// The places of the rows are noted before a statement, and looked at afterwards: the version that
// was there is there no more.
#include "changes/plain_statement.hpp"

#include "base/function.hpp"
#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/result_reader.hpp"
#include "catalog/tracked_relation.hpp"
#include "changes/table_rules.hpp"

namespace journal {

namespace {

constexpr const char* kPlaces = "event_journal_places";

/// The places of the rows that a statement without rules would write.
const char* places_text(const RowSet* set)
{
    return psprintf("SELECT e.number, t.tableoid, t.ctid FROM %s t JOIN %s e ON %s%s",
                    only_rows_of(set), rows_name(0), is_target(set),
                    set->operation == RowOperation::kUpdate ? " FOR UPDATE OF t" : "");
}

/// The numbers of those rows that are not there any more as they were; of a deletion, in no way.
const char* written_text(const RowSet* set)
{
    if (set->operation == RowOperation::kDelete)
        return psprintf(
            "SELECT 0, p.number FROM %s p JOIN %s e ON e.number OPERATOR(pg_catalog.=) "
            "p.number WHERE NOT EXISTS (SELECT FROM %s t WHERE %s)",
            kPlaces, rows_name(0), only_rows_of(set), has_key(set));
    return psprintf(
        "SELECT 0, p.number FROM %s p WHERE NOT EXISTS (SELECT FROM %s t WHERE "
        "t.tableoid OPERATOR(pg_catalog.=) p.relation AND t.ctid "
        "OPERATOR(pg_catalog.=) p.place)",
        kPlaces, only_rows_of(set));
}

/// Which rows they are is found by whoever runs the statement (refusal.hpp).
[[noreturn]] void raise_left(const RowSet* set)
{
    ereport(ERROR, (errcode(kUndoConflict),
                    errmsg("a rule of %s keeps a row from being written",
                           qualified_name(RelationGetRelid(set->table))),
                    errhint("Write the row by hand, or disable the rule meanwhile: ALTER TABLE ... "
                            "DISABLE RULE.")));
    pg_unreachable();
}

/// Inserts rows; those that do not arrive are told by an error.
void insert_plainly(Query* query, RowSet* set, const char* sql)
{
    restoring_begin(set);
    query->run(sql);
    restoring_end(set);
    if (set->arrived < set->count)
        raise_left(set);
}

void change_plainly(Query* query, RowSet* set, const char* sql, const char* places_sql,
                    const char* written_sql)
{
    Tuplestorestate* places = select_rows(places_sql);
    register_named(kPlaces, places,
                   describe_named({{"number", INT8OID}, {"relation", OIDOID}, {"place", TIDOID}}));
    query->run(sql);
    Tuplestorestate* written = select_rows(written_sql);
    if (tuplestore_tuple_count(written) < tuplestore_tuple_count(places))
        raise_left(set);
    mark_applied(list_make1(set), written);
    tuplestore_end(places);
}

void run_plainly(RowSet* set, const char* reason)
{
    const bool is_insert = set->operation == RowOperation::kInsert;
    if (!is_insert && set->applied == nullptr)
        begin_applied(set);
    // Names are written in full, and operators found, before the caller's search_path counts.
    const char* sql = plain_text(set);
    const char* places_sql = is_insert ? nullptr : places_text(set);
    const char* written_sql = is_insert ? nullptr : written_text(set);
    Query query = begin_writing(reason);
    register_rows(set, 0);
    if (is_insert)
        insert_plainly(&query, set, sql);
    else
        change_plainly(&query, set, sql, places_sql, written_sql);
    query.end();
}

}  // namespace

void run_sets(List* sets, const char* reason)
{
    if (!have_rules(sets)) {
        run_statement(sets, reason);
        return;
    }
    list_sort(sets, by_operation);
    for (auto* set : items<RowSet>(sets))
        run_plainly(set, reason);
}

}  // namespace journal
