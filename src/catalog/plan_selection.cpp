// See plan_selection.hpp.
#include "catalog/plan_selection.hpp"

#include "base/memory.hpp"
#include "base/rights.hpp"

namespace journal {

namespace {

bool is_among(const char* operations, const char* operation)
{
    return operations == nullptr || strstr(operations, operation) != nullptr;
}

TupleTableSlot* make_row_of_nulls(Relation relation)
{
    TupleTableSlot* slot =
        MakeSingleTupleTableSlot(CreateTupleDescCopy(RelationGetDescr(relation)), &TTSOpsVirtual);
    ExecStoreAllNullTuple(slot);
    return slot;
}

PreparedCondition prepare(const RelationPlan* plan, Relation relation, const char* use,
                          char operation, const char* text, const char* search_path,
                          const ColumnSet& columns, bool executable)
{
    return prepare_condition({use, text, search_path, operation, columns.count,
                              present_names(plan, columns.ids, columns.count)},
                             0, relation, plan->context, executable);
}

}  // namespace

const char** present_names(const RelationPlan* plan, const int32* ids, int count)
{
    const char** names = make_array_in<const char*>(plan->context, count);
    for (int i = 0; i < count; i++) {
        const int position = plan_position(plan, ids[i]);
        names[i] = position >= 0 ? plan->columns[position].name : "(dropped column)";
    }
    return names;
}

void load_selection(RelationPlan* plan, Relation relation, const TrackedRelation& tracked,
                    bool executable)
{
    if (tracked.operations != nullptr || tracked.condition != nullptr) {
        auto* selection = make_in<PlanSelection>(plan->context);
        selection->inserts = is_among(tracked.operations, "insert");
        selection->updates = is_among(tracked.operations, "update");
        selection->deletes = is_among(tracked.operations, "delete");
        if (tracked.condition != nullptr) {
            selection->condition =
                prepare(plan, relation, kTrackCondition, 'u', tracked.condition,
                        tracked.search_path, tracked.condition_columns, executable);
            selection->no_row =
                in_context(plan->context, [&] { return make_row_of_nulls(relation); });
        }
        plan->selection = selection;
    }
    if (tracked.deleted_when != nullptr) {
        plan->deleted_when = make_in<PreparedCondition>(plan->context);
        *plan->deleted_when =
            prepare(plan, relation, kDeletedWhen, 'i', tracked.deleted_when, tracked.search_path,
                    tracked.deleted_when_columns, executable);
    }
    plan->has_conditions |= tracked.condition != nullptr || tracked.deleted_when != nullptr;
}

bool is_selected(const RelationPlan* plan, TupleTableSlot* old_row, TupleTableSlot* new_row)
{
    PlanSelection* selection = plan->selection;
    const bool is_recorded = old_row == nullptr   ? selection->inserts
                             : new_row == nullptr ? selection->deletes
                                                  : selection->updates;
    return is_recorded &&
           condition_holds(selection->condition, old_row == nullptr ? selection->no_row : old_row,
                           new_row == nullptr ? selection->no_row : new_row);
}

}  // namespace journal
