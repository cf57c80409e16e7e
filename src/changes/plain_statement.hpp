// Statements over sets of rows where their tables may have rules.
//
// A statement that a rule rewrites can neither be part of a WITH nor return the rows that it wrote,
// so there each set has a plain statement of its own, and what it did is looked up.
#pragma once

#include "changes/statement.hpp"

namespace journal {

/// Runs the sets that belong together: by run_statement where no table has rules for what is done
/// to it, else one after the other, deletions first, then updates, then insertions. Raises JE061 if
/// a row stays as it was that a statement without rules would have written.
void run_sets(List* sets, const char* reason);

}  // namespace journal
