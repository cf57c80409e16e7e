// From one changed row to its events.
//
// A change is matched against the rules of its table; each rule that matches gives an event, and a
// change that matches none a generic one. Each changed column is stored with exactly one of a
// change's entries: a rule's columns with the first rule that names them, the rest with a generic
// entry that reports leave out, and a whole row's snapshot with the first entry.
#pragma once

#include "catalog/relation.hpp"

namespace journal {

/// Records that a row was inserted (old_row null), updated, or deleted (new_row null), with the
/// command that did it. Slots have the shape of the plan's table. table and tid say where an
/// inserted row is.
void record_change(RelationPlan* plan, TupleTableSlot* old_row, TupleTableSlot* new_row,
                   CommandId command);

/// Keeps a label relation's names: closes the label of the old row and opens the one of the new.
void record_label(RelationPlan* plan, TupleTableSlot* old_row, TupleTableSlot* new_row);

/// Closes every label of a label relation (it is truncated).
void close_labels(const RelationPlan* plan);

}  // namespace journal
