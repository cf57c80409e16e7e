// A page of entries as rows of a report: names resolved, details told, links made.
#pragma once

#include "request/entry_row.hpp"

namespace journal {

/// Hands the rows of a page to the executor as the result of a set-returning function in
/// materialise mode, in the order given. language is nullptr for the account's.
void return_page(FunctionCallInfo fcinfo, const PageRequest& request, const char* language,
                 const EntryRows& rows, MemoryContext context);

/// The language that an argument, else the settings or the account, ask for. Raises JE001 for one
/// that there is not, so that a report without rows does as well.
const char* chosen_language(const PageRequest& request, const char* argument);

}  // namespace journal
