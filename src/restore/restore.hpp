// A restore, planned or done: what was asked for, and adding the changes that do it.
#pragma once

#include "engine/engine.hpp"
#include "restore/overrides.hpp"
#include "restore/related.hpp"

namespace journal {

struct Restore final : Engine {
    Related related;
    Overrides* overrides;
    Ids* requested;             // what is asked for, once it is read: sorted
    Vector<Request>* requests;  // the same as it was read, in the order of asked
    List* targets;

    void find_issues() override;
    [[noreturn]] void raise_issues() override;
    Outcome outcome_of(const RowSet* set, const SetRow& row) override;
    bool is_asked_for(int64 entry) override;
    void before_apply() override;
};

/// Checks who may restore the entries, finds what comes along, and fills the application with a set
/// for each table. Raises what read_requests and add_change raise.
void collect(Restore* restore, const Ids& entries);

/// The target of a row's layout, found once; it may be an unfit one (target.hpp).
Target* target_of(Restore* restore, const Deletion& row);

/// Adds a change to the set of the target's table. expected: what a row whose reference is set back
/// has to hold now.
void add_row_change(Restore* restore, RowOperation operation, const Target* target,
                    const Deletion& row, const RowValues& values,
                    const JsonbValue* const* expected);

/// Leaves to triggers what triggers wrote to rows of insertions in the transactions that deleted
/// them (left_columns.cpp). Called when it is known which rows come back, before they are applied.
void leave_written_by_triggers(const Application* application);

/// Says who restored a deletion, and by which entry.
const char* who_restored(int64 deletion);

}  // namespace journal
