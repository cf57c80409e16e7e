// See search_index.hpp.
#include "months/search_index.hpp"

#include "base/list.hpp"
#include "base/query.hpp"

namespace journal {

namespace {

bool is_search_index(Relation partition, Relation index)
{
    List* expressions = RelationGetIndexExpressions(index);
    if (index->rd_rel->relam != GIN_AM_OID || !index->rd_index->indisvalid ||
        RelationGetIndexPredicate(index) != NIL || list_length(expressions) != 1 ||
        !IsA(linitial(expressions), FuncExpr))
        return false;
    const Oid function = castNode(FuncExpr, linitial(expressions))->funcid;
    const char* name = get_func_name(function);
    return name != nullptr && strcmp(name, "search_words") == 0 &&
           get_func_namespace(function) == RelationGetNamespace(partition);
}

}  // namespace

Oid search_index(Relation partition)
{
    Oid found = InvalidOid;
    List* indexes = RelationGetIndexList(partition);
    for (const Oid oid : oids(indexes)) {
        if (OidIsValid(found))
            break;
        Relation index = index_open(oid, AccessShareLock);
        if (is_search_index(partition, index))
            found = oid;
        index_close(index, NoLock);
    }
    list_free(indexes);
    return found;
}

bool find_words(Relation partition, const char* words, int most, Vector<ItemPointerData>* places)
{
    Query query = Query::begin(RunAs::kOwner);
    query.set("enable_seqscan", "off");
    const char* month = quote_qualified_identifier(
        get_namespace_name(RelationGetNamespace(partition)), RelationGetRelationName(partition));
    const uint64 count = query.run(
        psprintf("SELECT e.ctid FROM ONLY %s e WHERE journal.search_words(e.label, e.object_id, "
                 "e.details, e.data, e.operation) @@ $1::pg_catalog.tsquery",
                 month),
        {text_argument(words)}, true, most + 1L);
    for (uint64 i = 0; i < count; i++)
        places->push_back(*reinterpret_cast<ItemPointer>(DatumGetPointer(query.value(i).datum)));
    query.end();
    return count <= static_cast<uint64>(most);
}

}  // namespace journal
