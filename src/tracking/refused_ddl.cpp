// See refused_ddl.hpp. Both read what the server collected of the current command.
//
// Entries are inserted directly, so that nothing that stands on their table is asked: a trigger or
// a rule there would be taken for one that works. A further policy would open entries to accounts
// that they do not belong to.
#include "tracking/refused_ddl.hpp"

#include "base/function.hpp"
#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "catalog/relation.hpp"
#include "catalog/tracked_relation.hpp"
#include "tracking/refused_query.hpp"

namespace journal {

bool may_be_refused(const Node* statement)
{
    return IsA(statement, CreateTrigStmt) || IsA(statement, RuleStmt) ||
           IsA(statement, CreatePolicyStmt);
}

void refuse_on_own_tables()
{
    Query query = Query::begin(RunAs::kOwner);
    // A dump's restore makes again what the journal has put on its months.
    if (query.run(kRefusedObjects) > 0) {
        const char* kind = query.value(0, "object_type").text(CurrentMemoryContext);
        const char* name = query.value(0, "name").text(CurrentMemoryContext);
        const char* table = query.value(0, "table_name").text(CurrentMemoryContext);
        const bool is_policy = query.value(0, "is_policy").boolean();
        ereport(
            ERROR,
            (errcode(kOwnTable), errmsg("cannot create %s \"%s\" on %s", kind, name, table),
             is_policy ? errdetail("The journal's own policies say which entries a role sees.")
                       : errdetail("Entries are inserted directly: it would never be asked."),
             is_policy ? errhint("journal.role_account confines roles to accounts.")
                       : errhint("Put a trigger on the application's table, or read what is new in "
                                 "journal.entries.")));
    }
    query.end();
}

void refuse_renamed_schema(const Node* statement)
{
    if (!IsA(statement, RenameStmt))
        return;
    const auto* rename = reinterpret_cast<const RenameStmt*>(statement);
    if (rename->renameType == OBJECT_SCHEMA && strcmp(rename->subname, "journal") == 0)
        ereport(
            ERROR,
            (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("schema \"journal\" cannot be renamed"),
             errdetail("The extension's functions, policies and triggers find its tables by "
                       "that name."),
             errhint("A search_path with \"journal\" in it spares writing the name.")));
}

namespace {

List* touched_relations()
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 count = query.run(
        "SELECT DISTINCT d.objid FROM pg_event_trigger_ddl_commands() d "
        "JOIN pg_class c ON c.oid = d.objid WHERE d.classid = 'pg_class'::regclass "
        "AND c.relkind IN ('r', 'p', 'f')");
    List* relations = in_context(context, [&] { return query.oids(count); });
    query.end();
    return relations;
}

}  // namespace

void warn_of_foreign_parts()
{
    for (const Oid relation : oids(touched_relations())) {
        Oid root = InvalidOid;
        if (tracked_root(relation, &root) == 0)
            continue;
        for (const Oid part : oids(find_all_inheritors(relation, NoLock, nullptr))) {
            if (get_rel_relkind(part) != RELKIND_FOREIGN_TABLE)
                continue;
            ereport(WARNING,
                    (errmsg("changes of %s are not recorded", qualified_name(part)),
                     errdetail("It is a foreign table, and a part of %s, which is tracked.",
                               qualified_name(root)),
                     errhint("Track the table itself on the server that has it.")));
        }
    }
}

}  // namespace journal
