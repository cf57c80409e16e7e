// The query that reads a table's live rows for its past.
#pragma once

#include "past/past.hpp"

namespace journal {

/// SELECT of all columns of the table, as far as a tuple has them, and under plain inheritance of
/// the table that each row is in; with only_key, of the rows of past->keys, its only parameter. In
/// the current memory context.
char* live_query(const Past* past);

}  // namespace journal
