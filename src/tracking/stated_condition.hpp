// Conditions as their authors state them, in add_rule and in track: what is kept of one beside its
// text is the search_path of its author, and our identities of the columns that it names.
#pragma once

#include "base/query.hpp"
#include "catalog/condition.hpp"
#include "catalog/layout.hpp"

namespace journal {

/// A function's argument that is a condition; nullptr where it is NULL or ''.
const char* condition_argument(FunctionCallInfo fcinfo, int number, const char* name);

/// The caller's search_path as names of schemas that exist. It ends with pg_temp: left out, a
/// writer's temporary schema would come first, and a type in it would change what the condition
/// says.
char* present_search_path();

/// Checks a condition and gives the identities of the columns that it names, in the order of their
/// appearance; NULL where its text is null. named receives them too, unless null.
QueryArgument columns_of_condition(const ConditionText& condition, Relation relation,
                                   const Layout* layout, NamedColumns* named);

}  // namespace journal
