// See month_walk.hpp.
#include "months/month_walk.hpp"

#include "months/partition.hpp"

namespace journal {

namespace {

/// The moment at which what is still to be read begins.
TimestampTz first_moment(const TimeRange& rest)
{
    if (!rest.descending)
        return rest.has_position ? std::max(rest.from, rest.position.occurred_at) : rest.from;
    const TimestampTz last = rest.to == DT_NOEND ? rest.to : rest.to - 1;
    return rest.has_position ? std::min(last, rest.position.occurred_at) : last;
}

bool is_empty(Relation partition)
{
    // A month to come costs nothing; that it is empty counts for a serializable transaction.
    if (RelationGetNumberOfBlocks(partition) > 0)
        return false;
    PredicateLockRelation(partition, GetActiveSnapshot());
    return true;
}

}  // namespace

bool MonthWalk::next()
{
    end();
    while (rest_.from < rest_.to) {
        EntryPartition stretch{};
        partition_ = open_partition(first_moment(rest_), &stretch);
        part_ = rest_;
        part_.from = std::max(part_.from, stretch.from);
        part_.to = std::min(part_.to, stretch.to);
        if (rest_.descending)
            rest_.to = std::min(rest_.to, stretch.from);
        else
            rest_.from = std::max(rest_.from, stretch.to);
        if (partition_ != nullptr && !is_empty(partition_))
            return true;
        end();
    }
    return false;
}

void MonthWalk::end()
{
    if (partition_ != nullptr)
        relation_close(partition_, NoLock);
    partition_ = nullptr;
}

}  // namespace journal
