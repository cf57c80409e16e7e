// The append-only guard: a trigger function that refuses to change what the journal holds.
//
// It stands BEFORE UPDATE OR DELETE FOR EACH ROW on the parent (partitions get a clone) and BEFORE
// TRUNCATE on the parent and on every partition, ENABLE ALWAYS, since session_replication_role
// passes ordinary triggers. INSERT is not its business: that is the owner's privilege alone.
#include "base/append_only.hpp"
#include "base/function.hpp"

namespace {

const char* operation_of(TriggerEvent event)
{
    if (TRIGGER_FIRED_BY_UPDATE(event))
        return "UPDATE";
    return TRIGGER_FIRED_BY_DELETE(event) ? "DELETE" : "TRUNCATE";
}

}  // namespace

/// Raises JE040, unless the table has the append-only pass.
JOURNAL_FUNCTION(journal_refuse_change)
{
    if (!CALLED_AS_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("journal.refuse_change() is a trigger function")));
    const auto* trigger = reinterpret_cast<TriggerData*>(fcinfo->context);
    const TriggerEvent event = trigger->tg_event;
    if (!TRIGGER_FIRED_BEFORE(event) || TRIGGER_FIRED_BY_INSERT(event))
        ereport(ERROR,
                (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                 errmsg("journal.refuse_change() stands before UPDATE, DELETE or TRUNCATE only")));

    Relation relation = trigger->tg_relation;
    if (!journal::has_append_only_pass(RelationGetRelid(relation)))
        ereport(ERROR,
                (errcode(journal::kAppendOnly),
                 errmsg("table %s.%s is append-only: it allows no %s",
                        get_namespace_name(RelationGetNamespace(relation)),
                        RelationGetRelationName(relation), operation_of(event)),
                 errdetail("What the journal holds is changed by nobody, its owner and superusers "
                           "included."),
                 errhint("Only functions of event_journal change it; journal.maintain() moves "
                         "entries to the partitions of their months.")));
    if (TRIGGER_FIRED_BY_UPDATE(event))
        return PointerGetDatum(trigger->tg_newtuple);
    return PointerGetDatum(trigger->tg_trigtuple);
}
