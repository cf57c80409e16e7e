// See own_trigger.hpp.
#include "catalog/own_trigger.hpp"

#include "base/memory.hpp"
#include "base/query.hpp"

namespace journal {

FoundTrigger find_trigger(Relation table, const OwnTrigger& wanted)
{
    // Not by LookupFuncName: a writer needs no privilege on our schema.
    const Oid function =
        GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(wanted.function),
                        PointerGetDatum(buildoidvector(nullptr, 0)),
                        ObjectIdGetDatum(get_namespace_oid("journal", false)));
    for (int i = 0; table->trigdesc != nullptr && i < table->trigdesc->numtriggers; i++) {
        const Trigger& trigger = table->trigdesc->triggers[i];
        if (trigger.tgfoid == function)
            return {pstrdup(trigger.tgname), trigger.tgenabled};
    }
    return {};
}

FoundTrigger find_trigger(Oid relation, const OwnTrigger& wanted)
{
    Relation table = table_open(relation, NoLock);
    const FoundTrigger found = find_trigger(table, wanted);
    table_close(table, NoLock);
    return found;
}

bool has_row_trigger(Relation relation)
{
    return find_trigger(relation, kRowTrigger).name != nullptr;
}

bool is_recorded(Relation root)
{
    if (root->rd_rel->relhassubclass || root->rd_rel->relkind != RELKIND_RELATION)
        return !OidIsValid(find_unrecorded(RelationGetRelid(root)));
    for (const OwnTrigger& trigger : {kRowTrigger, kTruncateTrigger}) {
        const FoundTrigger found = find_trigger(root, trigger);
        if (found.name == nullptr ||
            (found.enabled != TRIGGER_FIRES_ON_ORIGIN && found.enabled != TRIGGER_FIRES_ALWAYS))
            return false;
    }
    return true;
}

Oid find_unrecorded(Oid root)
{
    List* members = find_all_inheritors(root, NoLock, nullptr);
    Datum* oids = make_array_in<Datum>(CurrentMemoryContext, list_length(members));
    ListCell* cell = nullptr;
    foreach (cell, members)
        oids[foreach_current_index(cell)] = ObjectIdGetDatum(lfirst_oid(cell));
    ArrayType* array =
        construct_array(oids, list_length(members), OIDOID, sizeof(Oid), true, TYPALIGN_INT);
    Query query = Query::begin_latest();
    // A partitioned table has no rows of its own, but sees those that move.
    const uint64 found = query.run(
        "SELECT c.oid FROM pg_class c WHERE c.oid = ANY ($1) AND (SELECT count(DISTINCT tgfoid) "
        "FROM pg_trigger WHERE tgrelid = c.oid AND tgenabled IN ('O', 'A') "
        "AND tgfoid = ANY (CASE relkind WHEN 'p' THEN '{journal.capture_moved()}' "
        "ELSE '{journal.capture(),journal.capture_truncate()}' END::regprocedure[]::oid[])) "
        "< CASE relkind WHEN 'p' THEN 1 ELSE 2 END LIMIT 1",
        {{OIDARRAYOID, PointerGetDatum(array)}}, true);
    const Oid member = found == 0 ? InvalidOid : query.value(0).oid();
    query.end();
    return member;
}

}  // namespace journal
