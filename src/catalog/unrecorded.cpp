// See unrecorded.hpp.
#include "catalog/unrecorded.hpp"

#include "base/memory.hpp"
#include "base/transaction.hpp"

namespace journal {

namespace {

UnrecordedTable* tables;

// Only forgets: they lie in memory that is about to go.
void savepoint_aborted(SubTransactionId aborted)
{
    UnrecordedTable kept{};
    UnrecordedTable* last = &kept;
    for (UnrecordedTable* table = tables; table != nullptr;) {
        auto* next = const_cast<UnrecordedTable*>(table->next);
        if (table->changed_in < aborted) {
            last->next = table;
            last = table;
        }
        table = next;
    }
    last->next = nullptr;
    tables = const_cast<UnrecordedTable*>(kept.next);
}

void transaction_ended(bool)
{
    tables = nullptr;
}

constexpr TransactionHooks kHooks = {nullptr, savepoint_aborted, transaction_ended};

}  // namespace

const UnrecordedTable* unrecorded_tables()
{
    return tables;
}

bool is_unrecorded(Oid table)
{
    for (const UnrecordedTable* found = tables; found != nullptr; found = found->next)
        if (found->table == table)
            return true;
    return false;
}

bool has_unrecorded(int32 relation)
{
    for (const UnrecordedTable* found = tables; found != nullptr; found = found->next)
        if (found->relation == relation)
            return true;
    return false;
}

void add_unrecorded(Oid table, int32 relation)
{
    register_hooks(&kHooks);
    auto* added = make_in<UnrecordedTable>(TopTransactionContext);
    added->table = table;
    added->relation = relation;
    added->changed_in = GetCurrentSubTransactionId();
    added->next = tables;
    tables = added;
}

}  // namespace journal
