// Whether entries are what a filter asks for, where only the entry itself can tell: who acted, what
// changed, which words it has.
//
// An entry is judged by what the caller would be shown of it, so a filter tells nobody of a value
// that is masked, restricted or withheld.
#pragma once

#include "report/filter.hpp"

namespace journal {

/// Judges entries of an account by the filter: sets keep for each of rows. What it needs for that
/// is allocated in the current memory context.
void judge_rows(const RowFilter& filter, const char* account, const EntryRows& rows, bool* keep);

}  // namespace journal
