// Back-fill: giving the journal what was there before it, by journal.backfill() or by track.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Adds a created event for each row of an open tracked table that has none, and a changed event
/// for each single-column rule; returns the number of entries added. Holds off other back-fills of
/// the table, not its writers.
int64 backfill_relation(Relation relation);

}  // namespace journal
