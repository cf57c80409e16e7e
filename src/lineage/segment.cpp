// See segment.hpp.
#include "lineage/segment.hpp"

#include "base/memory.hpp"
#include "catalog/entry_data.hpp"

namespace journal {

namespace {

const JsonbValue* copy_value(const JsonbValue* value)
{
    if (value == nullptr)
        return nullptr;
    auto* copy = make_in<JsonbValue>(CurrentMemoryContext);
    *copy = *value;
    if (value->type == jbvString) {
        copy->val.string.val = pnstrdup(value->val.string.val, value->val.string.len);
    } else if (value->type == jbvNumeric) {
        copy->val.numeric =
            DatumGetNumeric(datumCopy(NumericGetDatum(value->val.numeric), false, -1));
    } else if (value->type == jbvBinary) {
        auto* data = static_cast<JsonbContainer*>(palloc(value->val.binary.len));
        memcpy(data, value->val.binary.data, value->val.binary.len);
        copy->val.binary.data = data;
    }
    return copy;
}

void copy_values(StoredValue** values, int count)
{
    if (*values == nullptr)
        return;
    auto* copy = make_array_in<StoredValue>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++) {
        copy[i] = (*values)[i];
        copy[i].value = copy_value(copy[i].value);
    }
    *values = copy;
}

void copy_flags(bool** flags, int count)
{
    bool* copy = make_array_in<bool>(CurrentMemoryContext, count);
    memcpy(copy, *flags, sizeof(bool) * count);
    *flags = copy;
}

void copy_text(const char** text)
{
    if (*text != nullptr)
        *text = pstrdup(*text);
}

/// The segment that a change of the key began.
struct Arrival {
    int64 change;  // key
    const Segment* segment;
};

}  // namespace

bool differs(const StoredValue& a, const StoredValue& b)
{
    return a.value != nullptr && b.value != nullptr && !same_value(a.value, b.value);
}

Segment* begin_segment(const char* key, int column_count, int side_count, Edge begin)
{
    auto* segment = make_in<Segment>(CurrentMemoryContext);
    segment->key = key;
    segment->column_count = column_count;
    segment->begin = begin;
    segment->changed = make_array_in<bool>(CurrentMemoryContext, column_count);
    segment->written = make_array_in<bool>(CurrentMemoryContext, column_count);
    segment->first = make_array_in<StoredValue>(CurrentMemoryContext, column_count);
    segment->latest = make_array_in<StoredValue>(CurrentMemoryContext, column_count);
    for (int side = 0; side < side_count; side++)
        segment->first_later[side] = make_array_in<StoredValue>(CurrentMemoryContext, column_count);
    return segment;
}

Segment* copy_segment(const Segment* segment)
{
    if (segment == nullptr)
        return nullptr;
    auto* copy = make_in<Segment>(CurrentMemoryContext);
    *copy = *segment;
    copy_text(&copy->key);
    copy_text(&copy->last.object_type);
    copy_text(&copy->last.label);
    copy_text(&copy->last.document);
    copy->last.data = nullptr;
    copy_flags(&copy->changed, copy->column_count);
    copy_flags(&copy->written, copy->column_count);
    for (StoredValue** values : {&copy->first, &copy->first_later[kFrom], &copy->first_later[kTo],
                                 &copy->between, &copy->latest, &copy->deleted})
        copy_values(values, copy->column_count);
    return copy;
}

StoredValue* row_values(const RowEvent& event, int column_count)
{
    auto* values = make_array_in<StoredValue>(CurrentMemoryContext, column_count);
    const EntryValues row = read_snapshot(event.map->layout, event.data);
    for (int i = 0; i < row.count; i++) {
        const int position = row.positions[i];
        const int column = event.map->column[position];
        if (column >= 0 && event.map->is_kept[position])
            values[column] = {&row.values[i], event.map, position, event.id, event.occurred_at};
    }
    return values;
}

void join_segments(Segment* segments, MemoryContext context)
{
    HASHCTL control{};
    control.keysize = sizeof(int64);
    control.entrysize = sizeof(Arrival);
    control.hcxt = context;
    HTAB* arrivals =
        hash_create("event_journal arrivals", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    for (const Segment* segment = segments; segment != nullptr; segment = segment->older)
        if (segment->begin == Edge::kKey)
            static_cast<Arrival*>(hash_search(arrivals, &segment->arrival, HASH_ENTER, nullptr))
                ->segment = segment;
    for (Segment* segment = segments; segment != nullptr; segment = segment->older)
        if (segment->end == Edge::kKey)
            if (const auto* arrival = static_cast<Arrival*>(
                    hash_search(arrivals, &segment->departure, HASH_FIND, nullptr)))
                segment->next = arrival->segment;
}

}  // namespace journal
