// Ids of entries, and queries about those entries.
//
// A few that lie far apart are an array, which a month's BRIN index is asked for one by one. Many
// are rows that a query reads like a table: an array would be a constant, of which each month's
// plan has copies.
#pragma once

#include "base/memory.hpp"
#include "base/result_reader.hpp"

namespace journal {

using Ids = Vector<int64>;

/// Sorts ids and leaves out repeated ones.
void make_unique(Ids* ids);

/// Adds ids to sorted ones, and closes what they come from.
void add_ids(ResultReader* from, Ids* ids);

/// Those ids (sorted) that are not among others (sorted).
void leave_out(const Ids& others, Ids* ids);

/// The condition that a column is among ids (sorted, not empty), for a query of select_about() or
/// read_about().
const char* is_among(const char* column, const Ids& ids);

/// The same, or that it lies between them where there are many: nothing has to be compared then.
const char* is_among_or_between(const char* column, const Ids& ids);

/// The rows of a SELECT about entries, in the current memory context; of its parameters $1 to $3
/// belong to is_among(). Nothing but hash and merge joins.
Tuplestorestate* select_about(RunAs role, const char* sql, const Ids& ids,
                              TupleDesc* columns = nullptr);

/// The same for a reader, which is to be closed.
ResultReader read_about(RunAs role, const char* sql, const Ids& ids);

/// Ids as rows of a column id, which statements of the connected query read as event_journal_ids
/// until end_ids().
Tuplestorestate* register_ids(const Ids& ids);
void end_ids(Tuplestorestate* rows);

}  // namespace journal
