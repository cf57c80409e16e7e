// See past_gap.hpp.
#include "past/past_gap.hpp"

#include "base/query.hpp"
#include "catalog/tracked_relation.hpp"
#include "catalog/unrecorded.hpp"
#include "past/gap_words.hpp"

#include <algorithm>

namespace journal {

/// The gap of a partition or child.
struct MemberGap {
    int64 last_entry;
    const char* member;  // its qualified name
};

struct PastGaps {
    int count;            // of those that concern every row
    int64* last_entries;  // ascending
    int member_count;
    MemberGap* members;
    TimestampTz newest_at;  // of all of them
    const char* newest;     // in words
};

PastGaps* read_gaps(Past* past)
{
    MemoryContext context = past->context;
    auto* gaps = make_in<PastGaps>(context);
    Query query = Query::begin_latest();
    // A member that no layout names, as one that has partitions itself, concerns every row.
    const uint64 count = query.run(
        "SELECT g.last_entry, g.reason, g.other, g.at, (g.reason IN ('attached', 'parted', "
        "'dropped') AND EXISTS (SELECT FROM journal.layout l WHERE l.relation = g.relation "
        "AND NOT l.is_root AND l.relation_name = g.other)) AS of_member FROM journal.gap g WHERE "
        "g.relation = $1 "
        "ORDER BY g.last_entry, g.at",
        {int4_argument(past->plan->id)}, true);
    gaps->last_entries = make_array_in<int64>(context, count + 1);
    gaps->members = make_array_in<MemberGap>(context, count);
    for (uint64 i = 0; i < count; i++) {
        if (query.value(i, "of_member").boolean())
            gaps->members[gaps->member_count++] = {query.value(i, "last_entry").int8(),
                                                   query.value(i, "other").text(context)};
        else
            gaps->last_entries[gaps->count++] = query.value(i, "last_entry").int8();
    }
    // Where the journal began to record the table its proof begins.
    if (count > 0 && strcmp(query.value(count - 1, "reason").text(context), "tracked") != 0) {
        gaps->newest_at = query.value(count - 1, "at").time();
        gaps->newest = in_context(context, [&] {
            return gap_in_words(query.value(count - 1, "reason").text(context),
                                query.value(count - 1, "other").text(context));
        });
    }
    query.end();
    if (has_unrecorded(past->plan->id)) {
        gaps->last_entries[gaps->count++] = PG_INT64_MAX - 1;
        gaps->newest_at = GetCurrentTimestamp();
        gaps->newest = gap_in_words("unrecorded", nullptr);
    }
    return gaps;
}

int64 last_entry_of_gaps(const PastGaps* gaps)
{
    return gaps->count == 0 ? 0 : gaps->last_entries[gaps->count - 1];
}

bool is_gap_between(const PastGaps* gaps, const Layout* layout, int64 earlier, int64 later)
{
    int64* end = gaps->last_entries + gaps->count;
    const int64* gap = std::lower_bound(gaps->last_entries, end, earlier);
    if (gap != end && *gap < later)
        return true;
    for (int i = 0; i < gaps->member_count; i++) {
        const MemberGap& member = gaps->members[i];
        if (member.last_entry >= earlier && member.last_entry < later &&
            strcmp(member.member, layout->relation_name) == 0)
            return true;
    }
    return false;
}

void tell_gaps(const Past* past, const PastGaps* gaps)
{
    if (gaps->newest != nullptr)
        ereport(NOTICE, (errmsg("the history of %s has gaps, over which nothing is proved",
                                qualified_name(RelationGetRelid(past->root))),
                         errdetail("Of the rows concerned it is proved since %s: %s.",
                                   timestamptz_to_str(gaps->newest_at), gaps->newest)));
}

}  // namespace journal
