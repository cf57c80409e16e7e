// The follower of rows: from the events of each key to the segments of rows.
//
// A reader of entries goes through the keys one by one, and hands over the events of each in their
// order: by id between transactions, and by order_events within one. What is known of a key is kept
// in the current memory context, which the reader may empty after each key. Segments that a change
// of the key joins to others wait in the follower's, until all keys are read.
#pragma once

#include "lineage/segment.hpp"

namespace journal {

class RowFollower {
  public:
    /// context: where joined segments wait. side_count: moments of a past. keeps_between: whether
    /// a value of each column is kept that it had in between.
    RowFollower(MemoryContext context, int side_count, bool keeps_between)
        : context_(context), side_count_(side_count), keeps_between_(keeps_between)
    {
    }

    /// Goes to the next key, of a table with so many columns; key is not copied.
    void begin_key(const char* key, int column_count);

    /// Follows the next event of the key.
    void take(const RowEvent& event);

    /// What follows at the key need not fit what came before.
    void part();

    /// Copies what is known of the key into the current memory context.
    void move_key();

    /// The key's last events are over; where they left a row, that is there still.
    void end_key();

    /// Joins segments of rows whose key changed and hands them over, when all keys are over.
    void finish();

  protected:
    /// Takes a segment that is over and is not joined to others. It is gone with the key.
    virtual void take_segment(Segment* segment) = 0;

    /// Takes one of the joined segments. Those in which nothing follows on the row's departure have
    /// no next one. What is allocated in the call is gone after it.
    virtual void take_joined(const Segment& segment) = 0;

    /// An event does not fit what came before it.
    virtual void tell_break(const RowEvent&, const char* /*what*/) {}

    /// What an entry left in a column, and what the next one found there; either may be unknown.
    virtual void check_link(const char* /*key*/, int /*column*/, const StoredValue& /*left*/,
                            const StoredValue& /*found*/)
    {
    }

    // What is known of the key at hand.
    const char* key_ = nullptr;
    Segment* segment_ = nullptr;  // of the row that has it; nullptr: none, or not known yet
    bool was_ended_ = false;      // the last event took the row away
    int64 last_entry_ = 0;        // of the last event; 0: there was none
    const LayoutMap* last_map_ = nullptr;

  private:
    void begin(const RowEvent& event);
    void add_changes(const RowEvent& event);
    void end(const RowEvent& event);
    void hand_over();

    MemoryContext context_;
    int side_count_;
    bool keeps_between_;
    int column_count_ = 0;
    int64 last_change_ = 0;
    EventKind last_kind_{};
    Segment* joined_ = nullptr;
};

}  // namespace journal
