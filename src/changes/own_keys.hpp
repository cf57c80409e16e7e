// The foreign keys that rows of a table have. Those of a partitioned table's rows are its own and
// such as only some of its partitions have: those order rows and bind columns like any other.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// List of ForeignKeyCacheInfo in the current memory context; conkey holds numbers of the table's
/// own columns, also of a key that a partition has.
List* foreign_keys_of_rows(Relation table);

}  // namespace journal
