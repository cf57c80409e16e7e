// A restore in the making: what was asked for, and adding the changes that do it.
#pragma once

#include "apply/apply.hpp"
#include "changes/conflict.hpp"
#include "restore/overrides.hpp"
#include "restore/related.hpp"

namespace journal {

/// What a restore was asked for, and the changes that it makes.
struct Collection {
    const char* reason;  // or nullptr
    Related related;
    Overrides* overrides;
    Ids* requested;  // what is asked for, once it is read: sorted
    Application* application;
    List* targets;
    /// Called for each row that comes back, or whose reference is set back: expected is then what
    /// it has to hold now. misfit: its values do not fit, and it is in no set. nullptr: that is an
    /// error.
    void (*on_row)(Collection* collection, RowSet* set, const Deletion& row,
                   const RowValues& values, const JsonbValue* const* expected,
                   const Conflict* misfit);
    /// Called for each row that may not come back, has no place to come back to, or is not there to
    /// come back. root: InvalidOid where the table is gone. nullptr, together with on_row: that is
    /// an error.
    void (*on_unfit)(Collection* collection, RowOperation operation, Oid root, const Deletion& row,
                     const Conflict& unfit);
    /// Called for each row, or table (row has no type), that would have come along with what was
    /// asked for and cannot, which is no error.
    void (*on_left_behind)(Collection* collection, RowOperation operation, Oid root,
                           const Deletion& row, const Conflict& why);
};

/// The target of a row's layout, found once; it may be an unfit one (target.hpp).
Target* target_of(Collection* collection, const Deletion& row);

/// Tells on_unfit of a row that has no place, or is not there, as the conflict's kind says; without
/// it, raises that.
void tell_unfit(Collection* collection, RowOperation operation, const Target* target,
                const Deletion& row, const Conflict& unfit);

/// Tells on_left_behind of a row that would have come along with others, or got its reference back.
void leave_behind(Collection* collection, RowOperation operation, const Target* target,
                  const Deletion& row, const Conflict& why);

/// Adds a change to the set of the target's table.
void add_row_change(Collection* collection, RowOperation operation, const Target* target,
                    const Deletion& row, const RowValues& values,
                    const JsonbValue* const* expected);

}  // namespace journal
