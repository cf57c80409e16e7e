// See block_range.hpp. How a BRIN index is read is bringetbitmap's way, in the server's brin.c.
#include "months/block_range.hpp"

#include "base/list.hpp"

namespace journal {

namespace {

enum SummaryColumn { kIds, kTransactions, kSummaryColumns };

/// Whether an index on two columns keeps the least and the greatest value of each, as minmax does.
bool has_bounds(Relation index)
{
    bool found = true;
    in_work_memory([&] {
        const BrinDesc* description = brin_build_desc(index);
        for (int i = 0; i < kSummaryColumns; i++)
            found = found && description->bd_info[i]->oi_nstored == 2;
    });
    return found;
}

/// The BRIN index on (id, transaction_id) of a partition, open; nullptr if there is none.
Relation open_summary(Relation partition)
{
    List* indexes = RelationGetIndexList(partition);
    Relation found = nullptr;
    for (const Oid oid : oids(indexes)) {
        Relation index = index_open(oid, AccessShareLock);
        const int2vector& columns = index->rd_index->indkey;
        if (index->rd_rel->relam == BRIN_AM_OID && index->rd_index->indisvalid &&
            columns.dim1 == kSummaryColumns && RelationGetIndexPredicate(index) == NIL &&
            has_bounds(index) &&
            columns.values[kIds] == get_attnum(RelationGetRelid(partition), "id") &&
            columns.values[kTransactions] ==
                get_attnum(RelationGetRelid(partition), "transaction_id")) {
            found = index;
            break;
        }
        index_close(index, AccessShareLock);
    }
    list_free(indexes);
    return found;
}

/// Adds a stretch by its summary, or as unknown without one.
void add_range(Oid partition, const BrinMemTuple* summary, const BlockRangeFilter& filter,
               Vector<BlockRange>* ranges)
{
    if (summary == nullptr || summary->bt_placeholder) {
        ranges->push_back({partition, PG_INT64_MIN});
        return;
    }
    const BrinValues& ids = summary->bt_columns[kIds];
    const BrinValues& transactions = summary->bt_columns[kTransactions];
    // Neither column is ever NULL: a stretch of nothing else holds no row.
    if (ids.bv_allnulls || transactions.bv_allnulls)
        return;
    const int64 first_id = DatumGetInt64(ids.bv_values[0]);
    if (may_hold(filter, DatumGetInt64(ids.bv_values[1]), DatumGetUInt64(transactions.bv_values[0]),
                 DatumGetUInt64(transactions.bv_values[1])))
        ranges->push_back({partition, first_id});
}

}  // namespace

bool may_hold(const BlockRangeFilter& filter, int64 last_id, uint64 first, uint64 last)
{
    if (last_id <= filter.after || first >= filter.end)
        return false;
    if (last >= filter.from)
        return true;
    for (int i = 0; i < filter.running_count; i++)
        if (filter.running[i] >= first && filter.running[i] <= last)
            return true;
    return false;
}

void add_block_ranges(Relation partition, const BlockRangeFilter& filter,
                      Vector<BlockRange>* ranges)
{
    const BlockNumber blocks = RelationGetNumberOfBlocks(partition);
    if (blocks == 0)
        return;
    Relation index = open_summary(partition);
    if (index == nullptr) {
        ranges->push_back({RelationGetRelid(partition), PG_INT64_MIN});
        return;
    }
    in_work_memory([&] {
        BrinDesc* description = brin_build_desc(index);
        BrinMemTuple* summary = brin_new_memtuple(description);
        BrinTuple* copy = nullptr;
        Size copy_size = 0;
        Buffer buffer = InvalidBuffer;
        BlockNumber per_range = 0;
        BrinRevmap* map = brinRevmapInitialize(index, &per_range);
        for (uint64 block = 0; block < blocks; block += per_range) {
            CHECK_FOR_INTERRUPTS();
            OffsetNumber offset = InvalidOffsetNumber;
            Size size = 0;
            BrinTuple* tuple = brinGetTupleForHeapBlock(map, static_cast<BlockNumber>(block),
                                                        &buffer, &offset, &size, BUFFER_LOCK_SHARE);
            if (tuple == nullptr) {
                add_range(RelationGetRelid(partition), nullptr, filter, ranges);
                continue;
            }
            copy = brin_copy_tuple(tuple, size, copy, &copy_size);
            LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
            summary = brin_deform_tuple(description, copy, summary);
            add_range(RelationGetRelid(partition), summary, filter, ranges);
        }
        brinRevmapTerminate(map);
        if (BufferIsValid(buffer))
            ReleaseBuffer(buffer);
        brin_free_desc(description);
    });
    index_close(index, AccessShareLock);
}

}  // namespace journal
