// The report: an account's entries of a period, filtered and sorted, a page at a time.
#include "base/function.hpp"
#include "catalog/event_type.hpp"
#include "report/page.hpp"
#include "report/report_filter.hpp"

namespace journal {

namespace {

enum ReportArgument {
    kPeriod,
    kDateFrom,
    kDateTo,
    kLocations,
    kEmployees,
    kEvents,
    kSort,
    kPageSize,
    kAfter,
    kLanguage,
    kFilter,
};

bool is_descending(const char* sort)
{
    static constexpr const char* kSorts[] = {"asc", "desc"};
    return sort == nullptr || known_code("sort", sort, lengthof(kSorts), kSorts) == 1;
}

}  // namespace

/// report(period, date_from, date_to, locations, employees, events, sort, page_size, after,
/// language, filter)
JOURNAL_FUNCTION(journal_report)
{
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "event_journal report", ALLOCSET_DEFAULT_SIZES);
    MemoryContext previous = MemoryContextSwitchTo(context);

    PageRequest request{};
    const ReportFilter filter = report_filter(
        fcinfo, {{kPeriod, kDateFrom, kDateTo}, kLocations, kEmployees, kEvents, kFilter},
        &request);
    request.descending = is_descending(text_or_null(fcinfo, kSort));
    request.page_size = page_size_argument(fcinfo, kPageSize);
    const char* language = chosen_language(request, text_or_null(fcinfo, kLanguage));
    request.fingerprint = filter.fingerprint.value();
    apply_cursor(&request, text_or_null(fcinfo, kAfter));

    EntryRows rows(context);
    read_entries(request, request.page_size, entry_filter(filter), context, &rows);
    return_page(fcinfo, request, language, rows, context);
    MemoryContextSwitchTo(previous);
    return Datum{0};
}

}  // namespace journal
