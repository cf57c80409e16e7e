// journal.grant_access and revoke_access: what the levels of access to the journal are.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Raises 42501 unless the caller may read the entries, with a hint that names grant_access and the
/// level that the function called belongs to.
void require_entries_readable(const char* level);

}  // namespace journal
