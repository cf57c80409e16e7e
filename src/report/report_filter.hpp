// What a report is asked for: the account, the period, and which of its entries. report, and what
// counts its entries, take the same arguments for it.
#pragma once

#include "report/page_scan.hpp"

namespace journal {

struct ReportFilter {
    TextList locations;
    TextList employees;
    bool all_events;
    int named_count;  // event types that are named themselves: each of their entries
    int32* named;
    int chosen_count;  // by group or kind: reported entries only
    int32* chosen;
    RowFilter rows;
    Fingerprint fingerprint;  // of a report by these arguments
};

/// The numbers of the arguments.
struct PeriodArguments {
    int period;
    int date_from;
    int date_to;
};
struct FilterArguments {
    PeriodArguments period;
    int locations;
    int employees;
    int events;
    int filter;
};

/// Reads the arguments, and sets account and bounds of the request. Raises an error if the caller
/// may not read entries, or the plan has no journal.
ReportFilter report_filter(FunctionCallInfo fcinfo, const FilterArguments& arguments,
                           PageRequest* request);

/// The same of a function that has only a period.
ReportFilter period_filter(FunctionCallInfo fcinfo, const PeriodArguments& arguments,
                           PageRequest* request);

/// The same for reading entries; it refers to filter.
EntryFilter entry_filter(const ReportFilter& filter);

}  // namespace journal
