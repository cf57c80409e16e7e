// The period of a report: what its arguments and the account's plan make of it.
#pragma once

#include "accounts/account.hpp"
#include "base/pg.hpp"

namespace journal {

/// Moments from (inclusive) to (exclusive); -infinity and infinity where there is no bound.
struct Bounds {
    TimestampTz from;
    TimestampTz to;
};

/// The period of that name, in any case of letters; nullptr for nullptr, JE001 for an unknown one.
const char* known_period(const char* name);

/// The bounds that arguments of a report ask for, in the account's time zone; nullptr for an
/// argument that is NULL. A plan with a window gives that window and refuses every choice (JE003);
/// dates without a period mean "custom". Raises
/// invalid_parameter_value for dates that do not fit it.
Bounds resolve_period(const Account* account, const char* period, const TimestampTz* date_from,
                      const TimestampTz* date_to);

/// Raises JE002 when the account's plan has no journal.
void require_journal(const Account* account);

/// The first moment that the plan shows: -infinity, or its window's start, from now on.
TimestampTz plan_begin(const Account* account);

}  // namespace journal
