// journal.restore_plan: what a restore would do, and what stands in its way, without doing it.
//
// Rows are collected as a restore collects them, but nothing is claimed, numbered or written. What
// is told of each goes into one tuplestore, the conflicts into another, and a query joins the two.
#include "base/function.hpp"
#include "base/query.hpp"
#include "catalog/restricted.hpp"
#include "changes/statement.hpp"
#include "changes/user_triggers.hpp"
#include "checks/find_conflicts.hpp"
#include "restore/claim.hpp"
#include "restore/collect.hpp"

namespace journal {

namespace {

/// Columns of what is told of a row; those of a conflict are its first two and last four.
enum PlannedColumn {
    kSet = 1,  // index of its set; NULL: it is in none
    kNumber,
    kPosition,
    kRelation,
    kType,
    kKey,
    kLabel,
    kEntry,
    kAction,
    kNewValues,
    kOldValues,
    kConflict,
    kState,
    kDetail,
    kHint,
    kTriggers,
    kPlannedColumns = kTriggers
};

struct Plan : Collection {
    TupleDesc descriptor;
    Tuplestorestate* rows;
    Tuplestorestate* conflicts;
    int64 position;
};

TupleDesc planned_descriptor()
{
    TupleDesc descriptor = CreateTemplateTupleDesc(kPlannedColumns);
    const auto column = [descriptor](PlannedColumn number, const char* name, Oid type) {
        TupleDescInitEntry(descriptor, static_cast<AttrNumber>(number), name, type, -1, 0);
    };
    column(kSet, "set", INT4OID);
    column(kNumber, "number", INT8OID);
    column(kPosition, "position", INT8OID);
    column(kRelation, "relation", REGCLASSOID);
    column(kType, "object_type", TEXTOID);
    column(kKey, "object_id", TEXTOID);
    column(kLabel, "object_label", TEXTOID);
    column(kEntry, "entry", INT8OID);
    column(kAction, "action", TEXTOID);
    column(kNewValues, "new_values", JSONBOID);
    column(kOldValues, "old_values", JSONBOID);
    column(kConflict, "conflict", TEXTOID);
    column(kState, "sqlstate", TEXTOID);
    column(kDetail, "detail", TEXTOID);
    column(kHint, "hint", TEXTOID);
    column(kTriggers, "triggers", TEXTARRAYOID);
    return descriptor;
}

/// A row of either tuplestore while it is filled.
struct Told {
    Datum values[kPlannedColumns];
    bool nulls[kPlannedColumns];

    Told() { std::fill(std::begin(nulls), std::end(nulls), true); }
    void put(PlannedColumn column, Datum value)
    {
        values[column - 1] = value;
        nulls[column - 1] = false;
    }
    void put(PlannedColumn column, const char* text)
    {
        if (text != nullptr)
            put(column, CStringGetTextDatum(text));
    }
    void put(const Conflict& conflict)
    {
        put(kConflict, conflict.message);
        // A row that a restore leaves alone is no error of it.
        if (!leaves_alone(conflict) && conflict.sqlstate != 0)
            put(kState, unpack_sql_state(conflict.sqlstate));
        put(kDetail, conflict.detail);
        put(kHint, conflict.hint);
    }
};

/// Columns that are not for the caller have no key.
Datum values_as_object(int32 relation, int count, const SetColumn* columns,
                       const JsonbValue* const* values)
{
    JsonbParseState* state = nullptr;
    pushJsonbValue(&state, WJB_BEGIN_OBJECT, nullptr);
    for (int i = 0; i < count; i++) {
        if (is_withheld(relation, columns[i].column->id))
            continue;
        JsonbValue name;
        name.type = jbvString;
        name.val.string.val = const_cast<char*>(columns[i].column->name);
        name.val.string.len = static_cast<int>(strlen(columns[i].column->name));
        pushJsonbValue(&state, WJB_KEY, &name);
        JsonbValue value = *values[i];
        pushJsonbValue(&state, WJB_VALUE, &value);
    }
    return PointerGetDatum(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, nullptr)));
}

void plan_row(Collection* collection, RowSet* set, const Deletion& deletion,
              const RowValues& values, const JsonbValue* const* expected, const Conflict* misfit)
{
    auto* plan = static_cast<Plan*>(collection);
    Told told;
    told.put(kPosition, Int64GetDatum(plan->position++));
    told.put(kRelation, ObjectIdGetDatum(set->plan->root));
    told.put(kType, deletion.object_type);
    told.put(kLabel, deletion.label);
    told.put(kEntry, Int64GetDatum(deletion.entry));
    told.put(kAction, expected == nullptr ? "insert" : "update");
    told.put(kNewValues,
             values_as_object(set->plan->id, values.count, values.columns, values.values));
    if (expected != nullptr)
        told.put(kOldValues,
                 values_as_object(set->plan->id, values.count, values.columns, expected));
    if (ArrayType* triggers = fired_triggers(set))
        told.put(kTriggers, PointerGetDatum(triggers));
    if (misfit != nullptr) {
        told.put(kKey, deletion.object_id);
        told.put(*misfit);
    } else {
        told.put(kSet, Int32GetDatum(set_index(plan->application->sets, set)));
        told.put(kNumber, Int64GetDatum(set->count - 1));
        told.put(kKey, set->datums[kRowKey - 1]);
    }
    tuplestore_putvalues(plan->rows, plan->descriptor, told.values, told.nulls);
}

/// A row that would come to a table that is gone, not tracked or without a key.
void plan_unfit(Collection* collection, RowOperation operation, Oid root, const Deletion& deletion,
                const Conflict& unfit)
{
    auto* plan = static_cast<Plan*>(collection);
    Told told;
    told.put(kPosition, Int64GetDatum(plan->position++));
    if (OidIsValid(root))
        told.put(kRelation, ObjectIdGetDatum(root));
    told.put(kType, deletion.object_type);
    told.put(kKey, deletion.object_id);
    told.put(kLabel, deletion.label);
    if (deletion.entry != 0)
        told.put(kEntry, Int64GetDatum(deletion.entry));
    told.put(kAction, operation == RowOperation::kInsert ? "insert" : "update");
    told.put(unfit);
    tuplestore_putvalues(plan->rows, plan->descriptor, told.values, told.nulls);
}

/// What would have come along and cannot: a restore does without it.
void plan_left_behind(Collection* collection, RowOperation operation, Oid root,
                      const Deletion& deletion, const Conflict& why)
{
    Conflict told = why;
    told.sqlstate = 0;
    plan_unfit(collection, operation, root, deletion, told);
}

void plan_conflict(RowSet* set, const SetRow& row, const Conflict& conflict, void* state)
{
    auto* plan = static_cast<Plan*>(state);
    Told told;
    told.put(kSet, Int32GetDatum(set_index(plan->application->sets, set)));
    told.put(kNumber, Int64GetDatum(row.number));
    told.put(kPosition, Int64GetDatum(plan->position++));
    told.put(conflict);
    tuplestore_putvalues(plan->conflicts, plan->descriptor, told.values, told.nulls);
}

void return_plan(Plan* plan, ReturnSetInfo* result)
{
    MemoryContext caller = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kCaller);
    register_named("event_journal_planned", plan->rows, plan->descriptor);
    register_named("event_journal_conflicts", plan->conflicts, plan->descriptor);
    MemoryContext connected = MemoryContextSwitchTo(caller);
    Tuplestorestate* rows = select_rows(
        "SELECT p.relation, p.object_type, p.object_id, p.object_label, p.entry, p.action, "
        "       p.new_values, p.old_values, coalesce(p.conflict, c.conflict), "
        "       coalesce(p.sqlstate, c.sqlstate), coalesce(p.detail, c.detail), "
        "       coalesce(p.hint, c.hint), p.triggers "
        "FROM event_journal_planned p LEFT JOIN event_journal_conflicts c "
        "  ON c.set = p.set AND c.number = p.number ORDER BY p.position, c.position",
        0, nullptr, nullptr);
    MemoryContextSwitchTo(connected);
    query.end();
    TupleTableSlot* slot = MakeSingleTupleTableSlot(result->setDesc, &TTSOpsMinimalTuple);
    while (tuplestore_gettupleslot(rows, true, false, slot)) {
        CHECK_FOR_INTERRUPTS();
        tuplestore_puttupleslot(result->setResult, slot);
    }
    ExecDropSingleTupleTableSlot(slot);
    tuplestore_end(rows);
}

/// The arguments related and overrides follow the entries.
void plan_entries(FunctionCallInfo fcinfo, const Ids& entries)
{
    ContextResource memory(CurrentMemoryContext);
    Ids requested(&memory);
    Plan plan{};
    plan.related =
        related_argument(PG_ARGISNULL(1) ? "none" : text_to_cstring(PG_GETARG_TEXT_PP(1)));
    plan.overrides = read_overrides(PG_ARGISNULL(2) ? nullptr : PG_GETARG_JSONB_P(2));
    // Support says why when it restores.
    plan.reason = "";
    plan.requested = &requested;
    plan.on_row = plan_row;
    plan.on_unfit = plan_unfit;
    plan.on_left_behind = plan_left_behind;
    plan.descriptor = planned_descriptor();
    plan.rows = tuplestore_begin_heap(true, false, work_mem);
    plan.conflicts = tuplestore_begin_heap(true, false, work_mem);
    plan.application = begin_application("restored", nullptr, true);
    InitMaterializedSRF(fcinfo, 0);
    collect(&plan, entries);
    find_conflicts(plan.application, plan_conflict, &plan);
    return_plan(&plan, reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo));
    end_application(plan.application);
    tuplestore_end(plan.rows);
    tuplestore_end(plan.conflicts);
}

}  // namespace

}  // namespace journal

using namespace journal;

// restore_plan(entry bigint, related text, overrides jsonb): see src/sql/61_restore_plan.sql.
JOURNAL_FUNCTION(journal_restore_plan)
{
    ContextResource memory(CurrentMemoryContext);
    Ids entries(&memory);
    read_entry(fcinfo, &entries);
    plan_entries(fcinfo, entries);
    return Datum{0};
}

// restore_plan(entries bigint[], related text, overrides jsonb).
JOURNAL_FUNCTION(journal_restore_plan_all)
{
    ContextResource memory(CurrentMemoryContext);
    Ids entries(&memory);
    read_entries(fcinfo, &entries);
    plan_entries(fcinfo, entries);
    return Datum{0};
}
