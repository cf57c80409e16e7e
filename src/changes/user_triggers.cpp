// See user_triggers.hpp.
#include "changes/user_triggers.hpp"

#include "base/list.hpp"
#include "changes/table_rules.hpp"

namespace journal {

namespace {

/// Calls use for each trigger of a table that is neither a foreign key's nor the journal's.
template <typename Use>
void for_each_trigger(Relation table, const Use& use)
{
    const Oid own_schema = get_namespace_oid("journal", false);
    // A look-up may take the relation's own list away.
    const TriggerDesc* triggers = CopyTriggerDesc(table->trigdesc);
    for (int i = 0; triggers != nullptr && i < triggers->numtriggers; i++) {
        const Trigger& trigger = triggers->triggers[i];
        // A clone of a partitioned table's trigger is internal, too; the table itself has it then.
        if (!trigger.tgisinternal && trigger.tgenabled != TRIGGER_DISABLED &&
            trigger.tgenabled != TRIGGER_FIRES_ON_REPLICA &&
            get_func_namespace(trigger.tgfoid) != own_schema)
            use(trigger);
    }
}

bool has_trigger(Relation table)
{
    bool result = false;
    for_each_trigger(table, [&result](const Trigger&) { result = true; });
    return result;
}

/// Whether partitions have triggers of their own.
bool has_trigger_of_part(Relation table)
{
    if (table->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
        return false;
    bool result = false;
    for (const Oid oid :
         oids(find_all_inheritors(RelationGetRelid(table), AccessShareLock, nullptr))) {
        Relation part = table_open(oid, NoLock);
        result |= has_trigger(part);
        table_close(part, NoLock);
    }
    return result;
}

/// Whether a trigger is for what a set does.
bool is_for(const Trigger& trigger, const RowSet* set)
{
    if (set->operation == RowOperation::kInsert)
        return TRIGGER_FOR_INSERT(trigger.tgtype);
    if (set->operation == RowOperation::kDelete)
        return TRIGGER_FOR_DELETE(trigger.tgtype);
    bool any = trigger.tgnattr == 0;
    for (int i = 0; i < trigger.tgnattr; i++)
        for (int j = 0; j < set->column_count; j++)
            any |= trigger.tgattr[i] == set->columns[j].column->number;
    return TRIGGER_FOR_UPDATE(trigger.tgtype) && any;
}

}  // namespace

bool has_user_triggers(const Application* application)
{
    bool result = false;
    for (const auto* set : items<RowSet>(application->sets)) {
        if (set->count > 0)
            result |= has_trigger(set->table) || has_trigger_of_part(set->table);
    }
    return result;
}

ArrayType* fired_triggers(const RowSet* set)
{
    ArrayBuildState* names = nullptr;
    for_each_trigger(set->table, [&names, set](const Trigger& trigger) {
        if (is_for(trigger, set))
            names = accumArrayResult(names, CStringGetTextDatum(trigger.tgname), false, TEXTOID,
                                     CurrentMemoryContext);
    });
    names = add_rule_names(names, set);
    return names == nullptr ? nullptr
                            : DatumGetArrayTypeP(makeArrayResult(names, CurrentMemoryContext));
}

}  // namespace journal
