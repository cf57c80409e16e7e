// One version of a row, and what differs between two.
//
// The comparison reads the stored bytes of both tuples side by side rather than values: what an
// update left alone is mostly one equal stretch of bytes, and a toasted value that did not change
// is the same pointer there.
#pragma once

#include "catalog/relation.hpp"

namespace journal {

/// A row version in a slot of the plan's table. Columns are taken apart when they are asked for.
struct RowImage {
    TupleTableSlot* slot;
};

/// A column's value by its position in the plan's layout; it points into the row.
inline Datum column_value(const RelationPlan* plan, int position, const RowImage& row,
                          bool* is_null)
{
    return slot_getattr(row.slot, plan->columns[position].number, is_null);
}

/// Whether a column is not NULL.
inline bool has_value(const RelationPlan* plan, int position, const RowImage& row)
{
    bool is_null = false;
    column_value(plan, position, row, &is_null);
    return !is_null;
}

/// A column that differs between two versions of a row, with its values, which point into the rows.
struct ChangedColumn {
    int position;
    bool old_null;
    bool new_null;
    Datum old_value;
    Datum new_value;
};

/// Finds the columns that differ between two versions of a row, but for excluded and virtual ones:
/// they go, in the order of the layout, into changed, which has room for all. Returns how many.
/// Columns are compared by their stored form rather than the type's idea of equality:
/// toasted, compressed and plain copies of the same value are equal, 1.0 and 1.00 are not.
int changed_columns(RelationPlan* plan, const RowImage& old_row, const RowImage& new_row,
                    ChangedColumn* changed);

}  // namespace journal
