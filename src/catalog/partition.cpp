// See partition.hpp. Routing follows get_partition_for_tuple in the server's execPartition.c, for a
// range key of one timestamptz column.
#include "catalog/partition.hpp"

namespace journal {

Oid partition_for(Relation entry, TimestampTz occurred_at)
{
    PartitionKey key = RelationGetPartitionKey(entry);
    PartitionDesc partitions = RelationGetPartitionDesc(entry, true);
    PartitionBoundInfo bounds = partitions->boundinfo;

    int index = -1;
    if (partitions->nparts > 0) {
        Datum moment = TimestampTzGetDatum(occurred_at);
        bool is_equal = false;
        const int bound = partition_range_datum_bsearch(key->partsupfunc, key->partcollation,
                                                        bounds, 1, &moment, &is_equal);
        index = bounds->indexes[bound + 1];
        if (index < 0)
            index = bounds->default_index;
    }
    if (index < 0)
        ereport(ERROR,
                (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                 errmsg("journal.entry has no partition for %s", timestamptz_to_str(occurred_at)),
                 errdetail("Neither that month's partition nor the default one is attached."),
                 errhint("Run journal.maintain(), or attach journal.entry_default again.")));
    return partitions->oids[index];
}

Relation open_partition(Relation entry, TimestampTz occurred_at, LOCKMODE lock)
{
    for (;;) {
        const Oid chosen = partition_for(entry, occurred_at);
        // Not table_open: a month may be dropped while we wait for it.
        Relation partition = try_relation_open(chosen, lock);
        if (partition != nullptr && partition_for(entry, occurred_at) == chosen)
            return partition;
        if (partition != nullptr)
            relation_close(partition, lock);
        CHECK_FOR_INTERRUPTS();
    }
}

}  // namespace journal
