// See change_id.hpp. The sequence's increment is how many ids one value of it stands for.
#include "capture/change_id.hpp"

#include "base/journal_tables.hpp"
#include "base/transaction.hpp"

namespace journal {

namespace {

// Ids that no entry has yet. Those that a transaction leaves are never used: its next command may
// not have them, nor another transaction.
struct Ids {
    int64 next;
    int64 end;
    CommandId command;
};
Ids ids;

void forget(bool)
{
    ids = Ids{};
}

constexpr TransactionHooks kHooks = {nullptr, nullptr, forget};

}  // namespace

int64 next_change_id(CommandId command)
{
    if (ids.next == ids.end || ids.command != command) {
        register_hooks(&kHooks);
        ids.next = next_id("entry_id_seq");
        ids.end = ids.next + id_increment("entry_id_seq");
        ids.command = command;
    }
    return ids.next++;
}

}  // namespace journal
