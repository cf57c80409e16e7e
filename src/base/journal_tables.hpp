// Oids of the extension's own tables and sequences, by name, cached until the catalogue changes.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Oid of schema journal's relation of that name; an error that says to create the extension if
/// there is none.
Oid journal_table(const char* name);

/// Next value of a sequence of ours; needs no privilege of the caller's.
int64 next_id(const char* sequence);

/// Whether relation belongs to schema journal.
bool is_journal_relation(Oid relation);

/// A snapshot of what is committed now, whatever the transaction's own snapshot; in a parallel
/// operation, which must not take one, the active snapshot.
Snapshot latest_snapshot();

/// The incarnation that transaction ids of this database belong to (see journal.incarnation). Valid
/// until the next call.
const pg_uuid_t* current_incarnation();

}  // namespace journal
