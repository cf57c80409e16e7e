// Composite types that are altered while columns of tracked tables are of them.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Records a gap of each tracked table with a column of the altered composite type, or of a type
/// made of it: its values are written otherwise from now on, of which no entry tells. An altered
/// table's row type is such a type too.
void note_altered_composite(const AlterTableStmt* statement);

}  // namespace journal
