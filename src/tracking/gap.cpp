// See gap.hpp.
#include "tracking/gap.hpp"

#include "base/copied_journal.hpp"
#include "base/insert.hpp"
#include "base/journal_tables.hpp"
#include "base/list.hpp"
#include "base/query.hpp"
#include "catalog/own_trigger.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

namespace {

const char* reason_code(GapReason reason)
{
    switch (reason) {
        case GapReason::kTracked:
            return "tracked";
        case GapReason::kTriggerDisabled:
            return "trigger disabled";
        case GapReason::kTriggerEnabled:
            return "trigger enabled";
        case GapReason::kAttached:
            return "attached";
        case GapReason::kParted:
            return "parted";
        case GapReason::kDropped:
            return "dropped";
        case GapReason::kPurged:
            return "purged";
        case GapReason::kComputed:
            return "computed";
        case GapReason::kUnrecorded:
            return "unrecorded";
        case GapReason::kSelected:
            return "selected";
    }
    return "tracked";
}

/// Whether the last that is known of the relation's triggers is that one was disabled.
bool was_disabled(int32 relation)
{
    Query query = Query::begin(RunAs::kOwner);
    const uint64 found = query.run(
        "SELECT reason = 'trigger disabled' FROM journal.gap WHERE relation = $1 "
        "AND reason IN ('trigger disabled', 'trigger enabled') "
        "ORDER BY at DESC, command DESC LIMIT 1",
        {int4_argument(relation)});
    const bool disabled = found > 0 && query.value(0).boolean();
    query.end();
    return disabled;
}

}  // namespace

void note_gap(int32 relation, GapReason reason, const char* other)
{
    if (is_copied_journal())
        return;
    Query query = Query::begin(RunAs::kOwner);
    query.run(
        "INSERT INTO journal.gap (relation, at, incarnation, transaction_id, command, last_entry, "
        "reason, other) VALUES ($1, $2, $3, $4, $5, " LAST_ENTRY_ID ", $6, $7)",
        {int4_argument(relation),
         {TIMESTAMPTZOID, TimestampTzGetDatum(GetCurrentTimestamp())},
         {UUIDOID, UUIDPGetDatum(current_incarnation())},
         {XID8OID, FullTransactionIdGetDatum(GetTopFullTransactionId())},
         int4_argument(static_cast<int32>(GetCurrentCommandId(false))),
         text_argument(reason_code(reason)),
         text_argument(other)});
    query.end();
}

void note_trigger_switch(int32 relation, Oid root)
{
    const bool disabled = OidIsValid(find_unrecorded(root));
    if (disabled != was_disabled(relation))
        note_gap(relation, disabled ? GapReason::kTriggerDisabled : GapReason::kTriggerEnabled,
                 nullptr);
}

bool has_rows(Relation relation)
{
    if (!RELKIND_HAS_TABLE_AM(relation->rd_rel->relkind))
        return false;
    TupleTableSlot* slot = table_slot_create(relation, nullptr);
    Snapshot snapshot = RegisterSnapshot(latest_snapshot());
    TableScanDesc scan = table_beginscan(relation, snapshot, 0, nullptr);
    const bool found = table_scan_getnextslot(scan, ForwardScanDirection, slot);
    table_endscan(scan);
    UnregisterSnapshot(snapshot);
    ExecDropSingleTupleTableSlot(slot);
    return found;
}

void note_moved_table(int32 relation, Oid table, GapReason reason)
{
    bool found = false;
    List* members = find_all_inheritors(table, NoLock, nullptr);
    for (const Oid oid : oids(members)) {
        Relation member = table_open(oid, AccessShareLock);
        found = found || has_rows(member);
        table_close(member, NoLock);
    }
    if (found)
        note_gap(relation, reason, qualified_name(table));
}

}  // namespace journal
