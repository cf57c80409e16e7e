// The deletions of closed months, looked up for all of these months at once.
//
// A page asks of each object that it names whether its key was free since the event, and it would
// ask each month since. journal.month_deletion has the closed months' deletions together, by a hash
// index: an object that was never deleted, as nearly all are, costs one block of it, whatever the
// number of months. What it says of a month counts as a summary does (closed_month.hpp), and other
// months are read themselves.
#pragma once

#include "base/object_hash.hpp"
#include "months/closed_month.hpp"
#include "months/time_scan.hpp"

namespace journal {

/// Types of objects, as ranges of their numbers.
struct ObjectTypes {
    bool given;  // else every type
    int count;
    const ObjectHashRange* items;
};

/// Finds up to a number of deletions of objects of some types, by what is known of the partition,
/// which is open; the newest first, as the range has to be. object_index: the partition's.
void find_deletions(Relation partition, Oid object_index, const TimeRange& range,
                    const ObjectTypes& types, int most, TimePlaces* found);

/// A deletion that a partition holds.
struct MonthDeletion {
    Oid partition;
    int64 entry;
};

/// Not RAII on purpose: an error between begin and end leaves nothing behind.
class MonthDeletions {
  public:
    /// Everything is allocated in context.
    explicit MonthDeletions(MemoryContext context);

    /// Whether the deletions of a partition are known without reading it.
    bool knows(Oid partition) const { return months_.has(partition); }

    /// Appends the deletions of objects of a number (object_hash) that known partitions hold.
    void find(int64 object, Vector<MonthDeletion>* deletions);

    void end();

  private:
    void begin_scan();

    SummarisedMonths months_;
    Relation table_ = nullptr;
    Relation index_ = nullptr;
    IndexScanDesc scan_ = nullptr;
    TupleTableSlot* slot_ = nullptr;
};

}  // namespace journal
