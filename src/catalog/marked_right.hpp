// Rights that are grants on a marker function, which does nothing: a grant is dumped with the
// database, and roles are the cluster's.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Whether a role has EXECUTE on a marker function, as superusers have: "journal.support()".
bool has_marked_right(Oid role, const char* function);

}  // namespace journal
