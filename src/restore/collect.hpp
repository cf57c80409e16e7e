// From entries that somebody wants restored to the row changes that do it.
#pragma once

#include "restore/collection.hpp"

namespace journal {

/// Checks who may restore the entries, finds what comes along, and fills the application with a set
/// for each table. Raises what read_requests, find_target and add_change raise.
void collect(Collection* collection, const Ids& entries);

}  // namespace journal
