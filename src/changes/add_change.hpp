// Adding row changes to the sets of an application, and what their values raise.
#pragma once

#include "changes/application.hpp"

namespace journal {

struct Conflict;  // conflict.hpp

/// Adds a row, translating what its values raise: JE016 names the column that they do not fit.
void add_change(Application* application, RowSet* set, const RowChange& change);

/// The same, but false and the conflict for values that do not fit; the set is as it was.
bool try_change(Application* application, RowSet* set, const RowChange& change, Conflict* conflict);

}  // namespace journal
