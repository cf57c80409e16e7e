// Rows of an application that depend on one another, so that leaving one out leaves the other out,
// too:
//
//   - a row that goes, or gives up its key, on those that have to stop referring to it before;
//   - a row that comes to refer to another on that one, where it comes or gets its key;
//   - a row that takes a unique value on the one that has it still.
//
//     DependentRows* rows = find_dependent_rows(application, true);
//     leave_row(rows, set, number);               // as often as rows are left out
//     tell_dependent_rows(rows, tell);            // all that depend on them
//     leave_rows_out(rows);                       // of their sets
#pragma once

#include "changes/application.hpp"

namespace journal {

struct DependentRows;

/// Finds what depends on what, in the current memory context: 12 bytes for each dependency, one bit
/// for each row. The sets must not change until it has been told. What expressions, exclusion
/// constraints or partial indexes make of rows is not among it. Without dependents
/// rows are only left out.
DependentRows* find_dependent_rows(Application* application, bool with_dependents);

/// Notes a row that is left out, by the index of its set and its number there; false: it was noted.
bool leave_row(DependentRows* rows, int set, int64 number);

/// Called for a row that depends on one that is left out; row is valid until it returns. kind:
/// kReferenced, kParentMissing or kKeyInUse; detail says in words what is skipped.
using TellDependent =
    Callback<void(const RowSet* set, const SetRow& row, IssueKind kind, const char* detail)>;

/// Tells all rows that depend on those that are left out, set by set in the order of the rows.
void tell_dependent_rows(DependentRows* rows, TellDependent tell);

/// Takes them all out of their sets.
void leave_rows_out(DependentRows* rows);

}  // namespace journal
