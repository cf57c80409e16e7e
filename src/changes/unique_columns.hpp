// The columns of unique indexes and exclusion constraints that the server checks row by row: those
// that are not deferrable.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Names of the columns that such an index is over, expressions and predicate included, and of
/// those that computed ones are computed from. In the current memory context. Anything else than
/// such an index has none.
List* unique_columns_of_index(Oid index);

/// The same of all indexes of a table.
List* unique_columns(Relation table);

/// Columns of a table that no trigger may set in a row that is to be as it was: those of unique
/// indexes and exclusion constraints, deferrable or not, and those of its foreign keys.
Bitmapset* bound_columns(Relation table);

bool has_name(const List* names, const char* name);

}  // namespace journal
