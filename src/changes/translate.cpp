// See translate.hpp.
#include "changes/translate.hpp"

#include "base/function.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

namespace {

/// The server's own words, as a detail.
const char* original_words(const ErrorData* error)
{
    return error->detail == nullptr ? error->message
                                    : psprintf("%s: %s", error->message, error->detail);
}

/// Whether an error can be about the rows of a set. A deletion violates foreign keys only, and of
/// those not its own rows', which the server's untranslated words tell.
bool can_raise(const RowSet* set, const ErrorData* error)
{
    return set->operation != RowOperation::kDelete ||
           (error->sqlerrcode == ERRCODE_FOREIGN_KEY_VIOLATION &&
            (error->message_id == nullptr ||
             strstr(error->message_id, "insert or update") == nullptr));
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
        if (set->plan->id == tracked->id && can_raise(set, error))
            return set;
    }
    return nullptr;
}

bool is_only_set_of_table(const List* sets, const RowSet* set, const ErrorData* error)
{
    ListCell* cell = nullptr;
    foreach (cell, sets) {
        const auto* other = static_cast<RowSet*>(lfirst(cell));
        if (other != set && other->plan->id == set->plan->id && can_raise(other, error))
            return false;
    }
    return true;
}

/// Words for the row that an error is about. The only row of the table's; the row whose trigger
/// came last, where a foreign key's follows ours; else the table's rows.
const char* describe_culprit(const List* sets, RowSet* set, const ErrorData* error, bool at_end)
{
    SetRow row{};
    rewind_rows(set);
    const bool in_triggers =
        error->sqlerrcode == ERRCODE_FOREIGN_KEY_VIOLATION && set->arrived > 0 && !at_end;
    int64 skipped = in_triggers ? set->arrived - 1 : 0;
    if (!in_triggers && (set->count > 1 || !is_only_set_of_table(sets, set, error)))
        return psprintf("rows of %s", qualified_name(set->plan->root));
    while (read_row(set, &row) && skipped-- > 0)
        CHECK_FOR_INTERRUPTS();
    return describe_row(row);
}

/// What an error about rows of a set means, if that is known.
bool kind_of(const RowSet* set, const ErrorData* error, ConflictKind* kind)
{
    const int code = error->sqlerrcode;
    if (code == ERRCODE_UNIQUE_VIOLATION || code == ERRCODE_EXCLUSION_VIOLATION)
        *kind = ConflictKind::kKeyInUse;
    else if (code == ERRCODE_FOREIGN_KEY_VIOLATION && set->operation != RowOperation::kDelete)
        *kind = ConflictKind::kParentMissing;
    else if (code == ERRCODE_NOT_NULL_VIOLATION)
        *kind = error->column_name == nullptr ? ConflictKind::kNoValue
                                              : no_value_in(set, error->column_name);
    else if (code == ERRCODE_CHECK_VIOLATION && error->constraint_name == nullptr)
        *kind = ConflictKind::kNoPartition;
    else
        return false;
    return true;
}

}  // namespace

void raise_conflict(const Conflict& conflict)
{
    ereport(ERROR, (errcode(conflict.sqlstate), errmsg_internal("%s", conflict.message),
                    errdetail_internal("%s", conflict.detail), errhint("%s", conflict.hint)));
    pg_unreachable();
}

Conflict misfit_of(const Application* application, const RowSet* set, const RowChange& change,
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
    Conflict conflict = describe_conflict(ConflictKind::kMisfit, 0, describe_row(row),
                                          application->done, original_words(error));
    conflict.why =
        psprintf("its value of column \"%s\" does not fit the column's type", set->decoding->name);
    conflict.message =
        psprintf("%s cannot be %s: %s", describe_row(row), application->done, conflict.why);
    return conflict;
}

void raise_misfit(const Application* application, const RowSet* set, const RowChange& change,
                  ErrorData* error)
{
    raise_conflict(misfit_of(application, set, change, error));
}

bool is_known(List* sets, const ErrorData* error)
{
    const RowSet* set = set_of(sets, error);
    ConflictKind kind{};
    return set != nullptr && kind_of(set, error, &kind);
}

void raise_translated(const Application* application, List* sets, ErrorData* error, bool at_end)
{
    RowSet* set = set_of(sets, error);
    ConflictKind kind{};
    if (set == nullptr || !kind_of(set, error, &kind))
        ReThrowError(error);
    raise_conflict(describe_conflict(kind, 0, describe_culprit(sets, set, error, at_end),
                                     application->done, original_words(error)));
}

}  // namespace journal
