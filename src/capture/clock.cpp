// See clock.hpp. Kept is the time of the first change of each command that a change of an earlier
// command may still have to be put before: of those that the client's present message has run. A
// list that grows too long is cut to what nested triggers need: of commands deeper than a statement
// only the first after it matters to that statement. What a function does in the middle of a
// statement has the statement's depth; so many of its commands are told apart, and the statement's
// own changes, which come later, stand before them all.
#include "capture/clock.hpp"

#include "base/transaction.hpp"

namespace journal {

namespace {

struct Moment {
    CommandId command;
    TimestampTz first;
    int depth;  // of triggers
};

constexpr int kMostMoments = 1024;
Moment moments[kMostMoments];
int moment_count;
TimestampTz last_moment;
TimestampTz message_start;  // of the client's message that the moments belong to

void forget(bool)
{
    moment_count = 0;
    last_moment = 0;
}

constexpr TransactionHooks kHooks = {nullptr, nullptr, forget};

// Makes room for a new, highest command: drops what no later change can need. Of a run of commands
// at the same or a greater depth only the first can still be passed, by a statement further out.
void make_room(int depth)
{
    if (moment_count < kMostMoments)
        return;
    while (moment_count >= 2 && moments[moment_count - 1].depth >= depth &&
           moments[moment_count - 2].depth >= depth)
        moment_count--;
    if (moment_count == kMostMoments) {
        memmove(&moments[0], &moments[1], sizeof(Moment) * (kMostMoments - 1));
        moment_count--;
    }
}

}  // namespace

TimestampTz moment_of(CommandId command)
{
    if (moment_count == 0)
        register_hooks(&kHooks);
    // The statements of earlier messages are over, so none of their changes can follow.
    if (message_start != GetCurrentStatementStartTimestamp()) {
        message_start = GetCurrentStatementStartTimestamp();
        moment_count = 0;
    }
    const TimestampTz now = GetCurrentTimestamp();
    if (moment_count == 0 || command > moments[moment_count - 1].command) {
        // A gap of two microseconds leaves room before this command for a late change of an earlier
        // one.
        last_moment = std::max(now, last_moment + 2);
        const int depth = trigger_depth();
        make_room(depth);
        moments[moment_count++] = {command, last_moment, depth};
        return last_moment;
    }
    const Moment* end = moments + moment_count;
    const Moment* later = std::upper_bound(
        static_cast<const Moment*>(moments), end, command,
        [](CommandId wanted, const Moment& moment) { return wanted < moment.command; });
    if (later != end)
        return later->first - 1;
    last_moment = std::max(now, last_moment);
    return last_moment;
}

}  // namespace journal
