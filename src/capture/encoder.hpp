// How a value is stored in an entry: as JSON that reads back to the very same value.
//
//   bool, integers, finite numerics    JSON booleans and numbers (scale kept: 1.10 stays 1.10)
//   text, varchar, char                JSON strings
//   jsonb                              objects and arrays nested; its scalars as their text form
//   json and everything else           a JSON string of the type's text form (values/text_form.hpp)
//   what such a text would lose        an object (values/exact_form.hpp)
//   SQL NULL                           JSON null
//
// A row is a JSON array of its values in the layout's order: excluded, masked and virtual columns
// are null there. It is written packed as it goes (values/packed_writer.hpp): no tree, and of each
// value no copy but the one that stays.
//
// What jsonb cannot hold, 256 MB, is refused with SQLSTATE 54000.
#pragma once

#include "capture/row_image.hpp"
#include "catalog/rule.hpp"

namespace journal {

/// A plan's encoder, prepared on first use and kept with the plan.
RowEncoder* encoder_for(RelationPlan* plan);

/// The row as a JSON array, for a created or deleted object's snapshot; in the current memory
/// context.
bytea* encode_row(RelationPlan* plan, const RowImage& row);

/// [position, …, old, …, new, …] of an update's columns.
bytea* encode_changes(RelationPlan* plan, const ChangedColumn* columns, int count);

/// [position, new] of a column whose value before is unknown.
bytea* encode_new_value(RelationPlan* plan, int position, const RowImage& row);

/// [[position, …], [value, …]] of a rule's detail columns, or, for an entry whose data is the row,
/// their positions alone (which belong to the plan); nullptr without detail columns.
bytea* encode_details(RelationPlan* plan, const Rule& rule, bool with_row, const RowImage& row);

/// The JSON array of the keys that a row's links name; nullptr without links.
bytea* encode_links(RelationPlan* plan, const RowImage& row);

/// Text form of one column; nullptr for SQL NULL.
char* column_text(RelationPlan* plan, int position, const RowImage& row);

/// The account that a row's account column names; nullptr if there is none.
char* account_of(RelationPlan* plan, const RowImage& row);

/// Key of the object that the positions of a key or foreign key name in a row; nullptr if one of
/// them is NULL or there are none.
char* row_key(RelationPlan* plan, const int* positions, int count, const RowImage& row);

}  // namespace journal
