// Conditions of event rules: SQL over old and new, parsed as a trigger's WHEN condition is.
//
// Accepted are expressions over old.column and new.column, constants, operators and functions that
// are not volatile. Everything that could read tables or change with the moment is refused, so that
// a condition says the same for the same change.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Parses and analyses a condition against an open table (locked at least ACCESS SHARE) under
/// search_path. columns, if count is not negative, are the present names of the columns that the
/// text names, in the order of their appearance: they replace the names in the text. named
/// receives, if not null, a list of the names' attribute numbers in that order. The result's Vars
/// refer to the inner (old) and the outer (new) slot. Raises JE032 for what is refused.
Expr* parse_condition(const char* text, const char* search_path, char operation, Relation relation,
                      int count, const char* const* columns, List** named);

}  // namespace journal
