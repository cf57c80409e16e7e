// Inserting a row into one of our own tables, past SQL: no privileges, no triggers, no row-level
// security.
//
// What an insertion needs to know of a table (its indexes, their predicates, a slot) is prepared
// once for a backend and kept until the table changes. What must not outlive a moment is not kept:
// relations are open for one row only, and locks belong to the (sub)transaction that took them. So
// nothing is left for its end to close, and a later ALTER or DROP in the same transaction finds no
// table in use.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Locks a table as insert_row does, ahead of it.
void lock_for_insertion(Oid table);

/// Inserts one row, with its index entries, in the current command. The table is locked ROW
/// EXCLUSIVE until the transaction ends. values and nulls have one element for each attribute;
/// they are copied. An error if the table has another number of attributes than count. tuple is the
/// same row where the caller has formed it already; it is copied.
void insert_row(Oid table, const Datum* values, const bool* nulls, int count,
                HeapTuple tuple = nullptr);

}  // namespace journal
