// See tracked_relation.hpp.
#include "catalog/tracked_relation.hpp"

#include "base/memory.hpp"
#include "base/query.hpp"

namespace journal {

namespace {

#define TRACKED_COLUMNS                                                                      \
    "id, relation::oid, relation_name, capture, object_type, label_column, account_column, " \
    "location_column, "                                                                      \
    "author_column, created_at_column, document_column, link_columns, ignored_columns, "     \
    "excluded_columns, "                                                                     \
    "masked_columns, snapshot_on_create, always"

ColumnSet read_set(const Query& query, int column, MemoryContext context)
{
    ColumnSet set{};
    const Datum datum = query.value(0, column, &set.present);
    set.present = !set.present;
    if (!set.present)
        return set;
    Datum* elements = nullptr;
    deconstruct_array(DatumGetArrayTypeP(datum), INT4OID, sizeof(int32), true, TYPALIGN_INT,
                      &elements, nullptr, &set.count);
    set.ids = make_array_in<int32>(context, set.count);
    for (int i = 0; i < set.count; i++)
        set.ids[i] = DatumGetInt32(elements[i]);
    return set;
}

TrackedRelation* read_row(const Query& query, MemoryContext context)
{
    auto* row = make_in<TrackedRelation>(context);
    row->id = query.int4(0, 1);
    bool is_null = false;
    const Datum relation = query.value(0, 2, &is_null);
    row->relation = is_null ? InvalidOid : DatumGetObjectId(relation);
    row->name = query.text(0, 3, context);
    row->capture = query.text(0, 4, context);
    row->object_type = query.text(0, 5, context);
    row->label = query.int4(0, 6);
    row->account = query.int4(0, 7);
    row->location = query.int4(0, 8);
    row->author = query.int4(0, 9);
    row->created_at = query.int4(0, 10);
    row->document = query.int4(0, 11);
    row->links = read_set(query, 12, context);
    row->ignored = read_set(query, 13, context);
    row->excluded = read_set(query, 14, context);
    row->masked = read_set(query, 15, context);
    row->snapshot_on_create = query.boolean(0, 16);
    row->always = query.boolean(0, 17);
    return row;
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
        if (attribute <= 0 || !TupleDescAttr(RelationGetDescr(relation), attribute - 1)->attnotnull)
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

TrackedRelation* find_tracked_relation(Oid relation)
{
    MemoryContext context = CurrentMemoryContext;
    const List* candidates = relation_and_ancestors(relation);
    const int count = list_length(candidates);
    Datum* oids = make_array_in<Datum>(context, count);
    for (int i = 0; i < count; i++)
        oids[i] = ObjectIdGetDatum(list_nth_oid(candidates, i));
    ArrayType* array = construct_array(oids, count, OIDOID, sizeof(Oid), true, TYPALIGN_INT);

    Query query = Query::begin_latest();
    const uint64 rows = query.run("SELECT " TRACKED_COLUMNS
                                  " FROM journal.tracked_relation WHERE relation::oid = ANY ($1) "
                                  "ORDER BY array_position('{events,labels,none}', capture), "
                                  "array_position($1, relation::oid) LIMIT 1",
                                  {{OIDARRAYOID, PointerGetDatum(array)}}, true);
    TrackedRelation* row = rows == 0 ? nullptr : read_row(query, context);
    query.end();
    return row;
}

TrackedRelation* tracked_relation_by_id(int32 id)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin_latest();
    const uint64 rows =
        query.run("SELECT " TRACKED_COLUMNS " FROM journal.tracked_relation WHERE id = $1",
                  {int4_argument(id)}, true);
    TrackedRelation* row = rows == 0 ? nullptr : read_row(query, context);
    query.end();
    return row;
}

int key_attributes(Relation relation, AttrNumber* attributes, Oid* index)
{
    *index = InvalidOid;
    List* indexes = RelationGetIndexList(relation);
    const Oid primary = relation->rd_pkindex;
    const Oid replica = relation->rd_replidindex;
    int best = 0;
    int count = 0;
    ListCell* cell = nullptr;
    foreach (cell, indexes) {
        const Oid candidate = lfirst_oid(cell);
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
