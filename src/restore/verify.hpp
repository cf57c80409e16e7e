// Rows that were inserted, held against what was to be inserted.
#pragma once

#include "restore/application.hpp"

namespace journal {

/// Holds the rows of an insert, as they are now after every trigger, against the set's: raises
/// JE030 if one did not reach the journal, JE017 if one differs.
void verify_rows(const Application* application, RowSet* set);

/// The same for the rows of an update that were applied, read as the caller: raises JE017 if one
/// does not hold the new values. Columns that are left alone where they are not as expected
/// (ignored ones) may hold anything.
void verify_updates(const Application* application, RowSet* set);

}  // namespace journal
