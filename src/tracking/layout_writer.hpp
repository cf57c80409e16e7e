// Recording layouts (catalog/present_layout.hpp) that have not been recorded yet, in
// journal.layout.
#pragma once

#include "catalog/layout.hpp"

namespace journal {

/// Id of the recorded layout equal to the described one, recording it first if the newest differs.
int32 record_layout(const Layout* layout);

/// Writes a layout row for a tracked table (or partition or child of one) if its columns have
/// changed since the newest. Does nothing for other tables. Called after DDL.
void note_layout(Oid relation);

}  // namespace journal
