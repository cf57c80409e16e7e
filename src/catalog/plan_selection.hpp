// What of a table's changes a plan has recorded, where track was told that not all are worth it.
#pragma once

#include "catalog/plan.hpp"
#include "catalog/prepared_condition.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

struct PlanSelection {
    bool inserts;
    bool updates;
    bool deletes;
    PreparedCondition condition;
    TupleTableSlot* no_row;  // of NULLs: the row that an insertion or deletion does not have
};

/// Fills in a plan's selection and deleted_when. As with load_rules, unless executable conditions
/// are only parsed.
void load_selection(RelationPlan* plan, Relation relation, const TrackedRelation& tracked,
                    bool executable);

/// Whether a change is worth recording; slots as for record_change.
bool is_selected(const RelationPlan* plan, TupleTableSlot* old_row, TupleTableSlot* new_row);

/// Present names of columns of a plan by our identities, for a condition that names them. One that
/// is gone makes the condition unreadable, by a name that no column has.
const char** present_names(const RelationPlan* plan, const int32* ids, int count);

}  // namespace journal
