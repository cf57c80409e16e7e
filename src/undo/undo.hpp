// Taking transactions back: what an undo has to do, and what stands in its way.
//
//     Undo* undo = begin_undo(...);
//     collect_undo(undo);      // the inverse of what the transactions did, as sets of row changes
//     find_conflicts(undo);    // rows that are not as the transactions left them, …
//     apply(undo->application);
//
// What stands in the way is kept as issues, one a row: an undo raises them, a plan lists them.
#pragma once

#include "apply/apply.hpp"
#include "apply/replace.hpp"
#include "base/memory.hpp"
#include "undo/undo_transaction.hpp"

namespace journal {

enum class OnConflict : char { kError, kSkip, kCascade, kForce };

struct Undo {
    Extent extent;
    OnConflict on_conflict;
    const char* reason;  // or nullptr
    bool is_plan;
    bool all_derived;  // triggers wrote all of it: none of them fires again by what is taken back
    MemoryContext context;
    MemoryContext row_context;  // of a row that is handed over
    Application* application;
    Tuplestorestate* issues;
    TupleDesc issue_descriptor;
    int64 issue_count;
    // Deleted rows that nobody restores by themselves, and the documents that bring them along.
    Tuplestorestate* parts;
    Tuplestorestate* documents;
    TupleDesc part_descriptor;
    int64 part_count;
    Vector<uint64>* later;  // transactions that stand in the way are added; nullptr: not asked for
    Oid bound_table;        // of which bound_columns are (unique_columns.hpp)
    Bitmapset* bound_columns;
    const ReturnSetInfo* result;  // where it is told what is not left; nullptr: nowhere
    int64 nothing_left;           // changes of columns of which none is left
    int64 told;                   // rows of which a notice said that something is lost
};

/// What stands in a row's way.
struct Issue {
    Oid relation;  // InvalidOid: gone
    const char* object_type;
    const char* object_id;
    const char* label;
    RowOperation action;  // what the undo would do to the row
    int64 entry;
    const char* conflict;
    int code;
    const char* detail;
    const char* hint;
    uint64 later_transaction;  // 0: none, or none that may be named
    int set;                   // index in the application's sets; -1: not in one
    int64 number;              // of the row in its set
};

/// Whether all that stands in the way of the rows is looked for beforehand, and not left to
/// apply().
inline bool foresees(const Undo* undo)
{
    return undo->is_plan || undo->on_conflict == OnConflict::kSkip;
}

Undo* begin_undo(const Extent& extent, OnConflict on_conflict, const char* reason, bool is_plan);

/// Fills the application with the inverse of what the transactions did. Rows of which that is not
/// known, or which the caller may not bring back, become issues; so do those whose table is gone,
/// not tracked or without a key, if all is foreseen. Raises what read_net_changes and
/// add_change raise; JE010 or JE011 where no conflict is asked for.
void collect_undo(Undo* undo);

/// Finds the turns in which rows can exchange unique values (exchange.hpp). Those that cannot
/// become issues.
void order_exchanges(Undo* undo);

/// Finds the rows that are not as the transactions left them, and rows that live ones refer to; for
/// a plan, or where conflicts are left alone, also what else would keep them from being written.
/// Unless for a plan, rows are locked first that are to be deleted or to get another key, so that
/// none comes to refer to them, and those of which the journal alone tells of changes.
/// Orders the exchanges, too.
void find_conflicts(Undo* undo);

/// An issue of a row of a set, which is in no set any more unless the caller says so.
Issue issue_of_row(const RowSet* set, const SetRow& row, const char* conflict, int code);

/// Begins with no issues.
void begin_issues(Undo* undo);

void add_issue(Undo* undo, const Issue& issue);

/// The issues one after the other, in the order in which they were added.
struct IssueReader {
    Undo* undo;
    TupleTableSlot* slot;
    MemoryContext context;
};
IssueReader read_issues(Undo* undo);
/// False after the last. Texts are valid until the next call.
bool next_issue(IssueReader* reader, Issue* issue);
void end_reading(IssueReader* reader);

/// Registers the issues with the connected query as event_journal_issues.
void register_issues(Undo* undo);

void clear_issues(Undo* undo);

/// Adds an issue for each row that cannot be written because one with an issue is not, and so on.
/// They are found by what the sets' rows give to and take from one another, and need not be all:
/// find_conflicts tells of the rest once these are left alone.
void add_dependent_issues(Undo* undo);

/// Takes the rows with issues out of their sets, hands them over as skipped, and forgets the
/// issues.
void leave_alone(Undo* undo, const ReturnSetInfo* result);

/// Hands over what became of a set's row.
void return_row(const Undo* undo, const ReturnSetInfo* result, const RowSet* set, const SetRow& row,
                const char* outcome, const char* detail);

/// Hands over what became of a row of no set.
void return_issue(const Undo* undo, const ReturnSetInfo* result, const Issue& issue,
                  const char* outcome);

/// Hands over what a plan says of it.
void return_planned(const ReturnSetInfo* result, const Issue& issue, MemoryContext context);

/// The same of a row of no set.
void return_other(const Undo* undo, const ReturnSetInfo* result, const OtherRow& other,
                  RowOperation action, const char* outcome, const char* detail);

/// Raises the issues as one error that names the first of them.
[[noreturn]] void raise_issues(Undo* undo);

/// Hands over what the undo would do, and the issues.
void return_plan(Undo* undo, const ReturnSetInfo* result);

/// "delete": what is done to rows by an operation.
const char* action_name(RowOperation operation);

void end_undo(Undo* undo);

}  // namespace journal
