// journal.undo, journal.undo_plan and journal.revert.
//
// An undo is one transaction like any other: its statements run as the caller, its entries are
// ordinary ones, and it can be undone. journal.undone says what it was.
#include "undo/undo.hpp"

#include "base/function.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "restore/claim.hpp"

namespace journal {

namespace {

constexpr int kToldIssues = 5;
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

enum IssueColumn {
    kRelation,
    kObjectType,
    kObjectId,
    kLabel,
    kAction,
    kEntry,
    kConflict,
    kCode,
    kDetail,
    kHint,
    kLater,
    kSet,
    kNumber,
    kIssueColumns
};

Datum text_or_null(const char* text, bool* is_null)
{
    *is_null = text == nullptr;
    return text == nullptr ? Datum{0} : CStringGetTextDatum(text);
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
        ListCell* cell = nullptr;
        foreach (cell, undo->application->sets)
            if (lfirst(cell) == set)
                issue.set = foreach_current_index(cell);
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
        if (set->operation == RowOperation::kInsert)
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

void return_row(const ReturnSetInfo* result, const RowSet* set, const SetRow& row,
                const char* outcome, const char* detail)
{
    bool nulls[8] = {};
    Datum values[] = {ObjectIdGetDatum(set->plan->root),
                      text_or_null(row.object_type, &nulls[1]),
                      text_or_null(row.key, &nulls[2]),
                      text_or_null(row.label, &nulls[3]),
                      CStringGetTextDatum(action_name(set->operation)),
                      Int64GetDatum(row.entry),
                      CStringGetTextDatum(outcome),
                      CStringGetTextDatum(detail)};
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
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
            return_row(result, set, row, is_undone ? "undone" : "skipped",
                       is_undone ? "" : kLeftAlone);
        }
    }
}

void raise_any(Undo* undo)
{
    if (undo->issue_count > 0)
        raise_issues(undo);
}

/// A row that is left alone: its number in its set, and why.
struct LeftAlone {
    int64 number;
    const char* why;
};

struct Leaving {
    const RowSet* set;
    const ReturnSetInfo* result;
    const Vector<LeftAlone>* rows;
};

bool is_not_left(const SetRow& row, void* state)
{
    const auto* leaving = static_cast<Leaving*>(state);
    const auto found =
        std::lower_bound(leaving->rows->begin(), leaving->rows->end(), row.number,
                         [](const LeftAlone& left, int64 number) { return left.number < number; });
    if (found == leaving->rows->end() || found->number != row.number)
        return true;
    return_row(leaving->result, leaving->set, row, "skipped", found->why);
    return false;
}

/// Takes the rows with issues out of a set, and hands them over as skipped.
void leave_rows(Undo* undo, int index, const ReturnSetInfo* result)
{
    ContextResource memory(CurrentMemoryContext);
    Vector<LeftAlone> rows(&memory);
    TupleTableSlot* slot = MakeSingleTupleTableSlot(undo->issue_descriptor, &TTSOpsMinimalTuple);
    Issue issue{};
    tuplestore_rescan(undo->issues);
    while (read_issue(undo, slot, &issue))
        if (issue.set == index)
            rows.push_back({issue.number, issue.detail});
    ExecDropSingleTupleTableSlot(slot);
    if (rows.empty())
        return;
    std::stable_sort(rows.begin(), rows.end(),
                     [](const LeftAlone& a, const LeftAlone& b) { return a.number < b.number; });
    auto* set = static_cast<RowSet*>(list_nth(undo->application->sets, index));
    Leaving leaving{set, result, &rows};
    filter_rows(set, is_not_left, &leaving);
}

/// The same for rows that are in no set.
void leave_others(Undo* undo, const ReturnSetInfo* result)
{
    TupleTableSlot* slot = MakeSingleTupleTableSlot(undo->issue_descriptor, &TTSOpsMinimalTuple);
    Issue issue{};
    tuplestore_rescan(undo->issues);
    while (read_issue(undo, slot, &issue)) {
        if (issue.set >= 0)
            continue;
        bool nulls[8] = {!OidIsValid(issue.relation)};
        Datum values[] = {ObjectIdGetDatum(issue.relation),
                          text_or_null(issue.object_type, &nulls[1]),
                          text_or_null(issue.object_id, &nulls[2]),
                          text_or_null(issue.label, &nulls[3]),
                          CStringGetTextDatum(action_name(issue.action)),
                          Int64GetDatum(issue.entry),
                          CStringGetTextDatum("skipped"),
                          text_or_null(issue.detail, &nulls[7])};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    ExecDropSingleTupleTableSlot(slot);
}

void leave_alone(Undo* undo, const ReturnSetInfo* result)
{
    for (int i = 0; i < list_length(undo->application->sets); i++)
        leave_rows(undo, i, result);
    leave_others(undo, result);
    tuplestore_clear(undo->issues);
    undo->issue_count = 0;
}

bool has_only_gone_rows(Undo* undo)
{
    bool result = true;
    TupleTableSlot* slot = MakeSingleTupleTableSlot(undo->issue_descriptor, &TTSOpsMinimalTuple);
    Issue issue{};
    tuplestore_rescan(undo->issues);
    while (read_issue(undo, slot, &issue))
        result &= strcmp(issue.conflict, "gone") == 0;
    ExecDropSingleTupleTableSlot(slot);
    return result;
}

/// What is done about issues: an error, or their rows are left alone, and what depends on those.
void settle_conflicts(Undo* undo, const ReturnSetInfo* result)
{
    if (undo->on_conflict == OnConflict::kSkip) {
        while (undo->issue_count > 0) {
            leave_alone(undo, result);
            find_conflicts(undo);
        }
    } else if (undo->on_conflict == OnConflict::kForce && has_only_gone_rows(undo)) {
        leave_alone(undo, result);
    } else {
        raise_any(undo);
    }
}

/// Does it all, or raises an error.
void take_back(Undo* undo, const ReturnSetInfo* result)
{
    collect_undo(undo);
    find_conflicts(undo);
    settle_conflicts(undo, result);
    claim_deletions(undo);
    if (undo->on_conflict == OnConflict::kSkip)
        leave_alone(undo, result);
    raise_any(undo);
    record_undo(undo->extent, conflict_name(undo->on_conflict), undo->reason);
    apply(undo->application);
    if (undo->on_conflict != OnConflict::kSkip)
        find_unapplied(undo);
    raise_any(undo);
    name_entries(undo->application);
    return_rows(undo, result);
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
    const char* reason =
        PG_ARGISNULL(number) ? settings.reason : text_to_cstring(PG_GETARG_TEXT_PP(number));
    return *reason == '\0' ? nullptr : reason;
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

Issue issue_of_row(const RowSet* set, const SetRow& row, const char* conflict, int code)
{
    Issue issue{};
    issue.relation = set->plan->root;
    issue.object_type = row.object_type;
    issue.object_id = row.object_id;
    issue.label = row.label;
    issue.action = set->operation;
    issue.entry = row.entry;
    issue.conflict = conflict;
    issue.code = code;
    issue.set = -1;
    return issue;
}

Undo* begin_undo(const Extent& extent, OnConflict on_conflict, const char* reason, bool is_plan)
{
    auto* undo = make_in<Undo>(CurrentMemoryContext);
    undo->extent = extent;
    undo->on_conflict = on_conflict;
    undo->reason = reason;
    undo->is_plan = is_plan;
    undo->context = CurrentMemoryContext;
    undo->application = begin_application("taken back", reason, is_plan);
    const Oid types[kIssueColumns] = {OIDOID,  TEXTOID, TEXTOID, TEXTOID, CHAROID, INT8OID, TEXTOID,
                                      INT4OID, TEXTOID, TEXTOID, INT8OID, INT4OID, INT8OID};
    const char* names[kIssueColumns] = {"relation", "object_type", "object_id", "label",  "action",
                                        "entry",    "conflict",    "code",      "detail", "hint",
                                        "later",    "set",         "number"};
    undo->issue_descriptor = CreateTemplateTupleDesc(kIssueColumns);
    for (int i = 0; i < kIssueColumns; i++)
        TupleDescInitEntry(undo->issue_descriptor, static_cast<AttrNumber>(i + 1), names[i],
                           types[i], -1, 0);
    undo->issues = tuplestore_begin_heap(true, false, work_mem);
    undo->part_descriptor = CreateTemplateTupleDesc(4);
    TupleDescInitEntry(undo->part_descriptor, 1, "document", TEXTOID, -1, 0);
    TupleDescInitEntry(undo->part_descriptor, 2, "entry", INT8OID, -1, 0);
    TupleDescInitEntry(undo->part_descriptor, 3, "object_type", TEXTOID, -1, 0);
    TupleDescInitEntry(undo->part_descriptor, 4, "event_type", INT4OID, -1, 0);
    undo->parts = tuplestore_begin_heap(true, false, work_mem);
    undo->documents = tuplestore_begin_heap(true, false, work_mem);
    return undo;
}

void add_issue(Undo* undo, const Issue& issue)
{
    bool nulls[kIssueColumns] = {};
    Datum values[kIssueColumns];
    values[kRelation] = ObjectIdGetDatum(issue.relation);
    values[kObjectType] = text_or_null(issue.object_type, &nulls[kObjectType]);
    values[kObjectId] = text_or_null(issue.object_id, &nulls[kObjectId]);
    values[kLabel] = text_or_null(issue.label, &nulls[kLabel]);
    values[kAction] = CharGetDatum(static_cast<char>(issue.action));
    values[kEntry] = Int64GetDatum(issue.entry);
    values[kConflict] = text_or_null(issue.conflict, &nulls[kConflict]);
    values[kCode] = Int32GetDatum(issue.code);
    values[kDetail] = text_or_null(issue.detail, &nulls[kDetail]);
    values[kHint] = text_or_null(issue.hint, &nulls[kHint]);
    values[kLater] = Int64GetDatum(static_cast<int64>(issue.later_transaction));
    values[kSet] = Int32GetDatum(issue.set);
    values[kNumber] = Int64GetDatum(issue.number);
    MemoryContext caller = MemoryContextSwitchTo(undo->context);
    tuplestore_putvalues(undo->issues, undo->issue_descriptor, values, nulls);
    MemoryContextSwitchTo(caller);
    undo->issue_count++;
}

bool read_issue(Undo* undo, TupleTableSlot* slot, Issue* issue)
{
    if (!tuplestore_gettupleslot(undo->issues, true, false, slot))
        return false;
    slot_getallattrs(slot);
    const Datum* values = slot->tts_values;
    const auto text_of = [slot](IssueColumn column) {
        return slot->tts_isnull[column] ? nullptr : TextDatumGetCString(slot->tts_values[column]);
    };
    *issue = Issue{};
    issue->relation = DatumGetObjectId(values[kRelation]);
    issue->object_type = text_of(kObjectType);
    issue->object_id = text_of(kObjectId);
    issue->label = text_of(kLabel);
    issue->action = static_cast<RowOperation>(DatumGetChar(values[kAction]));
    issue->entry = DatumGetInt64(values[kEntry]);
    issue->conflict = text_of(kConflict);
    issue->code = DatumGetInt32(values[kCode]);
    issue->detail = text_of(kDetail);
    issue->hint = text_of(kHint);
    issue->later_transaction = static_cast<uint64>(DatumGetInt64(values[kLater]));
    issue->set = DatumGetInt32(values[kSet]);
    issue->number = DatumGetInt64(values[kNumber]);
    return true;
}

void raise_issues(Undo* undo)
{
    TupleTableSlot* slot = MakeSingleTupleTableSlot(undo->issue_descriptor, &TTSOpsMinimalTuple);
    StringInfoData lines;
    initStringInfo(&lines);
    Issue first{};
    Issue issue{};
    tuplestore_rescan(undo->issues);
    for (int64 i = 0; i < kToldIssues && read_issue(undo, slot, &issue); i++) {
        if (i == 0)
            first = issue;
        SetRow row{};
        row.object_type = issue.object_type;
        row.object_id = issue.object_id;
        row.label = issue.label;
        appendStringInfo(&lines, "%s%s: %s.", i == 0 ? "" : "\n", describe_row(row), issue.detail);
    }
    if (undo->issue_count > kToldIssues)
        appendStringInfo(&lines, "\n%lld more.",
                         static_cast<long long>(undo->issue_count - kToldIssues));
    ExecDropSingleTupleTableSlot(slot);
    const auto count = static_cast<unsigned long>(undo->issue_count);
    ereport(ERROR,
            (errcode(first.code),
             undo->extent.change != 0
                 ? errmsg("the change cannot be taken back")
                 : errmsg_plural("the transaction cannot be taken back: %lu row stands in the way",
                                 "the transaction cannot be taken back: %lu rows stand in the way",
                                 count, count),
             errdetail_internal("%s", lines.data), errhint("%s", first.hint)));
    pg_unreachable();
}

const char* action_name(RowOperation operation)
{
    return operation == RowOperation::kInsert   ? "insert"
           : operation == RowOperation::kUpdate ? "update"
                                                : "delete";
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

// undo(transaction xid8, reason text, on_conflict text): see src/sql/76_undo.sql.
JOURNAL_FUNCTION(journal_undo)
{
    require_writable("journal.undo()");
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
    take_back(begin_undo(extent, on_conflict, reason, false), result);
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
    collect_undo(undo);
    find_conflicts(undo);
    return_plan(undo, result);
    end_undo(undo);
    return Datum{0};
}

// revert(entry bigint, reason text).
JOURNAL_FUNCTION(journal_revert)
{
    require_writable("journal.revert()");
    check_triggers_fire();
    if (PG_ARGISNULL(0))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("entry must not be null")));
    const char* reason = reason_argument(fcinfo, 1);
    const ReturnSetInfo* result = begin_result(fcinfo);
    const Extent extent = extent_of_change(PG_GETARG_INT64(0));
    take_back(begin_undo(extent, OnConflict::kError, reason, false), result);
    return Datum{0};
}
