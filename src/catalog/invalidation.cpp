// Telling every backend that what it knows of a tracked table is out of date.
//
// Plans (relation.hpp) are rebuilt after a relcache invalidation of their table. So a trigger on
// the rows that a plan is made of, tracked_relation and event_rule, invalidates the relation that
// such a row names, whoever changes it: track, add_rule, or an administrator's UPDATE.
#include "base/function.hpp"
#include "base/query.hpp"
#include "catalog/relation.hpp"

namespace journal {

namespace {

/// The table that a row of tracked_relation or event_rule names; InvalidOid if it is gone, or not
/// there yet.
Oid relation_of(Relation table, HeapTuple row)
{
    const Value value = value_in(row, RelationGetDescr(table), "relation");
    if (value.is_null)
        return InvalidOid;
    Oid relation = InvalidOid;
    if (value.type == REGCLASSOID) {
        relation = value.oid();
    } else {
        Query query = Query::begin(RunAs::kOwner);
        if (query.run("SELECT relation::oid FROM journal.tracked_relation WHERE id = $1",
                      {int4_argument(value.int4())}) > 0)
            relation = query.value(0).oid();
        query.end();
    }
    return SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relation)) ? relation : InvalidOid;
}

/// Invalidates a relation and those that reference it: their plans know its object type.
void invalidate_with_references(Oid relation)
{
    if (!OidIsValid(relation))
        return;
    invalidate_plans(relation);
    invalidate_referencing(relation);
}

}  // namespace

void invalidate_referencing(Oid relation)
{
    MemoryContext context = CurrentMemoryContext;
    const List* members = find_all_inheritors(relation, NoLock, nullptr);
    Datum* oids = make_array_in<Datum>(context, list_length(members));
    ListCell* cell = nullptr;
    foreach (cell, members)
        oids[foreach_current_index(cell)] = ObjectIdGetDatum(lfirst_oid(cell));
    ArrayType* referenced =
        construct_array(oids, list_length(members), OIDOID, sizeof(Oid), true, TYPALIGN_INT);
    Query query = Query::begin_latest();
    const uint64 count = query.run(
        "SELECT DISTINCT conrelid FROM pg_constraint WHERE contype = 'f' AND confrelid = ANY ($1)",
        {{OIDARRAYOID, PointerGetDatum(referenced)}}, true);
    Oid* references = make_array_in<Oid>(context, count);
    for (uint64 i = 0; i < count; i++)
        references[i] = query.value(i).oid();
    query.end();
    for (uint64 i = 0; i < count; i++)
        if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(references[i])))
            invalidate_plans(references[i]);
}

}  // namespace journal

/// AFTER INSERT OR UPDATE OR DELETE FOR EACH ROW on tracked_relation and event_rule.
JOURNAL_FUNCTION(journal_invalidate_plan)
{
    if (!CALLED_AS_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("journal.invalidate_plan() is a trigger function")));
    const auto* trigger = reinterpret_cast<TriggerData*>(fcinfo->context);
    if (!TRIGGER_FIRED_AFTER(trigger->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("journal.invalidate_plan() stands after changes of rows only")));
    const Oid before = journal::relation_of(trigger->tg_relation, trigger->tg_trigtuple);
    journal::invalidate_with_references(before);
    if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event)) {
        const Oid after = journal::relation_of(trigger->tg_relation, trigger->tg_newtuple);
        if (after != before)
            journal::invalidate_with_references(after);
    }
    return PointerGetDatum(nullptr);
}
