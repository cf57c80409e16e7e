// journal.undo_plan: every row that an undo would change, as it is and as it would be, and what
// stands in its way. Nothing is changed.
#include "base/function.hpp"
#include "base/query.hpp"
#include "base/result_reader.hpp"
#include "catalog/restricted.hpp"
#include "changes/statement.hpp"
#include "changes/user_triggers.hpp"
#include "restore/deletion.hpp"
#include "undo/undo.hpp"

namespace journal {

namespace {

constexpr int kPlanColumns = 14;

/// Some columns as one row: those of t, or the values of e. The row's name must be no column's.
const char* row_of(const char* columns)
{
    return *columns == '\0'
               ? "NULL::pg_catalog.record"
               : psprintf("(SELECT event_journal_row FROM (SELECT %s) event_journal_row)", columns);
}

const char* values_now(const RowSet* set, bool is_shown)
{
    StringInfoData columns;
    initStringInfo(&columns);
    if (set->operation == RowOperation::kUpdate)
        for (int i = 0; i < set->column_count; i++)
            if (!is_withheld(set->plan->id, set->columns[i].column->id))
                appendStringInfo(&columns, "%st.%s", columns.len == 0 ? "" : ", ",
                                 quote_identifier(set->columns[i].column->name));
    if (set->operation == RowOperation::kDelete)
        for (int i = 0; i < set->plan->column_count; i++)
            if (!is_hidden(set->plan->columns[i].mode) &&
                !is_withheld(set->plan->id, set->plan->columns[i].id))
                appendStringInfo(&columns, "%st.%s", columns.len == 0 ? "" : ", ",
                                 quote_identifier(set->plan->columns[i].name));
    return !is_shown
               ? "NULL::pg_catalog.record"
               : psprintf("CASE WHEN t.tableoid IS NOT NULL THEN %s END", row_of(columns.data));
}

const char* values_then(const RowSet* set)
{
    StringInfoData columns;
    initStringInfo(&columns);
    if (set->operation != RowOperation::kDelete)
        for (int i = 0; i < set->column_count; i++)
            if (!is_withheld(set->plan->id, set->columns[i].column->id))
                appendStringInfo(&columns, "%se.c%d AS %s", columns.len == 0 ? "" : ", ", i + 1,
                                 quote_identifier(set->columns[i].column->name));
    return row_of(columns.data);
}

/// The rows of a set with what stands in their way, several times if there is more than one thing.
const char* plan_query(const RowSet* set, int index, bool is_shown)
{
    const char* table =
        !is_shown ? "" : psprintf(" LEFT JOIN %s t ON %s", only_rows_of(set), has_key(set));
    return psprintf(
        "SELECT e.object_type, e.object_id, e.label, e.entry, %s, %s, "
        "i.conflict, i.code, i.detail, i.hint, i.later FROM %s e%s "
        "LEFT JOIN event_journal_issues i ON i.set OPERATOR(pg_catalog.=) %d "
        "AND i.number OPERATOR(pg_catalog.=) e.number "
        // What has been restored has its key.
        "AND NOT (i.conflict OPERATOR(pg_catalog.=) 'key in use'::pg_catalog.text "
        "         AND EXISTS (SELECT FROM event_journal_issues r "
        "                     WHERE r.set OPERATOR(pg_catalog.=) i.set "
        "                     AND r.number OPERATOR(pg_catalog.=) i.number "
        "                     AND r.conflict OPERATOR(pg_catalog.=) 'restored'::pg_catalog.text)) "
        "ORDER BY e.number, i.conflict",
        values_now(set, is_shown), values_then(set), rows_name(index), table, index);
}

/// Columns of that query.
TupleDesc describe_planned()
{
    const Oid types[] = {TEXTOID, TEXTOID, TEXTOID, INT8OID, RECORDOID, RECORDOID,
                         TEXTOID, INT4OID, TEXTOID, TEXTOID, INT8OID};
    const char* names[] = {"object_type", "object_id", "label",  "entry", "now",  "planned",
                           "conflict",    "code",      "detail", "hint",  "later"};
    TupleDesc descriptor = CreateTemplateTupleDesc(lengthof(types));
    for (std::size_t i = 0; i < lengthof(types); i++)
        TupleDescInitEntry(descriptor, static_cast<AttrNumber>(i + 1), names[i], types[i], -1, 0);
    return descriptor;
}

/// That the caller may read what the plan shows of rows as they are, whoever reads it.
void require_shown(const RowSet* set)
{
    const RelationPlan* plan = set->plan;
    auto* columns = make_array_in<AttrNumber>(
        CurrentMemoryContext, plan->key_count + plan->column_count + set->column_count);
    int count = 0;
    for (int i = 0; i < plan->key_count; i++)
        columns[count++] = plan->columns[plan->key[i]].number;
    for (int i = 0; set->operation == RowOperation::kUpdate && i < set->column_count; i++)
        columns[count++] = set->columns[i].column->number;
    for (int i = 0; set->operation == RowOperation::kDelete && i < plan->column_count; i++)
        if (!is_hidden(plan->columns[i].mode))
            columns[count++] = plan->columns[i].number;
    require_select(set->table, count, columns);
}

/// Runs the query for what the caller may see.
Tuplestorestate* select_planned(Undo* undo, RowSet* set, int index)
{
    const bool is_shown =
        set->operation != RowOperation::kInsert && !is_unjudged(undo->application, set->table);
    const char* sql = plan_query(set, index, is_shown);
    if (is_shown)
        require_shown(set);
    MemoryContext caller = CurrentMemoryContext;
    const Rights rights = rights_on(undo->application, set->table);
    Query query = Query::begin(RunAs::kCallerWithPath);
    register_rows(set, index);
    register_issues(undo);
    MemoryContext connected = MemoryContextSwitchTo(caller);
    Tuplestorestate* rows = select_rows(sql, 0, nullptr, nullptr);
    MemoryContextSwitchTo(connected);
    query.end();
    rights.end();
    return rows;
}

void put_plan_row(const ReturnSetInfo* result, Datum* values, bool* nulls)
{
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

Datum later_transaction(int64 id, bool* is_null)
{
    *is_null = id == 0;
    return FullTransactionIdGetDatum(FullTransactionIdFromU64(static_cast<uint64>(id)));
}

void return_set(Undo* undo, RowSet* set, int index, const ReturnSetInfo* result)
{
    Tuplestorestate* planned = select_planned(undo, set, index);
    ArrayType* triggers = fired_triggers(set);
    MemoryContext context = CurrentMemoryContext;
    // A cast to json may be the table's author's code: it runs with its owner's rights.
    const Rights scope = Rights::lent_by(set->table);
    Query query = Query::begin(RunAs::kCaller);
    register_named("event_journal_planned", planned, describe_planned());
    ResultReader row = ResultReader::open(
        context,
        "SELECT object_type, object_id, label, entry, to_jsonb(now), to_jsonb(planned), "
        "       conflict, code, detail, hint, later FROM event_journal_planned",
        describe_columns({TEXTOID, TEXTOID, TEXTOID, INT8OID, JSONBOID, JSONBOID, TEXTOID, INT4OID,
                          TEXTOID, TEXTOID, INT8OID}));
    query.end();
    scope.end();
    tuplestore_end(planned);
    while (row.next()) {
        MemoryContext caller = MemoryContextSwitchTo(row.row_memory());
        Datum values[kPlanColumns] = {};
        bool nulls[kPlanColumns] = {};
        values[0] = ObjectIdGetDatum(set->plan->root);
        for (int c = 1; c <= 3; c++)
            values[c] = row.value(c, &nulls[c]);
        values[4] = CStringGetTextDatum(action_name(set->operation));
        for (int c = 4; c <= 7; c++)
            values[c + 1] = row.value(c, &nulls[c + 1]);
        nulls[9] = row.is_null(8);
        values[9] = CStringGetTextDatum(unpack_sql_state(row.int4(8)));
        values[10] = row.value(9, &nulls[10]);
        values[11] = row.value(10, &nulls[11]);
        values[12] = later_transaction(row.int8(11), &nulls[12]);
        values[13] = PointerGetDatum(triggers);
        nulls[13] = triggers == nullptr;
        MemoryContextSwitchTo(caller);
        put_plan_row(result, values, nulls);
    }
    row.close();
}

/// Rows that are in no set: what they were is not known, or not for the caller to bring back.
void return_others(Undo* undo, const ReturnSetInfo* result)
{
    Issue issue{};
    IssueReader reader = read_issues(undo);
    while (next_issue(&reader, &issue)) {
        if (issue.set >= 0)
            continue;
        return_planned(result, issue, reader.context);
    }
    end_reading(&reader);
}

}  // namespace

void return_planned(const ReturnSetInfo* result, const Issue& issue, MemoryContext context)
{
    MemoryContext caller = MemoryContextSwitchTo(context);
    Datum values[kPlanColumns] = {};
    bool nulls[kPlanColumns] = {};
    const auto put_text = [&values, &nulls](int column, const char* text) {
        nulls[column] = text == nullptr;
        if (text != nullptr)
            values[column] = CStringGetTextDatum(text);
    };
    values[0] = ObjectIdGetDatum(issue.relation);
    nulls[0] = !OidIsValid(issue.relation);
    put_text(1, issue.object_type);
    put_text(2, issue.object_id);
    put_text(3, issue.label);
    put_text(4, action_name(issue.action));
    values[5] = Int64GetDatum(issue.entry);
    nulls[6] = nulls[7] = true;
    put_text(8, issue.conflict);
    put_text(9, issue.code == 0 ? nullptr : unpack_sql_state(issue.code));
    put_text(10, issue.detail);
    put_text(11, issue.hint);
    nulls[13] = true;
    values[12] = later_transaction(static_cast<int64>(issue.later_transaction), &nulls[12]);
    MemoryContextSwitchTo(caller);
    put_plan_row(result, values, nulls);
}

void return_plan(Undo* undo, const ReturnSetInfo* result)
{
    ListCell* cell = nullptr;
    foreach (cell, undo->application->sets) {
        auto* set = static_cast<RowSet*>(lfirst(cell));
        if (set->count > 0)
            return_set(undo, set, foreach_current_index(cell), result);
    }
    return_others(undo, result);
}

}  // namespace journal
