// See table_keys.hpp.
#include "changes/table_keys.hpp"

#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"

namespace journal {

namespace {

bool is_unique(Relation index)
{
    return index->rd_index->indisunique || index->rd_index->indisexclusion;
}

/// The columns that an index is over, by FirstLowInvalidHeapAttributeNumber.
Bitmapset* index_columns(Relation table, Relation index)
{
    Bitmapset* attributes = nullptr;
    for (int i = 0; i < index->rd_index->indnkeyatts; i++)
        attributes = bms_add_member(
            attributes, index->rd_index->indkey.values[i] - FirstLowInvalidHeapAttributeNumber);
    // A whole row (number 0) is of every column; an index cannot be over one.
    // The server evaluates what of them is constant.
    const Rights rights = Rights::lent_by(table);
    pull_varattnos(reinterpret_cast<Node*>(RelationGetIndexExpressions(index)), 1, &attributes);
    pull_varattnos(reinterpret_cast<Node*>(RelationGetIndexPredicate(index)), 1, &attributes);
    rights.end();
    return attributes;
}

/// Adds what computed columns are computed from.
Bitmapset* with_sources(Relation table, Bitmapset* attributes)
{
    Bitmapset* sources = nullptr;
    int member = -1;
    while ((member = bms_next_member(attributes, member)) >= 0) {
        const int number = member + FirstLowInvalidHeapAttributeNumber;
        if (number > 0 && TupleDescAttr(RelationGetDescr(table), number - 1)->attgenerated != '\0')
            pull_varattnos(build_column_default(table, number), 1, &sources);
    }
    return bms_add_members(attributes, sources);
}

List* add_names(List* names, Oid table, Bitmapset* attributes)
{
    int member = -1;
    while ((member = bms_next_member(attributes, member)) >= 0) {
        const int number = member + FirstLowInvalidHeapAttributeNumber;
        if (number > 0)
            names = lappend(names, get_attname(table, static_cast<AttrNumber>(number), false));
    }
    return names;
}

/// Fills numbers from a column of type smallint[]; returns how many.
int read_numbers(const Query& query, uint64 row, int column, AttrNumber* numbers)
{
    bool is_null = false;
    ArrayType* array = DatumGetArrayTypeP(query.value(row, column, &is_null));
    const int count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
    memcpy(numbers, ARR_DATA_PTR(array), sizeof(AttrNumber) * count);
    return count;
}

/// Adds the keys that partitions have by themselves, not as copies of one above them.
List* add_keys_of_partitions(List* keys, Oid table)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin_latest();
    const uint64 count = query.run(
        "SELECT c.oid, c.conrelid, c.confrelid, "
        "  ARRAY(SELECT t.attnum FROM unnest(c.conkey) WITH ORDINALITY k (number, place) "
        "        JOIN pg_attribute p ON p.attrelid = c.conrelid AND p.attnum = k.number "
        "        JOIN pg_attribute t ON t.attrelid = $1 AND t.attname = p.attname "
        "        ORDER BY k.place) AS columns, c.confkey "
        "FROM pg_partition_tree($1) m JOIN pg_constraint c ON c.conrelid = m.relid "
        "WHERE c.contype = 'f' AND c.conparentid = 0 AND m.relid <> $1 ORDER BY c.oid",
        {{REGCLASSOID, ObjectIdGetDatum(table)}}, true);
    MemoryContext connected = MemoryContextSwitchTo(context);
    for (uint64 i = 0; i < count; i++) {
        bool is_null = false;
        auto* key = makeNode(ForeignKeyCacheInfo);
        key->conoid = DatumGetObjectId(query.value(i, 1, &is_null));
        key->conrelid = DatumGetObjectId(query.value(i, 2, &is_null));
        key->confrelid = DatumGetObjectId(query.value(i, 3, &is_null));
        key->nkeys = read_numbers(query, i, 4, key->conkey);
        read_numbers(query, i, 5, key->confkey);
        keys = lappend(keys, key);
    }
    MemoryContextSwitchTo(connected);
    query.end();
    return keys;
}

}  // namespace

List* foreign_keys_of_rows(Relation table)
{
    List* keys = static_cast<List*>(copyObjectImpl(RelationGetFKeyList(table)));
    return table->rd_rel->relkind == RELKIND_PARTITIONED_TABLE
               ? add_keys_of_partitions(keys, RelationGetRelid(table))
               : keys;
}

List* unique_columns_of_index(Oid oid)
{
    Relation index = index_open(oid, AccessShareLock);
    List* names = NIL;
    if (is_unique(index) && index->rd_index->indimmediate) {
        Relation table = table_open(index->rd_index->indrelid, AccessShareLock);
        Bitmapset* attributes = index_columns(table, index);
        names = add_names(names, RelationGetRelid(table), with_sources(table, attributes));
        table_close(table, NoLock);
    }
    index_close(index, AccessShareLock);
    return names;
}

List* unique_columns(Relation table)
{
    List* names = NIL;
    ListCell* cell = nullptr;
    foreach (cell, RelationGetIndexList(table))
        names = list_concat(names, unique_columns_of_index(lfirst_oid(cell)));
    return names;
}

Bitmapset* bound_columns(Relation table)
{
    Bitmapset* attributes = nullptr;
    for (const Oid oid : oids(RelationGetIndexList(table))) {
        Relation index = index_open(oid, AccessShareLock);
        if (is_unique(index))
            attributes =
                bms_add_members(attributes, with_sources(table, index_columns(table, index)));
        index_close(index, AccessShareLock);
    }
    for (const auto* key : items<ForeignKeyCacheInfo>(foreign_keys_of_rows(table))) {
        for (int i = 0; i < key->nkeys; i++)
            attributes =
                bms_add_member(attributes, key->conkey[i] - FirstLowInvalidHeapAttributeNumber);
    }
    return attributes;
}

bool has_name(const List* names, const char* name)
{
    for (const auto* text : items<char>(names))
        if (strcmp(text, name) == 0)
            return true;
    return false;
}

}  // namespace journal
