// The query that reads a table's live rows for its past.
#pragma once

#include "base/key_rows.hpp"
#include "past/past.hpp"

namespace journal {

constexpr const char* kKeyRows = "event_journal_keys";

/// The keys that the row asked for has had since (past->keys), as values; false if one of them is
/// shortened, so that its values are not known.
bool find_key_rows(const Past* past, KeyRows* rows);

/// SELECT of all columns of the table, as far as a tuple has them, and under plain inheritance of
/// the table that each row is in; of_keys: of the rows whose keys are registered as kKeyRows. In
/// the current memory context.
char* live_query(const Past* past, bool of_keys);

/// Where policies that a stranger wrote hold the caller, they are the only code of the table that
/// runs as he: the rows are read by its owner's lent rights, and judged as copies.
/// Runs the live query, which Query runs as the owner, and keeps its rows with the whole rows that
/// policies look at; in the past's memory context, to be registered with register_named.
struct UnjudgedRows {
    Tuplestorestate* rows;
    TupleDesc descriptor;
};
UnjudgedRows select_unjudged_rows(const Past* past, bool of_keys);

constexpr const char* kUnjudgedRows = "event_journal_live_rows";

/// The query that gives what the live query would give the caller; to be run as he.
const char* judged_query(const Past* past, const UnjudgedRows& unjudged);

}  // namespace journal
