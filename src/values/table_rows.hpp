// The rows of a table by their keys, for queries on our own tables.
//
// To plan a query on a table runs its owner's code (the predicates of its indexes, the expressions
// of its statistics), so no query joins it with a table of ours. Its rows are read by its access
// method instead, without the planner, and go over as a named relation.
#pragma once

#include "base/memory.hpp"

namespace journal {

/// Rows of columns "table" oid, place tid, key text, label text, account text.
struct TableRows {
    Tuplestorestate* rows;
    TupleDesc descriptor;
};

/// The rows of a table, its partitions and children that a snapshot shows, in the current memory
/// context, to be registered with register_named. key: the columns of its key; the text is NULL
/// where one of them is. label, account: further columns, whose text forms are wanted; 0: none.
TableRows read_table_rows(Relation root, int key_count, const AttrNumber* key, AttrNumber label,
                          AttrNumber account, Snapshot snapshot);

void end_table_rows(TableRows* rows);

}  // namespace journal
