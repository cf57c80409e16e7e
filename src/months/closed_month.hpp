// Months that are over and summed up, as far as those who write to them are concerned.
//
// A summary holds until somebody writes into its month again, and he says so: by a row of
// journal.late_write in his own transaction, so that whoever sees his entries sees that row too.
// Whether a month asks for it is told by a trigger on its partition, note_late_write, which fires
// always: the server's relation cache tells of it, so that who writes to the present month pays
// nothing. What the extension writes passes triggers, so it looks for this one when it chooses the
// partition. Before the trigger stands, its maker has waited for everybody who had written without.
#pragma once

#include "base/memory.hpp"

namespace journal {

inline constexpr const char* kLateWriteTrigger = "note_late_write";

/// Whether who writes to a partition, which is open and locked, has to say so.
bool is_closed_month(Relation partition);

/// What is known of a closed month's entries: between which ids and which transactions they are,
/// and of which types of objects a key changed.
struct ClosedMonth {
    Oid partition;
    bool is_empty;
    int64 first_id;
    int64 last_id;
    uint64 first_transaction;
    uint64 last_transaction;
    int moved_count;
    const int64* moved_types;  // the first number of each one's range (object_hash_range)

    bool has_moved(const char* type) const;
};

/// Closed months whose summaries count, as far as the active snapshot sees: nobody has written to
/// them since.
class SummarisedMonths {
  public:
    explicit SummarisedMonths(MemoryContext context);

    bool has(Oid partition) const { return find(partition) != nullptr; }

    /// nullptr if the partition is none of them.
    const ClosedMonth* find(Oid partition) const;

    /// Whether the key of an object of a type changed in one of them.
    bool have_moved(const char* type) const;

  private:
    Vector<ClosedMonth> months_;  // sorted
};

/// Says that this transaction writes to a closed month, once for each.
void note_late_write(Oid partition);

}  // namespace journal
