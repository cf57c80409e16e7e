// See transaction.hpp.
#include "base/transaction.hpp"

namespace journal {

namespace {

constexpr int kMostHooks = 32;
const TransactionHooks* registered[kMostHooks];
int registered_count;

void transaction_event(XactEvent event, void*)
{
    for (int i = 0; i < registered_count; i++) {
        const TransactionHooks* hooks = registered[i];
        if (event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PRE_PREPARE) {
            if (hooks->before_commit != nullptr)
                hooks->before_commit();
        } else if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT ||
                   event == XACT_EVENT_PREPARE) {
            if (hooks->ended != nullptr)
                hooks->ended(event == XACT_EVENT_COMMIT);
        }
    }
}

void savepoint_event(SubXactEvent event, SubTransactionId subtransaction, SubTransactionId, void*)
{
    if (event != SUBXACT_EVENT_ABORT_SUB)
        return;
    for (int i = 0; i < registered_count; i++)
        if (registered[i]->savepoint_aborted != nullptr)
            registered[i]->savepoint_aborted(subtransaction);
}

}  // namespace

void register_hooks(const TransactionHooks* hooks)
{
    for (int i = 0; i < registered_count; i++)
        if (registered[i] == hooks)
            return;
    if (registered_count == 0) {
        RegisterXactCallback(transaction_event, nullptr);
        RegisterSubXactCallback(savepoint_event, nullptr);
    }
    if (registered_count == kMostHooks)
        elog(ERROR, "too many transaction hooks");
    registered[registered_count++] = hooks;
}

ErrorData* run_in_subtransaction(Callback<void()> step)
{
    return try_in_subtransaction([&]() -> bool {
        step();
        return true;
    });
}

ErrorData* try_in_subtransaction(Callback<bool()> step)
{
    MemoryContext context = CurrentMemoryContext;
    ResourceOwner owner = CurrentResourceOwner;
    ErrorData* volatile error = nullptr;
    BeginInternalSubTransaction(nullptr);
    MemoryContextSwitchTo(context);
    PG_TRY();
    {
        if (step())
            ReleaseCurrentSubTransaction();
        else
            RollbackAndReleaseCurrentSubTransaction();
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(context);
        error = CopyErrorData();
        FlushErrorState();
        RollbackAndReleaseCurrentSubTransaction();
    }
    PG_END_TRY();
    MemoryContextSwitchTo(context);
    CurrentResourceOwner = owner;
    return error;
}

}  // namespace journal
