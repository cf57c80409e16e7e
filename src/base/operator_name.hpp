// Operators in the text of queries.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// An operator, written with its schema: it may come from any extension. In the current memory
/// context.
const char* operator_name(Oid oid);

/// The equality operator of a type, written with its schema; nullptr for a type without.
const char* find_equality_operator(Oid type);

/// The same; raises an error for a type without.
const char* equality_operator(Oid type);

}  // namespace journal
