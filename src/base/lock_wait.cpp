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

}  // namespace

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
