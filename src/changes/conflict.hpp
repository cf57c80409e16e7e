// What can stand in the way of a row that is about to be written, and its words.
#pragma once

#include "base/pg.hpp"

namespace journal {

enum class ConflictKind : char {
    kForbidden,      // the caller lacks a privilege, or row-level security refuses the row
    kMisfit,         // a value does not fit its column's type
    kKeyInUse,       // a live row, or another of the rows, has the key or another unique value
    kParentMissing,  // what it refers to neither exists nor comes
    kNoValue,        // a NOT NULL column gets no value
    kNotKept,        // the same, since the journal was told not to keep it
    kCheckViolated,
    kNoPartition,
    kRaised,      // an expression of the table raises an error
    kRowGone,     // update, delete: there is no such row, or none that the caller sees
    kRowChanged,  // of a checked set: the row does not hold what is expected
    kNotJudged,   // a plan: row-level security would have to be asked, by a stranger's code
    kRuled,       // a rule of the table puts something else in its place
    kReferenced,  // delete, update of a key: rows refer to it, whatever their ON DELETE action is
    // Not found by find_conflicts: the row has no place in which to look.
    kTableGone,
    kNotTracked,
    kNoKey,
    kNoRow,  // the journal does not hold it
    // Of an entry that is asked for, or of a row that would come with it.
    kUnknownEntry,
    kNoDeletion,
    kNobodys,   // nobody restores its type
    kSupports,  // only support restores its type
    kRestored,  // it has been restored already
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

}  // namespace journal
