// What else would keep an undo's rows from being written as things are: unique values in use,
// missing parents, constraints and rights (issue.hpp), deletions that have been restored.
//
// Rows that were changed since, and that others refer to, undo_conflict.cpp finds. Where it is a
// row's own key that is in use, or a row of a tracked table that it refers to that is missing, the
// journal tells which later transaction is behind it.
#include "base/function.hpp"
#include "base/query.hpp"
#include "base/result_reader.hpp"
#include "catalog/tracked_relation.hpp"
#include "changes/statement.hpp"
#include "undo/undo.hpp"
#include "values/text_form.hpp"

namespace journal {

namespace {

bool is_primary_key(Oid index)
{
    HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
    const bool result =
        HeapTupleIsValid(tuple) && reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple))->indisprimary;
    if (HeapTupleIsValid(tuple))
        ReleaseSysCache(tuple);
    return result;
}

/// A column of a set by its name; -1 if there is none.
int column_named(const RowSet* set, const char* name)
{
    for (int i = 0; i < set->column_count; i++)
        if (strcmp(set->columns[i].column->name, name) == 0)
            return i;
    return -1;
}

/// Whether a foreign key's columns on the other side are those of a plan's key, in its order.
bool refers_to_key(const RelationPlan* plan, const ForeignKeyCacheInfo* reference)
{
    if (plan->key_count != reference->nkeys)
        return false;
    for (int i = 0; i < reference->nkeys; i++)
        if (plan->columns[plan->key[i]].number != reference->confkey[i])
            return false;
    return true;
}

/// The object key of what the row at hand of a set refers to; nullptr if the set does not say.
const char* referenced_key(const RowSet* set, const ForeignKeyCacheInfo* reference)
{
    char* texts[INDEX_MAX_KEYS];
    for (int i = 0; i < reference->nkeys; i++) {
        bool is_null = false;
        const int column =
            column_named(set, get_attname(reference->conrelid, reference->conkey[i], false));
        if (column < 0)
            return nullptr;
        const Datum value = slot_getattr(set->reading, value_attribute(set, column), &is_null);
        if (is_null)
            return nullptr;
        texts[i] = text_form_once(set->columns[column].column->type, value);
    }
    return object_key(reference->nkeys, texts);
}

/// The table that has a foreign key: that of a set, or a partition of it.
Oid table_with(Oid constraint)
{
    HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
    if (!HeapTupleIsValid(tuple))
        return InvalidOid;
    const Oid table = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple))->conrelid;
    ReleaseSysCache(tuple);
    return table;
}

/// Says by which row's entries it is found who took away what the row at hand refers to.
void look_for_parent(Trace* trace, const RowSet* set, Oid constraint)
{
    const Oid oid = table_with(constraint);
    if (!OidIsValid(oid))
        return;
    Relation child = table_open(oid, AccessShareLock);
    // A copy: what is looked up meanwhile may take the relation's own list away.
    List* keys = static_cast<List*>(copyObjectImpl(RelationGetFKeyList(child)));
    ListCell* cell = nullptr;
    foreach (cell, keys) {
        const auto* reference = static_cast<ForeignKeyCacheInfo*>(lfirst(cell));
        if (reference->conoid != constraint ||
            find_tracked_relation(reference->confrelid) == nullptr)
            continue;
        Relation parent = table_open(reference->confrelid, AccessShareLock);
        const RelationPlan* plan = known_plan_for(parent);
        if (plan != nullptr && plan->capture == Capture::kEvents &&
            refers_to_key(plan, reference)) {
            trace->relation = plan->id;
            trace->key = referenced_key(set, reference);
            trace->what = psprintf("%s took away the row of %s that it refers to", "%s",
                                   qualified_name(reference->confrelid));
        }
        table_close(parent, NoLock);
    }
    table_close(child, NoLock);
}

}  // namespace

void Undo::trace(const RowSet* set, Issue* issue)
{
    issue->trace.since = issue->row.entry;
    if (issue->kind == IssueKind::kKeyInUse && is_primary_key(issue->object)) {
        issue->trace.relation = set->plan->id;
        issue->trace.key = issue->row.key;
        issue->trace.what = "%s gave its key to another row";
    } else if (issue->kind == IssueKind::kParentMissing) {
        look_for_parent(&issue->trace, set, issue->object);
    }
}

void find_restored(Undo* undo)
{
    ListCell* cell = nullptr;
    foreach (cell, undo->application->sets) {
        auto* set = static_cast<RowSet*>(lfirst(cell));
        if (set->operation != RowOperation::kInsert || set->count == 0)
            continue;
        MemoryContext context = CurrentMemoryContext;
        Query query = Query::begin(RunAs::kOwner);
        register_rows(set, set->index);
        ResultReader restored = ResultReader::open(
            context,
            psprintf("SELECT e.number, e.object_type, e.object_id, e.key, e.label, e.entry "
                     "FROM %s e JOIN journal.restoration r ON r.entry = e.entry ORDER BY 1",
                     rows_name(set->index)),
            describe_columns({INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT8OID}));
        query.end();
        while (restored.next()) {
            SetRow row{};
            row.number = restored.int8(1);
            row.object_type = restored.text(2);
            row.object_id = restored.text(3);
            row.key = restored.text(4);
            row.label = restored.text(5);
            row.entry = restored.int8(6);
            Issue issue = issue_of_row(IssueKind::kRestored, set, row);
            issue.set = set->index;
            add_issue(undo->application->issues, issue);
        }
        restored.close();
    }
}

}  // namespace journal
