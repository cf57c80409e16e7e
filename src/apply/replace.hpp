// Rows that triggers of an application have inserted and that hold unique values of rows to come:
// the default child that a parent makes for itself, when the parent comes back with its own.
#pragma once

#include "apply/others.hpp"

namespace journal {

/// Deletes such rows where no row refers to them, and adds them to application->replaced; false if
/// there are none. Called when the statement of the sets has failed for a unique value, after its
/// subtransaction.
bool replace_rows(Application* application, List* sets);

}  // namespace journal
