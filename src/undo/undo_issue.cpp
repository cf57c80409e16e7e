// What stands in the way of an undo: a list of issues, one a row, on disk beyond work_mem.
#include "base/function.hpp"
#include "base/query.hpp"
#include "changes/statement.hpp"
#include "undo/undo.hpp"

namespace journal {

namespace {

// An error names so many of them.
constexpr int kToldIssues = 5;

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
    kPlace,
    kIssueColumns
};

Datum text_datum(const char* text, bool* is_null)
{
    *is_null = text == nullptr;
    return text == nullptr ? Datum{0} : CStringGetTextDatum(text);
}

Issue issue_in(TupleTableSlot* slot)
{
    const Datum* values = slot->tts_values;
    const auto text_of = [slot](IssueColumn column) {
        return slot->tts_isnull[column] ? nullptr : TextDatumGetCString(slot->tts_values[column]);
    };
    Issue issue{};
    issue.relation = DatumGetObjectId(values[kRelation]);
    issue.object_type = text_of(kObjectType);
    issue.object_id = text_of(kObjectId);
    issue.label = text_of(kLabel);
    issue.action = static_cast<RowOperation>(DatumGetChar(values[kAction]));
    issue.entry = DatumGetInt64(values[kEntry]);
    issue.conflict = text_of(kConflict);
    issue.code = DatumGetInt32(values[kCode]);
    issue.detail = text_of(kDetail);
    issue.hint = text_of(kHint);
    issue.later_transaction = static_cast<uint64>(DatumGetInt64(values[kLater]));
    issue.set = DatumGetInt32(values[kSet]);
    issue.number = DatumGetInt64(values[kNumber]);
    return issue;
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

void begin_issues(Undo* undo)
{
    const Oid types[kIssueColumns] = {OIDOID,  TEXTOID, TEXTOID, TEXTOID, CHAROID,
                                      INT8OID, TEXTOID, INT4OID, TEXTOID, TEXTOID,
                                      INT8OID, INT4OID, INT8OID, INT8OID};
    const char* names[kIssueColumns] = {"relation", "object_type", "object_id", "label",  "action",
                                        "entry",    "conflict",    "code",      "detail", "hint",
                                        "later",    "set",         "number",    "place"};
    undo->issue_descriptor = CreateTemplateTupleDesc(kIssueColumns);
    for (int i = 0; i < kIssueColumns; i++)
        TupleDescInitEntry(undo->issue_descriptor, static_cast<AttrNumber>(i + 1), names[i],
                           types[i], -1, 0);
    undo->issues = tuplestore_begin_heap(true, false, work_mem);
}

void add_issue(Undo* undo, const Issue& issue)
{
    MemoryContext caller = MemoryContextSwitchTo(undo->row_context);
    bool nulls[kIssueColumns] = {};
    Datum values[kIssueColumns];
    values[kRelation] = ObjectIdGetDatum(issue.relation);
    values[kObjectType] = text_datum(issue.object_type, &nulls[kObjectType]);
    values[kObjectId] = text_datum(issue.object_id, &nulls[kObjectId]);
    values[kLabel] = text_datum(issue.label, &nulls[kLabel]);
    values[kAction] = CharGetDatum(static_cast<char>(issue.action));
    values[kEntry] = Int64GetDatum(issue.entry);
    values[kConflict] = text_datum(issue.conflict, &nulls[kConflict]);
    values[kCode] = Int32GetDatum(issue.code);
    values[kDetail] = text_datum(issue.detail, &nulls[kDetail]);
    values[kHint] = text_datum(issue.hint, &nulls[kHint]);
    values[kLater] = Int64GetDatum(static_cast<int64>(issue.later_transaction));
    values[kSet] = Int32GetDatum(issue.set);
    values[kNumber] = Int64GetDatum(issue.number);
    values[kPlace] = Int64GetDatum(undo->issue_count++);
    MemoryContextSwitchTo(undo->context);
    tuplestore_putvalues(undo->issues, undo->issue_descriptor, values, nulls);
    MemoryContextSwitchTo(caller);
    MemoryContextReset(undo->row_context);
}

IssueReader read_issues(Undo* undo)
{
    IssueReader reader{};
    reader.undo = undo;
    reader.context =
        AllocSetContextCreate(undo->context, "event_journal issue", ALLOCSET_DEFAULT_SIZES);
    MemoryContext caller = MemoryContextSwitchTo(undo->context);
    reader.slot = MakeSingleTupleTableSlot(undo->issue_descriptor, &TTSOpsMinimalTuple);
    MemoryContextSwitchTo(caller);
    tuplestore_select_read_pointer(undo->issues, 0);
    tuplestore_rescan(undo->issues);
    return reader;
}

bool next_issue(IssueReader* reader, Issue* issue)
{
    CHECK_FOR_INTERRUPTS();
    MemoryContextReset(reader->context);
    TupleTableSlot* slot = reader->slot;
    // A row that comes from disk is the slot's, which outlives the caller's memory context.
    MemoryContext caller = MemoryContextSwitchTo(reader->undo->context);
    const bool found = tuplestore_gettupleslot(reader->undo->issues, true, false, slot);
    if (found)
        slot_getallattrs(slot);
    MemoryContextSwitchTo(reader->context);
    if (found)
        *issue = issue_in(slot);
    MemoryContextSwitchTo(caller);
    return found;
}

void end_reading(IssueReader* reader)
{
    ExecDropSingleTupleTableSlot(reader->slot);
    MemoryContextDelete(reader->context);
}

void register_issues(Undo* undo)
{
    register_named("event_journal_issues", undo->issues, undo->issue_descriptor);
}

void clear_issues(Undo* undo)
{
    tuplestore_clear(undo->issues);
    undo->issue_count = 0;
}

void raise_issues(Undo* undo)
{
    StringInfoData lines;
    initStringInfo(&lines);
    int code = 0;
    const char* hint = nullptr;
    Issue issue{};
    IssueReader reader = read_issues(undo);
    for (int64 i = 0; i < kToldIssues && next_issue(&reader, &issue); i++) {
        if (i == 0) {
            code = issue.code;
            hint = pstrdup(issue.hint);
        }
        SetRow row{};
        row.object_type = issue.object_type;
        row.object_id = issue.object_id;
        row.label = issue.label;
        appendStringInfo(&lines, "%s%s: %s.", i == 0 ? "" : "\n", describe_row(row), issue.detail);
    }
    if (undo->issue_count > kToldIssues)
        appendStringInfo(&lines, "\n%lld more.",
                         static_cast<long long>(undo->issue_count - kToldIssues));
    end_reading(&reader);
    const auto count = static_cast<unsigned long>(undo->issue_count);
    ereport(ERROR,
            (errcode(code),
             undo->extent.change != 0
                 ? errmsg("the change cannot be taken back")
                 : errmsg_plural("the transaction cannot be taken back: %lu row stands in the way",
                                 "the transaction cannot be taken back: %lu rows stand in the way",
                                 count, count),
             errdetail_internal("%s", lines.data), errhint("%s", hint)));
    pg_unreachable();
}

const char* action_name(RowOperation operation)
{
    return operation == RowOperation::kInsert   ? "insert"
           : operation == RowOperation::kUpdate ? "update"
                                                : "delete";
}

}  // namespace journal
