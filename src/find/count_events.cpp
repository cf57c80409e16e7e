// How many rows a report has, up to a number: what a page shows beside the first rows.
#include "base/function.hpp"
#include "report/report_filter.hpp"

#include <algorithm>

namespace journal {

namespace {

enum CountArgument {
    kPeriod,
    kDateFrom,
    kDateTo,
    kLocations,
    kEmployees,
    kEvents,
    kFilter,
    kCap,
};

class Count final : public EntryGroups {
  public:
    explicit Count(int64 cap) : cap_(cap) {}

    const char* append_columns(SqlText*) override { return ""; }
    void take(const Query& query, uint64 count) override
    {
        for (uint64 i = 0; i < count; i++)
            entries_ += query.value(i, "entries").int8();
    }
    bool is_full() const override { return entries_ >= cap_; }
    int64 entries() const { return std::min(entries_, cap_); }

  private:
    int64 cap_;
    int64 entries_ = 0;
};

}  // namespace

/// count_events(period, date_from, date_to, locations, employees, events, filter, cap)
JOURNAL_FUNCTION(journal_count_events)
{
    PageRequest request{};
    request.descending = true;
    const ReportFilter filter = report_filter(
        fcinfo, {{kPeriod, kDateFrom, kDateTo}, kLocations, kEmployees, kEvents, kFilter},
        &request);
    const int64 cap = PG_ARGISNULL(kCap) ? PG_INT64_MAX : PG_GETARG_INT32(kCap);
    if (cap < 1)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("cap %d is less than 1", static_cast<int>(cap)),
                        errhint("NULL counts them all.")));
    Count count(cap);
    in_work_memory(
        [&] { count_entries(request, entry_filter(filter), CurrentMemoryContext, &count); });
    PG_RETURN_INT64(count.entries());
}

}  // namespace journal
