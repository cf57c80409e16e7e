// See issue.hpp.
#include "changes/issue.hpp"

#include "base/function.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "base/result_reader.hpp"

namespace journal {

namespace {

constexpr const char* kSnapshotHint =
    "journal.entries shows the deleted row in its column snapshot.";
constexpr const char* kHistoryHint = "journal.history() shows what became of it.";
constexpr const char* kListHint = "journal.deleted_objects() lists what can be restored.";
constexpr const char* kValueHint =
    "Give journal.restore a value for the column: overrides => "
    "'{\"object_type\": {\"column\": value}}'.";

struct Words {
    int sqlstate;
    const char* name;
    const char* why;
    const char* hint;
    const char* of_restore = "";  // what else a restore can do
};

Words words_of(IssueKind kind)
{
    constexpr const char* kTableChanged = "table changed";
    switch (kind) {
        case IssueKind::kRestored:
            return {kAlreadyRestored, "restored", "it has been restored already",
                    "If it was deleted again, restore that deletion."};
        case IssueKind::kForbidden:
            return {ERRCODE_INSUFFICIENT_PRIVILEGE, "not allowed", "the role may not do that",
                    "Ask a role that may."};
        case IssueKind::kMisfit:
            return {kRelationGone, kTableChanged, "a value does not fit its column's type",
                    kSnapshotHint};
        case IssueKind::kRowGone:
            return {kUndoConflict, "gone", "it is not there any more", kHistoryHint};
        case IssueKind::kRowChanged:
            return {kUndoConflict, "changed", "it has been changed since", kHistoryHint};
        case IssueKind::kKeyInUse:
            return {kKeyInUse, "key in use", "its key or another unique value of it is in use",
                    "Change or delete the row that stands in the way first.",
                    " Or give another value (overrides)."};
        case IssueKind::kParentMissing:
            return {kParentMissing, "parent missing", "a row that it refers to does not exist",
                    "Restore or create that row first; journal.deleted_objects() lists what was "
                    "deleted.",
                    " Or take it along (related => 'parents'), or give another value "
                    "(overrides)."};
        case IssueKind::kNoValue:
            return {kRelationGone, kTableChanged, "its table has changed since", kValueHint};
        case IssueKind::kNotKept:
            return {kUnknownValue, "unknown value",
                    "a column that takes no NULL is not kept by the journal", kValueHint};
        case IssueKind::kCheckViolated:
            return {ERRCODE_CHECK_VIOLATION, "check violated", "it violates a check constraint",
                    kSnapshotHint};
        case IssueKind::kNoPartition:
            return {kRelationGone, kTableChanged, "its table has changed since", kSnapshotHint};
        case IssueKind::kRaised:
            return {ERRCODE_INTERNAL_ERROR, kTableChanged, "its table raises an error",
                    kSnapshotHint};
        case IssueKind::kNotJudged:
            return {kNotJudged, "not judged", "it is not judged",
                    "Ask a role that row-level security does not hold, or have a superuser name "
                    "the table's owner in journal.trusted_owner."};
        case IssueKind::kReferenced:
            return {ERRCODE_FOREIGN_KEY_VIOLATION, "referenced", "other rows refer to it",
                    "Change or delete those rows first."};
        case IssueKind::kRuled:
            return {kUndoConflict, "ruled", "a rule of its table puts something else in its place",
                    "Write the row by hand, or disable the rule meanwhile: ALTER TABLE ... DISABLE "
                    "RULE."};
        case IssueKind::kRefused:
            return {0, "refused", "its table, or a trigger, refuses it", nullptr};
        case IssueKind::kTableGone:
            return {kRelationGone, "table gone", "its table is gone", kSnapshotHint};
        case IssueKind::kNotTracked:
            return {kNotTracked, "not tracked", "its table is not tracked",
                    "Call journal.track for the table first."};
        case IssueKind::kNoKey:
            return {kNotRestorable, "no key",
                    "its table has no key, so that nobody could tell one row from another",
                    "Add a primary key; rows deleted from then on can be restored."};
        case IssueKind::kInPart:
            return {kPastUnknown, "in part",
                    "only some of the changes of its table are recorded, so that nobody knows what "
                    "it was",
                    "journal.entries shows what was recorded; journal.restore brings back deleted "
                    "rows."};
        case IssueKind::kRekeyed:
            return {kRelationGone, kTableChanged,
                    "the key of its table is of other columns than it was, so that the row cannot "
                    "be found",
                    "journal.entries shows what was changed."};
        case IssueKind::kIdentity:
            return {ERRCODE_GENERATED_ALWAYS, "identity", "a column of it is always generated",
                    nullptr};
        case IssueKind::kNoRow:
            return {kNoSnapshot, "no snapshot", "the journal does not hold the deleted row",
                    "Only deletions of tracked tables' rows can be restored."};
        case IssueKind::kNothingLeft:
            return {0, "nothing left",
                    "the columns that were changed are gone, or the journal does not keep them",
                    nullptr};
        case IssueKind::kUnknownEntry:
            return {kUnknownEntry, "unknown", "it does not exist",
                    "journal.deleted_objects() lists what can be restored. If the role reads "
                    "several accounts, event_journal.account says which."};
        case IssueKind::kNoDeletion:
            return {kNotRestorable, "no deletion", "it is not a deletion", kListHint};
        case IssueKind::kNobodys:
            return {kNotRestorable, "not allowed",
                    "objects of its type cannot be restored from the journal",
                    "Create it by hand: journal.entries shows the row in its column snapshot."};
        case IssueKind::kSupports:
            return {kContactSupport, "not allowed", "only support may restore it, giving a reason",
                    "Contact support."};
    }
    pg_unreachable();
}

/// Calls use with the name and the member of each column of an issue in a list.
template <typename AnyIssue, typename Use>
void for_each_member(AnyIssue& issue, Use& use)
{
    use("kind", issue.kind);
    use("sqlstate", issue.sqlstate);
    use("why", issue.why);
    use("detail", issue.detail);
    use("hint", issue.hint);
    use("object", issue.object);
    use("root", issue.root);
    use("action", issue.action);
    use("object_type", issue.row.object_type);
    use("object_id", issue.row.object_id);
    use("row_key", issue.row.key);
    use("label", issue.row.label);
    use("entry", issue.row.entry);
    use("set", issue.set);
    use("number", issue.row.number);
    use("later_transaction", issue.later_transaction);
    use("place", issue.place);
    use("relation", issue.trace.relation);
    use("key", issue.trace.key);
    use("since", issue.trace.since);
    use("columns", issue.trace.columns);
    use("derived", issue.trace.derived);
    use("by_all", issue.trace.by_all);
    use("what", issue.trace.what);
}

constexpr int kMembers = 24;

/// Columns of an issue in a list.
struct Described {
    TupleDesc descriptor;
    AttrNumber count;

    template <typename T>
    void operator()(const char* name, const T&)
    {
        constexpr Oid kType = std::is_same_v<T, const char*>  ? TEXTOID
                              : std::is_same_v<T, ArrayType*> ? INT4ARRAYOID
                              : sizeof(T) == sizeof(int64)    ? INT8OID
                                                              : INT4OID;
        TupleDescInitEntry(descriptor, ++count, name, kType, -1, 0);
    }
};

/// An issue on its way into a list.
struct Written {
    Datum values[kMembers];
    bool nulls[kMembers];
    int count;

    template <typename T>
    void operator()(const char*, const T& member)
    {
        if constexpr (std::is_pointer_v<T>)
            nulls[count] = member == nullptr;
        if (!nulls[count])
            values[count] = datum_of(member);
        count++;
    }
    static Datum datum_of(const char* member) { return CStringGetTextDatum(member); }
    static Datum datum_of(ArrayType* array) { return PointerGetDatum(array); }
    template <typename T>
    static Datum datum_of(T number)
    {
        return sizeof(T) == sizeof(int64) ? Int64GetDatum(static_cast<int64>(number))
                                          : Int32GetDatum(static_cast<int32>(number));
    }
};

/// An issue on its way out of a list.
struct Read {
    const TupleTableSlot* slot;
    int count;

    template <typename T>
    void operator()(const char*, T& member)
    {
        if (!slot->tts_isnull[count])
            set(&member, slot->tts_values[count]);
        count++;
    }
    static void set(const char** member, Datum value) { *member = TextDatumGetCString(value); }
    static void set(ArrayType** member, Datum value) { *member = DatumGetArrayTypePCopy(value); }
    template <typename T>
    static void set(T* number, Datum value)
    {
        if constexpr (sizeof(T) == sizeof(int64))
            *number = static_cast<T>(DatumGetInt64(value));
        else
            *number = static_cast<T>(DatumGetInt32(value));
    }
};

const char* whom(const Issue& issue)
{
    if (issue.row.object_type != nullptr)
        return describe_row(issue.row);
    return OidIsValid(issue.root) ? psprintf("rows of %s", qualified_name(issue.root))
                                  : psprintf("entry %lld", static_cast<long long>(issue.row.entry));
}

}  // namespace

Issue make_issue(IssueKind kind, const char* detail)
{
    const Words words = words_of(kind);
    Issue issue{};
    issue.kind = kind;
    issue.sqlstate = words.sqlstate;
    issue.why = words.why;
    issue.detail = detail;
    issue.hint = words.hint;
    issue.set = -1;
    return issue;
}

Issue issue_of_row(IssueKind kind, const RowSet* set, const SetRow& row, const char* detail)
{
    Issue issue = make_issue(kind, detail);
    issue.root = set->plan->root;
    issue.action = set->operation;
    issue.row = row;
    return issue;
}

IssueKind no_value_in(const RowSet* set, const char* column)
{
    for (int i = 0; i < set->plan->column_count; i++)
        if (strcmp(set->plan->columns[i].name, column) == 0 &&
            is_hidden(set->plan->columns[i].mode))
            return IssueKind::kNotKept;
    return IssueKind::kNoValue;
}

const char* name_of(IssueKind kind)
{
    return words_of(kind).name;
}

const char* message_of(const Issue& issue, const char* done)
{
    return psprintf(issue.kind == IssueKind::kNotJudged ? "whether %s can be %s is not known: %s"
                                                        : "%s cannot be %s: %s",
                    whom(issue), done, issue.why);
}

const char* hint_of(const Issue& issue, const char* done)
{
    return issue.hint != nullptr && strcmp(done, "restored") == 0
               ? psprintf("%s%s", issue.hint, words_of(issue.kind).of_restore)
               : issue.hint;
}

const char* reason_of(const Issue& issue)
{
    return issue.detail == nullptr || issue.kind == IssueKind::kRestored
               ? issue.why
               : psprintf("%s: %s", issue.why, issue.detail);
}

void raise_issue(const Issue& issue, const char* done)
{
    const char* hint = hint_of(issue, done);
    ereport(ERROR, (errcode(issue.sqlstate), errmsg_internal("%s", message_of(issue, done)),
                    issue.detail == nullptr ? 0 : errdetail_internal("%s", issue.detail),
                    hint == nullptr ? 0 : errhint("%s", hint)));
    pg_unreachable();
}

IssueList* make_issues()
{
    auto* issues = make_in<IssueList>(CurrentMemoryContext);
    issues->context = CurrentMemoryContext;
    issues->row_context =
        AllocSetContextCreate(issues->context, "event_journal issue", ALLOCSET_DEFAULT_SIZES);
    issues->descriptor = CreateTemplateTupleDesc(kMembers);
    Described described{issues->descriptor, 0};
    const Issue issue{};
    for_each_member(issue, described);
    issues->rows = tuplestore_begin_heap(true, false, work_mem);
    issues->slot = MakeSingleTupleTableSlot(issues->descriptor, &TTSOpsMinimalTuple);
    return issues;
}

void add_issue(IssueList* issues, const Issue& issue)
{
    MemoryContextReset(issues->row_context);
    in_context(issues->row_context, [&] {
        Issue placed = issue;
        placed.place = issues->added++;
        Written written{};
        for_each_member(placed, written);
        tuplestore_putvalues(issues->rows, issues->descriptor, written.values, written.nulls);
    });
    issues->count += issue.sqlstate == 0 ? 0 : 1;
}

void rewind_issues(IssueList* issues)
{
    tuplestore_select_read_pointer(issues->rows, 0);
    tuplestore_rescan(issues->rows);
}

bool next_issue(IssueList* issues, Issue* issue)
{
    CHECK_FOR_INTERRUPTS();
    MemoryContextReset(issues->row_context);
    tuplestore_select_read_pointer(issues->rows, 0);
    if (!read_slot(issues->rows, issues->slot, issues->context))
        return false;
    slot_getallattrs(issues->slot);
    in_context(issues->row_context, [&] {
        *issue = Issue{};
        Read read{issues->slot, 0};
        for_each_member(*issue, read);
    });
    return true;
}

void register_issues(IssueList* issues)
{
    register_named("event_journal_issues", issues->rows, issues->descriptor);
}

void sort_issues(IssueList* issues, const char* order)
{
    Query query = Query::begin(RunAs::kOwner);
    register_issues(issues);
    Tuplestorestate* sorted = in_context(issues->context, [&] {
        return select_rows(psprintf(
            "SELECT DISTINCT ON (%s) * FROM event_journal_issues ORDER BY %s", order, order));
    });
    query.end();
    ExecClearTuple(issues->slot);
    tuplestore_end(issues->rows);
    issues->rows = sorted;
}

void clear_issues(IssueList* issues)
{
    ExecClearTuple(issues->slot);
    tuplestore_clear(issues->rows);
    issues->count = 0;
}

void end_issues(IssueList* issues)
{
    ExecDropSingleTupleTableSlot(issues->slot);
    tuplestore_end(issues->rows);
    MemoryContextDelete(issues->row_context);
}

}  // namespace journal
