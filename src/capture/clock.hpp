// When a change happened.
//
// Triggers of one statement may fire after changes that came later: a user's trigger updates the
// same rows, and its statement's triggers fire before the outer statement's remaining ones. The
// command number of the row version tells the true order, so a change of an earlier command that is
// seen late is given a time just before the first change of a later command. Ordered by
// (occurred_at, id), a transaction's entries then stand in the order of its commands.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// The moment of a change made by that command of this transaction: the clock, never running
/// backwards within a transaction along its commands. Call once for each change, in the order in
/// which they are seen.
TimestampTz moment_of(CommandId command);

}  // namespace journal
