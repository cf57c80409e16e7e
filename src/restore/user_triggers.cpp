// See user_triggers.hpp.
#include "restore/user_triggers.hpp"

namespace journal {

namespace {

bool has_trigger(Relation table, Oid own_schema)
{
    const TriggerDesc* triggers = table->trigdesc;
    for (int i = 0; triggers != nullptr && i < triggers->numtriggers; i++) {
        const Trigger& trigger = triggers->triggers[i];
        // A clone of a partitioned table's trigger is internal, too; the table itself has it then.
        if (!trigger.tgisinternal && trigger.tgenabled != TRIGGER_DISABLED &&
            get_func_namespace(trigger.tgfoid) != own_schema)
            return true;
    }
    return false;
}

}  // namespace

bool has_user_triggers(const Application* application)
{
    const Oid own_schema = get_namespace_oid("journal", false);
    ListCell* cell = nullptr;
    foreach (cell, application->sets) {
        const auto* set = static_cast<const RowSet*>(lfirst(cell));
        if (set->count > 0 && has_trigger(set->table, own_schema))
            return true;
    }
    return false;
}

}  // namespace journal
