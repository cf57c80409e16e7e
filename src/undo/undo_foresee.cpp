// What else would keep an undo's rows from being written as things are: unique values in use,
// missing parents, constraints and rights (conflict.hpp), deletions that have been restored.
//
// Rows that were changed since, and that others refer to, undo_conflict.cpp finds. Where it is a
// row's own key that is in use, or a row of a tracked table that it refers to that is missing, the
// journal tells which later transaction is behind it.
#include "base/function.hpp"
#include "base/query.hpp"
#include "base/result_reader.hpp"
#include "catalog/tracked_relation.hpp"
#include "changes/statement.hpp"
#include "changes/translate.hpp"
#include "checks/find_conflicts.hpp"
#include "undo/undo_find.hpp"
#include "values/text_form.hpp"

namespace journal {

namespace {

struct Foresight {
    Undo* undo;
    Finds* finds;
};

/// A conflict in undo_plan's column of that name.
const char* name_of(ConflictKind kind)
{
    switch (kind) {
        case ConflictKind::kForbidden:
            return "not allowed";
        case ConflictKind::kKeyInUse:
            return "key in use";
        case ConflictKind::kParentMissing:
            return "parent missing";
        case ConflictKind::kCheckViolated:
            return "check violated";
        case ConflictKind::kRuled:
            return "ruled";
        case ConflictKind::kNotJudged:
            return "not judged";
        case ConflictKind::kNotKept:
            return "unknown value";
        default:
            return "table changed";
    }
}

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
void look_for_parent(Found* found, const RowSet* set, Oid constraint)
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
            found->relation = plan->id;
            found->key = referenced_key(set, reference);
            found->what = psprintf("%s took away the row of %s that it refers to", "%s",
                                   qualified_name(reference->confrelid));
        }
        table_close(parent, NoLock);
    }
    table_close(child, NoLock);
}

void foresee(RowSet* set, const SetRow& row, const Conflict& conflict, void* state)
{
    const auto* foresight = static_cast<Foresight*>(state);
    // Those are told by whom they are due to.
    if (leaves_alone(conflict) || conflict.kind == ConflictKind::kReferenced)
        return;
    if (conflict.kind == ConflictKind::kForbidden && !foresight->undo->is_plan)
        raise_conflict(conflict);
    Found found{};
    found.issue = issue_of_row(set, row, name_of(conflict.kind), conflict.sqlstate);
    found.issue.hint = conflict.hint;
    found.issue.number = row.number;
    found.issue.set = set_index(foresight->undo->application->sets, set);
    found.otherwise = reason_of(conflict);
    found.since = row.entry;
    if (conflict.kind == ConflictKind::kKeyInUse && is_primary_key(conflict.object)) {
        found.relation = set->plan->id;
        found.key = row.key;
        found.what = "%s gave its key to another row";
    } else if (conflict.kind == ConflictKind::kParentMissing) {
        look_for_parent(&found, set, conflict.object);
    }
    add_find(foresight->finds, found);
}

/// Deleted rows that somebody has brought back already.
void find_restored(Undo* undo, RowSet* set, int index)
{
    if (set->operation != RowOperation::kInsert || set->count == 0)
        return;
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    register_rows(set, index);
    ResultReader restored = ResultReader::open(
        context,
        psprintf("SELECT e.number, e.object_type, e.object_id, e.label, e.entry FROM %s e "
                 "JOIN journal.restoration r ON r.entry = e.entry ORDER BY 1",
                 rows_name(index)),
        describe_columns({INT8OID, TEXTOID, TEXTOID, TEXTOID, INT8OID}));
    query.end();
    while (restored.next()) {
        SetRow row{};
        row.number = restored.int8(1);
        row.object_type = restored.text(2);
        row.object_id = restored.text(3);
        row.label = restored.text(4);
        row.entry = restored.int8(5);
        Issue issue = issue_of_row(set, row, "restored", kAlreadyRestored);
        issue.detail = "it has been restored already";
        issue.hint = "journal.entries shows in its column restored_entry by which entry.";
        issue.set = index;
        issue.number = row.number;
        add_issue(undo, issue);
    }
    restored.close();
}

}  // namespace

void foresee_conflicts(Undo* undo, Finds* finds)
{
    ListCell* cell = nullptr;
    foreach (cell, undo->application->sets)
        find_restored(undo, static_cast<RowSet*>(lfirst(cell)), foreach_current_index(cell));
    Foresight foresight{undo, finds};
    find_conflicts(undo->application, foresee, &foresight);
}

}  // namespace journal
