// Object keys as rows of values of a table's key columns, for queries that look rows up.
//
// A query that wrote CAST(key AS the column's type) would run whatever cast the type's owner has
// made from text, with the rights of whoever looks. So keys are read here, by the types' own input
// functions, and a query joins the table with what comes of it.
#pragma once

#include "base/memory.hpp"

namespace journal {

/// Rows of columns k1, k2, … and n, the place of the key among those given, from 1.
struct KeyRows {
    Tuplestorestate* rows;
    TupleDesc descriptor;
};

/// The rows of some object keys of a table with these key columns, in the current memory context,
/// to be registered with register_named. A column of a domain has the type that the domain is over.
/// Raises what the types' input functions raise (data_exception) for a key that is none of the
/// table's. Types are read with the rights of the table's owner.
KeyRows make_key_rows(Relation table, int column_count, const AttrNumber* columns, int key_count,
                      const char* const* keys);

void end_key_rows(KeyRows* rows);

}  // namespace journal
