// Rows that an undo leaves alone, which are handed over with the reason.
#include "base/function.hpp"
#include "base/result_reader.hpp"
#include "changes/dependent_rows.hpp"
#include "changes/statement.hpp"
#include "undo/undo.hpp"

namespace journal {

namespace {

/// Those of a set that are left alone, in the order of their numbers.
struct Leaving {
    const Undo* undo;
    const RowSet* set;
    const ReturnSetInfo* result;
    ResultReader rows;
    bool more;
};

enum LeavingColumn { kNumber = 1, kWhy };

bool is_not_left(const SetRow& row, void* state)
{
    auto* leaving = static_cast<Leaving*>(state);
    if (!leaving->more || leaving->rows.int8(kNumber) != row.number)
        return true;
    return_row(leaving->undo, leaving->result, leaving->set, row, "skipped",
               leaving->rows.text(kWhy));
    leaving->more = leaving->rows.next();
    return false;
}

/// Takes the rows with issues out of a set, and hands them over as skipped.
void leave_rows(Undo* undo, int index, const ReturnSetInfo* result)
{
    auto* set = static_cast<RowSet*>(list_nth(undo->application->sets, index));
    if (set->count == 0)
        return;
    MemoryContext context = CurrentMemoryContext;
    Leaving leaving{undo, set, result, {}, false};
    Query query = Query::begin(RunAs::kOwner);
    register_issues(undo);
    leaving.rows = ResultReader::open(
        context,
        "SELECT DISTINCT ON (i.number) i.number, i.detail FROM event_journal_issues i "
        "WHERE i.set = $1 ORDER BY i.number, i.place",
        describe_columns({INT8OID, TEXTOID}), {int4_argument(index)});
    query.end();
    leaving.more = leaving.rows.next();
    if (leaving.more)
        filter_rows(set, is_not_left, &leaving);
    leaving.rows.close();
}

/// Hands over the rows with issues that are in no set.
void leave_others(Undo* undo, const ReturnSetInfo* result)
{
    Issue issue{};
    IssueReader reader = read_issues(undo);
    while (next_issue(&reader, &issue))
        if (issue.set < 0)
            return_issue(undo, result, issue, "skipped");
    end_reading(&reader);
}

void add_dependent(int set, const SetRow& row, ConflictKind kind, const char* detail, void* state)
{
    auto* undo = static_cast<Undo*>(state);
    const char* name = kind == ConflictKind::kReferenced      ? "referenced"
                       : kind == ConflictKind::kParentMissing ? "parent missing"
                                                              : "key in use";
    const int code = kind == ConflictKind::kReferenced      ? kUndoConflict
                     : kind == ConflictKind::kParentMissing ? kParentMissing
                                                            : kKeyInUse;
    const auto* own = static_cast<RowSet*>(list_nth(undo->application->sets, set));
    Issue issue = issue_of_row(own, row, name, code);
    issue.detail = detail;
    issue.set = set;
    issue.number = row.number;
    add_issue(undo, issue);
}

}  // namespace

void return_issue(const Undo* undo, const ReturnSetInfo* result, const Issue& issue,
                  const char* outcome)
{
    MemoryContext caller = MemoryContextSwitchTo(undo->row_context);
    bool nulls[8] = {};
    const auto text_datum = [&nulls](const char* text, int column) {
        nulls[column] = text == nullptr;
        return text == nullptr ? Datum{0} : CStringGetTextDatum(text);
    };
    Datum values[] = {ObjectIdGetDatum(issue.relation),
                      text_datum(issue.object_type, 1),
                      text_datum(issue.object_id, 2),
                      text_datum(issue.label, 3),
                      CStringGetTextDatum(action_name(issue.action)),
                      Int64GetDatum(issue.entry),
                      CStringGetTextDatum(outcome),
                      text_datum(issue.detail, 7)};
    nulls[0] = !OidIsValid(issue.relation);
    MemoryContextSwitchTo(undo->context);
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    MemoryContextSwitchTo(caller);
    MemoryContextReset(undo->row_context);
}

void add_dependent_issues(Undo* undo)
{
    MemoryContext work = AllocSetContextCreate(undo->context, "event_journal dependent rows",
                                               ALLOCSET_DEFAULT_SIZES);
    MemoryContext caller = MemoryContextSwitchTo(work);
    DependentRows* rows = find_dependent_rows(undo->application);
    Issue issue{};
    IssueReader reader = read_issues(undo);
    while (next_issue(&reader, &issue))
        if (issue.set >= 0)
            leave_row(rows, issue.set, issue.number);
    end_reading(&reader);
    tell_dependent_rows(rows, add_dependent, undo);
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(work);
}

void return_row(const Undo* undo, const ReturnSetInfo* result, const RowSet* set, const SetRow& row,
                const char* outcome, const char* detail)
{
    Issue issue = issue_of_row(set, row, nullptr, 0);
    issue.object_id = row.key;
    issue.detail = detail;
    return_issue(undo, result, issue, outcome);
}

void return_other(const Undo* undo, const ReturnSetInfo* result, const OtherRow& other,
                  RowOperation action, const char* outcome, const char* detail)
{
    Issue issue{};
    issue.relation = other.root;
    issue.object_type = other.row.object_type;
    issue.object_id = other.row.object_id;
    issue.label = other.row.label;
    issue.entry = other.row.entry;
    issue.action = action;
    issue.detail = detail;
    return_issue(undo, result, issue, outcome);
}

void leave_alone(Undo* undo, const ReturnSetInfo* result)
{
    for (int i = 0; i < list_length(undo->application->sets); i++)
        leave_rows(undo, i, result);
    leave_others(undo, result);
    clear_issues(undo);
}

}  // namespace journal
