// See composite.hpp.
#include "tracking/composite.hpp"

#include "base/list.hpp"
#include "base/query.hpp"
#include "catalog/relation.hpp"
#include "tracking/composite_query.hpp"
#include "tracking/gap.hpp"

namespace journal {

namespace {

bool changes_attributes(const AlterTableStmt* statement)
{
    for (const auto* command : items<AlterTableCmd>(statement->cmds)) {
        const AlterTableType type = command->subtype;
        if (type == AT_AddColumn || type == AT_DropColumn || type == AT_AlterColumnType)
            return true;
    }
    return false;
}

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
    for (uint64 i = 0; i < count; i++) {
        tables[i] = query.value(i, "attrelid").oid();
        columns[i] = query.value(i, "attname").text(context);
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
