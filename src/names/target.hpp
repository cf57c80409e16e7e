// The relations that entries refer to or are about, with what is known of their rows and names.
#pragma once

#include "base/query.hpp"
#include "names/live.hpp"

namespace journal {

/// Which relations are wanted: by id (integer[]), by object type (text[]), or as those of the
/// entries that refer to others (integer[]).
struct WantedTargets {
    QueryArgument ids;
    QueryArgument types;
    QueryArgument sources;
};

/// Appends those of them that there are; allocated in context.
void read_targets(const WantedTargets& wanted, MemoryContext context, Vector<Target*>* targets);

}  // namespace journal
