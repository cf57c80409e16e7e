// See translate.hpp.
#include "changes/translate.hpp"

#include "base/function.hpp"
#include "base/list.hpp"
#include "base/rights.hpp"
#include "base/transaction.hpp"
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
    for (auto* set : items<RowSet>(sets)) {
        if (set->plan->id == tracked->id && can_raise(set, error))
            return set;
    }
    return nullptr;
}

bool is_only_set_of_table(const List* sets, const RowSet* set, const ErrorData* error)
{
    for (const auto* other : items<RowSet>(sets)) {
        if (other != set && other->plan->id == set->plan->id && can_raise(other, error))
            return false;
    }
    return true;
}

/// The row that an error is about: the only row of the table's; the row whose trigger came last,
/// where a foreign key's follows ours. Without a type: any of the table's.
SetRow find_culprit(const List* sets, RowSet* set, const ErrorData* error, bool at_end)
{
    SetRow row{};
    rewind_rows(set);
    const bool in_triggers =
        error->sqlerrcode == ERRCODE_FOREIGN_KEY_VIOLATION && set->arrived > 0 && !at_end;
    int64 skipped = in_triggers ? set->arrived - 1 : 0;
    if (!in_triggers && (set->count > 1 || !is_only_set_of_table(sets, set, error)))
        return row;
    while (read_row(set, &row) && skipped-- > 0)
        CHECK_FOR_INTERRUPTS();
    return row;
}

/// What an error about rows of a set means, if that is known.
bool kind_of(const RowSet* set, const ErrorData* error, IssueKind* kind)
{
    const int code = error->sqlerrcode;
    if (code == ERRCODE_UNIQUE_VIOLATION || code == ERRCODE_EXCLUSION_VIOLATION)
        *kind = IssueKind::kKeyInUse;
    else if (code == ERRCODE_FOREIGN_KEY_VIOLATION && set->operation != RowOperation::kDelete)
        *kind = IssueKind::kParentMissing;
    else if (code == ERRCODE_NOT_NULL_VIOLATION)
        *kind = error->column_name == nullptr ? IssueKind::kNoValue
                                              : no_value_in(set, error->column_name);
    else if (code == ERRCODE_CHECK_VIOLATION && error->constraint_name == nullptr)
        *kind = IssueKind::kNoPartition;
    else
        return false;
    return true;
}

/// What an error of decoding a row's value means: it does not fit its column's type (JE016). Raises
/// other errors as they are. Looks nothing up: the error may have left anything behind.
Issue misfit_of(const RowSet* set, const RowChange& change, ErrorData* error)
{
    const int category = ERRCODE_TO_CATEGORY(error->sqlerrcode);
    if (set->decoding == nullptr ||
        (category != ERRCODE_DATA_EXCEPTION &&
         category != ERRCODE_TO_CATEGORY(ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION) &&
         category != ERRCODE_TO_CATEGORY(ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION)))
        ReThrowError(error);
    SetRow row{};
    row.entry = change.entry;
    row.object_type = change.object_type;
    row.object_id = row.key = change.object_id;
    row.label = change.label;
    Issue issue = issue_of_row(IssueKind::kMisfit, set, row, original_words(error));
    issue.why =
        psprintf("its value of column \"%s\" does not fit the column's type", set->decoding->name);
    return issue;
}

/// Reads a row's values. The checks of a domain are its author's code.
void add_checked(const Application* application, RowSet* set, const RowChange& change)
{
    const Rights rights = rights_on(application, set->table);
    add_row(set, change);
    rights.end();
}

}  // namespace

void add_change(Application* application, RowSet* set, const RowChange& change)
{
    MemoryContext context = CurrentMemoryContext;
    const Rights caller = Rights::present();
    ErrorData* volatile error = nullptr;
    PG_TRY();
    {
        add_checked(application, set, change);
    }
    PG_CATCH();
    {
        caller.end();
        // Nothing is looked up between here and the error that follows.
        MemoryContextSwitchTo(context);
        error = CopyErrorData();
        FlushErrorState();
    }
    PG_END_TRY();
    if (error != nullptr)
        raise_issue(misfit_of(set, change, error), application->done);
}

void try_change(Application* application, RowSet* set, const RowChange& change)
{
    ErrorData* error = run_in_subtransaction([&] { add_checked(application, set, change); });
    if (error == nullptr)
        return;
    add_issue(application->issues, misfit_of(set, change, error));
    set->decoding = nullptr;
}

bool is_known(List* sets, const ErrorData* error)
{
    const RowSet* set = set_of(sets, error);
    IssueKind kind{};
    return set != nullptr && kind_of(set, error, &kind);
}

void raise_translated(const Application* application, List* sets, ErrorData* error, bool at_end)
{
    RowSet* set = set_of(sets, error);
    IssueKind kind{};
    if (set == nullptr || !kind_of(set, error, &kind))
        ReThrowError(error);
    raise_issue(
        issue_of_row(kind, set, find_culprit(sets, set, error, at_end), original_words(error)),
        application->done);
}

}  // namespace journal
