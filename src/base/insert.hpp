// Inserting a row into one of our own tables, past SQL: no privileges, no triggers, no row-level
// security.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Inserts one row, with its index entries, into an open table (locked at least ROW EXCLUSIVE) in
/// the current command. values and nulls have one element for each attribute; they are copied.
/// Follows copyfrom.c.
void insert_row(Relation relation, const Datum* values, const bool* nulls);

}  // namespace journal
