// Tables that the present transaction changed without the journal's knowledge, under
// session_replication_role = replica. When it commits, a gap of each is noted; until then the
// transaction itself has to know.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// One table; relation is tracked_relation.id of the tracked table that it belongs to, 0 if it
/// belongs to none.
struct UnrecordedTable {
    Oid table;
    int32 relation;
    SubTransactionId changed_in;
    const UnrecordedTable* next;
};

/// All of them; nullptr: none.
const UnrecordedTable* unrecorded_tables();

/// Whether the table is among them already.
bool is_unrecorded(Oid table);

/// Whether one of a tracked table's is.
bool has_unrecorded(int32 relation);

/// Adds one. It is forgotten when the (sub)transaction that changed it aborts.
void add_unrecorded(Oid table, int32 relation);

}  // namespace journal
