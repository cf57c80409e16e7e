// See past_segment.hpp: making and copying segments.
#include "past/past_segment.hpp"

#include "base/memory.hpp"
#include "values/stored_jsonb.hpp"

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

PastValue* copy_values(const Past* past, const PastValue* values)
{
    if (values == nullptr)
        return nullptr;
    auto* copy = make_array_in<PastValue>(CurrentMemoryContext, past->column_count);
    for (int i = 0; i < past->column_count; i++) {
        copy[i] = values[i];
        copy[i].value = copy_value(values[i].value);
    }
    return copy;
}

}  // namespace

const char* row_name(const Past* past, const char* key)
{
    return psprintf("%s %s", past->plan->object_type, object_of(past, key));
}

Segment* begin_segment(Past* past, const char* key, Edge begin)
{
    auto* segment = make_in<Segment>(CurrentMemoryContext);
    segment->key = key;
    segment->begin = begin;
    for (int side = 0; side < past->side_count; side++)
        segment->old_values[side] =
            make_array_in<PastValue>(CurrentMemoryContext, past->column_count);
    segment->first = make_array_in<PastValue>(CurrentMemoryContext, past->column_count);
    segment->last = make_array_in<PastValue>(CurrentMemoryContext, past->column_count);
    return segment;
}

Segment* copy_segment(const Past* past, const Segment* segment)
{
    if (segment == nullptr)
        return nullptr;
    auto* copy = make_in<Segment>(CurrentMemoryContext);
    *copy = *segment;
    copy->key = pstrdup(segment->key);
    for (int side = 0; side < past->side_count; side++)
        copy->old_values[side] = copy_values(past, segment->old_values[side]);
    copy->first = copy_values(past, segment->first);
    copy->last = copy_values(past, segment->last);
    copy->deleted = copy_values(past, segment->deleted);
    return copy;
}

}  // namespace journal
