// Bringing one row back exactly.
//
// The row is inserted as the caller and under the caller's settings, so that privileges, row-level
// security, constraints and the application's triggers have their say; then what is in the table is
// held against the snapshot. An exact row or an error, nothing in between.
#pragma once

#include "restore/deletion.hpp"

namespace journal {

/// Inserts the row of a deletion into its table, journaled by our trigger under the reserved id
/// entry, with reason (may be nullptr) in its context. Values go to the present columns of the same
/// identity, and through their text form where the type has changed. Returns the tracked table.
///
/// Raises JE010 (no key), JE013 (key or another unique value in use), JE014 (a referenced row is
/// missing), JE015 (no snapshot), JE016 (table gone or changed beyond repair), JE017 (the row in
/// the table differs), JE030 (no longer tracked); other errors of the INSERT as they are.
Oid restore_row(const Deletion* deletion, int64 entry, const char* reason);

}  // namespace journal
