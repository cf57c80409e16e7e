// See untracked.hpp.
#include "restore/untracked.hpp"

#include "base/function.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

namespace {

struct Reference {
    Oid from;
    Oid to;
};

/// The tracked tables that deletions are of.
ArrayType* tables_of(const Ids& deletions)
{
    ContextResource memory(CurrentMemoryContext);
    Vector<Datum> tables(&memory);
    ResultReader relation = read_about(
        RunAs::kOwner,
        psprintf("SELECT DISTINCT e.relation FROM journal.entry e WHERE %s AND e.relation IS NOT "
                 "NULL",
                 is_among("e.id", deletions)),
        deletions, {INT4OID});
    while (relation.next()) {
        const TrackedRelation* tracked = tracked_relation_by_id(relation.int4(1));
        if (tracked != nullptr && OidIsValid(tracked->relation))
            tables.push_back(ObjectIdGetDatum(tracked->relation));
    }
    relation.close();
    return construct_array(tables.data(), static_cast<int>(tables.size()), OIDOID, sizeof(Oid),
                           true, TYPALIGN_INT);
}

Oid oid_of(const Query& query, uint64 row, int column)
{
    bool is_null = false;
    return DatumGetObjectId(query.value(row, column, &is_null));
}

bool is_tracked(Oid table)
{
    const TrackedRelation* tracked = find_tracked_relation(table);
    return tracked != nullptr && strcmp(tracked->capture, "events") == 0;
}

}  // namespace

void tell_untracked(Restore* restore, const Ids& deletions)
{
    ContextResource memory(CurrentMemoryContext);
    Vector<Reference> references(&memory);
    ArrayType* tables = tables_of(deletions);
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows = query.run(
        "SELECT DISTINCT conrelid::regclass::text, confrelid::regclass::text, conrelid, confrelid "
        "FROM pg_catalog.pg_constraint WHERE contype = 'f' AND confdeltype = 'c' "
        "AND conparentid = 0 AND confrelid = ANY ($1) ORDER BY 1, 2",
        {{OIDARRAYOID, PointerGetDatum(tables)}}, true);
    for (uint64 i = 0; i < rows; i++)
        references.push_back({oid_of(query, i, 3), oid_of(query, i, 4)});
    query.end();
    for (const Reference& reference : references) {
        if (is_tracked(reference.from))
            continue;
        const char* name = qualified_name(reference.from);
        Issue issue = make_issue(
            IssueKind::kNotTracked,
            psprintf("What was deleted of %s along with rows of %s while it was not tracked is not "
                     "in the journal.",
                     name, qualified_name(reference.to)));
        issue.root = reference.from;
        issue.action = RowOperation::kInsert;
        issue.why = "its table is not tracked";
        leave_behind(restore, issue);
    }
}

}  // namespace journal
