// What stands in the way of rows that are about to be written: found beforehand, all of it, and
// without writing anything.
//
// The rows of an application are taken as if they had been written (final_state.hpp), and held
// against the constraints of the tables that they would be in: values and checks one row after the
// other, as the server evaluates them (row_checks.cpp), keys and references by queries over all
// rows of a table at once (key_checks.cpp). What only happens when rows are written is not seen:
// triggers, and what other sessions have not committed.
#pragma once

#include "changes/application.hpp"

namespace journal {

/// Called for each issue, which is valid until it returns.
using TellIssue = Callback<void(const RowSet* set, const Issue& issue)>;

/// Finds every issue of every row of the application's sets, which are filled and not applied, and
/// tells them set by set in the order of the rows; their texts are valid until tell returns. Of a
/// row that the caller may not write it is told only that. Works in a read-only transaction and on
/// a standby.
///
/// Columns for which a set has no values count as their defaults; where that is a volatile
/// expression, constraints over the column are not judged. Keys and references are judged by what
/// is there when all sets are applied, deferrable or not.
void find_issues(Application* application, TellIssue tell);

}  // namespace journal
