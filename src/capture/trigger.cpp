// The triggers that record a tracked table's changes: one for rows, one for TRUNCATE, one at the
// end of an update of a partitioned table. A changed row's way goes on in change.cpp.
#include "base/copied_journal.hpp"
#include "base/function.hpp"
#include "base/memory.hpp"
#include "capture/change.hpp"
#include "capture/moved_row.hpp"
#include "catalog/own_trigger.hpp"
#include "catalog/relation.hpp"

namespace journal {

namespace {

TriggerData* trigger_data(FunctionCallInfo fcinfo, const char* function)
{
    if (!CALLED_AS_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("%s was not called by a trigger", function),
                        errhint("journal.track creates the trigger.")));
    refuse_on_copied_journal();
    return reinterpret_cast<TriggerData*>(fcinfo->context);
}

void require_firing(bool as_expected, const char* function, const char* expected)
{
    if (!as_expected)
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("%s has to be called by an %s trigger", function, expected),
                        errhint("journal.track creates the trigger.")));
}

// The command that made a row version, or deleted it. Only heap tables keep it.
CommandId command_of(Relation relation, HeapTuple row, bool is_deletion)
{
    if (relation->rd_rel->relam != HEAP_TABLE_AM_OID)
        return GetCurrentCommandId(false);
    return is_deletion ? HeapTupleHeaderGetCmax(row->t_data) : HeapTupleHeaderGetCmin(row->t_data);
}

// Whether a deleted row may be on its way to another partition. An update marks the row so; the
// apply of logical replication deletes and inserts without a mark, in one command.
bool may_arrive_elsewhere(const RelationPlan* plan, HeapTuple row)
{
    return HeapTupleHeaderIndicatesMovedPartitions(row->t_data) ||
           (IsLogicalWorker() && plan->relation != plan->root);
}

void record_event(const TriggerData* trigger, RelationPlan* plan)
{
    Relation relation = trigger->tg_relation;
    if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event)) {
        const CommandId command = command_of(relation, trigger->tg_trigtuple, true);
        record_lost_rows(command);
        if (may_arrive_elsewhere(plan, trigger->tg_trigtuple))
            hold_moved_row(plan, relation, trigger->tg_trigtuple, command);
        else
            record_change(plan, trigger->tg_trigslot, nullptr, command);
    } else if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event)) {
        const CommandId command = command_of(relation, trigger->tg_newtuple, false);
        record_lost_rows(command);
        record_change(plan, trigger->tg_trigslot, trigger->tg_newslot, command);
    } else {
        const CommandId command = command_of(relation, trigger->tg_trigtuple, false);
        TupleTableSlot* old_row = take_moved_row(plan, relation, trigger->tg_trigslot, command);
        record_lost_rows(command);
        record_change(plan, old_row, trigger->tg_trigslot, command);
        if (old_row != nullptr)
            ExecDropSingleTupleTableSlot(old_row);
    }
}

void record_name(const TriggerData* trigger, RelationPlan* plan)
{
    if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
        record_label(plan, trigger->tg_trigslot, nullptr);
    else if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
        record_label(plan, trigger->tg_trigslot, trigger->tg_newslot);
    else
        record_label(plan, nullptr, trigger->tg_trigslot);
}

// Records every row of a table that is about to be emptied.
void record_all_rows(Relation relation, RelationPlan* plan)
{
    MemoryContext row_context =
        AllocSetContextCreate(CurrentMemoryContext, "event_journal row", ALLOCSET_DEFAULT_SIZES);
    TupleTableSlot* slot = table_slot_create(relation, nullptr);
    // TRUNCATE waited for its lock: what was committed meanwhile is lost too.
    Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    TableScanDesc scan = table_beginscan(relation, snapshot, 0, nullptr);
    const CommandId command = GetCurrentCommandId(true);
    while (table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
        CHECK_FOR_INTERRUPTS();
        MemoryContext previous = MemoryContextSwitchTo(row_context);
        record_change(plan, slot, nullptr, command);
        MemoryContextSwitchTo(previous);
        MemoryContextReset(row_context);
    }
    table_endscan(scan);
    UnregisterSnapshot(snapshot);
    ExecDropSingleTupleTableSlot(slot);
    MemoryContextDelete(row_context);
}

}  // namespace

/// journal.capture(): AFTER INSERT OR UPDATE OR DELETE, for each row.
JOURNAL_FUNCTION(journal_capture)
{
    const TriggerData* trigger = trigger_data(fcinfo, "journal.capture()");
    require_firing(
        TRIGGER_FIRED_AFTER(trigger->tg_event) && TRIGGER_FIRED_FOR_ROW(trigger->tg_event),
        "journal.capture()", "AFTER ROW");
    RelationPlan* plan = plan_for(trigger->tg_relation);
    if (plan->capture == Capture::kEvents)
        record_event(trigger, plan);
    else if (plan->capture == Capture::kLabels)
        record_name(trigger, plan);
    return PointerGetDatum(nullptr);
}

/// journal.capture_truncate(): BEFORE TRUNCATE.
JOURNAL_FUNCTION(journal_capture_truncate)
{
    const TriggerData* trigger = trigger_data(fcinfo, "journal.capture_truncate()");
    require_firing(
        TRIGGER_FIRED_BEFORE(trigger->tg_event) && TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event),
        "journal.capture_truncate()", "BEFORE TRUNCATE");
    Relation relation = trigger->tg_relation;
    // A partition that was detached keeps this trigger, but is not tracked any more.
    if (!has_row_trigger(relation))
        return PointerGetDatum(nullptr);
    RelationPlan* plan = plan_for(relation);
    if (plan->capture == Capture::kEvents)
        record_all_rows(relation, plan);
    else if (plan->capture == Capture::kLabels)
        close_labels(plan);
    return PointerGetDatum(nullptr);
}

/// journal.capture_moved(): AFTER UPDATE of a partitioned table, for each statement: a row that
/// left its partition and arrived nowhere is deleted.
JOURNAL_FUNCTION(journal_capture_moved)
{
    const TriggerData* trigger = trigger_data(fcinfo, "journal.capture_moved()");
    require_firing(
        TRIGGER_FIRED_AFTER(trigger->tg_event) && !TRIGGER_FIRED_FOR_ROW(trigger->tg_event),
        "journal.capture_moved()", "AFTER STATEMENT");
    record_lost_rows(InvalidCommandId);
    return PointerGetDatum(nullptr);
}

}  // namespace journal
