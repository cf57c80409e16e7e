// Reading a page of an account's entries in the order of time, as the caller: privileges and
// row-level security apply.
//
// The journal has a partition a month, and they are gone through one by one, the newest or the
// oldest first, until the page is full. In each, the index on time says where the entries are that
// the filters ask for (months/time_scan.hpp); then one query, which is planned for that month
// alone, reads them and compares once more. So a page costs what it reads of the index and its own
// rows, whatever the number of months.
#pragma once

#include "months/month_deletions.hpp"
#include "report/filter.hpp"

namespace journal {

/// A condition on journal.entry e, appended to a query: "AND …".
using AppendCondition = void (*)(SqlText* sql, const void* argument);

/// Which entries are wanted: as far as the index knows, and exactly.
struct EntryFilter {
    TimeFilter index;
    AppendCondition condition;
    const void* argument;       // the condition's
    ObjectTypes deleted_types;  // of deletions; the condition asks for them as well
    const RowFilter* rows;      // tested beside the condition
};

/// The numbers by which the index knows these texts, in the current memory context.
TimeFilter::Numbers text_hashes(const TextList& list);

/// Groups in which entries are counted, part by part: the same group may come several times.
class EntryGroups {
  public:
    /// Appends what entries e are grouped by, ", … AS …", and returns " GROUP BY …", or "".
    virtual const char* append_columns(SqlText* sql) = 0;
    /// Takes the groups of a part, each with column entries, their number.
    virtual void take(const Query& query, uint64 count) = 0;
    /// Whether no further entries are wanted.
    virtual bool is_full() const { return false; }

  protected:
    ~EntryGroups() = default;
};

/// Counts the entries of the request's account and bounds that the filter wants and the caller
/// sees.
void count_entries(const PageRequest& request, const EntryFilter& filter, MemoryContext context,
                   EntryGroups* groups);

/// Appends up to limit entries of the request's account and bounds that the filter wants, in the
/// request's direction, behind (occurred_at, id) if has_position. Rows and what they point at are
/// allocated in context.
void read_entries(const PageRequest& request, int limit, const EntryFilter& filter,
                  MemoryContext context, EntryRows* rows);

}  // namespace journal
