// See net_change.hpp.
#include "lineage/net_change.hpp"

#include "base/memory.hpp"

namespace journal {

namespace {

/// A row's values before all of its segments: what they changed, in reverse.
StoredValue* values_before(const Segment* first, const Segment* last)
{
    const int count = last->column_count;
    auto* values = make_array_in<StoredValue>(CurrentMemoryContext, count);
    if (last->deleted != nullptr)
        memcpy(values, last->deleted, sizeof(StoredValue) * count);
    for (int i = 0; i < count; i++)
        for (const Segment* segment = first; segment != nullptr; segment = segment->next)
            if (segment->changed[i]) {
                values[i] = segment->first[i];
                break;
            }
    return values;
}

StoredValue* values_after(const Segment* first)
{
    const int count = first->column_count;
    auto* values = make_array_in<StoredValue>(CurrentMemoryContext, count);
    for (const Segment* segment = first; segment != nullptr; segment = segment->next)
        for (int i = 0; i < count; i++)
            if (segment->changed[i] || segment->latest[i].value != nullptr)
                values[i] = segment->latest[i];
    return values;
}

/// Of each column a value that it had in between, neither the one before nor the one after.
StoredValue* values_between(const Segment* first, const StoredValue* before,
                            const StoredValue* after)
{
    const int count = first->column_count;
    auto* values = make_array_in<StoredValue>(CurrentMemoryContext, count);
    const auto take = [&](int column, const StoredValue& value) {
        if (differs(value, before[column]) && differs(value, after[column]))
            values[column] = value;
    };
    for (const Segment* segment = first; segment != nullptr; segment = segment->next)
        for (int i = 0; i < count; i++) {
            take(i, segment->first[i]);
            if (segment->between != nullptr)
                take(i, segment->between[i]);
        }
    return values;
}

bool is_computed(const PlanColumn& column)
{
    return column.mode == ColumnMode::kGenerated || column.mode == ColumnMode::kVirtual;
}

void note_deletion(NetChange* change, const Segment* segment)
{
    change->deletion = segment->last.change;
    change->deletion_event = segment->last.event_type;
    change->document = segment->last.document;
    change->map = segment->last.map;
}

/// Marks what an update changed; false if in the end nothing differs.
bool mark_changed(NetChange* change, const bool* may_differ)
{
    const RelationPlan* plan = change->plan;
    bool* changed = make_array_in<bool>(CurrentMemoryContext, plan->column_count);
    bool any = false;
    for (int i = 0; i < plan->column_count; i++) {
        if (!may_differ[i] || is_computed(plan->columns[i]))
            continue;
        const JsonbValue* before = change->before[i].value;
        const JsonbValue* after = change->after[i].value;
        changed[i] = before == nullptr || after == nullptr || !same_value(before, after);
        any |= changed[i];
        if (before == nullptr)
            change->unknown_column = plan->columns[i].name;
    }
    change->changed = changed;
    return any || plan->column_count == 0;
}

/// The columns that only triggers wrote in a row's segments.
const bool* derived_columns(const Segment* first)
{
    const int count = first->column_count;
    bool* derived = make_array_in<bool>(CurrentMemoryContext, count);
    memset(derived, 1, count);
    for (const Segment* segment = first; segment != nullptr; segment = segment->next)
        for (int i = 0; i < count; i++)
            derived[i] &= !segment->written[i];
    return derived;
}

}  // namespace

NetChange describe_event(const RowEvent& event)
{
    NetChange change{};
    change.operation = static_cast<RowOperation>(event.kind);
    change.table = event.map->plan->relation;
    change.plan = event.map->plan;
    change.map = event.map;
    change.object_type = event.object_type;
    change.label = event.label;
    change.entry = event.change;
    return change;
}

bool find_net_change(const Segment* first, NetChange* change)
{
    const Segment* last = first;
    while (last->next != nullptr)
        last = last->next;
    const bool was_there = first->begin == Edge::kPresent;
    const bool is_there = last->end == Edge::kPresent;
    // Another transaction took the row away before its key was used anew.
    const bool is_lost = last->end == Edge::kKey;
    if (is_lost || (!was_there && !is_there))
        return false;
    *change = describe_event(last->last);
    change->key_before = was_there ? first->key : nullptr;
    change->key_after = is_there ? last->key : nullptr;
    change->before = was_there ? values_before(first, last) : nullptr;
    change->after = is_there ? values_after(first) : nullptr;
    change->derived = is_there ? derived_columns(first) : nullptr;
    change->operation = !was_there  ? RowOperation::kInsert
                        : !is_there ? RowOperation::kDelete
                                    : RowOperation::kUpdate;
    if (change->operation == RowOperation::kDelete)
        note_deletion(change, last);
    if (change->operation != RowOperation::kUpdate)
        return true;
    bool* may_differ = make_array_in<bool>(CurrentMemoryContext, first->column_count);
    for (const Segment* segment = first; segment != nullptr; segment = segment->next) {
        change->nothing_left |= segment->dropped;
        for (int i = 0; i < first->column_count; i++)
            may_differ[i] |= segment->changed[i];
    }
    change->between = values_between(first, change->before, change->after);
    if (!mark_changed(change, may_differ))
        return change->nothing_left;
    change->nothing_left = false;
    return true;
}

bool find_replacement(const Segment* deleted, const Segment* inserted, NetChange* change)
{
    *change = describe_event(inserted->last);
    change->operation = RowOperation::kUpdate;
    change->key_before = deleted->key;
    change->key_after = inserted->key;
    change->before = values_before(deleted, deleted);
    change->after = values_after(inserted);
    change->derived = make_array_in<bool>(CurrentMemoryContext, inserted->column_count);
    note_deletion(change, deleted);
    bool* may_differ = make_array_in<bool>(CurrentMemoryContext, inserted->column_count);
    memset(may_differ, 1, inserted->column_count);
    return mark_changed(change, may_differ);
}

}  // namespace journal
