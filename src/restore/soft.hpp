// Rows that an update made count as deleted (track's deleted_when): the update is taken back.
#pragma once

#include "restore/restore.hpp"

namespace journal {

/// Adds the updates that set back what soft deletions (their entries, sorted, not empty) have
/// changed. Those that have been restored already are stopped.
void add_soft_restorations(Restore* restore, const Ids& deletions);

}  // namespace journal
