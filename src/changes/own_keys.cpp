// See own_keys.hpp.
#include "changes/own_keys.hpp"

#include "base/memory.hpp"
#include "base/query.hpp"

namespace journal {

namespace {

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

}  // namespace journal
