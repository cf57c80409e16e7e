// One statement over sets of rows: its text, and running it as the caller.
#pragma once

#include "restore/row_set.hpp"

namespace journal {

/// Runs the sets that belong together as one statement, under the caller's settings and with reason
/// (may be nullptr) in event_journal.reason; fills in which rows of updates and deletes were
/// applied.
void run_statement(List* sets, const char* reason);

/// Registers a set's rows with the connected query under the name that rows_name gives.
void register_rows(RowSet* set, int number);
const char* rows_name(int number);

/// Conditions over t, the table, and e, a set's rows: that t is the row of an update or delete;
/// that it holds what a checked set expects.
const char* has_key(const RowSet* set);
const char* holds_expected(const RowSet* set);
/// The table of a set for FROM, without the rows of inheritance children.
const char* only_rows_of(const RowSet* set);

}  // namespace journal
