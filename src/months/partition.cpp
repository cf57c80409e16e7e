// See partition.hpp. Routing follows get_partition_for_tuple in the server's execPartition.c, for a
// range key of one timestamptz column.
#include "months/partition.hpp"

#include "base/function.hpp"
#include "base/insert.hpp"
#include "base/journal_tables.hpp"
#include "base/query.hpp"
#include "base/transaction.hpp"
#include "catalog/tracked_relation.hpp"
#include "months/closed_month.hpp"

namespace journal {

namespace {

// A stretch of time that one partition holds.
struct Route {
    Oid partition;
    TimestampTz from;
    TimestampTz to;  // not included
    bool closed;     // known once the partition is locked
};

// The last stretch that an entry went to, as long as nobody told of a change of journal.entry. It
// outlives its transaction: whoever attaches, detaches or drops a partition locks it against
// writers, or the default one for which a month takes moments over, until its change is told. So
// the stretch is right if it is still known once the partition is locked.
Route route;
bool locked;
SubTransactionId locked_in;
Oid watched;  // journal.entry, as far as changes of it are listened to

void relation_changed(Datum, Oid relation)
{
    if (!OidIsValid(relation) || relation == watched || relation == route.partition)
        route = Route{};
}

void savepoint_aborted(SubTransactionId aborted)
{
    if (locked_in >= aborted)
        locked = false;
}

void transaction_ended(bool)
{
    locked = false;
}

constexpr TransactionHooks kHooks = {nullptr, savepoint_aborted, transaction_ended};

void watch(Oid entry)
{
    if (!OidIsValid(watched)) {
        register_hooks(&kHooks);
        CacheRegisterRelcacheCallback(relation_changed, Datum{0});
    }
    watched = entry;
}

// A bound of the stretches; what is no moment lies beyond all of them.
TimestampTz bound_at(PartitionBoundInfo bounds, int i)
{
    if (i < 0)
        return PG_INT64_MIN;
    if (i >= bounds->ndatums || bounds->kind[i][0] == PARTITION_RANGE_DATUM_MAXVALUE)
        return PG_INT64_MAX;
    if (bounds->kind[i][0] == PARTITION_RANGE_DATUM_MINVALUE)
        return PG_INT64_MIN;
    return DatumGetTimestampTz(bounds->datums[i][0]);
}

// Where a moment belongs; no partition if there is none for it.
Route find_route(Relation entry, TimestampTz occurred_at)
{
    PartitionKey key = RelationGetPartitionKey(entry);
    PartitionDesc partitions = RelationGetPartitionDesc(entry, true);
    PartitionBoundInfo bounds = partitions->boundinfo;

    int bound = -1;
    int index = -1;
    if (partitions->nparts > 0) {
        Datum moment = TimestampTzGetDatum(occurred_at);
        bool is_equal = false;
        bound = partition_range_datum_bsearch(key->partsupfunc, key->partcollation, bounds, 1,
                                              &moment, &is_equal);
        index = bounds->indexes[bound + 1];
        if (index < 0)
            index = bounds->default_index;
    }
    if (partitions->nparts == 0)
        return {InvalidOid, PG_INT64_MIN, PG_INT64_MAX, false};
    return {index < 0 ? InvalidOid : partitions->oids[index], bound_at(bounds, bound),
            bound_at(bounds, bound + 1), false};
}

Route route_to(Relation entry, TimestampTz occurred_at)
{
    const Route found = find_route(entry, occurred_at);
    if (!OidIsValid(found.partition))
        ereport(ERROR,
                (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                 errmsg("journal.entry has no partition for %s", timestamptz_to_str(occurred_at)),
                 errdetail("Neither that month's partition nor the default one is attached."),
                 errhint("Run journal.maintain(), or attach journal.entry_default again.")));
    return found;
}

// Whether the moment is in the stretch that is known.
bool is_known(TimestampTz occurred_at)
{
    return OidIsValid(route.partition) && route.from <= occurred_at && occurred_at < route.to;
}

void note_locked()
{
    locked = true;
    locked_in = GetCurrentSubTransactionId();
}

// Locks the known stretch's partition; false if it is known no more, since it has changed. Then
// that lock remains, which is of no consequence.
bool lock_known(TimestampTz occurred_at)
{
    const Oid partition = route.partition;
    LockRelationOid(watched, RowExclusiveLock);
    lock_for_insertion(partition);
    if (!is_known(occurred_at))
        return false;
    note_locked();
    return true;
}

}  // namespace

Oid partition_for(Relation entry, TimestampTz occurred_at)
{
    return route_to(entry, occurred_at).partition;
}

int entry_partitions(EntryPartition** partitions)
{
    Relation entry = table_open(journal_table("entry"), AccessShareLock);
    PartitionDesc descriptor = RelationGetPartitionDesc(entry, true);
    PartitionBoundInfo bounds = descriptor->boundinfo;
    *partitions = make_array_in<EntryPartition>(CurrentMemoryContext, descriptor->nparts);
    int count = 0;
    for (int i = 0; descriptor->nparts > 0 && i <= bounds->ndatums; i++)
        if (bounds->indexes[i] >= 0)
            (*partitions)[count++] = {descriptor->oids[bounds->indexes[i]], bound_at(bounds, i - 1),
                                      bound_at(bounds, i)};
    if (descriptor->nparts > 0 && bounds->default_index >= 0)
        (*partitions)[count++] = {descriptor->oids[bounds->default_index], DT_NOBEGIN, DT_NOEND};
    table_close(entry, AccessShareLock);
    return count;
}

void require_entry_partition(Oid relation)
{
    if (get_rel_relispartition(relation) &&
        get_partition_parent(relation, true) == journal_table("entry"))
        return;
    const char* name = get_rel_name(relation) == nullptr
                           ? psprintf("relation with OID %u", relation)
                           : qualified_name(relation);
    ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                    errmsg("%s is not a partition of journal.entry", name)));
}

Relation open_partition(TimestampTz moment, EntryPartition* stretch)
{
    Relation entry = table_open(journal_table("entry"), AccessShareLock);
    for (;;) {
        const Route found = find_route(entry, moment);
        *stretch = {found.partition, found.from, found.to};
        Relation partition = OidIsValid(found.partition)
                                 ? try_relation_open(found.partition, AccessShareLock)
                                 : nullptr;
        // What the lock waited for may have made the stretch another partition's.
        const Route again = find_route(entry, moment);
        if (again.partition == found.partition && again.from == found.from &&
            again.to == found.to && (partition != nullptr || !OidIsValid(found.partition))) {
            table_close(entry, NoLock);
            return partition;
        }
        if (partition != nullptr)
            relation_close(partition, AccessShareLock);
        CHECK_FOR_INTERRUPTS();
    }
}

Oid lock_partition(TimestampTz occurred_at)
{
    if (is_known(occurred_at) && (locked || lock_known(occurred_at))) {
        const Route known = route;
        if (known.closed)
            note_late_write(known.partition);
        return known.partition;
    }

    const Oid parent = journal_table("entry");
    watch(parent);
    Relation entry = table_open(parent, RowExclusiveLock);
    for (;;) {
        const Oid chosen = partition_for(entry, occurred_at);
        // Not LockRelationOid: a month may be dropped while we wait for it.
        Relation partition = try_relation_open(chosen, RowExclusiveLock);
        if (partition != nullptr) {
            // A month that was made while we waited for the default partition's lock takes the
            // moment over, so the choice is made again under the lock.
            Route again = route_to(entry, occurred_at);
            if (again.partition == chosen) {
                again.closed = is_closed_month(partition);
                relation_close(partition, NoLock);
                table_close(entry, NoLock);
                route = again;
                note_locked();
                if (again.closed)
                    note_late_write(chosen);
                return chosen;
            }
            relation_close(partition, RowExclusiveLock);
        }
        CHECK_FOR_INTERRUPTS();
    }
}

}  // namespace journal
