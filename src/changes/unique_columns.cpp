// See unique_columns.hpp.
#include "changes/unique_columns.hpp"

#include "base/rights.hpp"
#include "changes/own_keys.hpp"

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

}  // namespace

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
    ListCell* cell = nullptr;
    foreach (cell, RelationGetIndexList(table)) {
        Relation index = index_open(lfirst_oid(cell), AccessShareLock);
        if (is_unique(index))
            attributes =
                bms_add_members(attributes, with_sources(table, index_columns(table, index)));
        index_close(index, AccessShareLock);
    }
    foreach (cell, foreign_keys_of_rows(table)) {
        const auto* key = static_cast<ForeignKeyCacheInfo*>(lfirst(cell));
        for (int i = 0; i < key->nkeys; i++)
            attributes =
                bms_add_member(attributes, key->conkey[i] - FirstLowInvalidHeapAttributeNumber);
    }
    return attributes;
}

bool has_name(const List* names, const char* name)
{
    ListCell* cell = nullptr;
    foreach (cell, names)
        if (strcmp(static_cast<const char*>(lfirst(cell)), name) == 0)
            return true;
    return false;
}

}  // namespace journal
