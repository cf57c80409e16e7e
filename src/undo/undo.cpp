// journal.undo, journal.undo_plan and journal.revert.
//
// An undo is one transaction like any other: its statements run as the caller, its entries are
// ordinary ones, and it can be undone. journal.undone says what it was.
#include "undo/undo.hpp"

#include "apply/delete_last.hpp"
#include "base/function.hpp"
#include "base/list.hpp"
#include "changes/statement.hpp"

namespace journal {

namespace {

// An error names so many rows.
constexpr int kToldIssues = 5;

/// Whether triggers alone saw to all of a row.
bool is_left(const Application* application, const RowSet* set, const SetRow& row)
{
    bool result = !is_written(set) && set->operation == RowOperation::kUpdate;
    for (int i = 0; i < set->column_count && result; i++)
        result = application->aimless || is_left_to_triggers(set, row.number, i);
    return result;
}

}  // namespace

Outcome Undo::outcome_of(const RowSet* set, const SetRow& row)
{
    Outcome outcome{set->plan->root, set->operation, row, "undone", ""};
    if (set->operation != RowOperation::kInsert && !row.applied) {
        outcome.outcome = "skipped";
        outcome.detail = goes_last(set) ? why_kept(application, set, row) : kLeftAlone;
    } else if (row.set_by_trigger != nullptr) {
        outcome.detail = psprintf("trigger set %s", row.set_by_trigger);
    } else if (is_left(application, set, row)) {
        outcome.detail = "left to triggers";
    }
    return outcome;
}

void Undo::raise_issues()
{
    IssueList* issues = application->issues;
    StringInfoData lines;
    initStringInfo(&lines);
    int code = 0;
    const char* hint = nullptr;
    Issue issue{};
    rewind_issues(issues);
    for (int64 i = 0; i < kToldIssues && next_issue(issues, &issue); i++) {
        if (i == 0) {
            code = issue.sqlstate;
            hint = issue.hint == nullptr ? nullptr : pstrdup(issue.hint);
        }
        appendStringInfo(&lines, "%s%s: %s.", i == 0 ? "" : "\n", describe_row(issue.row),
                         reason_of(issue));
    }
    const auto count = static_cast<unsigned long>(issues->count);
    if (issues->count > kToldIssues)
        appendStringInfo(&lines, "\n%lu more.", count - kToldIssues);
    ereport(ERROR,
            (errcode(code),
             extent.change != 0
                 ? errmsg("the change cannot be undone")
                 : errmsg_plural("the transaction cannot be undone: %lu row stands in the way",
                                 "the transaction cannot be undone: %lu rows stand in the way",
                                 count, count),
             errdetail_internal("%s", lines.data), hint == nullptr ? 0 : errhint("%s", hint)));
    pg_unreachable();
}

Undo* begin_undo(const Extent& extent, OnConflict on_conflict, const char* reason, bool is_plan)
{
    Undo* undo = make_engine<Undo>("undone", reason, on_conflict, is_plan);
    undo->application->is_undo = true;
    undo->extent = extent;
    return undo;
}

namespace {

bool has_rows(const Application* application)
{
    for (auto* set : items<RowSet>(application->sets))
        if (set->count > 0)
            return true;
    return false;
}

/// Does it all, or raises an error.
void take_back(Undo* undo)
{
    collect_undo(undo);
    if (undo->nothing_left == 0 || undo->application->issues->count > 0 ||
        has_rows(undo->application))
        record_undo(undo->extent, conflict_name(undo->on_conflict), undo->application->reason);
    bring_back(undo);
}

/// Adds the transactions that stand in the way of an undo to those that it undoes; false if
/// there are none that it does not have already.
bool add_later_transactions(const Extent& extent, const char* reason, Vector<uint64>* transactions)
{
    const std::size_t before = transactions->size();
    Vector<uint64> later(CurrentMemoryContext);
    const uint64 own = U64FromFullTransactionId(GetTopFullTransactionIdIfAny());
    in_work_memory([&] {
        Undo* undo = begin_undo(extent, OnConflict::kCascade, reason, true);
        collect_undo(undo);
        undo->later = &later;
        undo->find_issues();
        end_application(undo->application);
    });
    std::copy_if(later.begin(), later.end(), std::back_inserter(*transactions),
                 [own](uint64 transaction) { return transaction != own; });
    std::sort(transactions->begin(), transactions->end());
    transactions->erase(std::unique(transactions->begin(), transactions->end()),
                        transactions->end());
    return transactions->size() > before;
}

/// The extent of a transaction and of all later ones that depend on what it did.
Extent with_later_transactions(Extent extent, const char* reason)
{
    Vector<uint64> transactions(CurrentMemoryContext);
    transactions.push_back(U64FromFullTransactionId(transaction_of(extent)));
    while (add_later_transactions(extent, reason, &transactions)) {
        CHECK_FOR_INTERRUPTS();
        extent = extent_of_transactions(transactions);
    }
    return extent;
}

FullTransactionId transaction_argument(FunctionCallInfo fcinfo)
{
    if (PG_ARGISNULL(0))
        ereport(ERROR,
                (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("transaction must not be null")));
    return PG_GETARG_FULLTRANSACTIONID(0);
}

}  // namespace

}  // namespace journal

using namespace journal;

// undo(transaction xid8, reason text, on_conflict text, exact boolean): see src/sql/81_undo.sql.
JOURNAL_FUNCTION(journal_undo)
{
    require_writing("journal.undo()", "undone", true);
    const FullTransactionId transaction = transaction_argument(fcinfo);
    const OnConflict on_conflict = conflict_argument(fcinfo, 2, true);
    const char* reason = reason_argument(fcinfo, 1);
    ReturnSetInfo* result = begin_result(fcinfo);
    Extent extent = extent_of_transaction(transaction);
    wait_for_other_undos(transaction);
    if (on_conflict == OnConflict::kError || on_conflict == OnConflict::kCascade)
        require_not_undone(transaction);
    if (on_conflict == OnConflict::kCascade)
        extent = with_later_transactions(extent, reason);
    Undo* undo = begin_undo(extent, on_conflict, reason, false);
    undo->application->exact = boolean_argument(fcinfo, 3);
    undo->result = result;
    take_back(undo);
    return Datum{0};
}

// undo_plan(transaction xid8, on_conflict text).
JOURNAL_FUNCTION(journal_undo_plan)
{
    const FullTransactionId transaction = transaction_argument(fcinfo);
    const OnConflict on_conflict = conflict_argument(fcinfo, 1, true);
    ReturnSetInfo* result = begin_result(fcinfo);
    Extent extent = extent_of_transaction(transaction);
    if (on_conflict == OnConflict::kCascade)
        extent = with_later_transactions(extent, nullptr);
    Undo* undo = begin_undo(extent, on_conflict, nullptr, true);
    undo->result = result;
    collect_undo(undo);
    plan_rows(undo);
    return Datum{0};
}

// revert(entry bigint, reason text, exact boolean).
JOURNAL_FUNCTION(journal_revert)
{
    require_writing("journal.revert()", "undone", true);
    if (PG_ARGISNULL(0))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("entry must not be null")));
    const char* reason = reason_argument(fcinfo, 1);
    ReturnSetInfo* result = begin_result(fcinfo);
    Undo* undo =
        begin_undo(extent_of_change(PG_GETARG_INT64(0)), OnConflict::kError, reason, false);
    undo->application->exact = boolean_argument(fcinfo, 2);
    undo->result = result;
    take_back(undo);
    return Datum{0};
}
