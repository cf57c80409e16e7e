// What stands in the way of a row that is to be written, in words, and lists of it.
//
// Whoever finds an issue adds it to a list, or raises it. An error, a row of a plan and a row of a
// result say the same of it: why, and what else is known. Lists are on disk beyond work_mem.
#pragma once

#include "changes/row_set.hpp"

namespace journal {

/// Several issues of one row are told in this order.
enum class IssueKind : char {
    kRestored,       // it has been restored already
    kForbidden,      // the caller lacks a privilege, or row-level security refuses the row
    kMisfit,         // a value does not fit its column's type
    kRowGone,        // update, delete: there is no such row, or none that the caller sees
    kRowChanged,     // of a checked set: the row does not hold what is expected
    kKeyInUse,       // a live row, or another of the rows, has the key or another unique value
    kParentMissing,  // what it refers to neither exists nor comes
    kNoValue,        // a NOT NULL column gets no value
    kNotKept,        // the journal was told not to keep a value
    kCheckViolated,
    kNoPartition,
    kRaised,      // an expression of the table raises an error
    kNotJudged,   // a plan: row-level security would have to be asked, by a stranger's code
    kReferenced,  // delete, update of a key: rows refer to it, whatever their ON DELETE action is
    kRuled,       // a rule of the table puts something else in its place
    kRefused,     // the table, or a trigger, raised an error when it was written
    // The row has no place in which to look.
    kTableGone,
    kNotTracked,
    kNoKey,
    kInPart,    // only some of the table's changes are recorded
    kRekeyed,   // the table's key is of other columns than it was
    kIdentity,  // a column that is always generated would have to get another value
    kNoRow,     // the journal does not hold it
    kNothingLeft,
    // Of an entry that is asked for, or of a row that would come with it.
    kUnknownEntry,
    kNoDeletion,
    kNobodys,   // nobody restores its type
    kSupports,  // only support restores its type
};

/// How it is found who is behind an issue: by the entries of a row later than one.
struct Trace {
    int32 relation;      // tracked_relation.id of the row; 0: nothing is known
    const char* key;     // its object key
    int64 since;         // by entries later than this one
    ArrayType* columns;  // our identities of those whose changes count, integer[]; nullptr: all
    bool derived;        // what changed are columns that triggers had written
    bool by_all;         // each such transaction stands in the way, not only the newest
    const char* what;    // what the later transaction did, in words that have %s for who
};

struct Issue {
    IssueKind kind;
    int sqlstate;        // of the error that it is; 0: it is only told
    const char* why;     // a clause
    const char* detail;  // what else is known; or nullptr
    const char* hint;
    Oid object;  // kKeyInUse: the index, kParentMissing: the foreign key; else InvalidOid
    Oid root;    // the tracked table; InvalidOid: it is gone
    RowOperation action;
    SetRow row;                // without a type: an entry, or the rows of the table
    int set;                   // index in the application's sets; -1: it is in none
    uint64 later_transaction;  // 0: none, or none that may be named
    int64 place;               // in its list
    Trace trace;
};

/// Whether apply() would leave the row alone, which is no error.
inline bool leaves_alone(const Issue& issue)
{
    return issue.kind == IssueKind::kRowGone || issue.kind == IssueKind::kRowChanged;
}

/// An issue in its kind's words, of no row.
Issue make_issue(IssueKind kind, const char* detail = nullptr);

/// The same of a row that is in no set (any more).
Issue issue_of_row(IssueKind kind, const RowSet* set, const SetRow& row,
                   const char* detail = nullptr);

/// What it means that a NOT NULL column of a set's rows has no value: kNotKept or kNoValue.
IssueKind no_value_in(const RowSet* set, const char* column);

/// A kind in undo_plan's column conflict.
const char* name_of(IssueKind kind);

/// An issue in words: as an error's message and hint, and as a reason. done: what the row would be:
/// "restored".
const char* message_of(const Issue& issue, const char* done);
const char* hint_of(const Issue& issue, const char* done);
const char* reason_of(const Issue& issue);

[[noreturn]] void raise_issue(const Issue& issue, const char* done);

struct IssueList {
    Tuplestorestate* rows;
    TupleDesc descriptor;
    TupleTableSlot* slot;
    MemoryContext context;  // of the list
    MemoryContext row_context;
    int64 count;  // that are errors
    int64 added;
};

/// An empty list in the current memory context.
IssueList* make_issues();

/// Adds a copy of an issue.
void add_issue(IssueList* issues, const Issue& issue);

/// Goes back to the first one; the next, or false after the last. Texts are valid until the list is
/// used again.
void rewind_issues(IssueList* issues);
bool next_issue(IssueList* issues, Issue* issue);

/// A list while rows are read in the same order.
struct IssueReader {
    IssueList* issues;
    Issue issue;  // valid if there is more
    bool more;

    explicit IssueReader(IssueList* list) : issues(list), issue{}
    {
        rewind_issues(list);
        next();
    }
    void next() { more = next_issue(issues, &issue); }
    bool is_of(const RowSet* set, int64 number) const
    {
        return more && issue.set == set->index && issue.row.number == number;
    }
};

/// Registers a list with the connected query as event_journal_issues; its columns have the names of
/// the members.
void register_issues(IssueList* issues);

/// Puts a list into an order, a list of its columns; of equal ones one stays.
void sort_issues(IssueList* issues, const char* order);

void clear_issues(IssueList* issues);
void end_issues(IssueList* issues);

}  // namespace journal
