// See composite.hpp.
#include "tracking/composite.hpp"

#include "base/query.hpp"
#include "catalog/relation.hpp"
#include "tracking/gap.hpp"

namespace journal {

namespace {

bool changes_attributes(const AlterTableStmt* statement)
{
    ListCell* cell = nullptr;
    foreach (cell, statement->cmds) {
        const AlterTableType type = lfirst_node(AlterTableCmd, cell)->subtype;
        if (type == AT_AddColumn || type == AT_DropColumn || type == AT_AlterColumnType)
            return true;
    }
    return false;
}

/// Columns of that type, or of an array, a domain, a range or another composite of it.
constexpr const char* kColumnsOfType =
    "WITH RECURSIVE made (type) AS (SELECT $1 UNION SELECT m.type FROM made t, LATERAL ("
    "  SELECT y.oid FROM pg_type y WHERE y.typelem = t.type AND y.typlen = -1 "
    "  UNION ALL SELECT y.oid FROM pg_type y WHERE y.typtype = 'd' AND y.typbasetype = t.type "
    "  UNION ALL SELECT r.rngtypid FROM pg_range r WHERE r.rngsubtype = t.type "
    "  UNION ALL SELECT r.rngmultitypid FROM pg_range r WHERE r.rngsubtype = t.type "
    "  UNION ALL SELECT c.reltype FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
    "    WHERE a.atttypid = t.type AND NOT a.attisdropped AND c.reltype <> 0) m (type)) "
    "SELECT DISTINCT ON (a.attrelid) a.attrelid, a.attname::text FROM made t "
    "JOIN pg_attribute a ON a.atttypid = t.type AND NOT a.attisdropped "
    "JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') "
    "ORDER BY a.attrelid, a.attnum";

}  // namespace

void note_altered_composite(const AlterTableStmt* statement)
{
    if (!changes_attributes(statement))
        return;
    const Oid altered = RangeVarGetRelid(statement->relation, NoLock, true);
    const Oid type = OidIsValid(altered) ? get_rel_type_id(altered) : InvalidOid;
    if (!OidIsValid(type))
        return;
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    // Most tables' row types are used nowhere, which an index tells.
    const QueryArgument argument{OIDOID, ObjectIdGetDatum(type)};
    const bool is_used = query.run(
                             "SELECT FROM pg_depend WHERE refclassid = 'pg_type'::regclass "
                             "AND refobjid IN (SELECT $1 UNION ALL SELECT typarray FROM pg_type "
                             "WHERE oid = $1) AND deptype = 'n' LIMIT 1",
                             {argument}) > 0;
    const uint64 count = is_used ? query.run(kColumnsOfType, {argument}) : 0;
    Oid* tables = make_array_in<Oid>(context, count);
    const char** columns = make_array_in<const char*>(context, count);
    bool is_null = false;
    for (uint64 i = 0; i < count; i++) {
        tables[i] = DatumGetObjectId(query.value(i, 1, &is_null));
        columns[i] = query.text(i, 2, context);
    }
    query.end();
    List* noted = NIL;
    for (uint64 i = 0; i < count; i++) {
        Oid root = InvalidOid;
        const int32 tracked = tracked_root(tables[i], &root);
        if (tracked == 0 || list_member_int(noted, tracked))
            continue;
        note_gap(tracked, GapReason::kComputed, columns[i]);
        noted = lappend_int(noted, tracked);
    }
}

}  // namespace journal
