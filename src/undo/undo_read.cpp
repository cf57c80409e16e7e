// See undo_read.hpp.
#include "undo/undo_read.hpp"

#include "base/memory.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "lineage/row_follower.hpp"
#include "values/stored_jsonb.hpp"

namespace journal {

namespace {

constexpr int64 kEntriesPerNotice = 100000;

/// Columns of the sorted entries.
enum Column {
    kRelation = 1,
    kChild,
    kKey,
    kKind,
    kId,
    kTransaction,
    kCommand,
    kChange,
    kEventType,
    kLayout,
    kObjectType,
    kLabel,
    kDocument,
    kData,
    kDerived,
    kColumns = kDerived
};

/// Where rows of a layout belong.
struct UndoMap : LayoutMap {
    Target* target;
    bool* retyped;  // of a position
};

using Events = Vector<RowEvent>;

struct Reading {
    const char* done;
    bool tells_unfit;
    void (*sink)(const NetChange& change, void* state);
    void* state;
    MemoryContext context;      // of the whole reading
    MemoryContext key_context;  // of the entries of one key
    HTAB* maps;
    Tuplestorestate* rows;
    TupleTableSlot* slot;
    bool at_end;
    bool any_written;  // by what is not derived
};

/// Follows the rows of transactions, and hands over what became of each.
class UndoFollower final : public RowFollower {
  public:
    explicit UndoFollower(const Reading* reading)
        : RowFollower(reading->context, 0, true), reading_(reading)
    {
    }

    /// Follows all events of a key, sorted by number.
    void follow(const char* key, Events* events);

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
    void emit_segments();

    const Reading* reading_;
    Segment* segments_ = nullptr;  // of the key at hand, newest first
};

void UndoFollower::follow(const char* key, Events* events)
{
    segments_ = nullptr;
    begin_key(key, events->front().map->plan->column_count);
    std::size_t first = 0;
    for (std::size_t i = 1; i <= events->size(); i++) {
        if (i < events->size() &&
            FullTransactionIdEquals((*events)[i].transaction, (*events)[first].transaction))
            continue;
        order_events(events->data() + first, events->data() + i);
        for (; first < i; first++) {
            CHECK_FOR_INTERRUPTS();
            take((*events)[first]);
        }
    }
    end_key();
    emit_segments();
}

void UndoFollower::emit_row(const Segment* first)
{
    NetChange change{};
    if (find_net_change(first, &change))
        reading_->sink(change, reading_->state);
}

/// Hands over the rows of a key. If one was deleted and another took its key, they are one.
void UndoFollower::emit_segments()
{
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
        reading_->sink(change, reading_->state);
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
    Target* target = (reading->tells_unfit ? try_target : find_target)(row, reading->done, false);
    made.target = target;
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

Datum value_of(const Reading* reading, Column column)
{
    return reading->slot->tts_values[column - 1];
}

bool is_null(const Reading* reading, Column column)
{
    return reading->slot->tts_isnull[column - 1];
}

const char* text_of(const Reading* reading, Column column)
{
    return is_null(reading, column) ? nullptr : TextDatumGetCString(value_of(reading, column));
}

/// Goes to the next entry.
void advance(Reading* reading)
{
    MemoryContext caller = MemoryContextSwitchTo(reading->context);
    reading->at_end = !tuplestore_gettupleslot(reading->rows, true, false, reading->slot);
    if (!reading->at_end)
        slot_getallattrs(reading->slot);
    MemoryContextSwitchTo(caller);
}

/// Where an entry belongs: relation, inheritance child, key.
struct Place {
    int32 relation;
    Oid child;
    const char* key;
};

Place place_of(const Reading* reading)
{
    return {DatumGetInt32(value_of(reading, kRelation)),
            DatumGetObjectId(value_of(reading, kChild)), text_of(reading, kKey)};
}

bool is_at(const Reading* reading, const Place& place)
{
    if (reading->at_end || DatumGetInt32(value_of(reading, kRelation)) != place.relation ||
        DatumGetObjectId(value_of(reading, kChild)) != place.child)
        return false;
    const char* key = text_of(reading, kKey);
    return key == nullptr ? place.key == nullptr
                          : place.key != nullptr && strcmp(key, place.key) == 0;
}

RowEvent read_event(Reading* reading, const Place& place)
{
    RowEvent event{};
    event.kind = static_cast<EventKind>(DatumGetChar(value_of(reading, kKind)));
    event.id = DatumGetInt64(value_of(reading, kId));
    event.transaction = DatumGetFullTransactionId(value_of(reading, kTransaction));
    event.command = DatumGetInt32(value_of(reading, kCommand));
    event.change = DatumGetInt64(value_of(reading, kChange));
    event.event_type = DatumGetInt32(value_of(reading, kEventType));
    event.object_type = text_of(reading, kObjectType);
    event.label = text_of(reading, kLabel);
    event.document = text_of(reading, kDocument);
    event.derived = DatumGetBool(value_of(reading, kDerived));
    reading->any_written |= !event.derived;
    if (!is_null(reading, kData))
        event.data = stored_jsonb(value_of(reading, kData), true);
    event.map = map_of(reading, place.relation, DatumGetInt32(value_of(reading, kLayout)), event,
                       place.key);
    return event;
}

/// Hands over changes of a table that had no key, each as a row's: nobody can tell which rows they
/// were of.
void emit_keyless(const Reading* reading, const Events& events)
{
    int64 change = 0;
    for (const RowEvent& event : events) {
        CHECK_FOR_INTERRUPTS();
        if (event.change != change)
            reading->sink(describe_event(event), reading->state);
        change = event.change;
    }
}

/// Reads and follows the entries of one key.
void read_key(Reading* reading, UndoFollower* follower, int64* count)
{
    ContextResource memory(CurrentMemoryContext);
    Events events(&memory);
    const Place place = place_of(reading);
    for (; is_at(reading, place); advance(reading)) {
        CHECK_FOR_INTERRUPTS();
        events.push_back(read_event(reading, place));
        if (++*count % kEntriesPerNotice == 0)
            ereport(NOTICE, (errmsg("read %lld entries", static_cast<long long>(*count))));
    }
    if (place.key == nullptr)
        emit_keyless(reading, events);
    else
        follower->follow(place.key, &events);
}

/// Every entry once, under its key; one that changes the key under both.
constexpr const char* kEntries =
    "SELECT e.relation, CASE WHEN l.is_root OR c.relkind = 'p' THEN 0 ELSE l.relation_oid END, "
    "k.key, k.kind, e.id, e.transaction_id, e.command, e.change, e.event_type, e.layout, "
    "e.object_type, e.label, CASE WHEN e.document_id IS NOT NULL "
    "THEN e.document_type || ' ' || e.document_id END, "
    "CASE WHEN k.kind <> 'l' THEN e.data END, e.derived "
    "FROM journal.entry e JOIN journal.session s ON s.id = e.session "
    "LEFT JOIN journal.layout l ON l.id = e.layout "
    "LEFT JOIN journal.tracked_relation t ON t.id = e.relation "
    "LEFT JOIN pg_catalog.pg_class c ON c.oid = t.relation "
    "CROSS JOIN LATERAL ("
    "  SELECT e.object_id, CASE WHEN e.previous_id IS NULL THEN e.operation ELSE 'a'::\"char\" END "
    "  UNION ALL SELECT e.previous_id, 'l'::\"char\" WHERE e.previous_id IS NOT NULL) k (key, "
    "kind) "
    "WHERE e.transaction_id = ANY ($1) AND e.id BETWEEN $2 AND $3 "
    "AND e.occurred_at BETWEEN $4 AND $5 AND ($6 = 0 OR e.change = $6) "
    "AND s.incarnation = (SELECT id FROM journal.incarnation) "
    "AND e.operation IN ('i', 'u', 'd') AND NOT e.backfilled "
    "ORDER BY 1, 2, k.key COLLATE \"C\", e.id";

void select_entries(Reading* reading, const Extent& extent)
{
    TupleDesc descriptor = CreateTemplateTupleDesc(kColumns);
    const Oid types[kColumns] = {INT4OID, OIDOID,  TEXTOID, CHAROID,  INT8OID,
                                 XID8OID, INT4OID, INT8OID, INT4OID,  INT4OID,
                                 TEXTOID, TEXTOID, TEXTOID, JSONBOID, BOOLOID};
    for (int i = 0; i < kColumns; i++)
        TupleDescInitEntry(descriptor, static_cast<AttrNumber>(i + 1), nullptr, types[i], -1, 0);
    reading->slot = MakeSingleTupleTableSlot(descriptor, &TTSOpsMinimalTuple);
    const Oid parameter_types[] = {XID8ARRAYOID,   INT8OID,        INT8OID,
                                   TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID};
    const Datum parameters[] = {extent.transactions,
                                Int64GetDatum(extent.first_id),
                                Int64GetDatum(extent.last_id),
                                TimestampTzGetDatum(extent.first_time),
                                TimestampTzGetDatum(extent.last_time),
                                Int64GetDatum(extent.change)};
    Query query = Query::begin(RunAs::kOwner);
    MemoryContext connected = MemoryContextSwitchTo(reading->context);
    reading->rows = select_rows(kEntries, lengthof(parameters), parameter_types, parameters);
    MemoryContextSwitchTo(connected);
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

bool read_net_changes(const Extent& extent, const char* done, bool tells_unfit,
                      void (*sink)(const NetChange& change, void* state), void* state)
{
    Reading reading{};
    reading.done = done;
    reading.tells_unfit = tells_unfit;
    reading.sink = sink;
    reading.state = state;
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
    int64 count = 0;
    advance(&reading);
    while (!reading.at_end) {
        MemoryContextSwitchTo(reading.key_context);
        read_key(&reading, &follower, &count);
        MemoryContextSwitchTo(reading.context);
        MemoryContextReset(reading.key_context);
    }
    follower.finish();
    leave_exact_settings(level);
    ExecDropSingleTupleTableSlot(reading.slot);
    tuplestore_end(reading.rows);
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(reading.context);
    return reading.any_written;
}

}  // namespace journal
