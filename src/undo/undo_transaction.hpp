// Which transaction, or which change, is to be undone, and who may.
#pragma once

#include "undo/undo_read.hpp"

namespace journal {

/// Where a transaction's entries are. Raises JE060 for one that the journal does not know, that is
/// of an older incarnation, not over, rolled back, or the calling one; JE062 if the caller cannot
/// see all of its entries.
Extent extent_of_transaction(FullTransactionId transaction);

/// The same of the change that an entry belongs to, which may be one of the calling transaction.
/// Raises JE018 for an entry that the caller cannot see, JE060 for one that is no row change.
Extent extent_of_change(int64 entry);

/// The extent of several transactions, each of which extent_of_transaction takes.
Extent extent_of_transactions(const Vector<uint64>& transactions);

/// The one transaction of an extent.
FullTransactionId transaction_of(const Extent& extent);

/// Waits until no other session's transaction in progress undoes that transaction; others wait
/// for this one to end.
void wait_for_other_undos(FullTransactionId transaction);

/// Raises JE063 if the transaction has been undone, also if that was undone itself: then
/// its effect is another transaction's.
void require_not_undone(FullTransactionId transaction);

/// Records that the calling transaction undoes an extent's transactions.
void record_undo(const Extent& extent, const char* on_conflict, const char* reason);

}  // namespace journal
