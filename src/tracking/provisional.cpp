// See provisional.hpp.
#include "tracking/provisional.hpp"

#include "base/journal_tables.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "tracking/object_type.hpp"

namespace journal {

namespace {

// Whether a table holds rows that another transaction in progress adds or changes.
bool has_rows_in_progress(const char* name)
{
    Relation table = table_open(journal_table(name), AccessShareLock);
    SnapshotData dirty;
    InitDirtySnapshot(dirty);
    TupleTableSlot* slot = table_slot_create(table, nullptr);
    TableScanDesc scan = table_beginscan(table, &dirty, 0, nullptr);
    bool found = false;
    while (!found && table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
        CHECK_FOR_INTERRUPTS();
        found = TransactionIdIsValid(dirty.xmin) || TransactionIdIsValid(dirty.xmax);
    }
    table_endscan(scan);
    ExecDropSingleTupleTableSlot(slot);
    table_close(table, AccessShareLock);
    return found;
}

}  // namespace

bool others_register()
{
    // A lock on no row and no table: it stands for registering as such.
    LOCKTAG registering;
    SET_LOCKTAG_OBJECT(registering, MyDatabaseId, journal_table("tracked_relation"), InvalidOid, 0);
    return LockAcquire(&registering, ExclusiveLock, false, true) == LOCKACQUIRE_NOT_AVAIL ||
           has_rows_in_progress("tracked_relation") || has_rows_in_progress("event_type");
}

TrackedRelation* register_provisionally(Relation table)
{
    MemoryContext context = CurrentMemoryContext;
    const char* name = qualified_name(RelationGetRelid(table));
    auto* tracked = make_in<TrackedRelation>(context);
    Query query = Query::begin(RunAs::kOwner);
    // The one that whoever registers it meanwhile takes: the past looks for it.
    const char* type = free_object_type(query, table, context);
    // A row of an earlier time like this one serves again, once its event types are committed too.
    if (query.run("SELECT t.id FROM journal.tracked_relation t JOIN journal.event_type e "
                  "ON e.code = $2 || '#' || t.id || '.created' "
                  "WHERE t.relation IS NULL AND t.capture = 'none' AND t.object_type IS NULL "
                  "AND t.relation_name = $1 ORDER BY t.id LIMIT 1",
                  {text_argument(name), text_argument(type)}) == 0)
        query.run(
            "INSERT INTO journal.tracked_relation (relation_name, capture) VALUES ($1, 'none') "
            "RETURNING id",
            {text_argument(name)});
    tracked->id = query.value(0).int4();
    query.end();
    tracked->relation = RelationGetRelid(table);
    tracked->name = name;
    tracked->capture = "events";
    tracked->object_type = type;
    tracked->event_prefix = psprintf("%s#%d", type, tracked->id);
    tracked->snapshot_on_create = true;
    return tracked;
}

}  // namespace journal
