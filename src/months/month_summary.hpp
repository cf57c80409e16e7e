// What a closed month holds, asked by whoever looks for entries: a month that holds none of what he
// wants need not be read.
//
// A summary (journal.month_summary) counts only where nobody wrote to the month since it was made;
// wherever anything is in doubt, the answer is that there may be such entries. The question is
// asked by the snapshot with which the entries would be read, so entries and what is said of them
// are seen or not seen together (closed_month.hpp).
#pragma once

#include "months/closed_month.hpp"
#include "months/time_scan.hpp"

namespace journal {

class MonthSummaries {
  public:
    explicit MonthSummaries(MemoryContext context) : context_(context) {}

    /// False only if a partition surely holds no entry of an account (account_hash) that the filter
    /// lets through, as far as the active snapshot sees.
    bool may_hold(Oid partition, int64 account, const TimeFilter& filter);

  private:
    MemoryContext context_;
    std::optional<SummarisedMonths> months_;  // once asked for
};

}  // namespace journal
