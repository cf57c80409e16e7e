// Rows that a trigger refuses by an error. The server does not say for which row of a statement a
// trigger raised it: the statement is tried with halves of its rows, in subtransactions, down to
// the single rows that are refused.
#pragma once

#include "changes/application.hpp"

namespace journal {

/// Whether an error is about what was to be written, not about the server or the session.
bool is_refusal(const ErrorData* error);

/// Writes sets in a subtransaction, derived: as if triggers wrote them. Returns the error that
/// refuses them, in the current memory context, or nullptr; raises other errors.
ErrorData* try_sets(const Application* application, List* sets, bool derived);

/// Finds the rows of some sets whose statement failed with an error that fail with it by
/// themselves, and adds them to the application's issues; unless it skips such, raises the error of
/// the first, which then says whom it is about. Called in the subtransaction in which the statement
/// failed: what the others do stays there.
void find_refusals(Application* application, List* sets, ErrorData* error);

}  // namespace journal
