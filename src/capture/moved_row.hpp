// Rows on their way to another partition.
//
// An update that moves a row to another partition reaches triggers as a DELETE in the one and an
// INSERT in the other. The deleted row's header says that it moved; it is held here until the
// insert of the same command follows, and both are recorded as one update. If none follows (a
// BEFORE trigger suppressed it) it is a deletion, recorded at the latest at the end of the
// statement.
#pragma once

#include "catalog/relation.hpp"

namespace journal {

/// Holds the row that left its partition; copies it.
void hold_moved_row(RelationPlan* plan, Relation relation, HeapTuple row, CommandId command);

/// For a row that arrived by an insert of that command in a partition: the held row that it was, as
/// a slot of the present table's shape, or nullptr if it is new. The held row is let go.
TupleTableSlot* take_moved_row(RelationPlan* plan, Relation relation, TupleTableSlot* arrived,
                               CommandId command);

/// Records what is still held as deletions: rows of earlier commands than this one
/// (InvalidCommandId: all).
void record_lost_rows(CommandId before);

}  // namespace journal
