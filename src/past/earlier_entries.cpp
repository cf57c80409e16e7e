// See earlier_entries.hpp. The months are gone through from the newest, by the indexes on objects,
// until what is older cannot matter: the row was inserted, or there is a gap.
#include "past/earlier_entries.hpp"

#include "base/object_hash.hpp"
#include "base/query.hpp"
#include "months/object_scan.hpp"
#include "past/index_prefix.hpp"
#include "past/past_gap.hpp"

#include <algorithm>

namespace journal {

namespace {

/// A row that changed more often within the minute after the moment is not compared.
constexpr std::size_t kMostEntries = 100;

/// The latest entries of a month, which is from one time to another. Parameters: relations, object
/// types, key, latest time, places, the month, and how many.
#define LATEST_ENTRIES(is_at_places)                                                            \
    "SELECT " ENTRY_COLUMNS                                                                     \
    " FROM journal.entry e WHERE e.occurred_at >= $6 AND e.occurred_at < $7 AND e.relation = "  \
    "ANY ($1) AND e.object_type = ANY ($2) AND $3 IN (e.object_id, e.previous_id) AND "         \
    "e.occurred_at <= $4 AND NOT e.backfilled AND e.operation IN ('i', 'u', 'd') " is_at_places \
    "ORDER BY e.occurred_at DESC, e.id DESC LIMIT $8"

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

/// Copies a row of the last result into context.
ReadEntry copy_entry(const Query& query, uint64 row, MemoryContext context)
{
    ReadEntry entry{};
    for (int column = 0; column < kReadIsPreviousWanted; column++) {
        const Value value = query.value(row, kReadColumns[column].name);
        entry.nulls[column] = value.is_null;
        entry.values[column] = value.copy(context);
    }
    return entry;
}

/// What the entries are looked for by.
struct Search {
    Past* past;
    const Moment* moment;
    IndexPrefix prefix;
    Vector<const char*> types;
    const PastGaps* gaps;
    MemoryContext context;
    Vector<ReadEntry> found;
    int64 floor;  // neither this entry nor one before it fits for certain
    int64 begin;  // a row takes or gives up the key: what was before it is another row's
};

Vector<const char*> texts_in(Datum array)
{
    Datum* elements = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &elements,
                      &nulls, &count);
    Vector<const char*> texts(CurrentMemoryContext);
    for (int i = 0; i < count; i++)
        if (!nulls[i])
            texts.push_back(TextDatumGetCString(elements[i]));
    return texts;
}

/// Whether the key of any row can have changed in a month.
bool may_have_moved(const Search& search, const EntryStretch& month)
{
    return std::any_of(search.types.begin(), search.types.end(),
                       [&month](const char* type) { return month.may_have_moved(type); });
}

/// What a month's indexes hold of the key; false if one is missing, or there are too many accounts
/// to look each up.
bool find_places(const Search& search, const EntryStretch& month, const Vector<int64>& accounts,
                 Vector<ItemPointerData>* places)
{
    Relation partition = try_relation_open(month.place.relation, AccessShareLock);
    if (partition == nullptr)
        return true;
    bool found = true;
    for (const ObjectIndex kind : {ObjectIndex::kObject, ObjectIndex::kPrevious}) {
        if (kind == ObjectIndex::kPrevious && !may_have_moved(search, month))
            continue;
        const Oid index = object_index(partition, kind);
        found &= OidIsValid(index);
        for (std::size_t i = 0; i < accounts.size() && OidIsValid(index); i++)
            for (const char* type : search.types) {
                const int64 hash = object_hash(accounts[i], type, search.past->only_key);
                const int64 deletion = deletion_hash(hash);
                add_places(partition, index, {hash, hash, search.floor + 1, PG_INT64_MAX},
                           PG_INT32_MAX, places);
                if (kind == ObjectIndex::kObject)
                    add_places(partition, index,
                               {deletion, deletion, search.floor + 1, PG_INT64_MAX}, PG_INT32_MAX,
                               places);
            }
    }
    // That there are no others counts for a serializable transaction.
    PredicateLockRelation(partition, GetActiveSnapshot());
    relation_close(partition, NoLock);
    return found;
}

/// Takes an entry, and notes whether older ones still matter.
void take(Search* search, ReadEntry entry)
{
    const EntryPlace place = place_of(entry);
    if (is_later(search->moment, place))
        return;
    entry.id = place.id;
    entry.kind = kind_at(entry, search->past->only_key);
    // A gap behind it, or one that a session recorded apart: nothing before fits for certain.
    if (DatumGetInt32(entry.values[kReadRelation]) != search->past->plan->id ||
        is_gap_between(search->gaps,
                       layout_map(search->past, DatumGetInt32(entry.values[kReadLayout]))->layout,
                       place.id, PG_INT64_MAX))
        search->floor = std::max(search->floor, place.id);
    if (gives_key(entry.kind) || takes_away(entry.kind))
        search->begin = std::max(search->begin, place.id);
    search->found.push_back(entry);
}

/// Takes the latest of the key's entries in a month; false if older months cannot be looked at.
bool search_month(Search* search, const EntryStretch& month)
{
    Vector<int64> accounts(CurrentMemoryContext);
    Vector<EntryStretch> months(1, month, CurrentMemoryContext);
    if (!find_accounts(months, search->prefix.most_accounts, &accounts))
        return false;
    Vector<ItemPointerData> places(CurrentMemoryContext);
    const bool has_places = find_places(*search, month, accounts, &places);
    if (has_places && places.empty())
        return true;
    const TimestampTz last = search->moment->time + USECS_PER_MINUTE;
    Query query = Query::begin(RunAs::kOwner);
    if (has_places)
        read_by_places(query);
    const uint64 count =
        query.run(has_places ? LATEST_ENTRIES("AND e.ctid = ANY ($5) ") : LATEST_ENTRIES(""),
                  {{INT4ARRAYOID, search->prefix.relations},
                   {TEXTARRAYOID, search->prefix.object_types},
                   text_argument(search->past->only_key),
                   {TIMESTAMPTZOID, TimestampTzGetDatum(last)},
                   places_argument(places),
                   {TIMESTAMPTZOID, TimestampTzGetDatum(month.place.from)},
                   {TIMESTAMPTZOID, TimestampTzGetDatum(month.place.to)},
                   int8_argument(kMostEntries)},
                  true);
    Vector<ReadEntry> read(search->context);
    in_context(search->context, [&] {
        for (uint64 i = 0; i < count; i++)
            read.push_back(copy_entry(query, i, search->context));
    });
    query.end();
    for (const ReadEntry& entry : read)
        take(search, entry);
    return true;
}

}  // namespace

void keep_after(EarlierEntries* earlier, int64 id)
{
    ReadEntry* end = std::remove_if(earlier->entries, earlier->entries + earlier->count,
                                    [id](const ReadEntry& entry) { return entry.id <= id; });
    earlier->count = static_cast<int>(end - earlier->entries);
}

EarlierEntries find_earlier_entries(Past* past, const EntryMonths& months, const Moment* moment)
{
    EarlierEntries earlier{};
    if (moment->kind == MomentKind::kNow || moment->kind == MomentKind::kEver ||
        TIMESTAMP_NOT_FINITE(moment->time))
        return earlier;
    MemoryContext context = CurrentMemoryContext;
    const IndexPrefix prefix = read_index_prefix(past->plan->id, past->plan->object_type);
    const PastGaps* gaps = read_gaps(past);
    Search search{past,
                  moment,
                  prefix,
                  texts_in(prefix.object_types),
                  gaps,
                  context,
                  Vector<ReadEntry>(context),
                  last_entry_of_gaps(gaps),
                  0};
    // Numbers and marks follow the clock but for the time between two takings of it.
    const TimestampTz last = moment->time + USECS_PER_MINUTE;
    bool more = true;
    for (std::size_t i = months.stretches().size(); more && i > 0; i--) {
        CHECK_FOR_INTERRUPTS();
        const EntryStretch& month = months.stretches()[i - 1];
        if (month.place.from <= last &&
            month.may_hold_ids(std::max(search.floor, search.begin) + 1, PG_INT64_MAX))
            more = search_month(&search, month) && search.found.size() < kMostEntries;
    }
    earlier.count = static_cast<int>(search.found.size());
    earlier.entries = make_array_in<ReadEntry>(context, earlier.count);
    std::copy(search.found.begin(), search.found.end(), earlier.entries);
    keep_after(&earlier, search.floor);
    return earlier;
}

}  // namespace journal
