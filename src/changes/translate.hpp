// What an error of decoding or writing rows means for them.
#pragma once

#include "changes/application.hpp"

namespace journal {

/// What an error of decoding a row's value means: it does not fit its column's type (JE016). Raises
/// other errors as they are. Looks nothing up: the error may have left anything behind.
Issue misfit_of(const RowSet* set, const RowChange& change, ErrorData* error);

/// Whether an error of the statements has a meaning that raise_translated knows.
bool is_known(List* sets, const ErrorData* error);

/// Raises what an error of the statements means, naming the row if it is known; unchanged if it
/// means nothing that we know. at_end: it comes of a check when all rows were there. Called after
/// the statements' subtransaction is gone.
[[noreturn]] void raise_translated(const Application* application, List* sets, ErrorData* error,
                                   bool at_end);

}  // namespace journal
