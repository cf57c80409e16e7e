// The months of journal.entry.
//
// The journal is partitioned by month in UTC: journal.entry_2024_05 holds May 2024, and
// journal.entry_default whatever has no month of its own yet. Here an entry finds its partition;
// tracking/month.hpp makes the months.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Oid of the partition of journal.entry (given open) that a moment belongs to: its month's, else
/// the default one. The answer is a hint until that partition is locked; see lock_partition.
Oid partition_for(Relation entry, TimestampTz occurred_at);

/// A partition of journal.entry and the moments that it holds: from the first on, up to the second.
struct EntryPartition {
    Oid relation;
    TimestampTz from;
    TimestampTz to;
};

/// The partitions of journal.entry, the default one last, with all moments; returns how many.
/// Allocated in the current memory context.
int entry_partitions(EntryPartition** partitions);

/// Raises 42809 unless the relation is a partition of journal.entry now.
void require_entry_partition(Oid relation);

/// Opens the partition that holds a moment, for reading: its month's, or the default one where no
/// month is; nullptr where there is none. The stretch is what it holds around the moment. The
/// caller closes it, and the lock stays until the transaction ends.
Relation open_partition(TimestampTz moment, EntryPartition* stretch);

/// Locks the partition of journal.entry that a moment belongs to, and the parent, ROW EXCLUSIVE
/// until the transaction ends, and returns its oid. Of a closed month it says that it is written to
/// (closed_month.hpp). Cheap for the next moment of the same month,
/// and for the next transaction's.
Oid lock_partition(TimestampTz occurred_at);

}  // namespace journal
