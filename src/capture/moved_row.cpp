// See moved_row.hpp. A row's INSERT follows its DELETE before any other row of the command, so it
// is the newest that may be arriving; commands nest through triggers. But nothing marks the INSERT:
// where the row was suppressed, the next may be another one of the same MERGE or WITH. Where a
// trigger can suppress rows, only a row of the same key is taken for the one that left.
#include "capture/moved_row.hpp"

#include "base/list.hpp"
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

// A held row as a slot of the shape of another partition, which may order its columns differently:
// the identity tells which is which.
TupleTableSlot* in_shape_of(const RelationPlan* plan, Relation relation,
                            const RelationPlan* source_plan, Relation source, HeapTuple row)
{
    TupleTableSlot* from = MakeSingleTupleTableSlot(RelationGetDescr(source), &TTSOpsHeapTuple);
    ExecStoreHeapTuple(row, from, false);
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
    return slot;
}

bool routes(const RelationPlan* plan, int32 column)
{
    const int position = plan_position(plan, column);
    return position >= 0 && plan->columns[position].routes;
}

// Whether the row that left has the key of the one that arrived, but for what a move changes: the
// columns that route rows at either end.
bool same_key(const RelationPlan* source, TupleTableSlot* one, const RelationPlan* plan,
              TupleTableSlot* other)
{
    TupleDesc descriptor = other->tts_tupleDescriptor;
    for (int i = 0; i < plan->key_count; i++) {
        const PlanColumn& column = plan->columns[plan->key[i]];
        if (column.routes || routes(source, column.id))
            continue;
        bool one_is_null = false;
        bool other_is_null = false;
        const Datum one_value = slot_getattr(one, column.number, &one_is_null);
        const Datum other_value = slot_getattr(other, column.number, &other_is_null);
        Form_pg_attribute attribute = TupleDescAttr(descriptor, column.number - 1);
        if (one_is_null != other_is_null ||
            (!one_is_null &&
             !datum_image_eq(one_value, other_value, attribute->attbyval, attribute->attlen)))
            return false;
    }
    return true;
}

// Whether a row that moves between the partitions of a table may never arrive: a trigger before its
// insertion may refuse it.
bool may_be_suppressed(Oid root)
{
    bool found = false;
    List* members = find_all_inheritors(root, AccessShareLock, nullptr);
    for (const Oid oid : oids(members)) {
        Relation member = table_open(oid, NoLock);
        found |= member->trigdesc != nullptr && member->trigdesc->trig_insert_before_row;
        table_close(member, NoLock);
    }
    list_free(members);
    return found;
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

TupleTableSlot* take_moved_row(RelationPlan* plan, Relation relation, TupleTableSlot* arrived,
                               CommandId command)
{
    if (held == nullptr || held->command != command || held->root != plan->root)
        return nullptr;
    MovedRow* moved = held;
    Relation source = table_open(moved->relation, AccessShareLock);
    const RelationPlan* source_plan = plan_for(source);
    TupleTableSlot* slot = in_shape_of(plan, relation, source_plan, source, moved->row);
    table_close(source, NoLock);
    if (!same_key(source_plan, slot, plan, arrived) && may_be_suppressed(plan->root)) {
        ExecDropSingleTupleTableSlot(slot);
        return nullptr;
    }
    held = moved->next;
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
