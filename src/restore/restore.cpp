// journal.restore and journal.restore_all: claim deletions and bring their rows back.
#include "apply/apply.hpp"
#include "apply/refusal.hpp"
#include "apply/replace.hpp"
#include "base/bounds.hpp"
#include "base/function.hpp"
#include "base/settings.hpp"
#include "changes/dependent_rows.hpp"
#include "changes/translate.hpp"
#include "checks/find_conflicts.hpp"
#include "restore/claim.hpp"
#include "restore/collect.hpp"
#include "restore/left_columns.hpp"

namespace journal {

namespace {

constexpr const char* kHasBeenRestored = "It has been restored already.";

/// A foreign key is checked by triggers that this setting switches off, as it does most triggers.
void check_triggers_fire()
{
    if (SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("nothing can be restored while session_replication_role is replica"),
                        errdetail("Foreign keys would not be checked."),
                        errhint("SET session_replication_role = origin;")));
}

/// One restore: its collection, and where its result goes.
struct Restore : Collection {
    bool skip;
    bool exact;
    ReturnSetInfo* result;
    MemoryContext row;  // of one of its rows
};

/// A row of the result. restored_entry 0: it has not been restored.
void return_row(const Restore* restore, Oid root, const SetRow& row, int64 restored_entry,
                const char* outcome, const char* detail,
                int sqlstate = ERRCODE_SUCCESSFUL_COMPLETION)
{
    MemoryContextReset(restore->row);
    MemoryContext caller = MemoryContextSwitchTo(restore->row);
    const auto text_datum = [](const char* text) {
        return text == nullptr ? Datum{0} : CStringGetTextDatum(text);
    };
    Datum values[] = {ObjectIdGetDatum(root),
                      text_datum(row.object_type),
                      text_datum(row.key),
                      text_datum(row.label),
                      Int64GetDatum(restored_entry),
                      Int64GetDatum(row.entry),
                      text_datum(outcome),
                      text_datum(detail),
                      text_datum(unpack_sql_state(sqlstate))};
    bool nulls[] = {!OidIsValid(root),
                    row.object_type == nullptr,
                    row.key == nullptr,
                    row.label == nullptr,
                    restored_entry == 0,
                    row.entry == 0,
                    false,
                    detail == nullptr,
                    false};
    tuplestore_putvalues(restore->result->setResult, restore->result->setDesc, values, nulls);
    MemoryContextSwitchTo(caller);
}

bool is_requested(const Restore* restore, int64 entry)
{
    return std::binary_search(restore->requested->begin(), restore->requested->end(), entry);
}

Deletion deletion_of(const SetRow& row)
{
    Deletion deletion{};
    deletion.entry = row.entry;
    deletion.object_type = row.object_type;
    deletion.object_id = row.object_id;
    deletion.label = row.label;
    return deletion;
}

/// What filtering a set needs: the ids of entries that somebody else has claimed.
struct Lost {
    Restore* restore;
    RowSet* set;
    const Ids* entries;
};

/// Keeps what is not lost; of the others a requested one is an error, unless it is to be skipped.
bool keep_claimed(const SetRow& row, void* state)
{
    const auto* lost = static_cast<Lost*>(state);
    if (!std::binary_search(lost->entries->begin(), lost->entries->end(), row.entry))
        return true;
    // A related row is there again: somebody has brought it back meanwhile.
    if (is_requested(lost->restore, row.entry)) {
        if (!lost->restore->skip)
            raise_already_restored(deletion_of(row));
        return_row(lost->restore, lost->set->plan->root, row, 0, "skipped", kHasBeenRestored,
                   kAlreadyRestored);
    }
    return false;
}

/// Claims the deletions of a set of inserts, and leaves out those that are another's.
void claim(Restore* restore, RowSet* set)
{
    if (set->operation != RowOperation::kInsert)
        return;
    ContextResource memory(CurrentMemoryContext);
    Ids lost(&memory);
    claim_deletions(set, restore->reason, &lost);
    if (lost.empty())
        return;
    Lost state{restore, set, &lost};
    filter_rows(set, keep_claimed, &state);
}

/// A row that is left out since something stands in its way.
struct RefusedRow {
    RowSet* set;
    int64 number;

    bool operator<(const RefusedRow& other) const
    {
        return set != other.set ? std::less<RowSet*>()(set, other.set) : number < other.number;
    }
};

struct Refused {
    const Restore* restore;
    RowSet* set;  // that is being filtered
    Vector<RefusedRow>* rows;
};

bool keep_unrefused(const SetRow& row, void* state)
{
    const auto* refused = static_cast<Refused*>(state);
    return !std::binary_search(refused->rows->begin(), refused->rows->end(),
                               RefusedRow{refused->set, row.number});
}

/// Notes the row, and returns what it is refused for; only the first of several reasons. What the
/// caller may not do is an error.
void refuse(RowSet* set, const SetRow& row, const Conflict& conflict, void* state)
{
    auto* refused = static_cast<Refused*>(state);
    if (leaves_alone(conflict))
        return;
    if (conflict.kind == ConflictKind::kForbidden)
        raise_conflict(conflict);
    if (!refused->rows->empty() && refused->rows->back().set == set &&
        refused->rows->back().number == row.number)
        return;
    refused->rows->push_back({set, row.number});
    return_row(refused->restore, set->plan->root, row, 0, "skipped", reason_of(conflict),
               conflict.sqlstate);
}

SetRow row_of(const Deletion& deletion)
{
    SetRow row{};
    row.entry = deletion.entry;
    row.object_type = deletion.object_type;
    row.object_id = row.key = deletion.object_id;
    row.label = deletion.label;
    return row;
}

void skip_misfit(Collection* collection, RowSet* set, const Deletion& deletion, const RowValues&,
                 const JsonbValue* const*, const Conflict* misfit)
{
    if (misfit != nullptr)
        return_row(static_cast<Restore*>(collection), set->plan->root, row_of(deletion), 0,
                   "skipped", reason_of(*misfit), misfit->sqlstate);
}

void skip_unfit(Collection* collection, RowOperation operation, Oid root, const Deletion& deletion,
                const Conflict& unfit)
{
    const bool is_insert = operation == RowOperation::kInsert;
    const char* detail = unfit.kind == ConflictKind::kRestored ? kHasBeenRestored
                         : unfit.detail == nullptr             ? reason_of(unfit)
                                                               : unfit.detail;
    return_row(static_cast<Restore*>(collection), root, row_of(deletion), 0,
               is_insert ? "skipped" : "left alone", detail,
               is_insert ? unfit.sqlstate : ERRCODE_SUCCESSFUL_COMPLETION);
}

void refuse_dependent(int set, const SetRow& row, ConflictKind kind, const char* detail,
                      void* state)
{
    const auto* refused = static_cast<Refused*>(state);
    auto* own = static_cast<RowSet*>(list_nth(refused->restore->application->sets, set));
    refused->rows->push_back({own, row.number});
    const Conflict conflict =
        describe_conflict(kind, 0, describe_row(row), refused->restore->application->done, detail);
    return_row(refused->restore, own->plan->root, row, 0, "skipped", detail, conflict.sqlstate);
}

/// Refuses the rows that depend on those that are refused.
void refuse_dependents(Refused* refused)
{
    if (refused->rows->empty())
        return;
    MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "event_journal dependent rows",
                                               ALLOCSET_DEFAULT_SIZES);
    MemoryContext caller = MemoryContextSwitchTo(work);
    DependentRows* dependent = find_dependent_rows(refused->restore->application);
    for (const RefusedRow& row : *refused->rows)
        leave_row(dependent, set_index(refused->restore->application->sets, row.set), row.number);
    tell_dependent_rows(dependent, refuse_dependent, refused);
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(work);
}

/// Leaves refused rows out of their sets.
void leave_out(Refused* refused)
{
    std::sort(refused->rows->begin(), refused->rows->end());
    ListCell* cell = nullptr;
    foreach (cell, refused->restore->application->sets) {
        refused->set = static_cast<RowSet*>(lfirst(cell));
        if (refused->set->count > 0 && !refused->rows->empty())
            filter_rows(refused->set, keep_unrefused, refused);
    }
}

/// Leaves out the rows that something stands in the way of, and those that depend on them.
void skip_conflicts(Restore* restore)
{
    ContextResource memory(CurrentMemoryContext);
    Vector<RefusedRow> rows(&memory);
    do {
        CHECK_FOR_INTERRUPTS();
        rows.clear();
        Refused refused{restore, nullptr, &rows};
        find_conflicts(restore->application, refuse, &refused);
        refuse_dependents(&refused);
        leave_out(&refused);
    } while (!rows.empty());
}

/// Leaves out the rows that triggers have refused; nothing has been applied then. false: none.
bool skip_refused(const Restore* restore)
{
    const Application* application = restore->application;
    if (application->refusals == NIL)
        return false;
    release_claims(application);
    ContextResource memory(CurrentMemoryContext);
    Vector<RefusedRow> rows(&memory);
    Refused refused{restore, nullptr, &rows};
    ListCell* cell = nullptr;
    foreach (cell, application->refusals) {
        const auto* refusal = static_cast<Refusal*>(lfirst(cell));
        rows.push_back({refusal->set, refusal->row.number});
        return_row(restore, refusal->set->plan->root, refusal->row, 0, "skipped",
                   reason_of(refusal), refusal->error->sqlerrcode);
    }
    refuse_dependents(&refused);
    leave_out(&refused);
    return true;
}

void return_rows(const Restore* restore)
{
    ListCell* cell = nullptr;
    foreach (cell, restore->application->applied) {
        auto* set = static_cast<RowSet*>(lfirst(cell));
        const Oid root = set->plan->root;
        SetRow row{};
        rewind_rows(set);
        while (read_row(set, &row)) {
            CHECK_FOR_INTERRUPTS();
            const char* told =
                row.set_by_trigger == nullptr ? "" : psprintf("trigger set %s", row.set_by_trigger);
            if (set->operation == RowOperation::kInsert)
                return_row(restore, root, row, row.written_entry, "restored", told);
            else if (row.applied)
                return_row(restore, root, row, 0, "updated",
                           *told == '\0' ? "Its reference has been set back."
                                         : psprintf("Its reference has been set back; %s.", told));
            else
                return_row(restore, root, row, 0, "left alone",
                           "Its reference has been changed since, or it is not there any more.");
        }
    }
}

/// Everywhere in the same order, so that two restores of the same rows wait for one another in
/// turn.
void claim_all(Restore* restore)
{
    List* sets = list_copy(restore->application->sets);
    list_sort(sets, [](const ListCell* a, const ListCell* b) {
        const Oid first = RelationGetRelid(static_cast<const RowSet*>(lfirst(a))->table);
        const Oid second = RelationGetRelid(static_cast<const RowSet*>(lfirst(b))->table);
        return (first > second) - (first < second);
    });
    ListCell* cell = nullptr;
    foreach (cell, sets)
        claim(restore, static_cast<RowSet*>(lfirst(cell)));
}

/// Rows that a trigger had inserted, and that made way.
void return_replaced(const Restore* restore)
{
    ListCell* cell = nullptr;
    foreach (cell, restore->application->replaced) {
        const auto* other = static_cast<OtherRow*>(lfirst(cell));
        SetRow row = other->row;
        row.entry = 0;
        return_row(restore, other->root, row, 0, "replaced", "A trigger had inserted it.");
    }
}

void tell_other(const OtherRow& other, RowOperation action, void* state)
{
    SetRow row = other.row;
    const int64 entry = row.entry;
    row.entry = 0;
    return_row(static_cast<Restore*>(state), other.root, row, entry, "by trigger",
               action == RowOperation::kInsert   ? "A trigger inserted it."
               : action == RowOperation::kUpdate ? "A trigger updated it."
                                                 : "A trigger deleted it.");
}

void restore_entries(Restore* restore, const Ids& entries)
{
    ContextResource memory(CurrentMemoryContext);
    Ids requested(&memory);
    restore->requested = &requested;
    restore->on_left_behind = skip_unfit;
    restore->application = begin_application("restored", restore->reason);
    restore->application->exact = restore->exact;
    restore->application->skips = restore->skip;
    if (restore->skip) {
        restore->on_row = skip_misfit;
        restore->on_unfit = skip_unfit;
    }
    collect(restore, entries);
    do {
        if (restore->skip)
            skip_conflicts(restore);
        claim_all(restore);
        leave_written_by_triggers(restore->application);
        apply(restore->application);
    } while (skip_refused(restore));
    name_entries(restore->application);
    return_rows(restore);
    return_replaced(restore);
    for_each_other(restore->application, tell_other, restore);
    end_application(restore->application);
}

bool conflict_argument(const char* name)
{
    if (strcmp(name, "error") != 0 && strcmp(name, "skip") != 0)
        ereport(ERROR,
                (errcode(kUnknownCode), errmsg("\"%s\" is nothing to do on a conflict", name),
                 errhint("It is 'error' or 'skip'.")));
    return strcmp(name, "skip") == 0;
}

const char* text_argument_or(FunctionCallInfo fcinfo, int number, const char* otherwise)
{
    return PG_ARGISNULL(number) ? otherwise : text_to_cstring(PG_GETARG_TEXT_PP(number));
}

/// The arguments that follow the entries: reason, related, overrides, on_conflict, exact.
Restore* read_arguments(FunctionCallInfo fcinfo)
{
    auto* restore = make_in<Restore>(CurrentMemoryContext);
    const char* reason =
        !PG_ARGISNULL(1) ? bounded_argument(fcinfo, 1, "reason", kLongestReason) : settings.reason;
    restore->reason = *reason == '\0' ? nullptr : reason;
    restore->related = related_argument(text_argument_or(fcinfo, 2, "none"));
    restore->overrides = read_overrides(PG_ARGISNULL(3) ? nullptr : PG_GETARG_JSONB_P(3));
    restore->skip = conflict_argument(text_argument_or(fcinfo, 4, "error"));
    restore->exact = !PG_ARGISNULL(5) && PG_GETARG_BOOL(5);
    InitMaterializedSRF(fcinfo, 0);
    restore->result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    restore->row =
        AllocSetContextCreate(CurrentMemoryContext, "event_journal result", ALLOCSET_DEFAULT_SIZES);
    return restore;
}

}  // namespace

}  // namespace journal

using namespace journal;

// restore(entry bigint, reason text, related text, overrides jsonb, on_conflict text, exact
// boolean): see src/sql/60_restore.sql.
JOURNAL_FUNCTION(journal_restore)
{
    require_writable("journal.restore()");
    refuse_within("restored", false);
    check_triggers_fire();
    ContextResource memory(CurrentMemoryContext);
    Ids entries(&memory);
    read_entry(fcinfo, &entries);
    restore_entries(read_arguments(fcinfo), entries);
    return Datum{0};
}

// restore_all(entries bigint[], reason text, related text, overrides jsonb, on_conflict text, exact
// boolean).
JOURNAL_FUNCTION(journal_restore_all)
{
    require_writable("journal.restore_all()");
    refuse_within("restored", false);
    check_triggers_fire();
    ContextResource memory(CurrentMemoryContext);
    Ids entries(&memory);
    read_entries(fcinfo, &entries);
    restore_entries(read_arguments(fcinfo), entries);
    return Datum{0};
}
