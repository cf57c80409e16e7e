// What a month's BRIN index says of stretches of its pages: the least id that each holds, and
// whether it can hold entries of some transactions.
//
// Entries come nearly in the order of their ids, but not quite: each writer fills a page of its
// own, and takes ids before it fills them. So whoever wants the next entries by id goes by the
// least ids of the stretches.
#pragma once

#include "base/memory.hpp"

namespace journal {

/// A stretch that may hold what is asked for; its entries' ids are not less than first_id.
/// PG_INT64_MIN: nothing is known of it.
struct BlockRange {
    Oid partition;
    int64 first_id;
};

/// What is asked for: entries of an id greater than after, of transactions from first on and before
/// end that are not among running ones, or are one of those.
struct BlockRangeFilter {
    int64 after;
    uint64 from;  // transactions not less than this, or
    int running_count;
    const uint64* running;  // these
    uint64 end;             // and less than this
};

/// Whether entries up to an id, of transactions between two, may be among those.
bool may_hold(const BlockRangeFilter& filter, int64 last_id, uint64 first, uint64 last);

/// Adds the stretches of a partition (open and locked) that may hold such entries. Where it has no
/// such index, the whole partition is one stretch, of which nothing is known. The heap is not read.
void add_block_ranges(Relation partition, const BlockRangeFilter& filter,
                      Vector<BlockRange>* ranges);

}  // namespace journal
