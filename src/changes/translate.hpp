// Adding row changes to an application, and what an error of decoding or writing rows means for
// them.
#pragma once

#include "changes/application.hpp"

namespace journal {

/// Adds a row, translating what its values raise: JE016 names the column that they do not fit.
void add_change(Application* application, RowSet* set, const RowChange& change);

/// The same, but values that do not fit are an issue of the application's; the set is as it was.
void try_change(Application* application, RowSet* set, const RowChange& change);

/// Whether an error of the statements has a meaning that raise_translated knows.
bool is_known(List* sets, const ErrorData* error);

/// Raises what an error of the statements means, naming the row if it is known; unchanged if it
/// means nothing that we know. at_end: it comes of a check when all rows were there. Called after
/// the statements' subtransaction is gone.
[[noreturn]] void raise_translated(const Application* application, List* sets, ErrorData* error,
                                   bool at_end);

}  // namespace journal
