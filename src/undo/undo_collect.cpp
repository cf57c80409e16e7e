// From net changes to the row changes that take them back: an inserted row is deleted, an updated
// one gets its old values, a deleted one is inserted.
#include "apply/exchange.hpp"
#include "base/function.hpp"
#include "base/query.hpp"
#include "catalog/tracked_relation.hpp"
#include "changes/conflict.hpp"
#include "changes/statement.hpp"
#include "changes/unique_columns.hpp"
#include "undo/undo.hpp"

namespace journal {

namespace {

constexpr int64 kToldRows = 10;

/// Columns and values of a row change, as large as a plan has columns.
struct Values {
    int count;
    SetColumn* columns;
    const JsonbValue** values;
    const JsonbValue** expected;
};

Values make_values(const RelationPlan* plan)
{
    Values values{};
    values.columns = make_array_in<SetColumn>(CurrentMemoryContext, plan->column_count);
    values.values = make_array_in<const JsonbValue*>(CurrentMemoryContext, plan->column_count);
    values.expected = make_array_in<const JsonbValue*>(CurrentMemoryContext, plan->column_count);
    return values;
}

void add_value(Values* values, const PlanColumn* column, bool retyped, ColumnCheck check,
               const JsonbValue* value, const JsonbValue* expected)
{
    values->columns[values->count] = {column, retyped, retyped, check};
    values->values[values->count] = value;
    values->expected[values->count++] = expected;
}

bool is_computed(const PlanColumn& column)
{
    return column.mode == ColumnMode::kGenerated || column.mode == ColumnMode::kVirtual;
}

RowOperation inverse(RowOperation operation)
{
    return operation == RowOperation::kInsert   ? RowOperation::kDelete
           : operation == RowOperation::kDelete ? RowOperation::kInsert
                                                : RowOperation::kUpdate;
}

RowChange row_change(const NetChange& change, const Values& values)
{
    RowChange row{};
    row.entry = change.entry;
    row.object_type = change.object_type;
    row.object_id = change.key_after == nullptr ? change.key_before : change.key_after;
    row.label = change.label;
    row.values = values.values;
    row.expected = values.expected;
    return row;
}

Issue issue_of(const NetChange& change, const char* conflict, int code)
{
    Issue issue{};
    issue.relation = change.plan->root;
    issue.object_type = change.object_type;
    issue.object_id = change.key_after == nullptr ? change.key_before : change.key_after;
    issue.label = change.label;
    issue.action = inverse(change.operation);
    issue.entry = change.entry;
    issue.conflict = conflict;
    issue.code = code;
    issue.set = -1;
    return issue;
}

/// A sentence as a reason: "The table is gone." is "the table is gone".
const char* as_reason(const char* sentence)
{
    char* reason = pstrdup(sentence);
    const std::size_t length = strlen(reason);
    if (length > 0 && reason[length - 1] == '.')
        reason[length - 1] = '\0';
    reason[0] = static_cast<char>(pg_tolower(static_cast<unsigned char>(reason[0])));
    return reason;
}

/// A row whose table is gone, not tracked or without a key.
void add_unfit(Undo* undo, const NetChange& change)
{
    const Conflict& unfit = *target_of(change)->unfit;
    const char* name = unfit.kind == ConflictKind::kTableGone    ? "table gone"
                       : unfit.kind == ConflictKind::kNotTracked ? "not tracked"
                       : unfit.kind == ConflictKind::kNoKey      ? "no key"
                                                                 : "no snapshot";
    Issue issue = issue_of(change, name, unfit.sqlstate);
    issue.relation = target_of(change)->root;
    issue.detail = as_reason(unfit.detail);
    issue.hint =
        unfit.kind == ConflictKind::kNotTracked
            ? unfit.hint
            : "on_conflict => 'skip' leaves such rows out; journal.entries shows what they "
              "were.";
    add_issue(undo, issue);
}

/// A row that is there under a key of other columns than the table's present ones: it is not found
/// by the journal's. An issue where such are looked for, else JE016.
void add_rekeyed(Undo* undo, const NetChange& change)
{
    constexpr const char* kDetail =
        "The key of its table is of other columns than it was, so that the row cannot be found.";
    constexpr const char* kHint = "journal.entries shows what was changed.";
    if (!foresees(undo)) {
        SetRow row{};
        row.object_type = change.object_type;
        row.object_id = change.key_after;
        row.label = change.label;
        ereport(ERROR,
                (errcode(kRelationGone), errmsg("%s cannot be taken back", describe_row(row)),
                 errdetail_internal("%s", kDetail), errhint("%s", kHint)));
    }
    Issue issue = issue_of(change, "table changed", kRelationGone);
    issue.detail = as_reason(kDetail);
    issue.hint = kHint;
    add_issue(undo, issue);
}

/// Adds a row change to a set. A value that does not fit its column any more is an issue where such
/// are looked for, else JE016.
void put_change(Undo* undo, RowSet* set, const NetChange& change, const RowChange& row)
{
    Conflict misfit{};
    if (!foresees(undo)) {
        add_change(undo->application, set, row);
    } else if (!try_change(undo->application, set, row, &misfit)) {
        Issue issue = issue_of(change, "table changed", misfit.sqlstate);
        issue.detail = reason_of(misfit);
        issue.hint = misfit.hint;
        add_issue(undo, issue);
    }
}

void add_unknown_value(Undo* undo, const NetChange& change, const char* column)
{
    Issue issue = issue_of(change, "unknown value", kUnknownValue);
    issue.detail = psprintf("the journal was told not to keep the values of column \"%s\"", column);
    issue.hint = "on_conflict => 'force' leaves the column out.";
    add_issue(undo, issue);
}

/// An identity column that is always generated takes no given value by an update: the first of
/// those that a row change would update, or nullptr.
const char* changed_identity(const NetChange& change)
{
    Relation table = table_open(change.table, AccessShareLock);
    const char* found = nullptr;
    for (int i = 0; i < change.plan->column_count && found == nullptr; i++) {
        const PlanColumn& column = change.plan->columns[i];
        if (change.changed[i] &&
            TupleDescAttr(RelationGetDescr(table), column.number - 1)->attidentity ==
                ATTRIBUTE_IDENTITY_ALWAYS)
            found = column.name;
    }
    table_close(table, NoLock);
    return found;
}

void add_identity(Undo* undo, const NetChange& change, const char* column)
{
    Issue issue = issue_of(change, "identity", ERRCODE_GENERATED_ALWAYS);
    issue.detail = psprintf(
        "its column \"%s\" is always generated, so that an update cannot give it its old value",
        column);
    issue.hint = psprintf(
        "ALTER TABLE %s ALTER COLUMN %s SET GENERATED BY DEFAULT, for the time of the undo.",
        qualified_name(change.plan->root), quote_identifier(column));
    add_issue(undo, issue);
}

bool is_forced(const Undo* undo)
{
    return undo->on_conflict == OnConflict::kForce;
}

/// An inserted row goes, if it still is what was left of it.
void add_deletion(Undo* undo, const NetChange& change)
{
    Values values = make_values(change.plan);
    for (int i = 0; i < change.plan->column_count; i++) {
        const PlanColumn& column = change.plan->columns[i];
        if (!is_computed(column) && !column.ignored && change.after[i].value != nullptr &&
            !is_forced(undo))
            add_value(&values, &column, is_retyped(change.after[i]), ColumnCheck::kRow, nullptr,
                      change.after[i].value);
    }
    bool made_by_triggers = change.derived != nullptr;
    for (int i = 0; i < change.plan->column_count && made_by_triggers; i++)
        made_by_triggers = change.derived[i];
    for (int i = 0; i < values.count; i++)
        values.columns[i].aim = made_by_triggers;
    RowSet* set = row_set(undo->application, RowOperation::kDelete, change.table, values.count,
                          values.columns, !is_forced(undo));
    put_change(undo, set, change, row_change(change, values));
}

/// Whether a unique value was given up and taken again. It may have to be so in reverse, too.
bool went_aside(const NetChange& change, int column)
{
    if (change.between == nullptr || change.between[column].value == nullptr)
        return false;
    Relation table = table_open(change.table, AccessShareLock);
    const bool result = has_name(unique_columns(table), change.plan->columns[column].name);
    table_close(table, NoLock);
    return result;
}

/// Whether a column has to be as it was before other rows are written.
bool is_bound(Undo* undo, const NetChange& change, const PlanColumn& column)
{
    if (undo->bound_table != change.table) {
        Relation table = table_open(change.table, AccessShareLock);
        MemoryContext caller = MemoryContextSwitchTo(undo->context);
        undo->bound_columns = bound_columns(table);
        MemoryContextSwitchTo(caller);
        undo->bound_table = change.table;
        table_close(table, NoLock);
    }
    return bms_is_member(column.number - FirstLowInvalidHeapAttributeNumber, undo->bound_columns);
}

/// What was changed of an updated row, as it was.
Values values_of_update(Undo* undo, const NetChange& change)
{
    Values values = make_values(change.plan);
    for (int i = 0; i < change.plan->column_count; i++) {
        const PlanColumn& column = change.plan->columns[i];
        const JsonbValue* before = change.before[i].value;
        const JsonbValue* after = change.after[i].value;
        const bool stays = !change.changed[i];
        if (before == nullptr || (stays && (is_computed(column) || !went_aside(change, i))))
            continue;
        const ColumnCheck check = is_forced(undo) || after == nullptr ? ColumnCheck::kNone
                                  : column.ignored || stays           ? ColumnCheck::kColumn
                                                                      : ColumnCheck::kRow;
        add_value(&values, &column, is_retyped(change.before[i]), check, before, after);
        values.columns[values.count - 1].aim =
            after != nullptr &&
            ((change.derived[i] && !undo->all_derived) || check == ColumnCheck::kColumn) &&
            !is_bound(undo, change, column);
    }
    return values;
}

RowSet* set_of_update(Undo* undo, const NetChange& change, const Values& values)
{
    return row_set(undo->application, RowOperation::kUpdate, change.table, values.count,
                   values.columns, true);
}

/// Of an updated row nothing can be taken back.
void tell_nothing_left(Undo* undo, const NetChange& change)
{
    undo->nothing_left++;
    if (undo->result == nullptr)
        return;
    Issue issue = issue_of(change, "nothing left", 0);
    issue.detail = "the columns that were changed are gone, or the journal does not keep them";
    if (undo->is_plan)
        return_planned(undo->result, issue, CurrentMemoryContext);
    else
        return_issue(undo, undo->result, issue, issue.conflict);
}

/// An updated row gets back what was changed of it.
void add_update(Undo* undo, const NetChange& change)
{
    if (change.unknown_column != nullptr && !is_forced(undo)) {
        add_unknown_value(undo, change, change.unknown_column);
        return;
    }
    if (const char* identity = changed_identity(change)) {
        add_identity(undo, change, identity);
        return;
    }
    const Values values = values_of_update(undo, change);
    if (values.count == 0) {
        tell_nothing_left(undo, change);
        return;
    }
    RowChange row = row_change(change, values);
    if (strcmp(change.key_before, change.key_after) != 0)
        row.new_key = change.key_before;
    put_change(undo, set_of_update(undo, change, values), change, row);
}

/// Says what an updated row was in between.
void offer_between(const NetChange& change, void* state)
{
    auto* undo = static_cast<Undo*>(state);
    if (change.operation != RowOperation::kUpdate || change.between == nullptr ||
        change.nothing_left)
        return;
    const Values values = values_of_update(undo, change);
    const JsonbValue** between =
        make_array_in<const JsonbValue*>(CurrentMemoryContext, values.count);
    for (int i = 0; i < values.count; i++) {
        between[i] = change.between[plan_position(change.plan, values.columns[i].column->id)].value;
        if (values.expected[i] == nullptr)
            return;
    }
    if (values.count > 0)
        offer_place_aside(undo->application, set_of_update(undo, change, values),
                          row_change(change, values), between);
}

/// Says which values of a row are lost, unless that is what stands in its way.
bool tell_lost(Undo* undo, const NetChange& change)
{
    const Target* target = target_of(change);
    for (int i = 0; i < target->lost_count; i++)
        if (target->lost[i].always && !is_forced(undo)) {
            add_unknown_value(undo, change, target->lost[i].name);
            return false;
        }
    if (target->lost_count > 0 && !undo->is_plan && undo->told++ < kToldRows) {
        SetRow row{};
        row.object_type = change.object_type;
        row.object_id = change.key_before;
        row.label = change.label;
        for (int i = 0; i < target->lost_count; i++)
            ereport(NOTICE, (errmsg("%s comes back without the value of column \"%s\": %s",
                                    describe_row(row), target->lost[i].name, target->lost[i].why)));
    }
    return true;
}

/// A deleted row comes back.
void add_insertion(Undo* undo, const NetChange& change)
{
    if (!tell_lost(undo, change))
        return;
    const Target* target = target_of(change);
    Values values = make_values(change.plan);
    for (int i = 0; i < target->count; i++) {
        const PlanColumn* column = target->columns[i].column;
        const StoredValue& value = change.before[plan_position(change.plan, column->id)];
        if (value.value == nullptr) {
            Issue issue = issue_of(change, "no snapshot", kNoSnapshot);
            issue.detail = "the journal does not hold the deleted row";
            issue.hint = "Only deletions of tracked tables' rows can be taken back.";
            add_issue(undo, issue);
            return;
        }
        add_value(&values, column, is_retyped(value), ColumnCheck::kRow, value.value, nullptr);
        values.columns[values.count - 1].new_value |= target->rekeyed;
    }
    RowSet* set = row_set(undo->application, RowOperation::kInsert, change.table, values.count,
                          values.columns, false);
    RowChange row = row_change(change, values);
    row.entry = change.deletion;
    put_change(undo, set, change, row);
}

Deletion deletion_of(const NetChange& change)
{
    Deletion deletion{};
    deletion.object_type = change.object_type;
    deletion.object_id = change.key_before;
    deletion.label = change.label;
    return deletion;
}

/// entry: under which the row change is found.
void put_part(Undo* undo, Tuplestorestate* rows, const char* document, int64 entry,
              const NetChange& change)
{
    Datum values[] = {
        document == nullptr ? Datum{0} : CStringGetTextDatum(document), Int64GetDatum(entry),
        change.object_type == nullptr ? Datum{0} : CStringGetTextDatum(change.object_type),
        Int32GetDatum(change.deletion_event)};
    bool nulls[] = {document == nullptr, false, change.object_type == nullptr, false};
    MemoryContext caller = MemoryContextSwitchTo(undo->context);
    tuplestore_putvalues(rows, undo->part_descriptor, values, nulls);
    MemoryContextSwitchTo(caller);
}

/// Notes a row that comes back, with which its parts may.
void put_document(Undo* undo, int64 entry, const NetChange& change)
{
    if (change.object_type != nullptr && change.key_before != nullptr)
        put_part(undo, undo->documents, psprintf("%s %s", change.object_type, change.key_before),
                 entry, change);
}

/// Whether the caller may bring a deleted row back, as journal.restore would say. What nobody
/// restores by itself may come along with its document, which is seen when all is read.
bool may_bring_back(Undo* undo, int64 entry, const NetChange& change)
{
    const RestoredBy by = restored_by(change.deletion_event);
    if (by == RestoredBy::kNobody) {
        put_part(undo, undo->parts, change.document, entry, change);
        // It may have parts itself.
        put_document(undo, entry, change);
        undo->part_count++;
        return true;
    }
    const bool is_allowed =
        may_restore(by) && (by != RestoredBy::kSupport || undo->is_plan || undo->reason != nullptr);
    if (!is_allowed) {
        if (!undo->is_plan && undo->on_conflict != OnConflict::kSkip)
            check_allowed(by, undo->reason, deletion_of(change));
        Issue issue = issue_of(change, "not allowed", kContactSupport);
        issue.detail = "only support may bring it back, giving a reason";
        issue.hint = "Contact support.";
        add_issue(undo, issue);
        return false;
    }
    put_document(undo, entry, change);
    return true;
}

void take_back(const NetChange& change, void* state)
{
    auto* undo = static_cast<Undo*>(state);
    if (target_of(change)->unfit != nullptr) {
        add_unfit(undo, change);
        return;
    }
    if (target_of(change)->rekeyed && change.operation != RowOperation::kDelete) {
        add_rekeyed(undo, change);
        return;
    }
    if (change.nothing_left) {
        tell_nothing_left(undo, change);
        return;
    }
    const bool is_replaced = change.operation == RowOperation::kUpdate && change.deletion != 0;
    const bool is_split = is_replaced && changed_identity(change) != nullptr;
    const int64 entry = is_replaced && !is_split ? change.entry : change.deletion;
    if (change.deletion != 0 && !may_bring_back(undo, entry, change))
        return;
    switch (change.operation) {
        case RowOperation::kInsert:
            add_deletion(undo, change);
            break;
        case RowOperation::kDelete:
            add_insertion(undo, change);
            break;
        case RowOperation::kUpdate:
            if (is_split) {
                add_deletion(undo, change);
                add_insertion(undo, change);
            } else {
                add_update(undo, change);
            }
            break;
    }
}

/// Has what triggers wrote written like all else.
void write_derived(const Undo* undo)
{
    ListCell* cell = nullptr;
    foreach (cell, undo->application->sets) {
        auto* set = static_cast<RowSet*>(lfirst(cell));
        for (int i = 0; i < set->column_count; i++)
            set->columns[i].aim &= set->columns[i].check == ColumnCheck::kColumn;
    }
}

bool is_not_refused(const SetRow& row, void* state)
{
    const auto* refused = static_cast<Ids*>(state);
    return !std::binary_search(refused->begin(), refused->end(), row.entry);
}

/// Rows that nobody restores by themselves, and whose document does not come back: refused.
void refuse_parts(Undo* undo)
{
    if (undo->part_count == 0)
        return;
    ContextResource memory(undo->context);
    Ids refused(&memory);
    MemoryContext context = CurrentMemoryContext;
    Deletion first{};
    Query query = Query::begin(RunAs::kOwner);
    register_named("event_journal_parts", undo->parts, undo->part_descriptor);
    register_named("event_journal_documents", undo->documents, undo->part_descriptor);
    const uint64 rows = query.run(
        "SELECT p.entry, p.object_type FROM event_journal_parts p WHERE NOT EXISTS "
        "(SELECT FROM event_journal_documents d WHERE d.document = p.document) ORDER BY 1");
    for (uint64 i = 0; i < rows; i++)
        refused.push_back(query.int8(i, 1));
    if (rows > 0)
        first.object_type = query.text(0, 2, context);
    query.end();
    if (refused.empty())
        return;
    if (!undo->is_plan && undo->on_conflict != OnConflict::kSkip)
        check_allowed(RestoredBy::kNobody, undo->reason, first);
    ListCell* cell = nullptr;
    foreach (cell, undo->application->sets) {
        auto* set = static_cast<RowSet*>(lfirst(cell));
        SetRow row{};
        rewind_rows(set);
        while (read_row(set, &row)) {
            if (set->operation == RowOperation::kDelete || is_not_refused(row, &refused))
                continue;
            Issue issue = issue_of_row(set, row, "not allowed", kNotRestorable);
            issue.detail = psprintf("objects of type \"%s\" are not restored from the journal",
                                    row.object_type);
            issue.hint = "They come back with the document to which they belonged.";
            add_issue(undo, issue);
        }
        if (set->operation != RowOperation::kDelete)
            filter_rows(set, is_not_refused, &refused);
    }
}

}  // namespace

void collect_undo(Undo* undo)
{
    undo->all_derived =
        !read_net_changes(undo->extent, undo->application->done, foresees(undo), take_back, undo);
    if (undo->all_derived)
        write_derived(undo);
    refuse_parts(undo);
}

void order_exchanges(Undo* undo)
{
    Application* application = undo->application;
    find_exchanges(application);
    if (!has_stuck_rows(application))
        return;
    read_net_changes(undo->extent, application->done, foresees(undo), offer_between, undo);
    take_turns_again(application);
    ListCell* cell = nullptr;
    foreach (cell, application->exchanges) {
        const auto* exchange = static_cast<Exchange*>(lfirst(cell));
        for (int64 i = 0; i < exchange->stuck_count; i++) {
            const StuckRow& stuck = exchange->stuck[i];
            auto* set = static_cast<RowSet*>(list_nth(exchange->sets, stuck.set));
            Issue issue = issue_of_row(set, stuck.row, "key in use", kKeyInUse);
            issue.detail =
                "a row that is to be updated too has its unique value, and cannot give "
                "it up first";
            issue.hint = "If the constraint is deferrable, rows may exchange their values.";
            issue.set = set_index(application->sets, set);
            issue.number = stuck.row.number;
            add_issue(undo, issue);
        }
    }
}

}  // namespace journal
