// See translate.hpp.
#include "restore/translate.hpp"

#include "base/function.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

namespace {

constexpr const char* kChangedHint =
    "journal.entries shows the deleted row in its column snapshot.";

/// The server's own words, as a detail.
const char* original_words(const ErrorData* error)
{
    return error->detail == nullptr ? error->message
                                    : psprintf("%s: %s", error->message, error->detail);
}

[[noreturn]] void raise_cannot(int code, const char* what, const char* done, const char* why,
                               const ErrorData* error, const char* hint)
{
    ereport(ERROR, (errcode(code), errmsg("%s cannot be %s: %s", what, done, why),
                    errdetail_internal("%s", original_words(error)), errhint("%s", hint)));
    pg_unreachable();
}

/// The first set into whose table, or a partition of it, an error says that rows went.
RowSet* set_of(List* sets, const ErrorData* error)
{
    if (error->schema_name == nullptr || error->table_name == nullptr)
        return nullptr;
    const Oid table =
        get_relname_relid(error->table_name, get_namespace_oid(error->schema_name, true));
    const TrackedRelation* tracked = OidIsValid(table) ? find_tracked_relation(table) : nullptr;
    if (tracked == nullptr)
        return nullptr;
    ListCell* cell = nullptr;
    foreach (cell, sets) {
        auto* set = static_cast<RowSet*>(lfirst(cell));
        if (set->plan->id == tracked->id)
            return set;
    }
    return nullptr;
}

/// Words for the row that an error is about. The only row of a set; the row whose trigger came
/// last, where a foreign key's follows ours; else the table's rows.
const char* describe_culprit(RowSet* set, const ErrorData* error)
{
    SetRow row{};
    rewind_rows(set);
    const bool in_triggers = error->sqlerrcode == ERRCODE_FOREIGN_KEY_VIOLATION && set->arrived > 0;
    int64 skipped = in_triggers ? set->arrived - 1 : 0;
    if (set->count > 1 && !in_triggers)
        return psprintf("rows of %s", qualified_name(set->plan->root));
    while (read_row(set, &row) && skipped-- > 0)
        CHECK_FOR_INTERRUPTS();
    return describe_row(row);
}

}  // namespace

void raise_misfit(const Application* application, const RowSet* set, const RowChange& change,
                  ErrorData* error)
{
    const int category = ERRCODE_TO_CATEGORY(error->sqlerrcode);
    if (set->decoding == nullptr ||
        (category != ERRCODE_DATA_EXCEPTION &&
         category != ERRCODE_TO_CATEGORY(ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION) &&
         category != ERRCODE_TO_CATEGORY(ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION)))
        ReThrowError(error);
    SetRow row{};
    row.object_type = change.object_type;
    row.object_id = change.object_id;
    row.label = change.label;
    raise_cannot(kRelationGone, describe_row(row), application->done,
                 psprintf("its value of column \"%s\" does not fit the column's type",
                          set->decoding->column->name),
                 error, kChangedHint);
}

void raise_translated(const Application* application, List* sets, ErrorData* error)
{
    RowSet* set = set_of(sets, error);
    if (set == nullptr)
        ReThrowError(error);
    const int code = error->sqlerrcode;
    const char* done = application->done;
    if (code == ERRCODE_UNIQUE_VIOLATION || code == ERRCODE_EXCLUSION_VIOLATION)
        raise_cannot(kKeyInUse, describe_culprit(set, error), done,
                     "its key or another unique value of it is in use", error,
                     "Change or delete the row that stands in the way first.");
    if (code == ERRCODE_FOREIGN_KEY_VIOLATION && set->operation != RowOperation::kDelete)
        raise_cannot(kParentMissing, describe_culprit(set, error), done,
                     "a row that it refers to does not exist", error,
                     "Restore or create that row first; journal.deleted_objects() lists what "
                     "was deleted.");
    // A NOT NULL column that is new or was never stored; a partition that is gone.
    if (code == ERRCODE_NOT_NULL_VIOLATION ||
        (code == ERRCODE_CHECK_VIOLATION && error->constraint_name == nullptr))
        raise_cannot(kRelationGone, describe_culprit(set, error), done,
                     "its table has changed since", error, kChangedHint);
    ReThrowError(error);
    pg_unreachable();
}

}  // namespace journal
