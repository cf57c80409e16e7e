// Event rules: which event an operation on a tracked table gives.
//
// A rule's condition is SQL over old and new. It is kept as text together with the search_path of
// its author and our identities of the columns that it names, and is parsed again against each
// table's present columns: renames are followed, dumps restore, and a partition's own column order
// does not matter.
#pragma once

#include "catalog/plan.hpp"
#include "catalog/prepared_condition.hpp"

namespace journal {

struct Rule {
    int32 number;
    int32 event_type;
    char operation;    // i, u, d
    int column_count;  // 0: any change
    int* columns;      // positions in the plan
    int detail_count;
    int* details;        // positions in the plan
    bytea* row_details;  // of an entry that holds the row itself (see 41_entry.sql), or nullptr
    int changed_at;      // position or -1
    int employee;        // position or -1
    bool single_column;  // one column and no condition: back-fill makes an event of it
    PreparedCondition condition;
};

/// Reads the rules of a plan's relation into the plan, conditions parsed against the open table.
/// Unless executable, conditions are only parsed: planning one may run immutable functions of the
/// rule's author, which is right in a trigger of the table, and nowhere else.
void load_rules(RelationPlan* plan, Relation relation, bool executable);

}  // namespace journal
