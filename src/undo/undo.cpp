// journal.undo, journal.undo_plan and journal.revert.
//
// An undo is one transaction like any other: its statements run as the caller, its entries are
// ordinary ones, and it can be undone. journal.undone says what it was.
#include "undo/undo.hpp"

#include "apply/delete_last.hpp"
#include "apply/refusal.hpp"
#include "base/bounds.hpp"
#include "base/function.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "restore/claim.hpp"

namespace journal {

namespace {

constexpr const char* kLeftAlone =
    "another session changed it meanwhile, or a trigger, rule or policy of its table keeps it";

const char* conflict_name(OnConflict on_conflict)
{
    switch (on_conflict) {
        case OnConflict::kSkip:
            return "skip";
        case OnConflict::kCascade:
            return "cascade";
        case OnConflict::kForce:
            return "force";
        default:
            return "error";
    }
}

OnConflict conflict_argument(FunctionCallInfo fcinfo, int number)
{
    const char* name = PG_ARGISNULL(number) ? "error" : text_to_cstring(PG_GETARG_TEXT_PP(number));
    for (const OnConflict on_conflict :
         {OnConflict::kError, OnConflict::kSkip, OnConflict::kCascade, OnConflict::kForce})
        if (strcmp(name, conflict_name(on_conflict)) == 0)
            return on_conflict;
    ereport(ERROR, (errcode(kUnknownCode), errmsg("\"%s\" is nothing to do on a conflict", name),
                    errhint("It is 'error', 'skip', 'cascade' or 'force'.")));
    pg_unreachable();
}

/// A foreign key is checked by triggers that this setting switches off, as it does most triggers.
void check_triggers_fire()
{
    if (SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA)
        ereport(ERROR,
                (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                 errmsg("nothing can be taken back while session_replication_role is replica"),
                 errdetail("Foreign keys would not be checked."),
                 errhint("SET session_replication_role = origin;")));
}

/// Claims a set's deletions; those that somebody has claimed already become issues.
void claim(Undo* undo, RowSet* set)
{
    ContextResource memory(CurrentMemoryContext);
    Ids lost(&memory);
    journal::claim_deletions(set, undo->reason, &lost);
    SetRow row{};
    rewind_rows(set);
    while (!lost.empty() && read_row(set, &row)) {
        CHECK_FOR_INTERRUPTS();
        if (!std::binary_search(lost.begin(), lost.end(), row.entry))
            continue;
        Issue issue = issue_of_row(set, row, "restored", kAlreadyRestored);
        issue.detail = "it has been restored already";
        issue.hint = "journal.entries shows in its column restored_entry by which entry.";
        issue.number = row.number;
        issue.set = set_index(undo->application->sets, set);
        add_issue(undo, issue);
    }
}

/// Everywhere in the same order, so that two undos of the same rows wait for one another in turn.
void claim_deletions(Undo* undo)
{
    List* sets = list_copy(undo->application->sets);
    list_sort(sets, [](const ListCell* a, const ListCell* b) {
        const Oid first = RelationGetRelid(static_cast<const RowSet*>(lfirst(a))->table);
        const Oid second = RelationGetRelid(static_cast<const RowSet*>(lfirst(b))->table);
        return (first > second) - (first < second);
    });
    ListCell* cell = nullptr;
    foreach (cell, sets) {
        auto* set = static_cast<RowSet*>(lfirst(cell));
        if (set->operation == RowOperation::kInsert && set->count > 0)
            claim(undo, set);
    }
}

/// Rows that the statements left alone: somebody changed them while the undo was on its way, or a
/// trigger or policy of the table keeps them.
void find_unapplied(Undo* undo)
{
    ListCell* cell = nullptr;
    foreach (cell, undo->application->applied) {
        auto* set = static_cast<RowSet*>(lfirst(cell));
        if (set->operation == RowOperation::kInsert || goes_last(set))
            continue;
        SetRow row{};
        rewind_rows(set);
        while (read_row(set, &row)) {
            CHECK_FOR_INTERRUPTS();
            if (row.applied)
                continue;
            Issue issue = issue_of_row(set, row, "changed", kUndoConflict);
            issue.detail = kLeftAlone;
            issue.hint = "Try again; journal.undo_plan shows what stands in the way.";
            add_issue(undo, issue);
        }
    }
}

/// Whether triggers alone saw to all of a row.
bool is_left(const Application* application, const RowSet* set, const SetRow& row)
{
    bool result = !is_written(set) && set->operation == RowOperation::kUpdate;
    for (int i = 0; i < set->column_count && result; i++)
        result = application->aimless || is_left_to_triggers(set, row.number, i);
    return result;
}

void return_rows(const Undo* undo, const ReturnSetInfo* result)
{
    ListCell* cell = nullptr;
    foreach (cell, undo->application->applied) {
        auto* set = static_cast<RowSet*>(lfirst(cell));
        SetRow row{};
        rewind_rows(set);
        while (read_row(set, &row)) {
            CHECK_FOR_INTERRUPTS();
            const bool is_undone = set->operation == RowOperation::kInsert || row.applied;
            const char* told = row.set_by_trigger != nullptr
                                   ? psprintf("trigger set %s", row.set_by_trigger)
                               : is_left(undo->application, set, row) ? "left to triggers"
                                                                      : "";
            return_row(undo, result, set, row, is_undone ? "undone" : "skipped",
                       is_undone        ? told
                       : goes_last(set) ? why_kept(undo->application, set, row)
                                        : kLeftAlone);
        }
    }
}

/// Rows that a trigger had inserted, and that made way.
void return_replaced(const Undo* undo, const ReturnSetInfo* result)
{
    ListCell* cell = nullptr;
    foreach (cell, undo->application->replaced) {
        const auto* other = static_cast<OtherRow*>(lfirst(cell));
        return_other(undo, result, *other, RowOperation::kDelete, "replaced",
                     "a trigger had inserted it");
    }
}

/// What an undo hands over besides its rows.
struct Telling {
    const Undo* undo;
    const ReturnSetInfo* result;
};

void tell_other(const OtherRow& other, RowOperation action, void* state)
{
    const auto* telling = static_cast<Telling*>(state);
    return_other(telling->undo, telling->result, other, action, "by trigger", "a trigger wrote it");
}

void raise_any(Undo* undo)
{
    if (undo->issue_count > 0)
        raise_issues(undo);
}

bool has_only_gone_rows(Undo* undo)
{
    bool result = true;
    Issue issue{};
    IssueReader reader = read_issues(undo);
    while (next_issue(&reader, &issue))
        result &= strcmp(issue.conflict, "gone") == 0;
    end_reading(&reader);
    return result;
}

/// Notes before a skip whether a row is among what is skipped that not only triggers had written.
void note_skipped(Undo* undo)
{
    Issue issue{};
    IssueReader reader = read_issues(undo);
    while (next_issue(&reader, &issue))
        undo->application->aimless |=
            issue.set < 0 ||
            is_written(static_cast<RowSet*>(list_nth(undo->application->sets, issue.set)));
    end_reading(&reader);
}

/// What is done about issues: an error, or their rows are left alone, and what depends on those.
void settle_conflicts(Undo* undo, const ReturnSetInfo* result)
{
    if (undo->on_conflict == OnConflict::kSkip) {
        while (undo->issue_count > 0) {
            add_dependent_issues(undo);
            note_skipped(undo);
            leave_alone(undo, result);
            find_conflicts(undo);
        }
    } else if (undo->on_conflict == OnConflict::kForce && has_only_gone_rows(undo)) {
        leave_alone(undo, result);
        find_conflicts(undo);
    } else {
        raise_any(undo);
    }
}

/// Whether triggers have refused rows, of which issues tell then; nothing has been applied.
bool find_refused(Undo* undo)
{
    const Application* application = undo->application;
    if (application->refusals == NIL)
        return false;
    release_claims(application);
    ListCell* cell = nullptr;
    foreach (cell, application->refusals) {
        const auto* refusal = static_cast<Refusal*>(lfirst(cell));
        Issue issue =
            issue_of_row(refusal->set, refusal->row, "refused", refusal->error->sqlerrcode);
        issue.detail = reason_of(refusal);
        issue.set = set_index(application->sets, refusal->set);
        issue.number = refusal->row.number;
        add_issue(undo, issue);
    }
    return true;
}

bool has_rows(const Application* application)
{
    ListCell* cell = nullptr;
    foreach (cell, application->sets)
        if (static_cast<RowSet*>(lfirst(cell))->count > 0)
            return true;
    return false;
}

/// Does it all, or raises an error.
void take_back(Undo* undo, const ReturnSetInfo* result)
{
    undo->result = result;
    collect_undo(undo);
    find_conflicts(undo);
    if (undo->nothing_left == 0 || undo->issue_count > 0 || has_rows(undo->application))
        record_undo(undo->extent, conflict_name(undo->on_conflict), undo->reason);
    do {
        settle_conflicts(undo, result);
        claim_deletions(undo);
        if (undo->on_conflict == OnConflict::kSkip) {
            note_skipped(undo);
            leave_alone(undo, result);
        }
        raise_any(undo);
        apply(undo->application);
    } while (find_refused(undo));
    if (undo->on_conflict != OnConflict::kSkip)
        find_unapplied(undo);
    raise_any(undo);
    name_entries(undo->application);
    return_rows(undo, result);
    return_replaced(undo, result);
    Telling telling{undo, result};
    for_each_other(undo->application, tell_other, &telling);
    end_undo(undo);
}

/// Adds the transactions that stand in the way of an undo to those that it takes back; false if
/// there are none that it does not have already.
bool add_later_transactions(const Extent& extent, const char* reason, Vector<uint64>* transactions)
{
    const std::size_t before = transactions->size();
    ContextResource memory(CurrentMemoryContext);
    Vector<uint64> later(&memory);
    const uint64 own = U64FromFullTransactionId(GetTopFullTransactionIdIfAny());
    MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "event_journal cascade",
                                               ALLOCSET_DEFAULT_SIZES);
    MemoryContext caller = MemoryContextSwitchTo(work);
    Undo* undo = begin_undo(extent, OnConflict::kCascade, reason, true);
    collect_undo(undo);
    undo->later = &later;
    find_conflicts(undo);
    end_undo(undo);
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(work);
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
    ContextResource memory(CurrentMemoryContext);
    Vector<uint64> transactions(&memory);
    transactions.push_back(U64FromFullTransactionId(transaction_of(extent)));
    while (add_later_transactions(extent, reason, &transactions)) {
        CHECK_FOR_INTERRUPTS();
        extent = extent_of_transactions(transactions);
    }
    return extent;
}

const char* reason_argument(FunctionCallInfo fcinfo, int number)
{
    const char* reason = PG_ARGISNULL(number)
                             ? settings.reason
                             : bounded_argument(fcinfo, number, "reason", kLongestReason);
    return *reason == '\0' ? nullptr : reason;
}

bool exact_argument(FunctionCallInfo fcinfo, int number)
{
    return !PG_ARGISNULL(number) && PG_GETARG_BOOL(number);
}

ReturnSetInfo* begin_result(FunctionCallInfo fcinfo)
{
    InitMaterializedSRF(fcinfo, 0);
    return reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
}

FullTransactionId transaction_argument(FunctionCallInfo fcinfo)
{
    if (PG_ARGISNULL(0))
        ereport(ERROR,
                (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("transaction must not be null")));
    return PG_GETARG_FULLTRANSACTIONID(0);
}

}  // namespace

Undo* begin_undo(const Extent& extent, OnConflict on_conflict, const char* reason, bool is_plan)
{
    auto* undo = make_in<Undo>(CurrentMemoryContext);
    undo->extent = extent;
    undo->on_conflict = on_conflict;
    undo->reason = reason;
    undo->is_plan = is_plan;
    undo->context = CurrentMemoryContext;
    undo->row_context =
        AllocSetContextCreate(undo->context, "event_journal undone row", ALLOCSET_DEFAULT_SIZES);
    undo->application = begin_application("taken back", reason, is_plan);
    undo->application->is_undo = true;
    undo->application->skips = on_conflict == OnConflict::kSkip;
    begin_issues(undo);
    undo->part_descriptor = CreateTemplateTupleDesc(4);
    TupleDescInitEntry(undo->part_descriptor, 1, "document", TEXTOID, -1, 0);
    TupleDescInitEntry(undo->part_descriptor, 2, "entry", INT8OID, -1, 0);
    TupleDescInitEntry(undo->part_descriptor, 3, "object_type", TEXTOID, -1, 0);
    TupleDescInitEntry(undo->part_descriptor, 4, "event_type", INT4OID, -1, 0);
    undo->parts = tuplestore_begin_heap(true, false, work_mem);
    undo->documents = tuplestore_begin_heap(true, false, work_mem);
    return undo;
}

void end_undo(Undo* undo)
{
    end_application(undo->application);
    tuplestore_end(undo->issues);
    tuplestore_end(undo->parts);
    tuplestore_end(undo->documents);
}

}  // namespace journal

using namespace journal;

// undo(transaction xid8, reason text, on_conflict text, exact boolean): see src/sql/81_undo.sql.
JOURNAL_FUNCTION(journal_undo)
{
    require_writable("journal.undo()");
    refuse_within("taken back", true);
    check_triggers_fire();
    const FullTransactionId transaction = transaction_argument(fcinfo);
    const OnConflict on_conflict = conflict_argument(fcinfo, 2);
    const char* reason = reason_argument(fcinfo, 1);
    const ReturnSetInfo* result = begin_result(fcinfo);
    Extent extent = extent_of_transaction(transaction);
    wait_for_other_undos(transaction);
    if (on_conflict == OnConflict::kError || on_conflict == OnConflict::kCascade)
        require_not_undone(transaction);
    if (on_conflict == OnConflict::kCascade)
        extent = with_later_transactions(extent, reason);
    Undo* undo = begin_undo(extent, on_conflict, reason, false);
    undo->application->exact = exact_argument(fcinfo, 3);
    take_back(undo, result);
    return Datum{0};
}

// undo_plan(transaction xid8, on_conflict text).
JOURNAL_FUNCTION(journal_undo_plan)
{
    const FullTransactionId transaction = transaction_argument(fcinfo);
    const OnConflict on_conflict = conflict_argument(fcinfo, 1);
    const ReturnSetInfo* result = begin_result(fcinfo);
    Extent extent = extent_of_transaction(transaction);
    if (on_conflict == OnConflict::kCascade)
        extent = with_later_transactions(extent, nullptr);
    Undo* undo = begin_undo(extent, on_conflict, nullptr, true);
    undo->result = result;
    collect_undo(undo);
    find_conflicts(undo);
    return_plan(undo, result);
    end_undo(undo);
    return Datum{0};
}

// revert(entry bigint, reason text, exact boolean).
JOURNAL_FUNCTION(journal_revert)
{
    require_writable("journal.revert()");
    refuse_within("taken back", true);
    check_triggers_fire();
    if (PG_ARGISNULL(0))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("entry must not be null")));
    const char* reason = reason_argument(fcinfo, 1);
    const ReturnSetInfo* result = begin_result(fcinfo);
    const Extent extent = extent_of_change(PG_GETARG_INT64(0));
    Undo* undo = begin_undo(extent, OnConflict::kError, reason, false);
    undo->application->exact = exact_argument(fcinfo, 2);
    take_back(undo, result);
    return Datum{0};
}
