// Object types of tables that nobody gave one: made of the table's name.
#pragma once

#include "base/query.hpp"

namespace journal {

/// A table's name as an object type: without what an event's code cannot hold.
char* default_object_type(Relation relation);

/// The same of its full name, for where the name alone is taken.
char* full_object_type(Relation relation);

/// The object type of a table that nobody said one of: its name, where that is taken its full name,
/// and where that is too, with a number; in context.
const char* free_object_type(Query& query, Relation relation, MemoryContext context);

}  // namespace journal
