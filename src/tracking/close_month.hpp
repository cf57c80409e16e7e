// Closing a month that is over: its summary, its indexes, its statistics.
//
// Each of these is a transaction of its own, whose waits for locks are limited (maintenance.cpp).
// First the month gets the trigger by which whoever writes to it says so
// (months/closed_month.hpp); that waits for those who have written without. From then on the month
// may be read at leisure: what is said before the reading begins is in the summary, and what is
// said later makes it out of date.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// The partitions of months that are over, the oldest first.
List* past_months();

/// Has whoever writes to a month from now on say so. Locks it against writers for a moment.
void ask_for_late_writes(Oid partition);

/// Sums a month up, unless its summary is up to date; in a later transaction than
/// ask_for_late_writes. Returns whether it did.
bool summarise_month(Oid partition);

/// The indexes of a month that are to be rebuilt: all if that was never done, or if a fifth has
/// been added since; none before it is summed up.
List* indexes_to_rebuild(Oid partition);

/// Rebuilds one of them, if the month still needs it. Writers and readers of the month wait.
void rebuild_index(Oid partition, Oid index);

/// Makes a month's index on words (months/search_index.hpp), unless it has one; returns whether it
/// did. Writers wait.
bool index_words(Oid partition);

/// Gathers a month's statistics, and notes that its indexes were rebuilt.
void finish_month(Oid partition);

/// Removes what is kept of months that are no partitions of journal.entry any more.
void forget_gone_months();

}  // namespace journal
