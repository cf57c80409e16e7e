// See time_scan.hpp.
#include "months/time_scan.hpp"

#include "base/object_hash.hpp"
#include "months/entry_index.hpp"

#include <algorithm>

namespace journal {

namespace {

/// The index's columns.
enum TimeColumn : AttrNumber {
    kAccount = 1,
    kOccurredAt,
    kId,
    kFacts,
};

constexpr IndexColumn kColumns[] = {
    {INT8OID, "account_hash", {"account"}},
    {TIMESTAMPTZOID, nullptr, {"occurred_at"}},
    {INT8OID, nullptr, {"id"}},
    {INT8OID, "entry_facts", {"event_type", "reported", "operation", "location", "employee"}},
};
constexpr IndexForm kForm = {lengthof(kColumns), kColumns, nullptr};

/// What an event key says beside the event type (object_hash.hpp).
constexpr int32 kReported = 4;
constexpr int32 kOperation = 3;
constexpr int32 kDeletion = 2;
constexpr int kKeyBits = 3;

/// The keys of a scan, and what one of them points at.
struct ScanKeys {
    int count;
    ScanKeyData keys[4];
    ScanKeyData position[2];
};

void add_key(ScanKeys* keys, TimeColumn column, StrategyNumber strategy, RegProcedure function,
             Datum value)
{
    ScanKeyInit(&keys->keys[keys->count++], column, strategy, function, value);
}

/// The pair of time and id beyond a position, as a comparison of rows.
void add_position(ScanKeys* keys, const TimeRange& range)
{
    const auto strategy = static_cast<StrategyNumber>(range.descending ? BTLessStrategyNumber
                                                                       : BTGreaterStrategyNumber);
    ScanKeyEntryInitialize(&keys->position[0], SK_ROW_MEMBER, kOccurredAt, strategy, InvalidOid,
                           InvalidOid, F_TIMESTAMPTZ_CMP,
                           TimestampTzGetDatum(range.position.occurred_at));
    ScanKeyEntryInitialize(&keys->position[1], SK_ROW_MEMBER | SK_ROW_END, kId, strategy,
                           InvalidOid, InvalidOid, F_BTINT8CMP, Int64GetDatum(range.position.id));
    ScanKeyData* header = &keys->keys[keys->count++];
    *header = ScanKeyData{};
    header->sk_flags = SK_ROW_HEADER;
    header->sk_attno = kOccurredAt;
    header->sk_strategy = strategy;
    header->sk_argument = PointerGetDatum(keys->position);
}

void make_keys(const TimeRange& range, ScanKeys* keys)
{
    keys->count = 0;
    add_key(keys, kAccount, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(range.account));
    if (range.from != DT_NOBEGIN)
        add_key(keys, kOccurredAt, BTGreaterEqualStrategyNumber, F_TIMESTAMPTZ_GE,
                TimestampTzGetDatum(range.from));
    if (range.to != DT_NOEND)
        add_key(keys, kOccurredAt, BTLessStrategyNumber, F_TIMESTAMPTZ_LT,
                TimestampTzGetDatum(range.to));
    if (range.has_position)
        add_position(keys, range);
}

bool has(const TimeFilter::Numbers& numbers, int32 number)
{
    return std::binary_search(numbers.items, numbers.items + numbers.count, number);
}

/// The same numbers as far as the index has them.
TimeFilter::Numbers shortened(const TimeFilter::Numbers& numbers)
{
    auto* items = make_array_in<int32>(CurrentMemoryContext, numbers.count);
    std::transform(numbers.items, numbers.items + numbers.count, items, short_hash);
    std::sort(items, items + numbers.count);
    return {numbers.given, numbers.count, items};
}

/// A filter as it is tested in the index. Its numbers are shorter than those of the filter: more
/// entries may be found than are wanted.
struct FactFilter {
    const TimeFilter& filter;
    TimeFilter::Numbers locations;
    TimeFilter::Numbers employees;

    bool lets_through(int64 facts) const
    {
        return filter.wants_event(event_key_in(facts)) &&
               (!locations.given || has(locations, short_location_in(facts))) &&
               (!employees.given || has(employees, short_employee_in(facts)));
    }
};

}  // namespace

bool TimeFilter::wants_event(int32 key) const
{
    if (deletions)
        return (key & kOperation) == kDeletion;
    const bool is_reported = (key & kReported) != 0;
    if (!named.given)
        return is_reported;
    const int32 type = key >> kKeyBits;
    return has(named, type) || (is_reported && has(chosen, type));
}

bool TimeFilter::wants_location(int32 hash) const
{
    return !locations.given || has(locations, hash);
}

bool TimeFilter::wants_employee(int32 hash) const
{
    return !employees.given || has(employees, hash);
}

Oid time_index(Relation partition)
{
    return find_index(partition, kForm);
}

void find_places(Relation partition, Oid index, const TimeRange& range, const TimeFilter& filter,
                 int most, TimePlaces* found)
{
    found->places.clear();
    found->complete = false;
    const FactFilter wanted{filter, shortened(filter.locations), shortened(filter.employees)};
    ScanKeys keys;
    make_keys(range, &keys);
    IndexEntries entries =
        IndexEntries::begin(partition, index, keys.count, keys.keys,
                            range.descending ? BackwardScanDirection : ForwardScanDirection);
    while (static_cast<int>(found->places.size()) < most) {
        if (!entries.next()) {
            found->complete = true;
            break;
        }
        if (!wanted.lets_through(DatumGetInt64(entries.value(kFacts))))
            continue;
        found->last = {DatumGetTimestampTz(entries.value(kOccurredAt)),
                       DatumGetInt64(entries.value(kId))};
        if (found->places.empty())
            found->earliest = found->latest = found->last.occurred_at;
        found->earliest = std::min(found->earliest, found->last.occurred_at);
        found->latest = std::max(found->latest, found->last.occurred_at);
        found->places.push_back(entries.place());
    }
    entries.end();
}

}  // namespace journal
