// Opening tables that somebody names: by an OID that no table may have (0::regclass, or one that
// was dropped meanwhile), or that are somebody else's.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Opens a relation. Raises JE030, or JE031 for what was to be tracked, if there is none.
Relation open_relation(Oid relation, LOCKMODE mode, int sqlstate);

/// The same for a relation of the caller's, whose lock is waited for patiently
/// (base/lock_wait.hpp). Nobody keeps others from tables that are not his: he is looked at before
/// the lock is asked for.
Relation open_owned(Oid relation, LOCKMODE mode, int sqlstate);

}  // namespace journal
