// What stands in the way of rows that are about to be written: found beforehand, all of it, and
// without writing anything.
//
// The rows of an application are taken as if they had been written (final_state.hpp), and held
// against the constraints of the tables that they would be in: values and checks one row after the
// other, as the server evaluates them (row_checks.cpp), keys and references by queries over all
// rows of a table at once (key_checks.cpp). What only happens when rows are written is not seen:
// triggers, and what other sessions have not committed.
#pragma once

#include "restore/apply.hpp"

namespace journal {

enum class ConflictKind : char {
    kForbidden,      // the caller lacks a privilege, or row-level security refuses the row
    kMisfit,         // a value does not fit its column's type
    kKeyInUse,       // a live row, or another of the rows, has the key or another unique value
    kParentMissing,  // what it refers to neither exists nor comes
    kNoValue,        // a NOT NULL column gets no value
    kCheckViolated,
    kNoPartition,
    kRaised,      // an expression of the table raises an error
    kRowGone,     // update, delete: there is no such row, or none that the caller sees
    kRowChanged,  // of a checked set: the row does not hold what is expected
    kReferenced,  // delete, update of a key: rows refer to it, whatever their ON DELETE action is
    // Not found by find_conflicts: the row has no place in which to look.
    kTableGone,
    kNotTracked,
    kNoKey,
    kNoRow,  // the journal does not hold it
};

struct Conflict {
    ConflictKind kind;
    int sqlstate;  // of the error that apply() would raise; of a row that it would leave alone
                   // (kRowGone, kRowChanged) no_data_found
    const char* message;
    const char* why;  // the message without the row
    const char* detail;
    const char* hint;
    Oid object;  // kKeyInUse: the index, kParentMissing: the foreign key; else InvalidOid
};

/// Whether apply() would leave the row alone, which is no error.
inline bool leaves_alone(const Conflict& conflict)
{
    return conflict.kind == ConflictKind::kRowGone || conflict.kind == ConflictKind::kRowChanged;
}

/// Says what a conflict of a kind means for a row, in words; sqlstate 0: the kind's own.
Conflict describe_conflict(ConflictKind kind, int sqlstate, const char* row, const char* done,
                           const char* detail, Oid object = InvalidOid);

/// Why a row cannot be written, in words: what the conflict is, and its detail.
const char* reason_of(const Conflict& conflict);

/// Called for each conflict; row and conflict are valid until it returns.
using TellConflict = void (*)(RowSet* set, const SetRow& row, const Conflict& conflict,
                              void* state);

/// Finds every conflict of every row of the application's sets, which are filled and not applied,
/// and tells them set by set in the order of the rows. Of a row that the caller may not write it is
/// told only that. Works in a read-only transaction and on a standby.
///
/// Columns for which a set has no values count as their defaults; where that is a volatile
/// expression, constraints over the column are not judged. Keys and references are judged by what
/// is there when all sets are applied, deferrable or not.
void find_conflicts(Application* application, TellConflict tell, void* state);

}  // namespace journal
