// See conflict.hpp.
#include "changes/conflict.hpp"

#include "base/function.hpp"

namespace journal {

namespace {

constexpr const char* kSnapshotHint =
    "journal.entries shows the deleted row in its column snapshot.";

struct Words {
    int sqlstate;
    const char* why;
    const char* hint;
    const char* of_restore = "";  // what else a restore can do
};

Words words_of(ConflictKind kind)
{
    switch (kind) {
        case ConflictKind::kForbidden:
            return {ERRCODE_INSUFFICIENT_PRIVILEGE, "the role may not do that",
                    "Ask a role that may."};
        case ConflictKind::kMisfit:
            return {kRelationGone, "a value does not fit its column's type", kSnapshotHint};
        case ConflictKind::kKeyInUse:
            return {kKeyInUse, "its key or another unique value of it is in use",
                    "Change or delete the row that stands in the way first.",
                    " Or give another value (overrides)."};
        case ConflictKind::kParentMissing:
            return {kParentMissing, "a row that it refers to does not exist",
                    "Restore or create that row first; journal.deleted_objects() lists what was "
                    "deleted.",
                    " Or take it along (related => 'parents'), or give another value "
                    "(overrides)."};
        case ConflictKind::kNotKept:
            return {kUnknownValue, "a column that takes no NULL is not kept by the journal",
                    "Give journal.restore a value for it: overrides => '{\"object_type\": "
                    "{\"column\": value}}'."};
        case ConflictKind::kNoValue:
            return {kRelationGone, "its table has changed since",
                    "Give journal.restore a value for the column: overrides => "
                    "'{\"object_type\": {\"column\": value}}'."};
        case ConflictKind::kNoPartition:
            return {kRelationGone, "its table has changed since", kSnapshotHint};
        case ConflictKind::kCheckViolated:
            return {ERRCODE_CHECK_VIOLATION, "it violates a check constraint", kSnapshotHint};
        case ConflictKind::kRaised:
            return {ERRCODE_INTERNAL_ERROR, "its table raises an error", kSnapshotHint};
        case ConflictKind::kRowGone:
            return {ERRCODE_NO_DATA_FOUND, "it is not there any more",
                    "journal.history() shows what became of it."};
        case ConflictKind::kRowChanged:
            return {ERRCODE_NO_DATA_FOUND, "it has been changed since",
                    "journal.history() shows what became of it."};
        case ConflictKind::kNotJudged:
            return {kNotJudged, "it is not judged",
                    "Ask a role that row-level security does not hold, or have a superuser name "
                    "the table's owner in journal.trusted_owner."};
        case ConflictKind::kRuled:
            return {kUndoConflict, "a rule of its table puts something else in its place",
                    "Write the row by hand, or disable the rule meanwhile: ALTER TABLE ... DISABLE "
                    "RULE."};
        case ConflictKind::kReferenced:
            return {ERRCODE_FOREIGN_KEY_VIOLATION, "other rows refer to it",
                    "Change or delete those rows first."};
        case ConflictKind::kTableGone:
            return {kRelationGone, "its table is gone", kSnapshotHint};
        case ConflictKind::kNotTracked:
            return {kNotTracked, "its table is not tracked",
                    "Call journal.track for the table first."};
        case ConflictKind::kNoKey:
            return {kNotRestorable, "its table has no key",
                    "Add a primary key; rows deleted from then on can be restored."};
        case ConflictKind::kNoRow:
            return {kNoSnapshot, "the journal does not hold it",
                    "Only deletions of tracked tables' rows can be restored."};
        case ConflictKind::kUnknownEntry:
            return {kUnknownEntry, "it does not exist, or the role does not see it",
                    "journal.deleted_objects() lists what can be restored."};
        case ConflictKind::kNoDeletion:
            return {kNotRestorable, "it is not a deletion",
                    "journal.deleted_objects() lists what can be restored."};
        case ConflictKind::kNobodys:
            return {kNotRestorable, "objects of its type cannot be restored from the journal",
                    "Create it by hand: journal.entries shows the row in its column snapshot."};
        case ConflictKind::kSupports:
            return {kContactSupport, "only support may restore it, giving a reason",
                    "Contact support."};
        case ConflictKind::kRestored:
            return {kAlreadyRestored, "it has been restored already",
                    "If it was deleted again, restore that deletion."};
    }
    pg_unreachable();
}

}  // namespace

Conflict describe_conflict(ConflictKind kind, int sqlstate, const char* row, const char* done,
                           const char* detail, Oid object)
{
    const Words words = words_of(kind);
    return {
        kind,
        sqlstate == 0 ? words.sqlstate : sqlstate,
        psprintf(kind == ConflictKind::kNotJudged ? "whether %s can be %s is not known: %s"
                                                  : "%s cannot be %s: %s",
                 row, done, words.why),
        words.why,
        detail,
        strcmp(done, "restored") == 0 ? psprintf("%s%s", words.hint, words.of_restore) : words.hint,
        object};
}

const char* reason_of(const Conflict& conflict)
{
    return conflict.detail == nullptr ? conflict.why
                                      : psprintf("%s: %s", conflict.why, conflict.detail);
}

}  // namespace journal
