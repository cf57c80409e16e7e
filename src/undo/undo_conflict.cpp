// What stands in the way of an undo: rows that somebody has changed since, and rows that refer to
// what would go. Found set by set, by joins; nothing is changed.
#include "base/function.hpp"
#include "base/operator_name.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "base/text_form.hpp"
#include "catalog/account.hpp"
#include "catalog/tracked_relation.hpp"
#include "restore/statement.hpp"
#include "undo/undo_find.hpp"

namespace journal {

namespace {

/// Columns that every query for conflicting rows begins with.
constexpr const char* kRowColumns = "e.number, e.object_type, e.object_id, e.label, e.entry";

enum RowColumn { kNumber = 1, kObjectType, kObjectId, kLabel, kEntry, kFirstOther };

struct Search {
    Undo* undo;
    RowSet* set;
    int index;  // of the set
    Finds* finds;
};

Issue issue_of(const Search& search, const Query& query, uint64 row, MemoryContext context)
{
    Issue issue{};
    issue.relation = search.set->plan->root;
    issue.object_type = query.text(row, kObjectType, context);
    issue.object_id = query.text(row, kObjectId, context);
    issue.label = query.text(row, kLabel, context);
    issue.action = search.set->operation;
    issue.entry = query.int8(row, kEntry);
    issue.code = kUndoConflict;
    issue.set = search.index;
    issue.number = query.int8(row, kNumber);
    return issue;
}

/// Names of a set's columns that the row t does not have as expected, as an SQL expression.
const char* differing_names(const RowSet* set)
{
    StringInfoData sql;
    initStringInfo(&sql);
    for (int i = 0; i < set->column_count; i++) {
        if (!set->checked || set->columns[i].check != ColumnCheck::kRow)
            continue;
        const char* name = quote_identifier(set->columns[i].column->name);
        appendStringInfo(
            &sql, "%sCASE WHEN pg_catalog.record_image_ne(ROW(t.%s), ROW(e.x%d)) THEN %s END",
            sql.len == 0 ? "" : ", ", name, i + 1,
            quote_literal_cstr(set->columns[i].column->name));
    }
    return sql.len == 0 ? "NULL::text"
                        : psprintf("pg_catalog.array_to_string(ARRAY[%s], ', ')", sql.data);
}

/// Names of what a set of updates gives to rows; nullptr: it is about whole rows.
const char* updated_names(const RowSet* set)
{
    if (set->operation != RowOperation::kUpdate)
        return nullptr;
    StringInfoData names;
    initStringInfo(&names);
    for (int i = 0; i < set->column_count; i++)
        appendStringInfo(&names, "%s%s", i == 0 ? "" : ", ", set->columns[i].column->name);
    return names.data;
}

/// Rows that are gone, or do not hold what was left in them. Read as the caller.
void find_changed(const Search& search)
{
    const RowSet* set = search.set;
    MemoryContext context = CurrentMemoryContext;
    const char* condition = set->checked
                                ? psprintf("t.tableoid IS NULL OR NOT %s", holds_expected(set))
                                : "t.tableoid IS NULL";
    const char* sql = psprintf(
        "SELECT %s, t.tableoid IS NOT NULL, %s FROM %s e LEFT JOIN %s t ON %s WHERE %s ORDER BY 1",
        kRowColumns, differing_names(set), rows_name(search.index), only_rows_of(set), has_key(set),
        condition);
    const char* updated = updated_names(set);
    Query query = Query::begin(RunAs::kCaller);
    register_rows(search.set, search.index);
    const uint64 rows = query.run(sql);
    for (uint64 i = 0; i < rows; i++) {
        CHECK_FOR_INTERRUPTS();
        Found found{};
        found.issue = issue_of(search, query, i, context);
        found.relation = set->plan->id;
        found.key = found.issue.object_id;
        found.since = found.issue.entry;
        found.by_all = true;
        if (query.boolean(i, kFirstOther)) {
            MemoryContext spi = MemoryContextSwitchTo(context);
            found.issue.conflict = "changed";
            found.columns = query.text(i, kFirstOther + 1, context);
            found.what = psprintf("%s changed %s since", "%s", found.columns);
            found.otherwise = psprintf("%s changed since", found.columns);
            MemoryContextSwitchTo(spi);
        } else {
            found.issue.conflict = "gone";
            found.columns = updated;
            found.what = "%s took it away since";
            found.otherwise = "it is not there any more";
        }
        search.finds->push_back(found);
    }
    query.end();
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

/// Rows of which the journal has later changes, where it does not hold all that they were. first:
/// of what has been found of the set.
void find_changed_by_entries(const Search& search, std::size_t first)
{
    if (!is_unsure(search.set) || search.undo->on_conflict == OnConflict::kForce)
        return;
    // Those of the set that have been found stand in the order of their numbers.
    const std::size_t last = search.finds->size();
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    register_rows(search.set, search.index);
    const uint64 rows =
        query.run(psprintf("SELECT DISTINCT ON (e.number) %s FROM %s e JOIN journal.entry j ON "
                           "j.object_id = e.object_id AND j.id > e.entry WHERE j.relation = $1 "
                           "AND j.id > $2 AND j.occurred_at >= $3 AND j.transaction_id <> ALL ($4) "
                           "AND NOT j.backfilled AND j.operation IN ('i', 'u', 'd') ORDER BY 1",
                           kRowColumns, rows_name(search.index)),
                  {int4_argument(search.set->plan->id),
                   int8_argument(search.undo->extent.first_id),
                   {TIMESTAMPTZOID, TimestampTzGetDatum(search.undo->extent.first_time)},
                   {XID8ARRAYOID, search.undo->extent.transactions}});
    for (uint64 i = 0; i < rows; i++) {
        CHECK_FOR_INTERRUPTS();
        while (first < last && (*search.finds)[first].issue.number < query.int8(i, kNumber))
            first++;
        if (first < last && (*search.finds)[first].issue.number == query.int8(i, kNumber))
            continue;
        Found found{};
        found.issue = issue_of(search, query, i, context);
        found.issue.conflict = "changed";
        found.relation = search.set->plan->id;
        found.key = found.issue.object_id;
        found.since = found.issue.entry;
        found.what = "%s changed it since";
        found.otherwise = "it was changed since";
        search.finds->push_back(found);
    }
    query.end();
}

/// A foreign key that refers to a set's table.
struct Reference {
    Oid table;
    int count;
    AttrNumber columns[INDEX_MAX_KEYS];     // of the referring table
    AttrNumber referenced[INDEX_MAX_KEYS];  // of the referenced one
    Oid equal[INDEX_MAX_KEYS];              // referenced = referring
    char on_delete;
    char on_update;
};

using References = Vector<Reference>;

void read_numbers(const Query& query, uint64 row, int column, AttrNumber* numbers, int* count)
{
    bool is_null = false;
    ArrayType* array = DatumGetArrayTypeP(query.value(row, column, &is_null));
    *count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
    memcpy(numbers, ARR_DATA_PTR(array), sizeof(AttrNumber) * *count);
}

void read_references(const RowSet* set, References* references)
{
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows = query.run(
        "SELECT c.conrelid, c.conkey, c.confkey, c.conpfeqop, c.confdeltype, c.confupdtype "
        "FROM pg_constraint c WHERE c.contype = 'f' AND c.conparentid = 0 AND c.confrelid = $1 "
        "ORDER BY c.oid",
        {{OIDOID, ObjectIdGetDatum(RelationGetRelid(set->table))}});
    for (uint64 i = 0; i < rows; i++) {
        bool is_null = false;
        Reference reference{};
        reference.table = DatumGetObjectId(query.value(i, 1, &is_null));
        read_numbers(query, i, 2, reference.columns, &reference.count);
        read_numbers(query, i, 3, reference.referenced, &reference.count);
        ArrayType* operators = DatumGetArrayTypeP(query.value(i, 4, &is_null));
        memcpy(reference.equal, ARR_DATA_PTR(operators), sizeof(Oid) * reference.count);
        reference.on_delete = DatumGetChar(query.value(i, 5, &is_null));
        reference.on_update = DatumGetChar(query.value(i, 6, &is_null));
        references->push_back(reference);
    }
    query.end();
}

int set_column(const RowSet* set, AttrNumber number)
{
    for (int i = 0; i < set->column_count; i++)
        if (set->columns[i].column->number == number)
            return i;
    return -1;
}

/// The value that a set's row p has now in a column of its table; nullptr if that is not known.
const char* present_value(const RowSet* set, AttrNumber number)
{
    for (int k = 0; k < set->plan->key_count; k++)
        if (set->plan->columns[set->plan->key[k]].number == number)
            return psprintf("p.k%d", k + 1);
    const int i = set_column(set, number);
    return i < 0 || !set->checked ? nullptr : psprintf("p.x%d", i + 1);
}

const char* column_of(Oid table, AttrNumber number)
{
    return quote_identifier(get_attname(table, number, false));
}

/// That the row t of the referring table refers to the row p of the set; nullptr if it cannot be
/// said.
const char* refers(const RowSet* set, const Reference& reference)
{
    StringInfoData sql;
    initStringInfo(&sql);
    for (int i = 0; i < reference.count; i++) {
        const char* value = present_value(set, reference.referenced[i]);
        if (value == nullptr)
            return nullptr;
        appendStringInfo(&sql, "%s%s %s t.%s", i == 0 ? "" : " AND ", value,
                         operator_name(reference.equal[i]),
                         column_of(reference.table, reference.columns[i]));
    }
    return sql.data;
}

bool changes(const RowSet* set, const AttrNumber* numbers, int count)
{
    for (int i = 0; i < count; i++)
        if (set_column(set, numbers[i]) >= 0)
            return true;
    return false;
}

/// Whether rows of the set give up what a foreign key refers to.
bool gives_up(const RowSet* set, const Reference& reference)
{
    if (set->operation == RowOperation::kDelete)
        return true;
    return set->operation == RowOperation::kUpdate &&
           reference.on_update != FKCONSTR_ACTION_CASCADE &&
           changes(set, reference.referenced, reference.count);
}

/// Leaves out referring rows that the undo takes away or repoints itself.
void exclude_own_rows(const Search& search, const Reference& reference, StringInfo sql)
{
    ListCell* cell = nullptr;
    foreach (cell, search.undo->application->sets) {
        const auto* other = static_cast<RowSet*>(lfirst(cell));
        if (other->count == 0 || other->operation == RowOperation::kInsert ||
            (RelationGetRelid(other->table) != reference.table &&
             !list_member_oid(relation_and_ancestors(reference.table),
                              RelationGetRelid(other->table))))
            continue;
        if (other->operation == RowOperation::kUpdate &&
            !changes(other, reference.columns, reference.count))
            continue;
        appendStringInfo(sql, " AND NOT EXISTS (SELECT FROM %s e WHERE %s)",
                         rows_name(foreach_current_index(cell)), has_key(other));
    }
    // What refers to a key that another row takes at once goes on referring to it.
    if ((search.set->operation == RowOperation::kDelete
             ? reference.on_delete
             : reference.on_update) != FKCONSTR_ACTION_NOACTION)
        return;
    foreach (cell, search.undo->application->sets) {
        const auto* other = static_cast<RowSet*>(lfirst(cell));
        if (other->count == 0 || other->operation == RowOperation::kDelete ||
            RelationGetRelid(other->table) != RelationGetRelid(search.set->table))
            continue;
        StringInfoData same;
        initStringInfo(&same);
        bool has_all = true;
        for (int i = 0; i < reference.count && has_all; i++) {
            const int column = set_column(other, reference.referenced[i]);
            has_all = column >= 0;
            appendStringInfo(&same, "%sn.c%d %s t.%s", i == 0 ? "" : " AND ", column + 1,
                             operator_name(reference.equal[i]),
                             column_of(reference.table, reference.columns[i]));
        }
        if (has_all)
            appendStringInfo(sql, " AND NOT EXISTS (SELECT FROM %s n WHERE %s)",
                             rows_name(foreach_current_index(cell)), same.data);
    }
}

/// The columns of the key under which the journal knows rows t of a table, each after a comma.
const char* key_columns_of(const RelationPlan* plan)
{
    StringInfoData sql;
    initStringInfo(&sql);
    for (int k = 0; plan != nullptr && k < plan->key_count; k++)
        appendStringInfo(&sql, ", t.%s", quote_identifier(plan->columns[plan->key[k]].name));
    return sql.data;
}

/// The key of a row in a result, whose columns begin with the one of that number; in context.
/// nullptr where there is none.
const char* key_in(const Query& query, uint64 row, int first, const RelationPlan* plan,
                   MemoryContext context)
{
    if (plan == nullptr || plan->key_count == 0)
        return nullptr;
    MemoryContext caller = MemoryContextSwitchTo(context);
    char** texts = make_array_in<char*>(context, plan->key_count);
    bool is_null = false;
    for (int k = 0; k < plan->key_count && !is_null; k++) {
        const Datum value = query.value(row, first + k, &is_null);
        if (!is_null)
            texts[k] = text_form_once(plan->columns[plan->key[k]].type, value);
    }
    const char* key = is_null ? nullptr : object_key(plan->key_count, texts);
    MemoryContextSwitchTo(caller);
    return key;
}

/// As foreign keys are checked: with the rights of the table's owner, past row-level security.
OwnerScope read_as_owner_of(Relation table)
{
    OwnerScope scope{};
    GetUserIdAndSecContext(&scope.user, &scope.security);
    SetUserIdAndSecContext(table->rd_rel->relowner,
                           scope.security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
    return scope;
}

/// Rows that live rows refer to. Read as the referring table's owner, as foreign keys themselves
/// are checked: a cast that the comparison takes may be anybody's function.
void find_referring(const Search& search, const Reference& reference)
{
    const char* condition = refers(search.set, reference);
    if (condition == nullptr || !gives_up(search.set, reference))
        return;
    MemoryContext context = CurrentMemoryContext;
    Relation table = table_open(reference.table, AccessShareLock);
    const TrackedRelation* tracked = find_tracked_relation(reference.table);
    const RelationPlan* plan = tracked == nullptr ? nullptr : known_plan_for(table);
    if (plan != nullptr && plan->capture != Capture::kEvents)
        plan = nullptr;
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(
        &sql,
        "SELECT DISTINCT ON (p.number) p.number, p.object_type, p.object_id, p.label, p.entry%s "
        "FROM %s p JOIN %s%s t ON %s WHERE true",
        key_columns_of(plan), rows_name(search.index),
        table->rd_rel->relkind == RELKIND_RELATION ? "ONLY " : "", qualified_name(reference.table),
        condition);
    exclude_own_rows(search, reference, &sql);
    appendStringInfoString(&sql, " ORDER BY 1");
    Query query = Query::begin(RunAs::kCaller);
    ListCell* cell = nullptr;
    foreach (cell, search.undo->application->sets)
        register_rows(static_cast<RowSet*>(lfirst(cell)), foreach_current_index(cell));
    const OwnerScope scope = read_as_owner_of(table);
    const uint64 rows = query.run(sql.data);
    become_caller(scope);
    for (uint64 i = 0; i < rows; i++) {
        CHECK_FOR_INTERRUPTS();
        Found found{};
        found.issue = issue_of(search, query, i, context);
        MemoryContext spi = MemoryContextSwitchTo(context);
        found.issue.conflict = "referenced";
        found.key = key_in(query, i, kFirstOther, plan, context);
        found.relation = found.key == nullptr ? 0 : plan->id;
        found.since = search.undo->extent.first_id;
        const char* name = qualified_name(reference.table);
        found.what = psprintf("%s wrote a row of %s that refers to it", "%s", name);
        found.otherwise = psprintf("a row of %s refers to it", name);
        MemoryContextSwitchTo(spi);
        search.finds->push_back(found);
    }
    query.end();
    table_close(table, NoLock);
}

bool has_references(const References& references)
{
    for (const Reference& reference : references)
        if (reference.on_delete != FKCONSTR_ACTION_NOACTION &&
            reference.on_delete != FKCONSTR_ACTION_RESTRICT)
            return true;
    return false;
}

/// Locks rows that are to be deleted, so that no row comes to refer to them that a cascade would
/// take along. Whoever may not delete them is refused before.
void lock_rows(const Search& search)
{
    Relation table = search.set->table;
    if (pg_class_aclcheck(RelationGetRelid(table), GetUserId(), ACL_DELETE) != ACLCHECK_OK)
        aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, RelationGetRelationName(table));
    const char* sql =
        psprintf("SELECT count(*) FROM (SELECT FROM %s e JOIN %s t ON %s FOR UPDATE OF t) l",
                 rows_name(search.index), only_rows_of(search.set), has_key(search.set));
    Query query = Query::begin(RunAs::kCaller);
    register_rows(search.set, search.index);
    const OwnerScope scope = read_as_owner_of(table);
    query.run(sql);
    become_caller(scope);
    query.end();
}

void search_set(const Search& search)
{
    if (search.set->count == 0 || search.set->operation == RowOperation::kInsert)
        return;
    ContextResource memory(CurrentMemoryContext);
    References references(&memory);
    read_references(search.set, &references);
    if (!search.undo->is_plan && search.set->operation == RowOperation::kDelete &&
        has_references(references))
        lock_rows(search);
    const std::size_t first = search.finds->size();
    find_changed(search);
    find_changed_by_entries(search, first);
    for (const Reference& reference : references)
        find_referring(search, reference);
}

}  // namespace

void find_conflicts(Undo* undo)
{
    ContextResource memory(CurrentMemoryContext);
    Finds finds(&memory);
    ListCell* cell = nullptr;
    foreach (cell, undo->application->sets)
        search_set({undo, static_cast<RowSet*>(lfirst(cell)), foreach_current_index(cell), &finds});
    if (foresees(undo))
        foresee_conflicts(undo, &finds);
    name_later_transactions(undo, &finds);
}

}  // namespace journal
