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
/// the default one. The answer is a hint until that partition is locked; see lock_partition.
Oid partition_for(Relation entry, TimestampTz occurred_at);

/// Locks the partition of journal.entry that a moment belongs to, and the parent, ROW EXCLUSIVE
/// until the transaction ends, and returns its oid. Cheap for the next moment of the same month,
/// and for the next transaction's.
Oid lock_partition(TimestampTz occurred_at);

/// Makes the months from one moment's to another's (both included) that do not exist yet, moves
/// what the default partition holds of them, and returns how many it made. It makes the latest 240
/// months of a longer range, and an infinite bound counts as equal to the other: a stray moment in
/// the data makes no thousand months, its entry stays in the default partition. Runs as the owner.
/// Nobody but another maker of months waits for it, except at its end: attaching a month locks the
/// default partition until the transaction ends.
int make_months(TimestampTz from, TimestampTz to);

/// Makes the present month and so many further ones, as make_months does.
int make_coming_months(int months_ahead);

/// Gives a partition what each of them has: indexes, TRUNCATE guard, row-level security, full
/// replica identity and no privileges but the owner's. What it has already stays. Runs as the
/// owner.
void equip_partition(Oid partition);

/// The part of it that keeps others out: row-level security on, no privileges but the owner's.
void secure_partition(Oid partition);

}  // namespace journal
