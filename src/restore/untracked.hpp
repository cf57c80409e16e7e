// Tables of which nobody knows whether rows went along with those that come back.
#pragma once

#include "restore/restore.hpp"

namespace journal {

/// Tells of each table that is not tracked and whose foreign key to a table of some
/// deletions (not empty) takes rows along.
void tell_untracked(Restore* restore, const Ids& deletions);

}  // namespace journal
