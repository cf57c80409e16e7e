// Row changes that are to be applied together: sets of rows, one for each table, operation and list
// of columns. translate.hpp fills them, apply.hpp applies them.
#pragma once

#include "base/rights.hpp"
#include "changes/issue.hpp"

namespace journal {

/// The keys of tables, as far as they have been read: what table_keys.hpp keeps.
struct KnownKeys {
    MemoryContext context;
    List* tables;
};

struct Application {
    MemoryContext context;
    ResourceOwner owner;
    const char* done;  // for messages: "restored"
    bool is_undo;
    const char* reason;  // or nullptr
    bool aimless;        // something was skipped: columns that triggers write are left to them
    bool skips;          // rows that a trigger refuses are looked for, and left out by the caller
    bool exact;          // no trigger may set a column of a row
    bool dry_run;        // it is never applied: nothing is written, no layout of a table either
    List* sets;          // of RowSet, in the order of their making
    List* applied;       // after apply(): those with rows, in the order of their statements
    KnownKeys* keys;     // of its tables
    List* exchanges;     // of Exchange (exchange.hpp)
    IssueList* issues;   // that stand in the way
    List* kept;          // of KeptRow (delete_last.hpp), by apply(): what was to be deleted last
    List* replaced;      // of OtherRow (replace.hpp), by apply()
    int64 before_entry;  // an entry's id before all of this application's
};

/// Calls step with memory and resources of the application: what it makes outlives a
/// subtransaction.
template <typename Step>
auto in_application(const Application* application, const Step& step)
{
    ResourceOwner owner = CurrentResourceOwner;
    CurrentResourceOwner = application->owner;
    auto result = in_context(application->context, step);
    CurrentResourceOwner = owner;
    return result;
}

/// Rights with which a table's rows are read, computed and judged for an application, before and
/// after they are written: the caller's, who writes them; lent ones for a plan, which only looks,
/// and for a superuser. The caller's privileges are to be checked before.
Rights rights_on(const Application* application, Relation table);

/// Whether live rows and policies of a table are left out of what an application judges: a plan,
/// for whom policies of an untrusted owner hold.
bool is_unjudged(const Application* application, Relation table);

/// Begins in the current memory context. done: what the rows will be, in messages.
Application* begin_application(const char* done, const char* reason, bool dry_run = false);

/// The set of that operation on that table with those columns, made on first use. table is locked
/// until the transaction ends. Raises JE010 for a table without a key, JE030 for one that is not
/// tracked, 40001 for updates and deletions of one of which the transaction's snapshot does not
/// show the rows.
RowSet* row_set(Application* application, RowOperation operation, Oid table, int column_count,
                const SetColumn* columns, bool checked);

}  // namespace journal
