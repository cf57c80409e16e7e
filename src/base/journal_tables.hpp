// Oids of the extension's own tables and sequences, by name, cached until the catalogue changes.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Oid of schema journal's relation of that name; an error that says to create the extension if
/// there is none.
Oid journal_table(const char* name);

/// Next value of a sequence of ours; needs no privilege of the caller's.
int64 next_id(const char* sequence);

/// How many ids a value of the sequence stands for, itself the first.
int64 id_increment(const char* sequence);

/// The greatest entry's id that has been given away, in SQL: the last value of the sequence stands
/// for as many ids as it is incremented by.
#define LAST_ENTRY_ID                                                                         \
    "(SELECT CASE WHEN s.is_called THEN s.last_value + p.seqincrement ELSE s.last_value END " \
    "- 1 FROM journal.entry_id_seq s, pg_catalog.pg_sequence p "                              \
    "WHERE p.seqrelid = 'journal.entry_id_seq'::pg_catalog.regclass)"

/// Whether relation belongs to schema journal.
bool is_journal_relation(Oid relation);

/// A snapshot of what is committed now, whatever the transaction's own snapshot; in a parallel
/// operation, which must not take one, the active snapshot.
Snapshot latest_snapshot();

/// The incarnation that transaction ids of this database belong to (see journal.incarnation). Valid
/// until the next call.
const pg_uuid_t* current_incarnation();

}  // namespace journal
