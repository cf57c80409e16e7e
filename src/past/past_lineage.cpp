// Following each row through its later entries.
//
// The entries of one key fall into segments: stretches in which the key belonged to one row. A
// segment begins with the row being there already, inserted, or arrived from another key, and ends
// with the row being there still, deleted, or gone to another key. The first old value that a
// segment holds of a column is the one at the moment; where it holds none, the value is that at its
// end: the live row's, the deleted row's, or that of the segment where the row went on. Of two
// moments each has its own first value: that of the first entry later than it. Only the segments of
// rows whose key changed wait until all keys are read.
//
// Within a key, changes are in the order of their entries' numbers, and within one transaction in
// that of its commands; in one command a row leaves a key before another takes it.
#include "base/function.hpp"
#include "base/journal_tables.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "catalog/tracked_relation.hpp"
#include "lineage/row_event.hpp"
#include "past/past_entry.hpp"
#include "past/past_gap.hpp"
#include "past/past_segment.hpp"
#include "values/stored_jsonb.hpp"

namespace journal {

/// One entry at one key.
struct PastEvent : RowEvent {
    TimestampTz occurred_at;
    const LayoutMap* map;
    bool is_hidden;
    bool is_later[kSides];
};

namespace {

using Events = Vector<PastEvent>;

/// Says that the history does not fit together, or raises it.
void report_break(Past* past, const char* key, const PastValue* after, const char* column,
                  const char* what)
{
    if (past->sink.finding != nullptr) {
        past->sink.finding(past, object_of(past, key), after == nullptr ? 0 : after->entry, column,
                           what);
        return;
    }
    const char* since = after == nullptr ? "now" : pstrdup(timestamptz_to_str(after->occurred_at));
    ereport(ERROR,
            (errcode(kHistoryBroken), errmsg("the past of %s is unknown", row_name(past, key)),
             column == nullptr ? errdetail_internal("%s", what)
                               : errdetail("Column \"%s\": %s", column, what),
             errhint("It was changed without the journal's knowledge (its trigger was disabled, or "
                     "entries were removed), and is known since %s. journal.verify_history('%s') "
                     "shows all such rows.",
                     since, qualified_name(RelationGetRelid(past->root)))));
}

/// Whether a column's changes alone made no entry when a value of it was recorded.
bool was_ignored(const PastValue& value)
{
    return value.map->layout->columns[value.position].ignored;
}

/// Compares what an entry left in a column with what the next one found there. Values of different
/// types are not compared: the column was retyped in between.
void check_link(Past* past, const char* key, int column, const PastValue& left,
                const PastValue& found)
{
    if (left.value == nullptr || found.value == nullptr || !past->columns[column].is_chained ||
        was_ignored(left) || !is_same_type(left, found.map->layout->columns[found.position].type) ||
        !has_kept_meaning(past->columns[column], left) ||
        !has_kept_meaning(past->columns[column], found) || same_value(left.value, found.value))
        return;
    report_break(past, key, &found, past->columns[column].name,
                 psprintf("entry %lld left another value than entry %lld found.",
                          static_cast<long long>(left.entry), static_cast<long long>(found.entry)));
}

void check_live(Past* past, const Segment& segment)
{
    for (int i = 0; i < past->column_count; i++) {
        PastColumn& column = past->columns[i];
        const PastValue& left = segment.last[i];
        const int attribute = column.number - 1;
        if (left.value == nullptr || !column.is_chained || was_ignored(left) ||
            !is_same_type(left, column.type_name) || !has_kept_meaning(column, left) ||
            is_live_value(past, &column, left.value, segment.live_values[attribute],
                          segment.live_nulls[attribute]))
            continue;
        report_break(past, segment.key, nullptr, column.name,
                     psprintf("entry %lld left another value than the row has.",
                              static_cast<long long>(left.entry)));
    }
}

/// The values of a whole row's entry, by column; those of unreadable ones stay unknown.
PastValue* row_values(Past* past, const PastEvent& event)
{
    auto* values = make_array_in<PastValue>(CurrentMemoryContext, past->column_count);
    const EntryValues row = read_snapshot(event.map->layout, event.data);
    for (int i = 0; i < row.count; i++) {
        const int column = event.map->column[row.positions[i]];
        if (column >= 0 && event.map->is_readable[row.positions[i]])
            values[column] = {&row.values[i], event.map, row.positions[i], event.id,
                              event.occurred_at};
    }
    return values;
}

/// Takes the old and new values of an update into the segment.
void add_update(Past* past, Segment* segment, const PastEvent& event)
{
    const EntryChanges update = read_changes(event.map->layout, event.data);
    for (int i = 0; i < update.count; i++) {
        const EntryChange& change = update.changes[i];
        const int column = event.map->column[change.position];
        if (column < 0 || !event.map->is_readable[change.position] || change.old_value == nullptr)
            continue;
        const PastValue before{change.old_value, event.map, change.position, event.id,
                               event.occurred_at};
        check_link(past, segment->key, column, segment->last[column], before);
        if (segment->first[column].value == nullptr)
            segment->first[column] = before;
        for (int side = 0; side < past->side_count; side++)
            if (event.is_later[side] && segment->old_values[side][column].value == nullptr)
                segment->old_values[side][column] = before;
        segment->last[column] = before;
        segment->last[column].value = change.new_value;
    }
    segment->last_entry = event.id;
    segment->last_time = event.occurred_at;
}

void end_deleted(Past* past, Segment* segment, const PastEvent& event)
{
    segment->deleted = row_values(past, event);
    segment->last_entry = event.id;
    segment->last_time = event.occurred_at;
    for (int i = 0; i < past->column_count; i++)
        check_link(past, segment->key, i, segment->last[i], segment->deleted[i]);
}

/// Copies a live row out of the sort, as that which a segment ends with.
void copy_row(const Past* past, TupleTableSlot* slot, Segment* segment)
{
    const int count = past->descriptor->natts;
    auto* values = make_array_in<Datum>(CurrentMemoryContext, count + 1);
    bool* nulls = make_array_in<bool>(CurrentMemoryContext, count + 1);
    heap_deform_tuple(ExecCopySlotHeapTuple(slot), past->row_descriptor, values, nulls);
    segment->live_values = values + 1;
    segment->live_nulls = nulls + 1;
}

/// A segment is over; one that is linked to others by a change of the key waits for them. row is
/// the sorted live row that it ends with, or nullptr.
void finish_segment(Past* past, const Segment* segment, TupleTableSlot* row)
{
    if (segment->begin != Edge::kKey && segment->end != Edge::kKey) {
        emit_segment(past, *segment);
        return;
    }
    MemoryContext previous = MemoryContextSwitchTo(past->context);
    Segment* copy = copy_segment(past, segment);
    if (row != nullptr)
        copy_row(past, row, copy);
    copy->older = past->linked;
    past->linked = copy;
    MemoryContextSwitchTo(previous);
}

/// What is known of a key while its events are gone through.
struct Follower {
    Segment* segment;           // the present one, or nullptr
    bool was_ended;             // the last event took the row away
    bool has_hidden;            // events that the caller may not see
    bool has_visible;           // events that it may
    bool is_later[kSides];      // an event was later than the moment, so all that follow are
    int64 later_entry[kSides];  // that event's entry
    int64 last_entry;
    const LayoutMap* last_map;  // of that entry
};

/// Whether a gap parts a row's latest entry from a later one. The proof begins anew then.
bool is_cut(const Past* past, const Follower& follower, int64 later)
{
    return past->gaps != nullptr && follower.last_map != nullptr &&
           is_gap_between(past->gaps, follower.last_map->layout, follower.last_entry, later);
}

/// What follows a later change of a row is later too, whatever the clock said: a clock can be set
/// back, and a statement that waited for a lock may carry the time of its beginning.
void keep_order(Past* past, const char* key, Events* events, Follower* follower)
{
    for (PastEvent& event : *events)
        for (int side = 0; side < past->side_count; side++) {
            if (follower->is_later[side] && !event.is_later[side] &&
                (event.kind == EventKind::kLeft || event.kind == EventKind::kArrived))
                // The same change may not have been later at the row's other key.
                ereport(ERROR, (errcode(kPastUnknown),
                                errmsg("the past of %s is not known at %s", row_name(past, key),
                                       describe_moment(past->moments[side])),
                                errdetail("Entry %lld follows entry %lld, and has an earlier time.",
                                          static_cast<long long>(event.id),
                                          static_cast<long long>(follower->later_entry[side])),
                                errhint("Ask for another moment, or for a mark.")));
            if (event.is_later[side] && !follower->is_later[side])
                follower->later_entry[side] = event.id;
            follower->is_later[side] |= event.is_later[side];
            event.is_later[side] = follower->is_later[side];
        }
}

void note_sides(const Past* past, const PastEvent& event, bool* after)
{
    for (int side = 0; side < past->side_count; side++)
        after[side] = event.is_later[side];
}

/// Goes through one transaction's events of a key.
void follow_events(Past* past, const char* key, const Events& events, Follower* follower)
{
    for (std::size_t i = 0; i < events.size(); i++) {
        const PastEvent& event = events[i];
        const PastValue here{nullptr, event.map, 0, event.id, event.occurred_at};
        const bool begins = gives_key(event.kind);
        Segment*& segment = follower->segment;
        if (is_cut(past, *follower, event.id)) {
            segment = nullptr;
            follower->was_ended = false;
        }
        follower->last_entry = event.id;
        follower->last_map = event.map;
        if (is_same_change(events, i)) {
            if (segment != nullptr && has_changes(event.kind))
                add_update(past, segment, event);
            continue;
        }
        if (begins && segment != nullptr) {
            report_break(past, key, &here, nullptr,
                         psprintf("entry %lld brought a row whose key was in use.",
                                  static_cast<long long>(event.id)));
            segment = nullptr;
        }
        if (!begins && segment == nullptr) {
            if (follower->was_ended)
                report_break(past, key, &here, nullptr,
                             psprintf("entry %lld is of a row that was not there.",
                                      static_cast<long long>(event.id)));
            segment = begin_segment(past, key, Edge::kPresent);
        }
        follower->was_ended = false;
        switch (event.kind) {
            case EventKind::kInserted:
                segment = begin_segment(past, key, Edge::kChanged);
                note_sides(past, event, segment->begins_after);
                segment->last = row_values(past, event);
                break;
            case EventKind::kArrived:
                segment = begin_segment(past, key, Edge::kKey);
                note_sides(past, event, segment->begins_after);
                segment->arrival = event.change;
                add_update(past, segment, event);
                break;
            case EventKind::kUpdated:
                add_update(past, segment, event);
                break;
            case EventKind::kDeleted:
            case EventKind::kLeft:
                if (event.kind == EventKind::kDeleted)
                    end_deleted(past, segment, event);
                segment->end = event.kind == EventKind::kDeleted ? Edge::kChanged : Edge::kKey;
                note_sides(past, event, segment->ends_after);
                segment->departure = event.change;
                finish_segment(past, segment, nullptr);
                segment = nullptr;
                follower->was_ended = true;
                break;
        }
    }
}

/// After the last event of a key: the row has to be there, or not, as they say.
void end_key(Past* past, const char* key, Follower* follower, TupleTableSlot* row)
{
    Segment* segment = follower->segment;
    if (is_cut(past, *follower, PG_INT64_MAX))
        return;
    if (segment == nullptr) {
        if (row != nullptr && follower->was_ended)
            report_break(past, key, nullptr, nullptr,
                         psprintf("entry %lld took the row away, and it is there.",
                                  static_cast<long long>(follower->last_entry)));
        return;
    }
    if (row == nullptr) {
        // Somebody whom row-level security shows the entries, but not the row.
        if (!past->rows_are_hidden)
            report_break(past, key, nullptr, nullptr,
                         psprintf("entry %lld left the row, and it is not there.",
                                  static_cast<long long>(follower->last_entry)));
        return;
    }
    copy_row(past, row, segment);
    check_live(past, *segment);
    finish_segment(past, segment, row);
}

/// The entry at hand in the sort.
PastEvent read_event(Past* past)
{
    TupleTableSlot* slot = past->entry_slot;
    slot_getallattrs(slot);
    const Datum* values = slot->tts_values;
    PastEvent event{};
    event.id = DatumGetInt64(values[kEntryId]);
    event.occurred_at = DatumGetTimestampTz(values[kEntryOccurredAt]);
    event.transaction = DatumGetFullTransactionId(values[kEntryTransaction]);
    event.command = DatumGetInt32(values[kEntryCommand]);
    event.change = DatumGetInt64(values[kEntryChange]);
    event.kind = static_cast<EventKind>(DatumGetChar(values[kEntryKind]));
    event.map = layout_map(past, DatumGetInt32(values[kEntryLayout]));
    event.is_hidden = DatumGetBool(values[kEntryHidden]);
    event.is_later[kFrom] = DatumGetBool(values[kEntryLaterThanFrom]);
    event.is_later[kTo] = DatumGetBool(values[kEntryLaterThanTo]);
    event.data = slot->tts_isnull[kEntryData] ? nullptr : stored_jsonb(values[kEntryData], true);
    return event;
}

/// One stream of the merge: the key at hand, nullptr at the end.
struct Stream {
    Tuplesortstate* sort;
    TupleTableSlot* slot;
    char* key;

    void advance(MemoryContext context)
    {
        if (key != nullptr)
            pfree(key);
        key = nullptr;
        if (!tuplesort_gettupleslot(sort, true, false, slot, nullptr))
            return;
        bool is_null = false;
        MemoryContext previous = MemoryContextSwitchTo(context);
        key = TextDatumGetCString(slot_getattr(slot, 1, &is_null));
        MemoryContextSwitchTo(previous);
    }
};

/// The next entries of a key that are of one transaction.
void read_transaction(Past* past, Stream* entries, const char* key, Events* events)
{
    while (entries->key != nullptr && strcmp(entries->key, key) == 0) {
        CHECK_FOR_INTERRUPTS();
        bool is_null = false;
        const FullTransactionId transaction =
            DatumGetFullTransactionId(slot_getattr(entries->slot, kEntryTransaction + 1, &is_null));
        if (!events->empty() && !FullTransactionIdEquals((*events)[0].transaction, transaction))
            return;
        events->push_back(read_event(past));
        entries->advance(past->context);
    }
}

/// A live row that no entry has touched, although its key looked as if.
void pass_row(Past* past, TupleTableSlot* slot)
{
    require_known_row(past);
    if (past->sink.unchanged == nullptr)
        return;
    slot_getallattrs(slot);
    const int count = past->descriptor->natts;
    TupleTableSlot* out = past->out_slot;
    ExecClearTuple(out);
    memcpy(out->tts_values, slot->tts_values + 1, sizeof(Datum) * count);
    memcpy(out->tts_isnull, slot->tts_isnull + 1, sizeof(bool) * count);
    past->sink.unchanged(past, ExecStoreVirtualTuple(out));
}

/// Whether the caller may use a transaction's entries of a key. Those of other accounts' rows are
/// passed over; but a row that the caller sees, or sees a part of the history of, is then unknown.
bool may_use(Past* past, const char* key, const Events& events, bool is_live, Follower* follower)
{
    for (const PastEvent& event : events)
        (event.is_hidden ? follower->has_hidden : follower->has_visible) = true;
    if (follower->has_hidden && (follower->has_visible || is_live))
        ereport(
            ERROR,
            (errcode(kPastUnknown), errmsg("the past of %s is unknown to you", row_name(past, key)),
             errdetail("It changed in an account whose journal role \"%s\" does not read.",
                       GetUserNameFromId(GetUserId(), false)),
             errhint("Ask somebody who reads the journal of every account.")));
    return !follower->has_hidden;
}

/// Forgets what the events of a key that has many of them have left behind.
const char* shed_memory(Past* past, const char* key, Follower* follower)
{
    if (MemoryContextMemAllocated(past->row_context, false) <
        static_cast<Size>(work_mem) * 1024 / 2)
        return key;
    MemoryContextSwitchTo(past->spare_context);
    follower->segment = copy_segment(past, follower->segment);
    key = pstrdup(key);
    MemoryContextReset(past->row_context);
    std::swap(past->row_context, past->spare_context);
    return key;
}

/// Goes through all that there is of one key, a transaction at a time.
void merge_key(Past* past, Stream* entries, Stream* rows, const char* key)
{
    Follower follower{};
    const bool is_live = rows->key != nullptr && strcmp(rows->key, key) == 0;
    while (entries->key != nullptr && strcmp(entries->key, key) == 0) {
        CHECK_FOR_INTERRUPTS();
        {
            ContextResource resource(CurrentMemoryContext);
            Events events(&resource);
            read_transaction(past, entries, key, &events);
            order_events(events.data(), events.data() + events.size());
            if (may_use(past, key, events, is_live, &follower)) {
                keep_order(past, key, &events, &follower);
                follow_events(past, key, events, &follower);
            }
        }
        key = shed_memory(past, key, &follower);
    }
    if (!follower.has_hidden)
        end_key(past, key, &follower, is_live ? rows->slot : nullptr);
}

/// Joins the segments of rows whose key changed, and hands over the rows.
void finish_linked(Past* past)
{
    if (past->linked == nullptr)
        return;
    join_key_changes(past->linked, past->context, [&](Segment* left, const Segment* arrived) {
        // Without one it is hidden from the caller, or the break has been told already.
        if (arrived == nullptr)
            return;
        left->next = arrived;
        for (int i = 0; i < past->column_count; i++)
            check_link(past, left->key, i, left->last[i], arrived->first[i]);
    });
    for (const Segment* segment = past->linked; segment != nullptr; segment = segment->older) {
        CHECK_FOR_INTERRUPTS();
        MemoryContext previous = MemoryContextSwitchTo(past->row_context);
        if (segment->end != Edge::kKey || segment->next != nullptr)
            emit_segment(past, *segment);
        MemoryContextSwitchTo(previous);
        MemoryContextReset(past->row_context);
    }
}

}  // namespace

void merge_streams(Past* past)
{
    ExecDropSingleTupleTableSlot(past->entry_slot);
    ExecDropSingleTupleTableSlot(past->row_slot);
    past->entry_slot = MakeSingleTupleTableSlot(past->entry_descriptor, &TTSOpsMinimalTuple);
    past->row_slot = MakeSingleTupleTableSlot(past->row_descriptor, &TTSOpsMinimalTuple);
    Stream entries{past->entries, past->entry_slot, nullptr};
    Stream rows{past->rows, past->row_slot, nullptr};
    entries.advance(past->context);
    rows.advance(past->context);
    // Input functions read the text forms, and output functions write them, under these.
    const int level = enter_exact_settings();
    while (entries.key != nullptr || rows.key != nullptr) {
        CHECK_FOR_INTERRUPTS();
        MemoryContext previous = MemoryContextSwitchTo(past->row_context);
        const int order = entries.key == nullptr ? 1
                          : rows.key == nullptr  ? -1
                                                 : strcmp(entries.key, rows.key);
        if (order > 0) {
            pass_row(past, rows.slot);
            rows.advance(past->context);
        } else {
            merge_key(past, &entries, &rows, pstrdup(entries.key));
            if (order == 0)
                rows.advance(past->context);
        }
        MemoryContextSwitchTo(previous);
        MemoryContextReset(past->row_context);
    }
    finish_linked(past);
    leave_exact_settings(level);
}

}  // namespace journal
