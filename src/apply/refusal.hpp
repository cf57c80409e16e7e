// Rows that a trigger refuses by an error. The server does not say for which row of a statement a
// trigger raised it: the statement is tried with halves of its rows, in subtransactions, down to
// the single rows that are refused.
#pragma once

#include "changes/application.hpp"

namespace journal {

struct Refusal {
    RowSet* set;
    SetRow row;  // texts are the application's
    ErrorData* error;
};

/// Whether an error is about what was to be written, not about the server or the session.
bool is_refusal(const ErrorData* error);

/// Finds the rows of some sets whose statement failed with an error that fail with it by
/// themselves, and adds them to the application's refusals; only the first unless it skips. Called
/// in the subtransaction in which the statement failed: what the others do stays there.
void find_refusals(Application* application, List* sets, const ErrorData* error);

/// Raises a trigger's error once more, which then says whom it refuses.
[[noreturn]] void raise_refusal(const Application* application, const Refusal* refusal);

/// The reason why a row is refused, as a clause.
const char* reason_of(const Refusal* refusal);

}  // namespace journal
