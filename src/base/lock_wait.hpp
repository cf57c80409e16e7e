// Waiting for strong locks without holding others up.
//
// Whoever waits for a lock on a table holds up everybody who comes after him, readers too. So
// functions of ours that lock more than ROW EXCLUSIVE wait no longer than
// event_journal.lock_timeout at a time: the first lock, when they hold nothing yet, is asked for
// several times, with pauses in which others get by; those that follow are asked for once. Whoever
// then works for long with such a lock gives way to those who wait for it.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// event_journal.lock_timeout, in milliseconds; 0: no limit.
extern int lock_timeout;

/// Locks a relation until the transaction ends. It is tried five times, with a NOTICE after each
/// failure; then lock_not_available is raised.
void lock_patiently(Oid relation, LOCKMODE mode);

/// Gives way from now on, until no_longer_give_way or until the savepoint or transaction is
/// aborted: once others have waited for the locks on these relations, which this session holds, for
/// event_journal.lock_timeout, what it does is cancelled.
void give_way(std::initializer_list<Oid> relations);

/// What has been cancelled by then and has not noticed it is cancelled here.
void no_longer_give_way();

/// Whether what was done since the last call has been cancelled while giving way, for that.
bool take_given_way();

/// Limits each wait for a lock until end_lock_limit; an error in between needs no clean-up.
int begin_lock_limit();
void end_lock_limit(int level);

}  // namespace journal
