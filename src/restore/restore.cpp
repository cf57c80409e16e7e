// journal.restore, journal.restore_all and their plans: the arguments, and what a restore says of
// its rows. The way that it goes is the engine's.
#include "restore/restore.hpp"

#include "base/bounds.hpp"
#include "base/function.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

void Restore::find_issues()
{
    if (foresees(this))
        foresee(this, application->issues);
}

void Restore::raise_issues()
{
    Issue issue{};
    rewind_issues(application->issues);
    next_issue(application->issues, &issue);
    if (issue.kind == IssueKind::kRestored)
        issue.detail = who_restored(issue.row.entry);
    raise_issue(issue, application->done);
}

namespace {

/// The change of a soft deletion that was asked for.
int64 change_of(const Vector<Request>& requests, int64 entry)
{
    return std::lower_bound(
               requests.begin(), requests.end(), entry,
               [](const Request& request, int64 asked) { return request.asked < asked; })
        ->entry;
}

/// Notes a soft deletion as taken back by what was written of its row in this transaction: where
/// the trigger did not find the deletion, which lies under another account. 0 if the row still
/// counts as deleted.
int64 note_restoration(const Application* application, const SetRow& row, int64 change)
{
    const char* role = GetUserNameFromId(GetUserId(), false);
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows = query.run(
        "INSERT INTO journal.restoration (entry, restored_entry, restored_by, reason, account) "
        "SELECT $1, r.id, $2, $3, d.account FROM journal.entry d JOIN journal.entry r "
        "ON r.object_type = d.object_type AND r.operation = 'r' "
        "AND r.transaction_id = pg_current_xact_id() AND r.restores IS NULL "
        "WHERE d.id = $4 AND r.object_id = $5 ORDER BY r.id DESC LIMIT 1 "
        "ON CONFLICT (entry) DO NOTHING RETURNING restored_entry",
        {int8_argument(change), text_argument(role), text_argument(application->reason),
         int8_argument(row.entry), text_argument(row.key)});
    const int64 entry = rows == 0 ? 0 : query.value(0).int8();
    query.end();
    return entry;
}

/// Why a row is not restored that got back what its deletion had changed.
Issue still_deleted(const RowSet* set, const SetRow& row)
{
    const TrackedRelation* tracked = find_tracked_relation(set->plan->root);
    Issue issue = issue_of_row(
        IssueKind::kRowChanged, set, row,
        psprintf("Without what the deletion changed, %s holds of it too.", tracked->deleted_when));
    issue.why = "it would still count as deleted";
    issue.hint = "Change by hand what deleted_when asks of the row.";
    return issue;
}

}  // namespace

Outcome Restore::outcome_of(const RowSet* set, const SetRow& row)
{
    const char* told =
        row.set_by_trigger == nullptr ? "" : psprintf("trigger set %s", row.set_by_trigger);
    Outcome outcome{set->plan->root, set->operation, row, "restored", told};
    if (set->operation == RowOperation::kInsert)
        return outcome;
    // A soft deletion; of other updates nobody asks for an entry.
    if (is_asked_for(row.entry)) {
        if (row.applied) {
            const int64 change = change_of(*requests, row.entry);
            outcome.row.written_entry = restoration_of(change);
            if (outcome.row.written_entry == 0)
                outcome.row.written_entry = note_restoration(application, row, change);
            if (outcome.row.written_entry != 0)
                return outcome;
            const Issue issue = still_deleted(set, row);
            if (on_conflict == OnConflict::kError)
                raise_issue(issue, application->done);
            outcome.outcome = "updated";
            outcome.detail = reason_of(issue);
            return outcome;
        }
        Issue issue = make_issue(IssueKind::kRowChanged);
        issue.root = set->plan->root;
        issue.action = set->operation;
        issue.row = row;
        if (on_conflict == OnConflict::kError)
            raise_issue(issue, application->done);
        outcome.outcome = "skipped";
        outcome.detail = issue.why;
        return outcome;
    }
    outcome.outcome = row.applied ? "updated" : "left alone";
    outcome.detail = !row.applied
                         ? "its reference has been changed since, or it is not there any more"
                     : *told == '\0' ? "its reference has been set back"
                                     : psprintf("its reference has been set back; %s", told);
    return outcome;
}

bool Restore::is_asked_for(int64 entry)
{
    // A related row is there again: somebody has brought it back meanwhile.
    return std::binary_search(requested->begin(), requested->end(), entry);
}

void Restore::before_apply()
{
    leave_written_by_triggers(application);
}

namespace {

/// The argument entry, or entries: sorted, each once. Raises an error for NULL, JE021 for none.
void read_entries(FunctionCallInfo fcinfo, bool is_list, Ids* entries)
{
    if (!is_list) {
        if (PG_ARGISNULL(0))
            ereport(ERROR,
                    (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("entry must not be null")));
        entries->push_back(PG_GETARG_INT64(0));
        return;
    }
    Datum* elements = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    if (!PG_ARGISNULL(0))
        deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), INT8OID, sizeof(int64), true, TYPALIGN_DOUBLE,
                          &elements, &nulls, &count);
    if (count == 0)
        ereport(ERROR, (errcode(kEmptyList), errmsg("list \"entries\" is empty"),
                        errhint("journal.deleted_objects() lists what can be restored.")));
    entries->reserve(count);
    for (int i = 0; i < count; i++) {
        if (nulls[i])
            ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                            errmsg("list \"entries\" contains NULL")));
        entries->push_back(DatumGetInt64(elements[i]));
    }
    make_unique(entries);
}

/// The arguments related and overrides, from a number on.
void read_arguments(FunctionCallInfo fcinfo, int number, Restore* restore)
{
    restore->related = related_argument(
        PG_ARGISNULL(number) ? "none" : text_to_cstring(PG_GETARG_TEXT_PP(number)));
    restore->overrides =
        read_overrides(PG_ARGISNULL(number + 1) ? nullptr : PG_GETARG_JSONB_P(number + 1));
    restore->result = begin_result(fcinfo);
}

/// The arguments that follow the entries: reason, related, overrides, on_conflict, exact.
Datum restore_entries(FunctionCallInfo fcinfo, bool is_list)
{
    require_writing(is_list ? "journal.restore_all()" : "journal.restore()", "restored", false);
    MemoryContext memory = CurrentMemoryContext;
    Ids entries(memory);
    Ids requested(memory);
    Vector<Request> requests(memory);
    read_entries(fcinfo, is_list, &entries);
    auto* restore = make_engine<Restore>("restored", reason_argument(fcinfo, 1),
                                         conflict_argument(fcinfo, 4, false), false);
    restore->application->exact = boolean_argument(fcinfo, 5);
    restore->requested = &requested;
    restore->requests = &requests;
    read_arguments(fcinfo, 2, restore);
    collect(restore, entries);
    bring_back(restore);
    return Datum{0};
}

/// The arguments that follow the entries: related, overrides.
Datum plan_entries(FunctionCallInfo fcinfo, bool is_list)
{
    MemoryContext memory = CurrentMemoryContext;
    Ids entries(memory);
    Ids requested(memory);
    Vector<Request> requests(memory);
    read_entries(fcinfo, is_list, &entries);
    // Support says why when it restores.
    auto* restore = make_engine<Restore>("restored", "", OnConflict::kError, true);
    restore->requested = &requested;
    restore->requests = &requests;
    read_arguments(fcinfo, 1, restore);
    collect(restore, entries);
    plan_rows(restore);
    return Datum{0};
}

}  // namespace

}  // namespace journal

using namespace journal;

// restore(entry bigint, reason text, related text, overrides jsonb, on_conflict text, exact
// boolean): see src/sql/60_restore.sql.
JOURNAL_FUNCTION(journal_restore)
{
    return restore_entries(fcinfo, false);
}

// restore_all(entries bigint[], reason text, related text, overrides jsonb, on_conflict text, exact
// boolean).
JOURNAL_FUNCTION(journal_restore_all)
{
    return restore_entries(fcinfo, true);
}

// restore_plan(entry bigint, related text, overrides jsonb): see src/sql/61_restore_plan.sql.
JOURNAL_FUNCTION(journal_restore_plan)
{
    return plan_entries(fcinfo, false);
}

// restore_plan(entries bigint[], related text, overrides jsonb).
JOURNAL_FUNCTION(journal_restore_plan_all)
{
    return plan_entries(fcinfo, true);
}
