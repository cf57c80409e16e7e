// What a row's latest changes before a moment left, where the past of one row is asked for.
//
// It has to be what the next change found, or what the row has now. If it is not, somebody changed
// the row in between without the journal's knowledge, and nobody knows whether that was before the
// moment or after it. (For a whole table this would cost some buffers for each row.)
#pragma once

#include "lineage/row_event.hpp"
#include "months/entry_months.hpp"
#include "past/past.hpp"
#include "past/past_entry.hpp"

namespace journal {

/// An entry as it was read, and what it did to the key asked for.
struct ReadEntry {
    int64 id;
    EventKind kind;
    Datum values[kReadIsPreviousWanted];
    bool nulls[kReadIsPreviousWanted];
};

struct EarlierEntries {
    int count;
    ReadEntry* entries;
};

/// The latest entries of the key that is asked for that are not later than the moment, and between
/// which, and after which, nothing is missing: no gap, and nothing recorded under another relation.
/// Where these are more than a hundred, those of older months are left out. In any order; allocated
/// in the current memory context.
EarlierEntries find_earlier_entries(Past* past, const EntryMonths& months, const Moment* moment);

/// Leaves out what is not after an entry.
void keep_after(EarlierEntries* earlier, int64 id);

}  // namespace journal
