// What every partition of journal.entry has: indexes, guards, row-level security.
//
// The parent has no index, key or constraint, since a dump of months made later would create those
// twice. So each partition gets its own from equip_partition, and from nowhere else.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Gives a partition what each of them has: indexes, TRUNCATE guard, row-level security, full
/// replica identity and no privileges but the owner's. What it has already stays. Runs as the
/// owner.
void equip_partition(Oid partition);

/// The part of it that keeps others out: row-level security on, no privileges but the owner's.
void secure_partition(Oid partition);

}  // namespace journal
