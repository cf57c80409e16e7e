// References that a transaction took away before or while it deleted what they referred to: they
// are set back where that comes back.
#pragma once

#include "restore/restore.hpp"

namespace journal {

struct NulledReferences;

/// Reads what the transactions of the deletions (sorted), which come back, took away; in the
/// current memory context. deletions outlive it.
NulledReferences* begin_nulled(const Ids& deletions);

/// Gives a deleted row the references back that its transaction had taken away before it deleted
/// the row. Deletions are to come in ascending order; the values are valid until the next. Raises
/// JE010 if the caller may not see what tells of such a reference.
void give_references_back(NulledReferences* nulled, Deletion* deletion);

/// Adds an update for each row that lost its reference to one of the deletions in the same
/// transaction, by ON DELETE SET NULL or SET DEFAULT or by the application, and does not come back
/// itself. The updates are checked: a row whose columns do not hold any more what the transaction
/// left in them stays as it is. Raises JE010 as above.
void add_nulled_references(Restore* restore, NulledReferences* nulled);

void end_nulled(NulledReferences* nulled);

}  // namespace journal
