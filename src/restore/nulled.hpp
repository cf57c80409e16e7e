// References that a transaction set to NULL before or while it deleted what they referred to.
#pragma once

#include "restore/collect.hpp"

namespace journal {

/// Adds an update for each row that lost its reference to one of the deletions (sorted) in the same
/// transaction, by ON DELETE SET NULL or SET DEFAULT or by the application, and was not deleted
/// itself. The updates are checked: a row whose columns do not hold any more what the transaction
/// left in them stays as it is. Read as the owner, within the accounts of the deletions.
void add_nulled_references(Collection* collection, const Ids& deletions);

}  // namespace journal
