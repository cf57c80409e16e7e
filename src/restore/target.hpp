// Where a deleted row belongs now: the table, and the present column of each value.
#pragma once

#include "catalog/relation.hpp"
#include "restore/deletion.hpp"

namespace journal {

/// One value of the snapshot with its present column.
struct TargetColumn {
    const JsonbValue* stored;
    const PlanColumn* column;
    bool retyped;  // the type is not the snapshot's
    Datum value;
    bool is_null;
};

struct Target {
    Relation relation;  // open and locked: the tracked table, or an inheritance child of it
    Oid root;           // the tracked table
    int count;
    TargetColumn* columns;  // those to be inserted
};

/// Finds table and columns for a deleted row; values are not filled in. Tells by NOTICE which
/// values cannot be brought back: of dropped columns, and of those that the journal was told not to
/// keep. Allocated in the current memory context. Raises JE010, JE015, JE016, JE030 as restore_row
/// does.
Target* find_target(const Deletion* deletion);

}  // namespace journal
