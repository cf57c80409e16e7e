// Tables whose rows lie in a newer file than a snapshot knows.
//
// TRUNCATE and DDL that writes a table anew give it another file, which holds nothing that an older
// snapshot shows: neither what was there, nor what the entries that it does show tell of. A
// snapshot is older in a transaction that keeps one, behind a cursor, and where a statement had to
// wait for the table. Which file the snapshot knows, it shows in pg_class.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// The table, or a partition or child of it, that has another file than the snapshot knows;
/// InvalidOid if there is none. One that the snapshot does not know yet does not count. Locks them.
Oid find_newer_file(Oid table, Snapshot snapshot);

}  // namespace journal
