// How a value is stored in an entry: as JSON that reads back to the very same value.
//
//   bool, integers, finite numerics    JSON booleans and numbers (scale kept: 1.10 stays 1.10)
//   text, varchar, char                JSON strings
//   jsonb                              objects and arrays nested; its scalars as their text form
//   json and everything else           a JSON string of the type's text form (base/text_form.hpp)
//   SQL NULL                           JSON null
//
// A row is a JSON array of its values in the layout's order: excluded, masked and virtual columns
// are null there.
#pragma once

#include "catalog/relation.hpp"

namespace journal {

/// The values of one row version, by position in the plan's layout.
struct RowImage {
    Datum* values;
    bool* nulls;
};

/// The values of a slot of the plan's table in the layout's order; in the current memory context.
/// They point into the slot.
RowImage row_image(const RelationPlan* plan, TupleTableSlot* slot);

/// A plan's encoder, prepared on first use and kept with the plan.
RowEncoder* encoder_for(RelationPlan* plan);

/// The row as a JSON array, for a created or deleted object's snapshot; in the current memory
/// context.
Jsonb* encode_row(RelationPlan* plan, const RowImage& row);

/// [[position, …], [old, …], [new, …]] of an update's columns; without an old row (its values are
/// unknown) the second element is null.
Jsonb* encode_changes(RelationPlan* plan, const int* positions, int count, const RowImage* old_row,
                      const RowImage& new_row);

/// [[position, …], [value, …]] of a rule's detail columns.
Jsonb* encode_details(RelationPlan* plan, const int* positions, int count, const RowImage& row);

/// The JSON array of the keys that a row's links name; nullptr without links.
Jsonb* encode_links(RelationPlan* plan, const RowImage& row);

/// Text form of one column; nullptr for SQL NULL.
char* column_text(RelationPlan* plan, int position, const RowImage& row);

/// The account that a row's account column names; nullptr if there is none.
char* account_of(RelationPlan* plan, const RowImage& row);

/// Key of the object that the positions of a key or foreign key name in a row; nullptr if one of
/// them is NULL or there are none.
char* row_key(RelationPlan* plan, const int* positions, int count, const RowImage& row);

/// Whether a column differs between two versions of a row, by its stored form rather than the
/// type's idea of equality: toasted, compressed and plain copies of the same value are equal, 1.0
/// and 1.00 are not. Unchanged toasted values are recognised by their pointers, without being read.
bool column_differs(RelationPlan* plan, int position, const RowImage& old_row,
                    const RowImage& new_row);

}  // namespace journal
