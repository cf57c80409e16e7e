// Registering an unknown table without waiting for anybody.
//
// A table's row in journal.tracked_relation and its generic event types are unique, so of two first
// writers of a table that the journal does not know the second would wait until the first's
// transaction is over, or deadlock with it. So only one transaction at a time registers; any other
// one that comes meanwhile gets a row of its own that names no table, and event types of its own,
// for the rest of its transaction. Its entries have the table's object type, so that the object's
// history is one.
#pragma once

#include "catalog/tracked_relation.hpp"

namespace journal {

/// Whether another transaction that is not over registers tables, tracks them or adds event types.
/// If not, no other writer registers until this transaction ends. Never waits.
bool others_register();

/// A row of its own for a table, with default options; see above. Serves until the transaction
/// ends.
TrackedRelation* register_provisionally(Relation table);

}  // namespace journal
