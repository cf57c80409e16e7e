// Stretches of time in an account's time zone: hours, days, weeks (from Monday) and months.
#pragma once

#include "report/report_filter.hpp"

namespace journal {

/// The moments at which stretches begin; the last one ends with the bounds.
struct Buckets {
    Bounds bounds;
    Vector<TimestampTz> starts;
};

/// Divides the request's bounds. Where these are open, they begin and end with the entries that the
/// filter lets through; without any there are no stretches. Raises JE001 for an unknown unit
/// (nullptr: days) and program_limit_exceeded for too many stretches.
Buckets divide(const PageRequest& request, const EntryFilter& filter, const char* name);

}  // namespace journal
