// See net_change.hpp.
#include "undo/net_change.hpp"

#include "base/memory.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "lineage/key_change.hpp"
#include "lineage/row_event.hpp"
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

/// How the values of one layout's entries belong to the present columns.
struct LayoutUse {
    int32 layout;    // key
    Target* target;  // of its rows
    int* column;     // of a position: index into the plan's columns, or -1
    bool* retyped;   // of a position
};

struct Event : RowEvent {
    int32 event_type;
    const LayoutUse* use;
    const char* object_type;
    const char* label;
    const char* document;
    bool derived;
};

using Events = Vector<Event>;

/// One row while it has one key.
struct Stretch {
    const char* key;
    Edge begin;
    Edge end;
    int64 arrival;    // the change by which it arrived
    int64 departure;  // the change by which it left
    Event last_event;
    const LayoutUse* use;  // of the last entry
    NetValue* first;       // of a column: the first old value
    NetValue* last;        // of a column: the last new value
    NetValue* between;     // of a column: an old value that is not the first
    NetValue* deleted;     // the deleted row's; nullptr: not deleted
    bool* changed;
    bool* written;   // of a column: by what is not derived
    bool dropped;    // an update was of columns that are gone
    bool lost;       // another transaction took the row away before its key was used anew
    Stretch* next;   // where the row went on
    Stretch* older;  // in a list
};

struct Reading {
    const char* done;
    bool tells_unfit;
    void (*sink)(const NetChange& change, void* state);
    void* state;
    MemoryContext context;      // of the whole reading
    MemoryContext key_context;  // of the entries of one key; kept while stretches wait
    HTAB* uses;
    Tuplestorestate* rows;
    TupleTableSlot* slot;
    bool at_end;
    bool any_written;  // by what is not derived
    Stretch* waiting;  // joined by a change of the key
};

int column_index(const RelationPlan* plan, int32 id)
{
    return id == 0 ? -1 : plan_position(plan, id);
}

const LayoutUse* use_of(Reading* reading, int32 relation, int32 layout, const Event& event,
                        const char* key)
{
    auto* use = static_cast<LayoutUse*>(hash_search(reading->uses, &layout, HASH_FIND, nullptr));
    if (use != nullptr)
        return use;
    MemoryContext caller = MemoryContextSwitchTo(reading->context);
    Deletion row{};
    row.relation = relation;
    row.layout = layout_by_id(layout);
    row.object_type = event.object_type;
    row.object_id = key;
    row.label = event.label;
    const auto find = reading->tells_unfit ? try_target : find_target;
    Target* target = find(row, reading->done, false);
    if (target->unfit != nullptr)
        target->plan = make_in<RelationPlan>(reading->context);
    const int count = row.layout->column_count;
    int* column = make_array_in<int>(reading->context, count);
    bool* retyped = make_array_in<bool>(reading->context, count);
    for (int i = 0; i < count; i++)
        column[i] = column_index(target->plan, row.layout->columns[i].id);
    // What is kept, but means nothing to the column as it is now, is as good as dropped.
    for (int i = 0; i < target->lost_count; i++)
        if (!target->lost[i].always)
            column[target->lost[i].position] = -1;
    for (int i = 0; i < target->count; i++)
        retyped[target->positions[i]] = target->columns[i].retyped;
    use = static_cast<LayoutUse*>(hash_search(reading->uses, &layout, HASH_ENTER, nullptr));
    use->target = target;
    use->column = column;
    use->retyped = retyped;
    MemoryContextSwitchTo(caller);
    return use;
}

/// The value of a position, unless the journal does not keep it.
NetValue value_at(const LayoutUse* use, int position, const JsonbValue* value)
{
    const LayoutColumn& column = layout_by_id(use->layout)->columns[position];
    const bool is_kept =
        column.mode == ColumnMode::kStored || column.mode == ColumnMode::kGenerated;
    return {is_kept ? value : nullptr, use->retyped[position]};
}

NetValue* row_values(const Event& event)
{
    auto* values =
        make_array_in<NetValue>(CurrentMemoryContext, event.use->target->plan->column_count);
    const EntryValues row = read_snapshot(layout_by_id(event.use->layout), event.data);
    for (int i = 0; i < row.count; i++) {
        const int column = event.use->column[row.positions[i]];
        if (column >= 0)
            values[column] = value_at(event.use, row.positions[i], &row.values[i]);
    }
    return values;
}

Stretch* begin_stretch(const char* key, Edge begin, const Event& event)
{
    const int count = event.use->target->plan->column_count;
    auto* stretch = make_in<Stretch>(CurrentMemoryContext);
    stretch->key = key;
    stretch->begin = begin;
    stretch->use = event.use;
    stretch->first = make_array_in<NetValue>(CurrentMemoryContext, count);
    stretch->last = make_array_in<NetValue>(CurrentMemoryContext, count);
    stretch->between = make_array_in<NetValue>(CurrentMemoryContext, count);
    stretch->changed = make_array_in<bool>(CurrentMemoryContext, count);
    stretch->written = make_array_in<bool>(CurrentMemoryContext, count);
    return stretch;
}

void take_event(Stretch* stretch, const Event& event)
{
    stretch->last_event = event;
    stretch->use = event.use;
}

/// Whether two values are known and not the same.
bool differs(const NetValue& a, const NetValue& b)
{
    return a.value != nullptr && b.value != nullptr && !same_value(a.value, b.value);
}

void add_update(Stretch* stretch, const Event& event)
{
    const EntryChanges update = read_changes(layout_by_id(event.use->layout), event.data);
    for (int i = 0; i < update.count; i++) {
        const EntryChange& change = update.changes[i];
        const int column = event.use->column[change.position];
        stretch->dropped |= column < 0;
        if (column < 0)
            continue;
        const NetValue old_value = value_at(event.use, change.position, change.old_value);
        if (!stretch->changed[column])
            stretch->first[column] = old_value;
        else if (differs(old_value, stretch->first[column]))
            stretch->between[column] = old_value;
        stretch->changed[column] = true;
        stretch->written[column] |= !event.derived;
        stretch->last[column] = value_at(event.use, change.position, change.new_value);
    }
}

void order_by_transactions(Events* events)
{
    std::size_t first = 0;
    for (std::size_t i = 1; i <= events->size(); i++) {
        if (i < events->size() &&
            FullTransactionIdEquals((*events)[i].transaction, (*events)[first].transaction))
            continue;
        order_events(events->data() + first, events->data() + i);
        first = i;
    }
}

/// The stretches of a key, newest first.
Stretch* find_stretches(const char* key, const Events& events)
{
    Stretch* stretches = nullptr;
    Stretch* current = nullptr;
    for (std::size_t i = 0; i < events.size(); i++) {
        CHECK_FOR_INTERRUPTS();
        const Event& event = events[i];
        const bool begins = gives_key(event.kind);
        if (is_same_change(events, i)) {
            if (current != nullptr && has_changes(event.kind))
                add_update(current, event);
            continue;
        }
        if (current == nullptr || begins) {
            const Edge edge = !begins                              ? Edge::kPresent
                              : event.kind == EventKind::kInserted ? Edge::kChanged
                                                                   : Edge::kKey;
            if (current != nullptr)
                current->lost = true;
            current = begin_stretch(key, edge, event);
            current->older = stretches;
            stretches = current;
            if (event.kind == EventKind::kInserted) {
                current->last = row_values(event);
                memset(current->written, !event.derived, event.use->target->plan->column_count);
            }
            if (event.kind == EventKind::kArrived)
                current->arrival = event.change;
        }
        take_event(current, event);
        if (has_changes(event.kind))
            add_update(current, event);
        if (!takes_away(event.kind))
            continue;
        current->end = event.kind == EventKind::kDeleted ? Edge::kChanged : Edge::kKey;
        if (event.kind == EventKind::kDeleted)
            current->deleted = row_values(event);
        else
            current->departure = event.change;
        current = nullptr;
    }
    return stretches;
}

const RelationPlan* plan_of(const Stretch* stretch)
{
    return stretch->use->target->plan;
}

/// A row's values before all of its stretches: what they changed, in reverse.
NetValue* values_before(const Stretch* first, const Stretch* last)
{
    const int count = plan_of(last)->column_count;
    auto* values = make_array_in<NetValue>(CurrentMemoryContext, count);
    if (last->deleted != nullptr)
        memcpy(values, last->deleted, sizeof(NetValue) * count);
    for (int i = 0; i < count; i++)
        for (const Stretch* stretch = first; stretch != nullptr; stretch = stretch->next)
            if (stretch->changed[i]) {
                values[i] = stretch->first[i];
                break;
            }
    return values;
}

NetValue* values_after(const Stretch* first)
{
    const int count = plan_of(first)->column_count;
    auto* values = make_array_in<NetValue>(CurrentMemoryContext, count);
    for (const Stretch* stretch = first; stretch != nullptr; stretch = stretch->next)
        for (int i = 0; i < count; i++)
            if (stretch->changed[i] || stretch->last[i].value != nullptr)
                values[i] = stretch->last[i];
    return values;
}

/// Of each column a value that it had in between, neither the one before nor the one after.
NetValue* values_between(const Stretch* first, const NetValue* before, const NetValue* after)
{
    const int count = plan_of(first)->column_count;
    auto* values = make_array_in<NetValue>(CurrentMemoryContext, count);
    const auto take = [&](int column, const NetValue& value) {
        if (differs(value, before[column]) && differs(value, after[column]))
            values[column] = value;
    };
    for (const Stretch* stretch = first; stretch != nullptr; stretch = stretch->next)
        for (int i = 0; i < count; i++) {
            take(i, stretch->first[i]);
            take(i, stretch->between[i]);
        }
    return values;
}

bool is_computed(const PlanColumn& column)
{
    return column.mode == ColumnMode::kGenerated || column.mode == ColumnMode::kVirtual;
}

void describe_change(NetChange* change, const Stretch* last)
{
    change->table = last->use->target->table;
    change->plan = plan_of(last);
    change->target = last->use->target;
    change->object_type = last->last_event.object_type;
    change->label = last->last_event.label;
    change->entry = last->last_event.change;
}

void note_deletion(NetChange* change, const Stretch* stretch)
{
    change->deletion = stretch->last_event.change;
    change->deletion_event = stretch->last_event.event_type;
    change->document = stretch->last_event.document;
    change->target = stretch->use->target;
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
    return any || change->target->unfit != nullptr;
}

/// The columns that only triggers wrote in a row's stretches.
const bool* derived_columns(const Stretch* first, int count)
{
    bool* derived = make_array_in<bool>(CurrentMemoryContext, count);
    memset(derived, 1, count);
    for (const Stretch* stretch = first; stretch != nullptr; stretch = stretch->next)
        for (int i = 0; i < count; i++)
            derived[i] &= !stretch->written[i];
    return derived;
}

/// Hands over what became of a row that had these stretches.
void emit_row(const Reading* reading, const Stretch* first, const Stretch* last)
{
    NetChange change{};
    describe_change(&change, last);
    const bool was_there = first->begin == Edge::kPresent;
    const bool is_there = last->end == Edge::kPresent;
    if (last->lost || (!was_there && !is_there))
        return;
    change.key_before = was_there ? first->key : nullptr;
    change.key_after = is_there ? last->key : nullptr;
    change.before = was_there ? values_before(first, last) : nullptr;
    change.after = is_there ? values_after(first) : nullptr;
    change.operation = !was_there  ? RowOperation::kInsert
                       : !is_there ? RowOperation::kDelete
                                   : RowOperation::kUpdate;
    if (change.operation == RowOperation::kDelete)
        note_deletion(&change, last);
    if (change.operation == RowOperation::kInsert)
        change.derived = derived_columns(first, change.plan->column_count);
    if (change.operation == RowOperation::kUpdate) {
        const int count = change.plan->column_count;
        bool* may_differ = make_array_in<bool>(CurrentMemoryContext, count);
        for (const Stretch* stretch = first; stretch != nullptr; stretch = stretch->next)
            for (int i = 0; i < count; i++)
                may_differ[i] |= stretch->changed[i];
        change.derived = derived_columns(first, count);
        change.between = values_between(first, change.before, change.after);
        if (!mark_changed(&change, may_differ)) {
            for (const Stretch* stretch = first; stretch != nullptr; stretch = stretch->next)
                change.nothing_left |= stretch->dropped;
            if (!change.nothing_left)
                return;
        }
    }
    reading->sink(change, reading->state);
}

/// A row was deleted and another took its key: an update of what differs.
void emit_replaced(const Reading* reading, const Stretch* deleted, const Stretch* inserted)
{
    NetChange change{};
    describe_change(&change, inserted);
    change.operation = RowOperation::kUpdate;
    change.key_before = deleted->key;
    change.key_after = inserted->key;
    change.before = values_before(deleted, deleted);
    change.after = values_after(inserted);
    change.derived = make_array_in<bool>(CurrentMemoryContext, change.plan->column_count);
    note_deletion(&change, deleted);
    bool* may_differ = make_array_in<bool>(CurrentMemoryContext, change.plan->column_count);
    for (int i = 0; i < change.plan->column_count; i++)
        may_differ[i] = true;
    if (mark_changed(&change, may_differ))
        reading->sink(change, reading->state);
}

bool is_joined(const Stretch* stretch)
{
    return stretch->begin == Edge::kKey || stretch->end == Edge::kKey;
}

/// Hands over the rows of a key, and puts aside those that a change of the key joins to others.
/// True if there are such.
bool finish_key(Reading* reading, Stretch* stretches)
{
    const Stretch* deleted = nullptr;
    const Stretch* inserted = nullptr;
    for (const Stretch* stretch = stretches; stretch != nullptr; stretch = stretch->older) {
        if (is_joined(stretch) || stretch->lost)
            continue;
        if (stretch->begin == Edge::kPresent && stretch->end == Edge::kChanged)
            deleted = stretch;
        if (stretch->begin == Edge::kChanged && stretch->end == Edge::kPresent)
            inserted = stretch;
    }
    if (deleted != nullptr && inserted != nullptr)
        emit_replaced(reading, deleted, inserted);
    bool any_waits = false;
    Stretch* older = nullptr;
    for (Stretch* stretch = stretches; stretch != nullptr; stretch = older) {
        older = stretch->older;
        if (is_joined(stretch)) {
            stretch->older = reading->waiting;
            reading->waiting = stretch;
            any_waits = true;
        } else if (deleted == nullptr || inserted == nullptr ||
                   (stretch != deleted && stretch != inserted)) {
            emit_row(reading, stretch, stretch);
        }
    }
    return any_waits;
}

/// Joins the stretches of rows whose key changed, and hands over those rows.
void finish_waiting(Reading* reading)
{
    if (reading->waiting == nullptr)
        return;
    join_key_changes(reading->waiting, reading->context, [](Stretch* left, Stretch* arrived) {
        if (arrived == nullptr)
            elog(ERROR, "change %lld of a key has no end", static_cast<long long>(left->departure));
        left->next = arrived;
    });
    MemoryContext work =
        AllocSetContextCreate(reading->context, "event_journal row", ALLOCSET_DEFAULT_SIZES);
    for (Stretch* stretch = reading->waiting; stretch != nullptr; stretch = stretch->older) {
        CHECK_FOR_INTERRUPTS();
        if (stretch->begin == Edge::kKey)
            continue;
        const Stretch* last = stretch;
        while (last->next != nullptr)
            last = last->next;
        MemoryContext caller = MemoryContextSwitchTo(work);
        emit_row(reading, stretch, last);
        MemoryContextSwitchTo(caller);
        MemoryContextReset(work);
    }
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

Event read_event(Reading* reading, const Place& place)
{
    Event event{};
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
    event.use = use_of(reading, place.relation, DatumGetInt32(value_of(reading, kLayout)), event,
                       place.key);
    return event;
}

/// Hands over changes of a table that had no key, each as a row's: nobody can tell which rows they
/// were of.
void emit_keyless(const Reading* reading, const Events& events)
{
    for (std::size_t i = 0; i < events.size(); i++) {
        CHECK_FOR_INTERRUPTS();
        if (is_same_change(events, i))
            continue;
        NetChange change{};
        change.target = events[i].use->target;
        change.plan = change.target->plan;
        change.operation = static_cast<RowOperation>(events[i].kind);
        change.object_type = events[i].object_type;
        change.label = events[i].label;
        change.entry = events[i].change;
        reading->sink(change, reading->state);
    }
}

/// Reads and follows the entries of one key; true if stretches of it wait.
bool follow_key(Reading* reading, int64* count)
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
    if (place.key == nullptr) {
        emit_keyless(reading, events);
        return false;
    }
    order_by_transactions(&events);
    return finish_key(reading, find_stretches(place.key, events));
}

void read_key(Reading* reading, int64* count)
{
    MemoryContext caller = MemoryContextSwitchTo(reading->key_context);
    const bool any_waits = follow_key(reading, count);
    MemoryContextSwitchTo(caller);
    if (any_waits)
        reading->key_context =
            AllocSetContextCreate(reading->context, "event_journal key", ALLOCSET_SMALL_SIZES);
    else
        MemoryContextReset(reading->key_context);
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
    control.entrysize = sizeof(LayoutUse);
    control.hcxt = reading.context;
    reading.uses = hash_create("event_journal layouts of an undo", 32, &control,
                               HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    select_entries(&reading, extent);
    const int level = enter_exact_settings();
    int64 count = 0;
    advance(&reading);
    while (!reading.at_end)
        read_key(&reading, &count);
    finish_waiting(&reading);
    leave_exact_settings(level);
    ExecDropSingleTupleTableSlot(reading.slot);
    tuplestore_end(reading.rows);
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(reading.context);
    return reading.any_written;
}

}  // namespace journal
