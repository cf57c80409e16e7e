// What stands in the way of an undo: rows that somebody has changed since, and rows that refer to
// what would go. Found set by set, by joins; nothing is changed.
#include "accounts/account.hpp"
#include "base/function.hpp"
#include "base/list.hpp"
#include "base/query.hpp"
#include "base/result_reader.hpp"
#include "base/settings.hpp"
#include "catalog/tracked_relation.hpp"
#include "changes/set_reference.hpp"
#include "changes/statement.hpp"
#include "changes/user_triggers.hpp"
#include "months/entry_months.hpp"
#include "undo/undo.hpp"
#include "values/text_form.hpp"

namespace journal {

namespace {

struct Search {
    Undo* undo;
    RowSet* set;
    int index;  // of the set
    IssueList* found;
    bool fires_triggers;  // which may change rows of any set before its statement
};

/// An issue of a row that a query found.
Issue issue_of(const Search& search, IssueKind kind, const SetRow& row)
{
    Issue issue = issue_of_row(kind, search.set, row);
    issue.sqlstate = kUndoConflict;
    issue.set = search.index;
    return issue;
}

/// A set's columns that the row t does not have as expected, as SQL expressions: their names for
/// people, and their identities, NULL for the others.
const char* differing_columns(const RowSet* set)
{
    const auto each = [set](const auto& value) {
        return joined(set->column_count, ", ", [&](int i) -> const char* {
            const PlanColumn* column = set->columns[i].column;
            return set->checked && set->columns[i].check == ColumnCheck::kRow
                       ? psprintf(
                             "CASE WHEN pg_catalog.record_image_ne(ROW(t.%s), ROW(e.x%d)) "
                             "THEN %s END",
                             quote_identifier(column->name), i + 1, value(column))
                       : nullptr;
        });
    };
    const char* names =
        each([](const PlanColumn* column) { return quote_literal_cstr(column->name); });
    const char* ids = each([](const PlanColumn* column) { return psprintf("%d", column->id); });
    return *names == '\0' ? "NULL::pg_catalog.text AS names, NULL::pg_catalog.int4[] AS ids"
                          : psprintf(
                                "pg_catalog.array_to_string(ARRAY[%s], ', ') AS names, "
                                "ARRAY[%s]::pg_catalog.int4[] AS ids",
                                names, ids);
}

/// Whether a row t differs in columns that triggers wrote, and in no others, as an SQL expression.
const char* differs_by_triggers(const RowSet* set)
{
    bool any = false;
    for (int i = 0; i < set->column_count; i++)
        any |= set->columns[i].aim;
    if (!set->checked || !any)
        return "false";
    const char* images = row_images(set, 'x', [set](int i) {
        return set->columns[i].check == ColumnCheck::kRow && !set->columns[i].aim;
    });
    return psprintf(
        "t.tableoid IS NOT NULL%s",
        images == nullptr ? "" : psprintf(" AND pg_catalog.record_image_eq(%s)", images));
}

/// The identities of what a set of updates gives to rows; nullptr: it is about whole rows.
ArrayType* updated_columns(const RowSet* set)
{
    if (set->operation != RowOperation::kUpdate)
        return nullptr;
    Datum* ids = make_array_in<Datum>(CurrentMemoryContext, set->column_count);
    for (int i = 0; i < set->column_count; i++)
        ids[i] = Int32GetDatum(set->columns[i].column->id);
    return construct_array(ids, set->column_count, INT4OID, sizeof(int32), true, TYPALIGN_INT);
}

/// That the caller may read what of a set's table is compared, whoever reads it.
void require_readable(const RowSet* set)
{
    const RelationPlan* plan = set->plan;
    auto* columns =
        make_array_in<AttrNumber>(CurrentMemoryContext, plan->key_count + set->column_count);
    int count = 0;
    for (int i = 0; i < plan->key_count; i++)
        columns[count++] = plan->columns[plan->key[i]].number;
    for (int i = 0; i < set->column_count; i++)
        if (set->checked && set->columns[i].check == ColumnCheck::kRow)
            columns[count++] = set->columns[i].column->number;
    require_select(set->table, count, columns);
}

/// A row that is gone, or changed: in which columns, and whether in such alone as triggers wrote.
struct ChangedRow {
    SetRow row;
    bool is_there;
    const char* names;
    Value ids;  // integer[], NULL for the columns that are as they were; NULL: none is compared
    bool by_triggers;

    void bind(ResultReader* reader)
    {
        bind_row(reader, &row);
        reader->bind("is_there", &is_there);
        reader->bind("names", &names);
        reader->bind("ids", &ids);
        reader->bind("by_triggers", &by_triggers);
    }
};

/// Rows that are gone, or do not hold what was left in them. Read as the caller.
void find_changed(const Search& search)
{
    const RowSet* set = search.set;
    const char* condition = set->checked
                                ? psprintf("t.tableoid IS NULL OR NOT %s", holds_expected(set))
                                : "t.tableoid IS NULL";
    const char* sql = psprintf(
        "SELECT %s, t.tableoid IS NOT NULL AS is_there, %s, %s AS by_triggers "
        "FROM %s e LEFT JOIN %s t ON %s WHERE %s ORDER BY e.number",
        kRowColumns, differing_columns(set), differs_by_triggers(set), rows_name(0),
        only_rows_of(set), has_key(set), condition);
    ArrayType* updated = updated_columns(set);
    require_readable(set);
    ResultReader reader = read_table(search.undo->application, search.set, sql);
    ChangedRow row{};
    row.bind(&reader);
    while (reader.next()) {
        MemoryContext caller = MemoryContextSwitchTo(reader.row_memory());
        Issue issue =
            issue_of(search, row.is_there ? IssueKind::kRowChanged : IssueKind::kRowGone, row.row);
        Trace& trace = issue.trace;
        trace.relation = set->plan->id;
        trace.key = issue.row.object_id;
        trace.since = issue.row.entry;
        trace.by_all = true;
        if (row.is_there) {
            trace.derived = search.fires_triggers && row.by_triggers;
            trace.columns = row.ids.is_null ? nullptr : DatumGetArrayTypeP(row.ids.datum);
            trace.what = psprintf("%s changed %s since", "%s", row.names);
            issue.why = psprintf("%s changed since", row.names);
        } else {
            trace.columns = updated;
            trace.what = "%s took it away since";
        }
        add_issue(search.found, issue);
        MemoryContextSwitchTo(caller);
    }
    reader.close();
}

/// Leaves ignored columns, and forced ones that triggers wrote, to triggers where they do not hold
/// what was left in them. Such a column that holds it is an aim, as an ignored total is, which
/// triggers may bring about by themselves.
void judge_ignored(const Search& search)
{
    RowSet* set = search.set;
    const char* sql = joined(set->column_count, " UNION ALL ", [&](int i) -> const char* {
        return is_aim(set, i) && set->columns[i].check != ColumnCheck::kRow
                   ? psprintf(
                         "SELECT e.number, %d AS position FROM %s e JOIN %s t ON %s WHERE "
                         "pg_catalog.record_image_ne(ROW(t.%s), ROW(e.x%d))",
                         i, rows_name(0), only_rows_of(set), has_key(set),
                         quote_identifier(set->columns[i].column->name), i + 1)
                   : nullptr;
    });
    if (*sql == '\0')
        return;
    ResultReader reader = read_table(search.undo->application, set, sql);
    int64 number = 0;
    int32 position = 0;
    reader.bind("number", &number);
    reader.bind("position", &position);
    while (reader.next())
        leave_to_triggers(set, number, position);
    reader.close();
}

/// Whether some of what a row held is not among the expected values, so that only the journal tells
/// whether it was changed.
bool is_unsure(const RowSet* set)
{
    if (!set->checked)
        return false;
    int compared = 0;
    for (int i = 0; i < set->column_count; i++) {
        if (set->columns[i].check == ColumnCheck::kNone)
            return true;
        compared++;
    }
    if (set->operation != RowOperation::kDelete)
        return false;
    int kept = 0;
    for (int i = 0; i < set->plan->column_count; i++) {
        const PlanColumn& column = set->plan->columns[i];
        kept += column.ignored || column.mode == ColumnMode::kGenerated ||
                        column.mode == ColumnMode::kVirtual
                    ? 0
                    : 1;
    }
    return compared < kept;
}

/// Rows of which the journal has later changes, where it does not hold all that they were, unless
/// they have been found.
void find_changed_by_entries(const Search& search)
{
    if (!is_unsure(search.set) || search.undo->on_conflict == OnConflict::kForce)
        return;
    const char* sql = psprintf(
        "SELECT DISTINCT ON (e.number) %s FROM %s e JOIN journal.entry j ON "
        "j.object_id = e.object_id AND j.id > e.entry WHERE j.relation = $1 "
        "AND j.id > $2 AND j.occurred_at >= $3 AND %s AND j.transaction_id <> ALL ($4) "
        "AND NOT j.backfilled AND j.operation IN ('i', 'u', 'd') AND NOT EXISTS "
        "(SELECT FROM event_journal_issues f WHERE f.set = %d AND f.number = e.number) "
        "ORDER BY e.number",
        kRowColumns, rows_name(search.index),
        EntryMonths().from_id("j", search.undo->extent.first_id), search.index);
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    register_rows(search.set, search.index);
    register_issues(search.found);
    ResultReader reader =
        ResultReader::open(context, sql,
                           {int4_argument(search.set->plan->id),
                            int8_argument(search.undo->extent.first_id),
                            {TIMESTAMPTZOID, TimestampTzGetDatum(search.undo->extent.first_time)},
                            {XID8ARRAYOID, search.undo->extent.transactions}});
    query.end();
    SetRow row{};
    bind_row(&reader, &row);
    while (reader.next()) {
        Issue issue = issue_of(search, IssueKind::kRowChanged, row);
        issue.why = "it was changed since";
        issue.trace.relation = search.set->plan->id;
        issue.trace.key = issue.row.object_id;
        issue.trace.since = issue.row.entry;
        issue.trace.what = "%s changed it since";
        add_issue(search.found, issue);
    }
    reader.close();
}

/// Leaves out referring rows that the undo takes away or repoints itself.
void exclude_own_rows(const Search& search, const ForeignKey& reference, StringInfo sql)
{
    for (const auto* other : items<RowSet>(search.undo->application->sets))
        if (takes_reference(other, reference))
            appendStringInfo(sql, " AND NOT EXISTS (SELECT FROM %s e WHERE %s)",
                             rows_name(other->index), has_key(other));
    exclude_kept_keys(search.undo->application, search.set, reference, sql);
}

/// The columns of the key under which the journal knows rows t of a table as k1, k2, ..., each
/// after a comma.
const char* key_columns_of(const RelationPlan* plan)
{
    return joined(plan == nullptr ? 0 : plan->key_count, "", [plan](int k) {
        return psprintf(", t.%s AS k%d", quote_identifier(plan->columns[plan->key[k]].name), k + 1);
    });
}

/// Has a reader put these columns into values.
void bind_key(ResultReader* reader, const RelationPlan* plan, Value* values)
{
    for (int k = 0; plan != nullptr && k < plan->key_count; k++)
        reader->bind(psprintf("k%d", k + 1), &values[k]);
}

/// The key of which these are the values, in the current memory context; nullptr where there is
/// none.
const char* key_of(const RelationPlan* plan, const Value* values)
{
    if (plan == nullptr || plan->key_count == 0)
        return nullptr;
    char** texts = make_array_in<char*>(CurrentMemoryContext, plan->key_count);
    for (int k = 0; k < plan->key_count; k++) {
        if (values[k].is_null)
            return nullptr;
        texts[k] = text_form_once(plan->columns[plan->key[k]].type, values[k].datum);
    }
    return object_key(plan->key_count, texts);
}

/// Rows that live rows refer to. Read as the referring table's owner, as foreign keys themselves
/// are checked: a cast that the comparison takes may be anybody's function.
void find_referring(const Search& search, const ForeignKey& reference)
{
    if (!gives_up(search.set, reference))
        return;
    const PresentKeys keys = read_present_keys(search.set, reference);
    Relation table = table_open(reference.table, AccessShareLock);
    const TrackedRelation* tracked = find_tracked_relation(reference.table);
    const RelationPlan* plan = tracked == nullptr ? nullptr : known_plan_for(table);
    if (plan != nullptr && plan->capture != Capture::kEvents)
        plan = nullptr;
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(
        &sql,
        "SELECT DISTINCT ON (p.number) p.number, p.object_type, p.object_id, p.key, p.label, "
        "p.entry%s "
        "FROM %s WHERE true",
        key_columns_of(plan), referring_rows(search.set, search.index, reference, keys));
    exclude_own_rows(search, reference, &sql);
    appendStringInfoString(&sql, " ORDER BY p.number");
    ResultReader reader =
        read_as_constraint(reference.table, search.undo->application->sets, sql.data, keys);
    end_present_keys(keys);
    const char* name = qualified_name(reference.table);
    SetRow row{};
    Value key[INDEX_MAX_KEYS];
    bind_row(&reader, &row);
    bind_key(&reader, plan, key);
    while (reader.next())
        in_context(reader.row_memory(), [&] {
            Issue issue = issue_of(search, IssueKind::kReferenced, row);
            issue.why = psprintf("a row of %s refers to it", name);
            issue.trace.key = key_of(plan, key);
            issue.trace.relation = issue.trace.key == nullptr ? 0 : plan->id;
            issue.trace.since = search.undo->extent.first_id;
            issue.trace.what = psprintf("%s wrote a row of %s that refers to it", "%s", name);
            add_issue(search.found, issue);
        });
    reader.close();
    table_close(table, NoLock);
}

/// Whether a foreign key would do something to rows that refer to those of the set.
bool changes_referring(const RowSet* set, const List* references)
{
    for (const auto* reference : items<ForeignKey>(references)) {
        const char action =
            set->operation == RowOperation::kDelete ? reference->on_delete : reference->on_update;
        if (gives_up(set, *reference) && action != FKCONSTR_ACTION_NOACTION &&
            action != FKCONSTR_ACTION_RESTRICT)
            return true;
    }
    return false;
}

bool may_write(const RowSet* set)
{
    const Oid table = RelationGetRelid(set->table);
    if (set->operation == RowOperation::kDelete)
        return pg_class_aclcheck(table, GetUserId(), ACL_DELETE) == ACLCHECK_OK;
    return pg_class_aclcheck(table, GetUserId(), ACL_UPDATE) == ACLCHECK_OK ||
           pg_attribute_aclcheck_all(table, GetUserId(), ACL_UPDATE, ACLMASK_ANY) == ACLCHECK_OK;
}

/// Locks rows that triggers may change before their turn, so that nobody else does from now on;
/// rows that are to be deleted, or to get another key, so that no row comes to refer to them that a
/// cascade would change; and rows of which the journal alone tells whether they were changed, so
/// that they are not from then on. Whoever may not write them is refused before.
void lock_rows(const Search& search)
{
    Relation table = search.set->table;
    if (!may_write(search.set))
        aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, RelationGetRelationName(table));
    const char* sql =
        psprintf("SELECT count(*) FROM (SELECT FROM %s e JOIN %s t ON %s FOR UPDATE OF t) l",
                 rows_name(search.index), only_rows_of(search.set), has_key(search.set));
    read_as_constraint(RelationGetRelid(table), search.undo->application->sets, sql).close();
}

/// Rows that triggers made are deleted with the others where they refer to such.
void settle_order(const Search& search)
{
    RowSet* set = search.set;
    bool refers = false;
    for (const auto* other : items<RowSet>(search.undo->application->sets)) {
        refers |= other != set && other->count > 0 && other->operation == RowOperation::kDelete &&
                  refers_to(search.undo->application, set, other);
    }
    for (int i = 0; i < set->column_count && refers; i++)
        set->columns[i].aim = false;
}

void search_set(const Search& search)
{
    if (search.set->operation == RowOperation::kDelete)
        settle_order(search);
    search.set->aimless = nullptr;
    if (search.set->count == 0 || search.set->operation == RowOperation::kInsert)
        return;
    const List* references =
        foreign_keys_to(search.undo->application, RelationGetRelid(search.set->table));
    if (!search.undo->application->dry_run &&
        (search.fires_triggers || changes_referring(search.set, references) ||
         is_unsure(search.set))) {
        lock_rows(search);
        search.set->locked = search.fires_triggers;
        judge_ignored(search);
    }
    if (!is_unjudged(search.undo->application, search.set->table))
        find_changed(search);
    find_changed_by_entries(search);
    for (const auto* reference : items<ForeignKey>(references))
        find_referring(search, *reference);
}

}  // namespace

void Undo::find_issues()
{
    IssueList* found = make_issues();
    const bool fires_triggers = has_user_triggers(application);
    for (auto* set : items<RowSet>(application->sets))
        search_set({this, set, set->index, found, fires_triggers});
    if (foresees(this)) {
        find_restored(this);
        foresee(this, found);
    }
    name_later_transactions(this, found);
    end_issues(found);
    if (foresees(this) || application->issues->count == 0)
        order_exchanges(this);
}

}  // namespace journal
