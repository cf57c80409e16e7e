// Going through the months of the journal, the newest or the oldest first, as far as a reader needs
// them: none is opened before its turn.
#pragma once

#include "months/time_scan.hpp"

namespace journal {

class MonthWalk {
  public:
    /// Begins behind the position of the range, or where it begins.
    static MonthWalk begin(const TimeRange& range) { return MonthWalk(range); }

    /// Goes to the next month, or to the stretch between two months that the default partition
    /// holds, that has entries of anybody's; false if there is none.
    bool next();

    /// The partition, open, and the part of the range that it holds.
    Relation partition() const { return partition_; }
    const TimeRange& part() const { return part_; }

    /// Closes the present partition; has to be called at the end.
    void end();

  private:
    explicit MonthWalk(const TimeRange& range) : rest_(range) {}

    TimeRange rest_;
    TimeRange part_{};
    Relation partition_ = nullptr;
};

}  // namespace journal
