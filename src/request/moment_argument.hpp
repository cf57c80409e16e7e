// Moments as arguments of reading functions: the type journal.moment (src/sql/57_moment.sql).
//
// A moment with a time zone is a timestamptz, and stored as one. A date or time without one is the
// account's: it is stored as a number below all those that a timestamptz can be, and becomes a
// moment when it is known which account is read.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// A moment that is an argument, in a time zone unless it has one of its own; nullptr for NULL and
/// for '', which a form's empty field sends.
const TimestampTz* moment_argument(FunctionCallInfo fcinfo, int number, pg_tz* time_zone);

}  // namespace journal
