// Rows that an update made count as deleted (track's deleted_when): the update is taken back.
#pragma once

#include "restore/restore.hpp"

namespace journal {

/// Adds the updates that set back what soft deletions (their entries, sorted, not empty) have
/// changed. Those that have been restored already are stopped.
void add_soft_restorations(Restore* restore, const Ids& deletions);

/// The entry that took a soft deletion back; 0 if the journal has none.
int64 restoration_of(int64 deletion);

}  // namespace journal
