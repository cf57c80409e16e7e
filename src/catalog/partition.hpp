// The months of journal.entry.
//
// The journal is partitioned by month in UTC: journal.entry_2024_05 holds May 2024, and
// journal.entry_default whatever has no month of its own yet. The parent has no index, key or
// constraint, since a dump of months made later would create those twice: each partition gets its
// own, together with its guards, from equip_partition, and from nowhere else.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Oid of the partition of journal.entry (given open) that a moment belongs to: its month's, else
/// the default one. The answer is a hint until that partition is locked; see open_partition.
Oid partition_for(Relation entry, TimestampTz occurred_at);

/// Opens and locks the partition that a moment belongs to. A month that is made while we wait for
/// the default partition's lock takes the moment over, so the choice is made again under the lock.
Relation open_partition(Relation entry, TimestampTz occurred_at, LOCKMODE lock);

}  // namespace journal
