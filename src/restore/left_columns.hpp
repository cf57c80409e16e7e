// Columns of rows to restore that triggers wrote while the rows were on their way to be deleted:
// the total of an order whose lines went before it. The snapshot of the deletion has what was left
// of them then, which is where triggers begin that add the lines up again.
#pragma once

#include "changes/application.hpp"

namespace journal {

/// Leaves to triggers what triggers wrote to rows of insertions in the transactions that deleted
/// them. Called when it is known which rows come back, before they are applied.
void leave_written_by_triggers(const Application* application);

}  // namespace journal
