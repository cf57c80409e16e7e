// See related.hpp.
#include "restore/related.hpp"

#include "base/function.hpp"
#include "base/query.hpp"

namespace journal {

namespace {

/// Sorts ids and leaves out repeated ones.
void make_unique(Ids* ids)
{
    std::sort(ids->begin(), ids->end());
    ids->erase(std::unique(ids->begin(), ids->end()), ids->end());
}

void add_ids(const Query& query, uint64 rows, Ids* ids)
{
    for (uint64 i = 0; i < rows; i++)
        ids->push_back(query.int8(i, 1));
    make_unique(ids);
}

}  // namespace

Related related_argument(const char* name)
{
    if (strcmp(name, "none") == 0)
        return Related::kNone;
    if (strcmp(name, "parents") == 0)
        return Related::kParents;
    if (strcmp(name, "children") == 0)
        return Related::kChildren;
    if (strcmp(name, "all") == 0)
        return Related::kAll;
    ereport(ERROR, (errcode(kUnknownCode), errmsg("\"%s\" says not what is related", name),
                    errhint("It is 'none', 'parents', 'children' or 'all'.")));
    pg_unreachable();
}

void add_document_parts(const Vector<Request>& requests, Ids* deletions)
{
    ContextResource memory(CurrentMemoryContext);
    Ids documents(&memory);
    for (const Request& request : requests)
        if (request.restored_by == RestoredBy::kSupport)
            documents.push_back(request.entry);
    if (documents.empty())
        return;
    make_unique(&documents);
    Query query = Query::begin(RunAs::kOwner);
    // Of each object the last that the transaction did: one that it deleted and created again is
    // there. Entries without an account of their own belong to their document's.
    const uint64 rows = query.run(
        "SELECT e.id "
        "FROM (SELECT DISTINCT ON (d.relation, d.object_id, d.transaction_id, ds.incarnation) "
        "             d.id, d.operation, d.object_id "
        "      FROM journal.entry o "
        "      JOIN journal.session os ON os.id = o.session "
        "      JOIN journal.entry d ON d.document_type = o.object_type "
        "           AND d.document_id = o.object_id AND d.transaction_id = o.transaction_id "
        "           AND d.account = ANY (ARRAY[o.account, '']) "
        "      JOIN journal.session ds ON ds.id = d.session AND ds.incarnation = os.incarnation "
        "      WHERE o.id = ANY ($1) AND o.id BETWEEN $2 AND $3 AND d.operation IN ('i', 'd') "
        "        AND d.id = d.change "
        "      ORDER BY d.relation, d.object_id, d.transaction_id, ds.incarnation, "
        "               d.command DESC, d.id DESC) AS e "
        "WHERE e.operation = 'd' AND e.object_id IS NOT NULL "
        "  AND NOT EXISTS (SELECT FROM journal.restoration r WHERE r.entry = e.id)",
        {{INT8ARRAYOID, ids_datum(documents)},
         int8_argument(documents.front()),
         int8_argument(documents.back())});
    add_ids(query, rows, deletions);
    query.end();
}

}  // namespace journal
