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

// What follows a savepoint that was rolled back may be a command of the same number, which waits
// for its rows anew.
constexpr TransactionHooks kHooks = {nullptr, [](SubTransactionId) { ids = Ids{}; },
                                     [](bool) { ids = Ids{}; }};

}  // namespace

int64 next_change_id(CommandId command)
{
    if (ids.next == ids.end || ids.command != command) {
        register_hooks(&kHooks);
        const int64 count = id_increment("entry_id_seq");
        const int64 first = next_id("entry_id_seq");
        ids = {first, first + count, command};
    }
    return ids.next++;
}

}  // namespace journal
