// Which deletions are the last that the journal has of their objects.
//
// An object that is there again costs a look into its table. After its deletion, one that is not
// there had entries only if a row of its key came, and went again: by another deletion, by a change
// of the key or the account (journal.rename), or unseen by the journal. The first two cost a few
// blocks, whatever the number of months; what is in doubt is looked up in every month since.
#pragma once

#include "request/entry_row.hpp"

namespace journal {

/// Takes away, from first on, the deletions of an account after which something happened to the
/// object, and those whose rows the caller sees in their tables.
void keep_last_deletions(const char* account, std::size_t first, MemoryContext context,
                         EntryRows* rows);

}  // namespace journal
