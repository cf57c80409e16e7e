// See row_follower.hpp.
#include "lineage/row_follower.hpp"

#include "base/memory.hpp"
#include "catalog/entry_data.hpp"

namespace journal {

void RowFollower::begin_key(const char* key, int column_count)
{
    key_ = key;
    column_count_ = column_count;
    segment_ = nullptr;
    was_ended_ = false;
    last_entry_ = 0;
    last_change_ = 0;
    last_map_ = nullptr;
}

void RowFollower::part()
{
    segment_ = nullptr;
    was_ended_ = false;
}

void RowFollower::move_key()
{
    key_ = pstrdup(key_);
    segment_ = copy_segment(segment_);
}

void RowFollower::take(const RowEvent& event)
{
    const bool is_same_change = event.change == last_change_ && event.kind == last_kind_;
    last_entry_ = event.id;
    last_map_ = event.map;
    last_change_ = event.change;
    last_kind_ = event.kind;
    if (!is_same_change)
        begin(event);
    if (segment_ != nullptr && has_changes(event.kind))
        add_changes(event);
    if (!is_same_change && takes_away(event.kind))
        end(event);
}

/// Begins a segment with an event, unless it goes on with the present one.
void RowFollower::begin(const RowEvent& event)
{
    const bool gives = gives_key(event.kind);
    if (gives && segment_ != nullptr)
        tell_break(event, psprintf("entry %lld brought a row whose key was in use.",
                                   static_cast<long long>(event.id)));
    if (!gives && was_ended_)
        tell_break(event, psprintf("entry %lld is of a row that was not there.",
                                   static_cast<long long>(event.id)));
    was_ended_ = false;
    if (gives || segment_ == nullptr) {
        segment_ = begin_segment(key_, column_count_, side_count_,
                                 !gives                              ? Edge::kPresent
                                 : event.kind == EventKind::kArrived ? Edge::kKey
                                                                     : Edge::kChanged);
        if (gives)
            memcpy(segment_->begins_after, event.is_later, sizeof(event.is_later));
        if (event.kind == EventKind::kArrived)
            segment_->arrival = event.change;
        if (event.kind == EventKind::kInserted) {
            segment_->latest = row_values(event, column_count_);
            memset(segment_->written, !event.derived, column_count_);
        }
    }
    segment_->last = event;
}

/// Takes the old and new values of an update.
void RowFollower::add_changes(const RowEvent& event)
{
    Segment* segment = segment_;
    const EntryChanges update = read_changes(event.map->layout, event.data);
    for (int i = 0; i < update.count; i++) {
        const EntryChange& change = update.changes[i];
        const int column = event.map->column[change.position];
        if (column < 0) {
            segment->dropped = true;
            continue;
        }
        const bool is_kept = event.map->is_kept[change.position];
        StoredValue value{is_kept ? change.old_value : nullptr, event.map, change.position,
                          event.id, event.occurred_at};
        check_link(key_, column, segment->latest[column], value);
        if (!segment->changed[column]) {
            segment->first[column] = value;
        } else if (keeps_between_ && differs(value, segment->first[column])) {
            if (segment->between == nullptr)
                segment->between = make_array_in<StoredValue>(CurrentMemoryContext, column_count_);
            segment->between[column] = value;
        }
        for (int side = 0; side < side_count_; side++)
            if (event.is_later[side] && segment->first_later[side][column].value == nullptr)
                segment->first_later[side][column] = value;
        segment->changed[column] = true;
        segment->written[column] |= !event.derived;
        value.value = is_kept ? change.new_value : nullptr;
        segment->latest[column] = value;
    }
}

/// Ends the present segment with a deletion or a departure.
void RowFollower::end(const RowEvent& event)
{
    Segment* segment = segment_;
    memcpy(segment->ends_after, event.is_later, sizeof(event.is_later));
    if (event.kind == EventKind::kDeleted) {
        segment->end = Edge::kChanged;
        segment->deleted = row_values(event, column_count_);
        for (int i = 0; i < column_count_; i++)
            check_link(key_, i, segment->latest[i], segment->deleted[i]);
    } else {
        segment->end = Edge::kKey;
        segment->departure = event.change;
    }
    hand_over();
    was_ended_ = true;
}

/// The present segment is over.
void RowFollower::hand_over()
{
    Segment* segment = segment_;
    segment_ = nullptr;
    if (!is_joined(*segment)) {
        take_segment(segment);
        return;
    }
    in_context(context_, [&] {
        Segment* copy = copy_segment(segment);
        copy->older = joined_;
        joined_ = copy;
    });
}

void RowFollower::end_key()
{
    if (segment_ != nullptr)
        hand_over();
}

void RowFollower::finish()
{
    if (joined_ == nullptr)
        return;
    join_segments(joined_, context_);
    for (const Segment* left = joined_; left != nullptr; left = left->older)
        for (int i = 0; left->next != nullptr && i < left->column_count; i++)
            check_link(left->key, i, left->latest[i], left->next->first[i]);
    MemoryContext work =
        AllocSetContextCreate(context_, "event_journal row", ALLOCSET_DEFAULT_SIZES);
    in_context(work, [&] {
        for (const Segment* segment = joined_; segment != nullptr; segment = segment->older) {
            CHECK_FOR_INTERRUPTS();
            take_joined(*segment);
            MemoryContextReset(work);
        }
    });
}

}  // namespace journal
