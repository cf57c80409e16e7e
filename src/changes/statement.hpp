// One statement over sets of rows: its text, and running it as the caller.
#pragma once

#include "base/joined.hpp"
#include "base/query.hpp"
#include "changes/application.hpp"

namespace journal {

/// From so many rows on, a statement is announced.
inline constexpr int64 kAnnouncedRows = 10000;

/// Runs the sets that belong together as one statement, under the caller's settings and with reason
/// (may be nullptr) in event_journal.reason; fills in which rows of updates and deletes were
/// applied.
void run_statement(List* sets, const char* reason);

/// Connects as the caller under its settings, with reason (may be nullptr) in event_journal.reason.
Query begin_writing(const char* reason);
/// The text of the statement of such sets. Names are written in full, and operators found, before
/// the caller's search_path counts.
const char* statement_text(const List* sets);
/// Runs the planned statement of sets without insertions, and marks the rows that were applied.
void run_planned(SPIPlanPtr plan, List* sets);
/// Forgets which rows of an update or delete were applied. run_statement() does it where nobody
/// has.
void begin_applied(RowSet* set);

/// The order within one statement: deletions, updates, insertions; of list cells with sets.
int by_operation(const ListCell* a, const ListCell* b);
/// The text of one set's statement, over the rows of the name rows_name(0).
const char* plain_text(const RowSet* set);
/// Marks the rows of updates and deletes that a result of (index of the set, number of the row)
/// names, and ends it.
void mark_applied(List* sets, Tuplestorestate* result);

/// Registers a set's rows with the connected query under the name that rows_name gives. What is
/// returned is the query's.
EphemeralNamedRelation register_rows(RowSet* set, int number);
const char* rows_name(int number);
/// The same of all sets of a list, by their places in it.
void register_sets(const List* sets);

/// Reads by a query over a set's table and its rows, rows_name(0) (and those of another set,
/// rows_name(1)), with the rights of rights_on() and in the current memory context.
ResultReader read_table(const Application* application, RowSet* set, const char* sql,
                        RowSet* other = nullptr);

/// Conditions over t, the table, and e, a set's rows: that t is the row of an update or delete;
/// that it holds what a checked set expects.
const char* has_key(const RowSet* set);
const char* holds_expected(const RowSet* set);
/// "ROW(t.a, …), ROW(e.c1, …)": some columns of a set in the table, and its values of that kind
/// (row_set.hpp); nullptr: there are none.
template <typename Is>
const char* row_images(const RowSet* set, char kind, const Is& is)
{
    const auto row = [&](const auto& item) {
        return joined(set->column_count, ", ",
                      [&](int i) -> const char* { return is(i) ? item(i) : nullptr; });
    };
    const char* now = row(
        [set](int i) { return psprintf("t.%s", quote_identifier(set->columns[i].column->name)); });
    return *now == '\0' ? nullptr
                        : psprintf("ROW(%s), ROW(%s)", now,
                                   row([kind](int i) { return psprintf("e.%c%d", kind, i + 1); }));
}
/// That the statement of an update or delete writes t for e.
const char* is_target(const RowSet* set);
/// A table for FROM: with its partitions, or without the rows of inheritance children, which have
/// keys of their own; that of a set.
const char* rows_of(Oid table);
const char* only_rows_of(const RowSet* set);

}  // namespace journal
