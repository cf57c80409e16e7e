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

}  // namespace journal
