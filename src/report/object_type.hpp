// Object types that a reader asks for by name.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Raises JE001 for an object type that the journal does not know: no table is tracked as it, it
/// has no event type, and no entry of the account is of it.
void check_object_type(const char* type, const char* account);

}  // namespace journal
