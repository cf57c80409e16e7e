// Changes of a column's type, or of the expression that generates it, which give its values anew.
//
// No entry tells what such a change made of a row, so the past before it is unknown (a gap), unless
// the new type is known to hold every value of the old one as it is. The old type is that of the
// table's newest layout: a layout has to be noted after this, not before.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Whether every value of a type is the same value, and written the same, after a plain conversion
/// to another type.
bool keeps_values(Oid before, int32 before_typmod, Oid now, int32 now_typmod);

/// Records that columns of the tables, which are those of an ALTER TABLE, have other values now.
void note_computed_columns(const AlterTableStmt* statement, List* tables);

}  // namespace journal
