// See append_only.hpp.
#include "base/append_only.hpp"

#include "base/transaction.hpp"

namespace journal {

namespace {

Oid passing = InvalidOid;
SubTransactionId passing_since = InvalidSubTransactionId;

void savepoint_aborted(SubTransactionId aborted)
{
    if (passing_since >= aborted)
        leave_append_only_pass();
}

void ended(bool)
{
    leave_append_only_pass();
}

constexpr TransactionHooks kHooks = {nullptr, savepoint_aborted, ended};

}  // namespace

void enter_append_only_pass(Oid relation)
{
    if (OidIsValid(passing))
        elog(ERROR, "the append-only pass is taken by relation %u", passing);
    register_hooks(&kHooks);
    passing = relation;
    passing_since = GetCurrentSubTransactionId();
}

void leave_append_only_pass()
{
    passing = InvalidOid;
    passing_since = InvalidSubTransactionId;
}

bool has_append_only_pass(Oid relation)
{
    return OidIsValid(passing) && passing == relation;
}

}  // namespace journal
