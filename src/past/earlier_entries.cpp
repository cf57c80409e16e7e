// See earlier_entries.hpp.
#include "past/earlier_entries.hpp"

#include "base/object_lookup.hpp"
#include "base/query.hpp"
#include "past/index_prefix.hpp"
#include "past/past_gap.hpp"

#include <algorithm>

namespace journal {

namespace {

/// A row that changed more often within the minute after the moment is not compared.
#define MOST_ENTRIES "100"

/// Parameters: relations, accounts, object types, key, time.
#define LATEST_ENTRIES(has_key)                                                               \
    "(SELECT " ENTRY_COLUMNS " FROM journal.entry e WHERE e.relation = ANY ($1) AND " has_key \
    " AND e.occurred_at <= $5 AND NOT e.backfilled AND e.operation IN ('i', 'u', 'd') "       \
    "ORDER BY e.occurred_at DESC, e.id DESC LIMIT " MOST_ENTRIES ")"

#define HAS_KEY IS_AMONG_OBJECTS("e", "$2", "$3", "ARRAY[$4]")
#define LEFT_KEY HAS_LEFT_KEY_AMONG("e", "$2", "$3", "ARRAY[$4]")

EntryPlace place_of(const ReadEntry& entry)
{
    return {DatumGetInt64(entry.values[kReadId]),
            DatumGetTimestampTz(entry.values[kReadOccurredAt]),
            DatumGetFullTransactionId(entry.values[kReadTransaction]),
            DatumGetInt32(entry.values[kReadCommand]), DatumGetInt64(entry.values[kReadSession])};
}

/// What an entry did to a key.
EventKind kind_at(const ReadEntry& entry, const char* key)
{
    if (strcmp(TextDatumGetCString(entry.values[kReadObject]), key) != 0)
        return EventKind::kLeft;
    return entry.nulls[kReadPrevious]
               ? static_cast<EventKind>(DatumGetChar(entry.values[kReadOperation]))
               : EventKind::kArrived;
}

/// Copies the rows of the last result into context.
ReadEntry* copy_entries(const Query& query, uint64 count, MemoryContext context)
{
    auto* entries = make_array_in<ReadEntry>(context, count);
    in_context(context, [&] {
        for (uint64 i = 0; i < count; i++)
            for (int column = 0; column < kReadIsPreviousWanted; column++) {
                ReadEntry& entry = entries[i];
                const Value value = query.value(i, kReadColumns[column].name);
                entry.nulls[column] = value.is_null;
                entry.values[column] = value.copy(context);
            }
    });
    return entries;
}

}  // namespace

void keep_after(EarlierEntries* earlier, int64 id)
{
    ReadEntry* end = std::remove_if(earlier->entries, earlier->entries + earlier->count,
                                    [id](const ReadEntry& entry) { return entry.id <= id; });
    earlier->count = static_cast<int>(end - earlier->entries);
}

EarlierEntries find_earlier_entries(Past* past, const Moment* moment)
{
    EarlierEntries earlier{};
    if (moment->kind == MomentKind::kNow || moment->kind == MomentKind::kEver ||
        TIMESTAMP_NOT_FINITE(moment->time))
        return earlier;
    const IndexPrefix prefix =
        read_index_prefix(past->plan->id, past->plan->object_type, DT_NOBEGIN);
    if (!prefix.is_short)
        return earlier;
    MemoryContext context = CurrentMemoryContext;
    // Numbers and marks follow the clock but for the time between two takings of it.
    Query query = Query::begin(RunAs::kOwner);
    const uint64 count =
        query.run(LATEST_ENTRIES(HAS_KEY) " UNION ALL " LATEST_ENTRIES(LEFT_KEY),
                  {{INT4ARRAYOID, prefix.relations},
                   {INT8ARRAYOID, prefix.account_hashes},
                   {TEXTARRAYOID, prefix.object_types},
                   text_argument(past->only_key),
                   {TIMESTAMPTZOID, TimestampTzGetDatum(moment->time + USECS_PER_MINUTE)}},
                  true);
    earlier.entries = copy_entries(query, count, context);
    query.end();

    const PastGaps* gaps = read_gaps(past);
    int64 floor = 0;
    for (uint64 i = 0; i < count; i++) {
        ReadEntry entry = earlier.entries[i];
        const EntryPlace place = place_of(entry);
        if (is_later(moment, place))
            continue;
        entry.id = place.id;
        entry.kind = kind_at(entry, past->only_key);
        // A gap behind it, or one that a session recorded apart: nothing before fits for certain.
        if (DatumGetInt32(entry.values[kReadRelation]) != past->plan->id ||
            is_gap_between(gaps, layout_map(past, DatumGetInt32(entry.values[kReadLayout]))->layout,
                           place.id, PG_INT64_MAX))
            floor = std::max(floor, place.id);
        earlier.entries[earlier.count++] = entry;
    }
    keep_after(&earlier, floor);
    return earlier;
}

}  // namespace journal
