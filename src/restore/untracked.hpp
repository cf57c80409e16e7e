// Tables of which nobody knows whether rows went along with those that come back.
#pragma once

#include "restore/collection.hpp"

namespace journal {

/// Tells on_left_behind of each table that is not tracked and whose foreign key to a table of some
/// deletions (not empty) takes rows along.
void tell_untracked(Collection* collection, const Ids& deletions);

}  // namespace journal
