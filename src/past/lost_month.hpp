// Months of the journal that are gone, by journal.month: of what they held nobody knows anything.
#pragma once

#include "past/moment.hpp"

namespace journal {

/// What is known least of: the past before then is not known.
struct LostMonth {
    TimestampTz until;  // DT_NOBEGIN: nothing is lost
    const char* name;
};

/// The last month gone that may have held entries later than the moment.
LostMonth find_lost_month(const Moment* moment);

}  // namespace journal
