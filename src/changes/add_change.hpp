// Adding row changes to the sets of an application, and what their values raise.
#pragma once

#include "changes/application.hpp"

namespace journal {

/// Adds a row, translating what its values raise: JE016 names the column that they do not fit.
void add_change(Application* application, RowSet* set, const RowChange& change);

/// The same, but values that do not fit are an issue of the application's; the set is as it was.
void try_change(Application* application, RowSet* set, const RowChange& change);

}  // namespace journal
