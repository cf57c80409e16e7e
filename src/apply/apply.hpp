// Row changes applied to the tables they belong to, by statements over sets of rows.
//
//     Application* application = begin_application("restored", reason);
//     RowSet* set = row_set(application, RowOperation::kInsert, table, ...);
//     add_row(set, change);                // as often as there are rows, of any number of sets
//     apply(application);                  // an error, or all of it
//     for each of applied: rewind_rows, read_row   // what became of each row
//     end_application(application);
//
// Each set is one INSERT, UPDATE or DELETE that reads its rows from a tuplestore; statements run as
// the caller, so that privileges, row-level security, constraints and the application's triggers
// have their say; into the table of an owner whom a superuser does not trust, as that owner. They
// run in the order of the foreign keys between their tables. Sets that need
// each other (cyclic keys, or a table's own rows with different columns) are one statement with
// WITH: foreign keys are checked at its end, when all rows are there, deferrable or not.
#pragma once

#include "changes/application.hpp"

namespace journal {

/// Applies all sets or none: an error leaves nothing behind. Inserted and updated rows are then
/// held against what they were to be; columns that triggers set are set again, or told
/// (settle.hpp). Rows of an update or delete that are gone, or do not hold
/// what a checked set expects, are left alone: SetRow::applied says so.
///
/// Where triggers may write, deferrable constraints are deferred until all is there. At the end all
/// constraints are immediate, for the rest of the transaction, so that what they refuse is refused
/// here.
///
/// Where triggers refuse rows, and the application skips such, nothing is applied either: its
/// issues name them, and the caller leaves them out and applies it again.
///
/// Raises JE013 (key or another unique value in use), JE014 (a referenced row is missing), JE016
/// (table changed beyond repair), JE017 (a row differs), JE030 (an inserted row did not
/// reach the journal), JE070 (a superuser may not run the code of the table); other errors of the
/// statements as they are.
void apply(Application* application);

/// Whether a foreign key of one set's table leads to the other's.
bool refers_to(const Application* application, const RowSet* from, const RowSet* to);

/// Refuses to be called by a trigger that an undo fires, which would bring back what the undo has
/// judged already, and an undo to be called by one that a restore fires. done: what the call does,
/// in messages.
void refuse_within(const char* done, bool is_undo);

/// Closes the tables; the rest goes with the memory context.
void end_application(Application* application);

}  // namespace journal
