// Which entries a consumer of the feed wants.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// The condition of a filter on a row v of journal.entries, which begins with AND; empty for
/// nullptr. Raises JE001 for an unknown key, event, group or kind, and invalid_parameter_value for
/// what is no list of texts. In the current memory context.
const char* feed_condition(const Jsonb* filter);

}  // namespace journal
