// See undo_read.hpp.
#include "undo/undo_read.hpp"

#include "base/memory.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "lineage/row_follower.hpp"
#include "undo/entry_query.hpp"

namespace journal {

namespace {

constexpr int64 kEntriesPerNotice = 100000;

/// Where rows of a layout belong.
struct UndoMap : LayoutMap {
    Target* target;
    bool* retyped;  // of a position
};

using Events = Vector<RowEvent>;

struct Reading {
    Callback<void(const NetChange& change)> sink;
    MemoryContext context = nullptr;      // of the whole reading
    MemoryContext key_context = nullptr;  // of the entries of one key
    HTAB* maps = nullptr;
    KeyStream entries{};
    int64 count = 0;           // of those read
    bool any_written = false;  // by what is not derived
};

/// Follows the rows of transactions, and hands over what became of each.
class UndoFollower final : public RowFollower {
  public:
    explicit UndoFollower(const Reading* reading)
        : RowFollower(reading->context, 0, true), reading_(reading)
    {
    }

    /// Goes to the next key.
    void begin(const char* key, const LayoutMap* map)
    {
        segments_ = nullptr;
        begin_key(key, map->plan->column_count);
    }

    /// After the last event of a key: hands over its rows.
    void end();

  private:
    void take_segment(Segment* segment) override
    {
        segment->older = segments_;
        segments_ = segment;
    }
    void take_joined(const Segment& segment) override
    {
        if (segment.begin != Edge::kKey)
            emit_row(&segment);
    }
    void emit_row(const Segment* first);

    const Reading* reading_;
    Segment* segments_ = nullptr;  // of the key at hand, newest first
};

void UndoFollower::emit_row(const Segment* first)
{
    NetChange change{};
    if (find_net_change(first, &change))
        reading_->sink(change);
}

/// If a row was deleted and another took its key, they are one.
void UndoFollower::end()
{
    end_key();
    const Segment* deleted = nullptr;
    const Segment* inserted = nullptr;
    for (const Segment* segment = segments_; segment != nullptr; segment = segment->older) {
        if (segment->begin == Edge::kPresent && segment->end == Edge::kChanged)
            deleted = segment;
        if (segment->begin == Edge::kChanged && segment->end == Edge::kPresent)
            inserted = segment;
    }
    const bool is_replaced = deleted != nullptr && inserted != nullptr;
    NetChange change{};
    if (is_replaced && find_replacement(deleted, inserted, &change))
        reading_->sink(change);
    for (const Segment* segment = segments_; segment != nullptr; segment = segment->older)
        if (!is_replaced || (segment != deleted && segment != inserted))
            emit_row(segment);
}

const LayoutMap* map_of(Reading* reading, int32 relation, int32 layout, const RowEvent& event,
                        const char* key)
{
    auto* map = static_cast<UndoMap*>(hash_search(reading->maps, &layout, HASH_FIND, nullptr));
    if (map != nullptr)
        return map;
    MemoryContext caller = MemoryContextSwitchTo(reading->context);
    Deletion row{};
    row.relation = relation;
    row.layout = layout_by_id(layout);
    row.object_type = event.object_type;
    row.object_id = key;
    row.label = event.label;
    UndoMap made{};
    made.id = layout;
    Target* target = find_target(row, false);
    made.target = target;
    if (target->unfit == nullptr && target->plan->selection != nullptr) {
        auto* issue = make_in<Issue>(reading->context);
        *issue = make_issue(IssueKind::kInPart);
        target->unfit = issue;
    }
    map_layout(
        &made,
        target->unfit == nullptr ? target->plan : make_in<RelationPlan>(CurrentMemoryContext),
        reading->context);
    // What is kept, but means nothing to the column as it is now, is as good as dropped.
    for (int i = 0; i < target->lost_count; i++)
        if (!target->lost[i].always)
            made.column[target->lost[i].position] = -1;
    made.retyped = make_array_in<bool>(reading->context, row.layout->column_count);
    for (int i = 0; i < target->count; i++)
        made.retyped[target->positions[i]] = target->columns[i].retyped;
    map = static_cast<UndoMap*>(hash_search(reading->maps, &layout, HASH_ENTER, nullptr));
    *map = made;
    MemoryContextSwitchTo(caller);
    return map;
}

/// The object's key of a sorting key, which is relation, inheritance child and that; or nullptr.
const char* object_of(const char* key)
{
    const char* object = strchr(strchr(key, ' ') + 1, ' ');
    return object == nullptr ? nullptr : object + 1;
}

void fill_event(Reading* reading, RowEvent* event, int32 layout)
{
    const TupleTableSlot* slot = reading->entries.slot;
    const Datum* values = slot->tts_values;
    const auto text_of = [slot](UndoColumn column) -> const char* {
        return slot->tts_isnull[column] ? nullptr : TextDatumGetCString(slot->tts_values[column]);
    };
    event->event_type = DatumGetInt32(values[kEventType]);
    event->object_type = text_of(kEventObjectType);
    event->label = text_of(kEventLabel);
    event->document = text_of(kEventDocument);
    event->derived = DatumGetBool(values[kEventDerived]);
    reading->any_written |= !event->derived;
    event->map = map_of(reading, DatumGetInt32(values[kEventRelation]), layout, *event,
                        object_of(reading->entries.key));
    if (++reading->count % kEntriesPerNotice == 0)
        ereport(NOTICE, (errmsg("read %lld entries", static_cast<long long>(reading->count))));
}

/// Hands over changes of a table that had no key, each as a row's: nobody can tell which rows they
/// were of.
void emit_keyless(const Reading* reading, const Events& events)
{
    int64 change = 0;
    for (const RowEvent& event : events) {
        CHECK_FOR_INTERRUPTS();
        if (event.change != change)
            reading->sink(describe_event(event));
        change = event.change;
    }
}

/// Reads and follows the entries of one key.
void read_key(Reading* reading, UndoFollower* follower)
{
    const char* key = pstrdup(reading->entries.key);
    const char* object = object_of(key);
    const auto fill = [reading](RowEvent* event, int32 layout) {
        fill_event(reading, event, layout);
    };
    MemoryContext memory = CurrentMemoryContext;
    for (bool is_first = true; reading->entries.is_at(key); is_first = false) {
        Events events(memory);
        read_transaction(&reading->entries, key, &events, fill);
        if (object == nullptr) {
            emit_keyless(reading, events);
            continue;
        }
        if (is_first)
            follower->begin(object, events.front().map);
        for (const RowEvent& event : events) {
            CHECK_FOR_INTERRUPTS();
            follower->take(event);
        }
    }
    if (object != nullptr)
        follower->end();
}

void select_entries(Reading* reading, const Extent& extent)
{
    reading->entries.context = reading->context;
    TupleDesc columns = describe_undone_entries();
    reading->entries.slot = MakeSingleTupleTableSlot(columns, &TTSOpsMinimalTuple);
    Query query = Query::begin(RunAs::kOwner);
    reading->entries.store = in_context(reading->context, [&] {
        TupleDesc found = nullptr;
        Tuplestorestate* rows =
            select_rows(kUndoneEntries,
                        {{XID8ARRAYOID, extent.transactions},
                         int8_argument(extent.first_id),
                         int8_argument(extent.last_id),
                         {TIMESTAMPTZOID, TimestampTzGetDatum(extent.first_time)},
                         {TIMESTAMPTZOID, TimestampTzGetDatum(extent.last_time)},
                         int8_argument(extent.change)},
                        &found);
        require_columns(found, columns);
        return rows;
    });
    query.end();
}

}  // namespace

const Target* target_of(const NetChange& change)
{
    return static_cast<const UndoMap*>(change.map)->target;
}

bool is_retyped(const StoredValue& value)
{
    return static_cast<const UndoMap*>(value.map)->retyped[value.position];
}

bool read_net_changes(const Extent& extent, Callback<void(const NetChange& change)> sink)
{
    Reading reading{sink};
    reading.context =
        AllocSetContextCreate(CurrentMemoryContext, "event_journal undo", ALLOCSET_DEFAULT_SIZES);
    reading.key_context =
        AllocSetContextCreate(reading.context, "event_journal key", ALLOCSET_DEFAULT_SIZES);
    MemoryContext caller = MemoryContextSwitchTo(reading.context);
    HASHCTL control{};
    control.keysize = sizeof(int32);
    control.entrysize = sizeof(UndoMap);
    control.hcxt = reading.context;
    reading.maps = hash_create("event_journal layouts of an undo", 32, &control,
                               HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    select_entries(&reading, extent);
    const int level = enter_exact_settings();
    UndoFollower follower(&reading);
    reading.entries.advance();
    while (reading.entries.key != nullptr) {
        MemoryContextSwitchTo(reading.key_context);
        read_key(&reading, &follower);
        MemoryContextSwitchTo(reading.context);
        MemoryContextReset(reading.key_context);
    }
    follower.finish();
    leave_exact_settings(level);
    ExecDropSingleTupleTableSlot(reading.entries.slot);
    tuplestore_end(reading.entries.store);
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(reading.context);
    return reading.any_written;
}

}  // namespace journal
