// See moved_row.hpp. At most one row of a command is on its way at a time; commands nest through
// triggers.
#include "capture/moved_row.hpp"

#include "base/memory.hpp"
#include "base/transaction.hpp"
#include "capture/change.hpp"

namespace journal {

namespace {

struct MovedRow {
    Oid relation;  // the partition that it left
    Oid root;
    CommandId command;
    int depth;  // of triggers, where it was held
    SubTransactionId subtransaction;
    HeapTuple row;
    MovedRow* next;
};

MovedRow* held;         // newest first
MemoryContext context;  // of the transaction

void savepoint_aborted(SubTransactionId aborted)
{
    while (held != nullptr && held->subtransaction >= aborted)
        held = held->next;
}

void before_commit()
{
    if (held == nullptr)
        return;
    // No statement is active here, whose snapshot a rule's function could use.
    PushActiveSnapshot(GetTransactionSnapshot());
    record_lost_rows(InvalidCommandId);
    PopActiveSnapshot();
}

void transaction_ended(bool)
{
    held = nullptr;
    context = nullptr;
}

constexpr TransactionHooks kHooks = {before_commit, savepoint_aborted, transaction_ended};

void record_lost_row(const MovedRow& moved)
{
    Relation relation = try_relation_open(moved.relation, AccessShareLock);
    // Dropped since: a table's rows are not recorded when it is dropped.
    if (relation == nullptr)
        return;
    TupleTableSlot* slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsHeapTuple);
    ExecStoreHeapTuple(moved.row, slot, false);
    record_change(plan_for(relation), slot, nullptr, moved.command);
    ExecDropSingleTupleTableSlot(slot);
    table_close(relation, NoLock);
}

}  // namespace

void hold_moved_row(RelationPlan* plan, Relation relation, HeapTuple row, CommandId command)
{
    register_hooks(&kHooks);
    if (context == nullptr)
        context = AllocSetContextCreate(TopTransactionContext, "event_journal moved rows",
                                        ALLOCSET_SMALL_SIZES);
    MemoryContext previous = MemoryContextSwitchTo(context);
    auto* moved = make_in<MovedRow>(context);
    moved->relation = RelationGetRelid(relation);
    moved->root = plan->root;
    moved->command = command;
    moved->depth = trigger_depth();
    moved->subtransaction = GetCurrentSubTransactionId();
    moved->row = heap_copytuple(row);
    moved->next = held;
    held = moved;
    MemoryContextSwitchTo(previous);
}

TupleTableSlot* take_moved_row(RelationPlan* plan, Relation relation, CommandId command)
{
    if (held == nullptr || held->command != command || held->root != plan->root)
        return nullptr;
    MovedRow* moved = held;
    held = moved->next;

    // Partitions may order their columns differently: the identity tells which is which.
    Relation source = table_open(moved->relation, AccessShareLock);
    const RelationPlan* source_plan = plan_for(source);
    TupleTableSlot* from = MakeSingleTupleTableSlot(RelationGetDescr(source), &TTSOpsHeapTuple);
    ExecStoreHeapTuple(moved->row, from, false);
    slot_getallattrs(from);
    TupleTableSlot* slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsVirtual);
    for (int i = 0; i < RelationGetDescr(relation)->natts; i++)
        slot->tts_isnull[i] = true;
    for (int i = 0; i < plan->column_count; i++)
        for (int j = 0; j < source_plan->column_count; j++)
            if (plan->columns[i].id == source_plan->columns[j].id) {
                const int to = plan->columns[i].number - 1;
                slot->tts_values[to] = from->tts_values[source_plan->columns[j].number - 1];
                slot->tts_isnull[to] = from->tts_isnull[source_plan->columns[j].number - 1];
            }
    ExecStoreVirtualTuple(slot);
    ExecMaterializeSlot(slot);
    ExecDropSingleTupleTableSlot(from);
    table_close(source, NoLock);
    heap_freetuple(moved->row);
    pfree(moved);
    return slot;
}

void record_lost_rows(CommandId before)
{
    // A statement further out, in whose trigger we may be, still waits for its insert.
    while (held != nullptr && held->depth >= trigger_depth() &&
           (before == InvalidCommandId || held->command < before)) {
        MovedRow* moved = held;
        held = moved->next;
        record_lost_row(*moved);
    }
}

}  // namespace journal
