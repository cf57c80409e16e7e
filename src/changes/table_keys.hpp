// The keys of a table: foreign keys that its rows have, and the columns of unique indexes and
// exclusion constraints.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// The foreign keys that rows of a table have: its own, and such as only some of its partitions
/// have, which order rows and bind columns like any other. List of ForeignKeyCacheInfo in the
/// current memory context; conkey holds numbers of the table's own columns, also of a key that a
/// partition has.
List* foreign_keys_of_rows(Relation table);

/// Names of the columns of an index that the server checks row by row, one that is unique or of an
/// exclusion constraint and not deferrable: those that it is over, expressions and predicate
/// included, and those that computed ones are computed from. In the current memory context.
/// Anything else than such an index has none.
List* unique_columns_of_index(Oid index);

/// The same of all indexes of a table.
List* unique_columns(Relation table);

/// Columns of a table that no trigger may set in a row that is to be as it was: those of unique
/// indexes and exclusion constraints, deferrable or not, and those of its foreign keys.
Bitmapset* bound_columns(Relation table);

bool has_name(const List* names, const char* name);

}  // namespace journal
