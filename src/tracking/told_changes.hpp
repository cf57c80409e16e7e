// Saying what a call of track changes for a table that is tracked already: the call states all the
// options anew, and whoever leaves one out may not know that he takes it back.
#pragma once

#include "base/pg.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

/// The options of a registered table as they stand, for tell_changes, in the current memory
/// context. Columns are named as its newest layout names them, so that has to be on record.
const char* stated_options(int32 tracked);

/// Tells by NOTICE in which options a table is recorded otherwise than before; nothing if in none.
/// Of one that was tracked once, and is again, only another object type is told.
void tell_changes(const TrackedRelation& before, const char* stated);

}  // namespace journal
