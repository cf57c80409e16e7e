// See tracked_relation.hpp.
#include "catalog/tracked_relation.hpp"

#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/row_scan.hpp"

namespace journal {

namespace {

ColumnSet read_set(const Value& value, MemoryContext context)
{
    ColumnSet set{};
    set.present = !value.is_null;
    set.ids = value.int4_array(context, &set.count);
    return set;
}

// The row that an index finds by a unique key, in the current memory context; nullptr if there is
// none.
TrackedRelation* read_row(const char* index, const RowKey& key)
{
    MemoryContext context = CurrentMemoryContext;
    RowScan scan = RowScan::begin("tracked_relation", index, {key});
    if (!scan.next()) {
        scan.end();
        return nullptr;
    }
    auto* row = make_in<TrackedRelation>(context);
    row->id = scan.value("id").int4();
    row->relation = scan.value("relation").oid();
    row->name = scan.value("relation_name").text(context);
    row->capture = scan.value("capture").text(context);
    row->object_type = scan.value("object_type").text(context);
    row->label = scan.value("label_column").int4();
    row->account = scan.value("account_column").int4();
    row->location = scan.value("location_column").int4();
    row->author = scan.value("author_column").int4();
    row->created_at = scan.value("created_at_column").int4();
    row->document = scan.value("document_column").int4();
    row->links = read_set(scan.value("link_columns"), context);
    row->ignored = read_set(scan.value("ignored_columns"), context);
    row->excluded = read_set(scan.value("excluded_columns"), context);
    row->masked = read_set(scan.value("masked_columns"), context);
    row->restricted = read_set(scan.value("restricted_columns"), context);
    row->personal = read_set(scan.value("personal_columns"), context);
    row->employee = scan.value("employee_column").int4();
    row->require_employee = scan.value("require_employee").boolean();
    row->operations = scan.value("operations").text(context);
    row->condition = scan.value("condition").text(context);
    row->condition_columns = read_set(scan.value("condition_columns"), context);
    row->deleted_when = scan.value("deleted_when").text(context);
    row->deleted_when_columns = read_set(scan.value("deleted_when_columns"), context);
    row->search_path = scan.value("search_path").text(context);
    row->snapshot_on_create = scan.value("snapshot_on_create").boolean();
    row->always = scan.value("always").boolean();
    scan.end();
    return row;
}

// Tracked relations come before those of which only names are kept, and those before former ones.
int rank_of(const TrackedRelation* row)
{
    return strcmp(row->capture, "events") == 0 ? 0 : strcmp(row->capture, "labels") == 0 ? 1 : 2;
}

// A unique index that can identify a row: complete, checked at once, over plain NOT NULL columns.
bool is_key(Relation relation, Form_pg_index index, HeapTuple tuple)
{
    if (!index->indisunique || !index->indimmediate || !index->indisvalid ||
        !heap_attisnull(tuple, Anum_pg_index_indpred, nullptr) ||
        !heap_attisnull(tuple, Anum_pg_index_indexprs, nullptr))
        return false;
    for (int i = 0; i < index->indnkeyatts; i++) {
        const AttrNumber attribute = index->indkey.values[i];
        if (attribute <= 0 || !is_never_null(RelationGetDescr(relation), attribute))
            return false;
    }
    return true;
}

}  // namespace

bool ColumnSet::contains(int32 id) const
{
    for (int i = 0; i < count; i++)
        if (ids[i] == id)
            return true;
    return false;
}

bool records_part(const TrackedRelation& tracked)
{
    return tracked.operations != nullptr || tracked.condition != nullptr;
}

List* relation_and_ancestors(Oid relation)
{
    List* found = list_make1_oid(relation);
    Relation inherits = table_open(InheritsRelationId, AccessShareLock);
    for (int i = 0; i < list_length(found); i++) {
        ScanKeyData key;
        ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ,
                    ObjectIdGetDatum(list_nth_oid(found, i)));
        SysScanDesc scan =
            systable_beginscan(inherits, InheritsRelidSeqnoIndexId, true, nullptr, 1, &key);
        for (HeapTuple tuple = systable_getnext(scan); HeapTupleIsValid(tuple);
             tuple = systable_getnext(scan))
            found = list_append_unique_oid(
                found, reinterpret_cast<Form_pg_inherits>(GETSTRUCT(tuple))->inhparent);
        systable_endscan(scan);
    }
    table_close(inherits, AccessShareLock);
    return found;
}

Oid partition_root(Oid relation)
{
    // While it is being detached, a partition has no ancestors any more.
    const List* ancestors =
        get_rel_relispartition(relation) ? get_partition_ancestors(relation) : NIL;
    return ancestors == NIL ? relation : llast_oid(ancestors);
}

TrackedRelation* find_tracked_relation(Oid relation)
{
    TrackedRelation* found = nullptr;
    for (const Oid table : oids(relation_and_ancestors(relation))) {
        TrackedRelation* row =
            read_row("tracked_relation_relation_key", oid_key("relation", table));
        if (row != nullptr && (found == nullptr || rank_of(row) < rank_of(found)))
            found = row;
    }
    return found;
}

TrackedRelation* tracked_relation_by_id(int32 id)
{
    return read_row("tracked_relation_pkey", int4_key("id", id));
}

int key_attributes(Relation relation, AttrNumber* attributes, Oid* index)
{
    *index = InvalidOid;
    List* indexes = RelationGetIndexList(relation);
    const Oid primary = relation->rd_pkindex;
    const Oid replica = relation->rd_replidindex;
    int best = 0;
    int count = 0;
    for (const Oid candidate : oids(indexes)) {
        HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(candidate));
        if (!HeapTupleIsValid(tuple))
            elog(ERROR, "cache lookup failed for index %u", candidate);
        auto form = reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple));
        const int rank = form->indisprimary || candidate == primary ? 3
                         : candidate == replica                     ? 2
                                                                    : 1;
        if (rank > best && (rank == 3 || is_key(relation, form, tuple))) {
            best = rank;
            *index = candidate;
            count = form->indnkeyatts;
            for (int i = 0; i < count; i++)
                attributes[i] = form->indkey.values[i];
        }
        ReleaseSysCache(tuple);
    }
    list_free(indexes);
    return count;
}

void require_owner(Relation relation)
{
    if (!object_ownercheck(RelationRelationId, RelationGetRelid(relation), GetUserId()))
        aclcheck_error(ACLCHECK_NOT_OWNER, get_relkind_objtype(relation->rd_rel->relkind),
                       RelationGetRelationName(relation));
}

char* qualified_name(Oid relation)
{
    char* name = get_rel_name(relation);
    if (name == nullptr)
        elog(ERROR, "cache lookup failed for relation %u", relation);
    return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)), name);
}

}  // namespace journal
