// See lock_wait.hpp.
#include "base/lock_wait.hpp"

#include "base/transaction.hpp"

namespace journal {

int lock_timeout = 2000;

namespace {

constexpr int kAttempts = 5;

/// What is in force between the two: the shorter of the session's own lock_timeout and ours.
void set_limit()
{
    const int own = atoi(GetConfigOption("lock_timeout", false, false));
    if (lock_timeout > 0 && (own == 0 || own > lock_timeout))
        set_config_option("lock_timeout", psprintf("%d", lock_timeout), PGC_USERSET, PGC_S_SESSION,
                          GUC_ACTION_SAVE, true, 0, false);
}

/// Whether the lock could be had within the limit. The attempt is a subtransaction of its own,
/// which hands the lock on; any other error is raised after it has been rolled back.
bool lock_once(Oid relation, LOCKMODE mode)
{
    ErrorData* error = run_in_subtransaction([&] {
        const int level = begin_lock_limit();
        LockRelationOid(relation, mode);
        end_lock_limit(level);
    });
    if (error != nullptr && error->sqlerrcode != ERRCODE_LOCK_NOT_AVAILABLE)
        ReThrowError(error);
    return error == nullptr;
}

/// What a signal handler looks at, and what it has seen. A lock that is held stays where it is.
struct Waiters {
    const LOCK* locks[4];
    volatile int count;
    volatile int seen;  // how often in a row
    volatile bool too_long;
};
Waiters waiters;

/// So many times within lock_timeout it is looked whether anybody waits.
constexpr int kLooks = 10;

/// Runs in a signal handler: nothing may be locked or raised here.
void look_for_waiters()
{
    bool any = false;
    for (int i = 0; i < waiters.count; i++)
        any = any || waiters.locks[i]->nRequested > waiters.locks[i]->nGranted;
    waiters.seen = any ? waiters.seen + 1 : 0;
    if (waiters.seen < kLooks || waiters.too_long)
        return;
    waiters.too_long = true;
    QueryCancelPending = true;
    InterruptPending = true;
}

TimeoutId watch_timeout()
{
    static const TimeoutId timeout = RegisterTimeout(USER_TIMEOUT, look_for_waiters);
    return timeout;
}

void stop_looking()
{
    if (waiters.count == 0)
        return;
    disable_timeout(watch_timeout(), false);
    waiters.count = 0;
}

void savepoint_aborted(SubTransactionId)
{
    stop_looking();
}

void transaction_ended(bool)
{
    stop_looking();
}

constexpr TransactionHooks kHooks = {nullptr, savepoint_aborted, transaction_ended};

/// The lock on a relation in the lock table, where strong ones are; nullptr if it is not held.
const LOCK* find_held_lock(Oid relation)
{
    LOCKTAG tag;
    SET_LOCKTAG_RELATION(tag, MyDatabaseId, relation);
    const uint32 hash = LockTagHashCode(&tag);
    const LOCK* found = nullptr;
    LWLockAcquire(LockHashPartitionLock(hash), LW_SHARED);
    const int partition = static_cast<int>(LockHashPartition(hash));
    for (PROCLOCK* one = next_own_lock(partition, nullptr); one != nullptr && found == nullptr;
         one = next_own_lock(partition, one))
        if (memcmp(&one->tag.myLock->tag, &tag, sizeof(tag)) == 0)
            found = one->tag.myLock;
    LWLockRelease(LockHashPartitionLock(hash));
    return found;
}

}  // namespace

void give_way(std::initializer_list<Oid> relations)
{
    waiters.too_long = false;
    waiters.seen = 0;
    if (lock_timeout == 0)
        return;
    register_hooks(&kHooks);
    int count = 0;
    for (const Oid relation : relations)
        if (const LOCK* lock = find_held_lock(relation);
            lock != nullptr && count < static_cast<int>(lengthof(waiters.locks)))
            waiters.locks[count++] = lock;
    waiters.count = count;
    const int tick = std::max(lock_timeout / kLooks, 1);
    if (count > 0)
        enable_timeout_every(watch_timeout(),
                             TimestampTzPlusMilliseconds(GetCurrentTimestamp(), tick), tick);
}

void no_longer_give_way()
{
    stop_looking();
    CHECK_FOR_INTERRUPTS();
}

bool take_given_way()
{
    const bool given = waiters.too_long;
    waiters.too_long = false;
    return given;
}

int begin_lock_limit()
{
    const int level = NewGUCNestLevel();
    set_limit();
    return level;
}

void end_lock_limit(int level)
{
    AtEOXact_GUC(true, level);
}

void lock_patiently(Oid relation, LOCKMODE mode)
{
    if (ConditionalLockRelationOid(relation, mode))
        return;
    for (int attempt = 1; !lock_once(relation, mode); attempt++) {
        CHECK_FOR_INTERRUPTS();
        const char* name = get_rel_name(relation);
        if (name == nullptr)
            name = "it";
        if (attempt == kAttempts)
            ereport(ERROR, (errcode(ERRCODE_LOCK_NOT_AVAILABLE), errmsg("could not lock %s", name),
                            errdetail("Other sessions held it each of the %d times that it was "
                                      "waited for.",
                                      kAttempts),
                            errhint("Call the function again when they have ended: "
                                    "pg_blocking_pids() tells them. event_journal.lock_timeout "
                                    "says how long it waits each time.")));
        ereport(NOTICE, (errmsg("other sessions hold %s; trying again", name)));
        // Those who waited behind us go first.
        DirectFunctionCall1(pg_sleep, Float8GetDatum(std::min(lock_timeout / 1000.0, 0.5)));
    }
}

}  // namespace journal
