// See engine.hpp.
#include "engine/engine.hpp"

#include "apply/delete_last.hpp"
#include "apply/replace.hpp"
#include "base/bounds.hpp"
#include "base/function.hpp"
#include "base/list.hpp"
#include "base/settings.hpp"
#include "changes/translate.hpp"
#include "checks/find_issues.hpp"
#include "engine/claim.hpp"
#include "engine/dependent_rows.hpp"
#include "engine/result_row.hpp"

namespace journal {

namespace {

/// What is done about an issue's row, in the end.
void tell_left(Engine* engine, const Issue& issue, const char* outcome, int sqlstate)
{
    tell(engine, {issue.root, issue.action, issue.row, outcome, reason_of(issue), sqlstate});
}

/// Whether an issue that was found beforehand counts: not what the engine looks for itself, or
/// apply() leaves alone.
bool is_foreseen(const Application* application, const Issue& issue)
{
    return application->is_undo ? !leaves_alone(issue) && issue.kind != IssueKind::kReferenced
                                : !leaves_alone(issue) || application->dry_run;
}

/// Leaves out the rows that have issues, and those that depend on them, and tells why.
void leave_alone(Engine* engine, bool with_dependents)
{
    Application* application = engine->application;
    in_work_memory([&] {
        DependentRows* left = find_dependent_rows(application, with_dependents);
        Issue issue{};
        rewind_issues(application->issues);
        while (next_issue(application->issues, &issue)) {
            const bool is_first = issue.set < 0 || leave_row(left, issue.set, issue.row.number);
            // What triggers wrote counts as nobody's wish.
            application->aimless |=
                issue.set < 0 || is_written(item<RowSet>(application->sets, issue.set));
            if (is_first)
                tell_left(engine, issue, "skipped", issue.sqlstate);
        }
        tell_dependent_rows(
            left, [&](const RowSet* set, const SetRow& row, IssueKind kind, const char* why) {
                Issue dependent = issue_of_row(kind, set, row);
                dependent.why = why;
                tell_left(engine, dependent, "skipped", dependent.sqlstate);
            });
        leave_rows_out(left);
        clear_issues(application->issues);
    });
}

bool has_only_gone_rows(IssueList* issues)
{
    Issue issue{};
    bool result = true;
    rewind_issues(issues);
    while (next_issue(issues, &issue))
        result &= issue.kind == IssueKind::kRowGone;
    return result;
}

/// Leaves no issue: an error, or their rows are left alone, and what depends on those.
void settle(Engine* engine)
{
    IssueList* issues = engine->application->issues;
    while (issues->count > 0) {
        const bool skips = engine->on_conflict == OnConflict::kSkip;
        if (!skips && !(engine->on_conflict == OnConflict::kForce && has_only_gone_rows(issues)))
            engine->raise_issues();
        leave_alone(engine, skips);
        engine->find_issues();
    }
}

/// Claims the deletions of a set of inserts, and leaves out those that are another's.
void claim(Engine* engine, RowSet* set)
{
    Ids lost(CurrentMemoryContext);
    claim_deletions(set, engine->application->reason, &lost);
    if (lost.empty())
        return;
    filter_rows(set, [&](const SetRow& row) {
        if (!std::binary_search(lost.begin(), lost.end(), row.entry))
            return true;
        if (engine->is_asked_for(row.entry))
            add_issue(engine->application->issues, issue_of_row(IssueKind::kRestored, set, row));
        return false;
    });
}

/// Everywhere in the same order, so that two calls for the same rows wait for one another in turn.
void claim_all(Engine* engine)
{
    List* sets = list_copy(engine->application->sets);
    list_sort(sets, [](const ListCell* a, const ListCell* b) {
        const Oid first = RelationGetRelid(static_cast<const RowSet*>(lfirst(a))->table);
        const Oid second = RelationGetRelid(static_cast<const RowSet*>(lfirst(b))->table);
        return (first > second) - (first < second);
    });
    for (auto* set : items<RowSet>(sets)) {
        if (set->operation == RowOperation::kInsert && set->count > 0)
            claim(engine, set);
    }
    if (engine->application->issues->count == 0)
        return;
    if (engine->on_conflict != OnConflict::kSkip)
        engine->raise_issues();
    leave_alone(engine, false);
}

/// An undo takes back all or nothing, unless it skips: not so where the statements left rows alone.
void require_applied(Engine* engine)
{
    Application* application = engine->application;
    for (auto* set : items<RowSet>(application->applied)) {
        if (set->operation == RowOperation::kInsert || goes_last(set))
            continue;
        for_each_row(set, [&](const SetRow& row) {
            if (row.applied)
                return;
            Issue issue = issue_of_row(IssueKind::kRowChanged, set, row);
            issue.why = kLeftAlone;
            issue.hint = "Try again; journal.undo_plan shows what stands in the way.";
            add_issue(application->issues, issue);
        });
    }
    if (application->issues->count > 0)
        engine->raise_issues();
}

/// Tells what became of the rows, what made way for them, and what triggers wrote besides.
void tell_rows(Engine* engine)
{
    const Application* application = engine->application;
    for (auto* set : items<RowSet>(application->applied))
        for_each_row(set, [&](const SetRow& row) { tell(engine, engine->outcome_of(set, row)); });
    for (const auto* other : items<OtherRow>(application->replaced)) {
        SetRow row = other->row;
        row.entry = 0;
        tell(engine,
             {other->root, RowOperation::kDelete, row, "replaced", "a trigger had inserted it"});
    }
    for_each_other(application, [&](const OtherRow& other, RowOperation action) {
        SetRow row = other.row;
        std::swap(row.entry, row.written_entry);
        tell(engine, {other.root, action, row, "by trigger",
                      action == RowOperation::kInsert   ? "a trigger inserted it"
                      : action == RowOperation::kUpdate ? "a trigger updated it"
                                                        : "a trigger deleted it"});
    });
}

}  // namespace

void stop(Engine* engine, const Issue& issue)
{
    if (!foresees(engine))
        raise_issue(issue, engine->application->done);
    add_issue(engine->application->issues, issue);
}

void leave_behind(Engine* engine, Issue issue)
{
    const bool is_insert = issue.action == RowOperation::kInsert;
    if (!engine->application->dry_run)
        tell_left(engine, issue,
                  issue.kind == IssueKind::kNothingLeft ? name_of(issue.kind)
                  : is_insert                           ? "skipped"
                                                        : "left alone",
                  is_insert ? issue.sqlstate : ERRCODE_SUCCESSFUL_COMPLETION);
    issue.sqlstate = 0;
    if (engine->application->dry_run)
        add_issue(engine->application->issues, issue);
}

void tell(Engine* engine, const Outcome& outcome)
{
    MemoryContextReset(engine->row_context);
    ResultRow result(engine->result, engine->row_context);
    const SetRow& row = outcome.row;
    put_row(&result, outcome.root, outcome.action, row);
    if (row.entry != 0)
        result.put("deleted_entry", Int64GetDatum(row.entry));
    if (row.written_entry != 0)
        result.put("restored_entry", Int64GetDatum(row.written_entry));
    result.put("outcome", outcome.outcome);
    result.put("detail", outcome.detail);
    result.put("sqlstate", unpack_sql_state(outcome.sqlstate));
    result.store();
}

void put_change(Engine* engine, RowSet* set, const RowChange& change)
{
    if (foresees(engine))
        try_change(engine->application, set, change);
    else
        add_change(engine->application, set, change);
}

void foresee(Engine* engine, IssueList* issues)
{
    const Application* application = engine->application;
    find_issues(engine->application, [&](const RowSet* set, const Issue& issue) {
        if (!is_foreseen(application, issue))
            return;
        if (issue.kind == IssueKind::kForbidden && !application->dry_run)
            raise_issue(issue, application->done);
        Issue own = issue;
        if (leaves_alone(issue))
            own.sqlstate = 0;
        engine->trace(set, &own);
        add_issue(issues, own);
    });
}

void bring_back(Engine* engine)
{
    Application* application = engine->application;
    engine->find_issues();
    do {
        settle(engine);
        claim_all(engine);
        engine->before_apply();
        apply(application);
        if (application->issues->count > 0)
            release_claims(application);
    } while (application->issues->count > 0);
    if (application->is_undo && engine->on_conflict != OnConflict::kSkip)
        require_applied(engine);
    name_entries(application);
    tell_rows(engine);
    end_application(application);
}

ReturnSetInfo* begin_result(FunctionCallInfo fcinfo)
{
    InitMaterializedSRF(fcinfo, 0);
    return reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
}

const char* conflict_name(OnConflict on_conflict)
{
    constexpr const char* kNames[] = {"error", "skip", "cascade", "force"};
    return kNames[static_cast<int>(on_conflict)];
}

OnConflict conflict_argument(FunctionCallInfo fcinfo, int number, bool is_undo)
{
    const char* name = PG_ARGISNULL(number) ? "error" : text_to_cstring(PG_GETARG_TEXT_PP(number));
    for (const OnConflict on_conflict :
         {OnConflict::kError, OnConflict::kSkip, OnConflict::kCascade, OnConflict::kForce})
        if (pg_strcasecmp(name, conflict_name(on_conflict)) == 0 &&
            (is_undo || on_conflict <= OnConflict::kSkip))
            return on_conflict;
    ereport(ERROR, (errcode(kUnknownCode), errmsg("\"%s\" is nothing to do on a conflict", name),
                    is_undo ? errhint("It is 'error', 'skip', 'cascade' or 'force'.")
                            : errhint("It is 'error' or 'skip'.")));
    pg_unreachable();
}

const char* reason_argument(FunctionCallInfo fcinfo, int number)
{
    const char* reason = PG_ARGISNULL(number)
                             ? settings.reason
                             : bounded_argument(fcinfo, number, "reason", kLongestReason);
    return *reason == '\0' ? nullptr : reason;
}

bool boolean_argument(FunctionCallInfo fcinfo, int number)
{
    return !PG_ARGISNULL(number) && PG_GETARG_BOOL(number);
}

void require_writing(const char* function, const char* done, bool is_undo)
{
    require_writable(function);
    refuse_within(done, is_undo);
    // A foreign key is checked by triggers that this setting switches off, as it does most
    // triggers.
    if (SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("nothing can be %s while session_replication_role is replica", done),
                        errdetail("Foreign keys would not be checked."),
                        errhint("SET session_replication_role = origin;")));
}

}  // namespace journal
