// See restoring.hpp.
#include "catalog/restoring.hpp"

#include "base/transaction.hpp"

namespace journal {

namespace {

Restoring* innermost;
SubTransactionId deriving_in = InvalidSubTransactionId;

// Only forgets: what it forgets may lie in memory that is about to go.
void savepoint_aborted(SubTransactionId aborted)
{
    while (innermost != nullptr && innermost->begun_in >= aborted)
        innermost = innermost->outer;
    if (deriving_in >= aborted)
        deriving_in = InvalidSubTransactionId;
}

void transaction_ended(bool)
{
    innermost = nullptr;
    deriving_in = InvalidSubTransactionId;
}

constexpr TransactionHooks kHooks = {nullptr, savepoint_aborted, transaction_ended};

}  // namespace

void restoring_begin(Restoring* restoring)
{
    register_hooks(&kHooks);
    restoring->begun_in = GetCurrentSubTransactionId();
    restoring->outer = innermost;
    innermost = restoring;
}

void restoring_end(Restoring* restoring)
{
    Assert(innermost == restoring);
    innermost = restoring->outer;
}

void begin_deriving()
{
    register_hooks(&kHooks);
    deriving_in = GetCurrentSubTransactionId();
}

void end_deriving()
{
    deriving_in = InvalidSubTransactionId;
}

bool is_deriving()
{
    return deriving_in != InvalidSubTransactionId;
}

bool restoring_any()
{
    return innermost != nullptr;
}

Restoring* restoring_match(int32 relation, const char* key)
{
    for (Restoring* restoring = innermost; restoring != nullptr; restoring = restoring->outer)
        if (restoring->relation == relation && key != nullptr && restoring->find(restoring, key))
            return restoring;
    return nullptr;
}

void restoring_written(Restoring* restoring, int64 entry, Oid table, const ItemPointerData* tid)
{
    restoring->written(restoring, entry, table, tid);
}

}  // namespace journal
