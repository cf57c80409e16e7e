// Noting changes that the capture triggers do not see, since session_replication_role is replica.
//
// Beside each capture trigger that does not fire always stands one that fires then only. It costs
// little: the first row of a table notes in memory that there is something, and the gap is written
// once, before the transaction commits. By then nothing more can happen before the gap.
#include "base/function.hpp"
#include "base/transaction.hpp"
#include "catalog/own_trigger.hpp"
#include "catalog/relation.hpp"
#include "catalog/unrecorded.hpp"
#include "tracking/gap.hpp"

namespace journal {

namespace {

void note_gaps()
{
    if (unrecorded_tables() == nullptr)
        return;
    List* noted = NIL;
    // The last statement has taken its snapshot away.
    PushActiveSnapshot(GetTransactionSnapshot());
    for (const UnrecordedTable* table = unrecorded_tables(); table != nullptr;
         table = table->next) {
        if (table->relation == 0 || list_member_int(noted, table->relation))
            continue;
        note_gap(table->relation, GapReason::kUnrecorded, nullptr);
        noted = lappend_int(noted, table->relation);
    }
    PopActiveSnapshot();
}

constexpr TransactionHooks kHooks = {note_gaps, nullptr, nullptr};

/// Whether the trigger that records the table's changes fires all the same.
bool is_captured(Relation relation)
{
    return find_trigger(relation, kRowTrigger).enabled == TRIGGER_FIRES_ALWAYS;
}

}  // namespace

/// journal.note_unrecorded() and journal.note_unrecorded_truncate(): under
/// session_replication_role = replica.
JOURNAL_FUNCTION(journal_note_unrecorded)
{
    if (!CALLED_AS_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("journal.note_unrecorded() was not called by a trigger"),
                        errhint("journal.track creates the trigger.")));
    Relation relation = reinterpret_cast<TriggerData*>(fcinfo->context)->tg_relation;
    // ENABLE TRIGGER ALL may have made it fire otherwise.
    if (SessionReplicationRole != SESSION_REPLICATION_ROLE_REPLICA ||
        is_unrecorded(RelationGetRelid(relation)))
        return PointerGetDatum(nullptr);
    Oid root = InvalidOid;
    const int32 tracked =
        is_captured(relation) ? 0 : tracked_root(RelationGetRelid(relation), &root);
    register_hooks(&kHooks);
    add_unrecorded(RelationGetRelid(relation), tracked);
    return PointerGetDatum(nullptr);
}

}  // namespace journal
