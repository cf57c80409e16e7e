// See restoring.hpp.
#include "catalog/restoring.hpp"

namespace journal {

namespace {

Restoring* innermost;
bool callbacks_registered;

void at_transaction_end(XactEvent event, void*)
{
    if (event == XACT_EVENT_ABORT || event == XACT_EVENT_COMMIT || event == XACT_EVENT_PREPARE)
        innermost = nullptr;
}

// Only forgets: what it forgets may lie in memory that is about to go.
void at_subtransaction_end(SubXactEvent event, SubTransactionId, SubTransactionId, void*)
{
    if (event != SUBXACT_EVENT_ABORT_SUB)
        return;
    const int level = GetCurrentTransactionNestLevel();
    while (innermost != nullptr && innermost->level >= level)
        innermost = innermost->outer;
}

}  // namespace

void restoring_begin(Restoring* restoring)
{
    if (!callbacks_registered) {
        RegisterXactCallback(at_transaction_end, nullptr);
        RegisterSubXactCallback(at_subtransaction_end, nullptr);
        callbacks_registered = true;
    }
    restoring->written = false;
    restoring->level = GetCurrentTransactionNestLevel();
    restoring->outer = innermost;
    innermost = restoring;
}

void restoring_end(Restoring* restoring)
{
    Assert(innermost == restoring);
    innermost = restoring->outer;
}

bool restoring_any()
{
    return innermost != nullptr;
}

Restoring* restoring_match(int32 relation, const char* key)
{
    for (Restoring* restoring = innermost; restoring != nullptr; restoring = restoring->outer)
        if (!restoring->written && restoring->relation == relation && key != nullptr &&
            strcmp(restoring->key, key) == 0)
            return restoring;
    return nullptr;
}

void restoring_written(Restoring* restoring, Oid table, const ItemPointerData* tid)
{
    restoring->written = true;
    restoring->table = table;
    restoring->tid = *tid;
}

}  // namespace journal
