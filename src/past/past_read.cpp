// The two streams that the past is made of: later entries and live rows, both sorted by key.
//
// Both are read under the active snapshot, so that a row which it shows was left by a change whose
// entry it shows too. The entries are read as the owner, since a row's past needs all of them; what
// the caller may not see of them is marked. The rows are read as the caller, or by rights that an
// untrusted owner lends: privileges and row-level security apply. The executor hands every row to a
// receiver of ours, which copies only what it keeps.
#include "accounts/account.hpp"
#include "base/function.hpp"
#include "base/journal_tables.hpp"
#include "base/object_lookup.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "catalog/tracked_relation.hpp"
#include "lineage/row_event.hpp"
#include "past/earlier_entries.hpp"
#include "past/index_prefix.hpp"
#include "past/key_filter.hpp"
#include "past/live_query.hpp"
#include "past/past.hpp"
#include "past/past_entry.hpp"

namespace journal {

namespace {

constexpr int64 kEntriesPerNotice = 1000000;

/// Takes the rows of a query as the executor finds them.
struct Receiver {
    DestReceiver base;
    Past* past;
    Side pass;                   // entries later than this moment, less those of an earlier pass
    Rights caller;               // who asks, while the query runs as the owner
    bool sees_everything;        // row-level security hides no entry from the caller
    TimestampTz recorded_apart;  // the last entry under another relation than the table's
};

Receiver* receiver_of(DestReceiver* base)
{
    return reinterpret_cast<Receiver*>(base);
}

void start_receiving(DestReceiver*, int, TupleDesc) {}
void stop_receiving(DestReceiver*) {}

/// Entries are read by their places, which are looked at once.
void start_entries(DestReceiver*, int, TupleDesc columns)
{
    require_columns(columns, describe_named(kReadColumns, lengthof(kReadColumns)));
}

Receiver make_receiver(Past* past, bool (*receive)(TupleTableSlot*, DestReceiver*))
{
    Receiver receiver{};
    receiver.base.receiveSlot = receive;
    receiver.base.rStartup = start_receiving;
    receiver.base.rShutdown = stop_receiving;
    receiver.base.rDestroy = stop_receiving;
    receiver.base.mydest = DestNone;
    receiver.past = past;
    receiver.recorded_apart = DT_NOBEGIN;
    return receiver;
}

/// Runs a query whose rows the receiver takes, under the active snapshot.
void run_for(Receiver* receiver, const char* sql, std::initializer_list<QueryArgument> arguments)
{
    const auto count = static_cast<int>(arguments.size());
    ParamListInfo parameters = makeParamList(count);
    for (int i = 0; i < count; i++) {
        const QueryArgument& argument = arguments.begin()[i];
        parameters->params[i] = {argument.value, argument.is_null, PARAM_FLAG_CONST, argument.type};
    }
    SPIExecuteOptions options{};
    options.params = parameters;
    options.read_only = true;
    options.must_return_tuples = true;
    options.dest = &receiver->base;
    const int result = SPI_execute_extended(sql, &options);
    if (result < 0)
        elog(ERROR, "SPI_execute_extended failed: %s: %s", SPI_result_code_string(result), sql);
}

/// Since when the caller sees entries of an account.
TimestampTz seen_since(const Receiver& receiver, const char* account)
{
    const Rights owner = Rights::before(receiver.caller);
    const TimestampTz since = visible_since(account);
    owner.end();
    return since;
}

bool may_see(const Receiver& receiver, Datum account, TimestampTz occurred_at)
{
    return receiver.sees_everything ||
           occurred_at >= seen_since(receiver, TextDatumGetCString(account));
}

/// Whether the caller may not see an entry of that account and time. Other accounts' entries are
/// not the caller's business; those of its own that lie beyond its plan's window are, and make the
/// past unknown.
bool is_hidden_entry(const Receiver& receiver, Datum account, TimestampTz occurred_at)
{
    if (may_see(receiver, account, occurred_at))
        return false;
    const char* name = TextDatumGetCString(account);
    const TimestampTz since = seen_since(receiver, name);
    if (!TIMESTAMP_IS_NOEND(since))
        ereport(ERROR, (errcode(kPastUnknown),
                        errmsg("the past of %s is known to you since %s only",
                               qualified_name(RelationGetRelid(receiver.past->root)),
                               timestamptz_to_str(since)),
                        errdetail("The plan of account \"%s\" shows no older entries.", name),
                        errhint("Ask for a later moment.")));
    return true;
}

void put_entry(Past* past, const char* key, EventKind kind, const Datum* read, const bool* nulls,
               bool is_hidden, const bool* is_later)
{
    TupleTableSlot* slot = past->entry_slot;
    ExecClearTuple(slot);
    Datum* values = slot->tts_values;
    memset(slot->tts_isnull, 0, sizeof(bool) * kPastColumns);
    values[kEventKey] = CStringGetTextDatum(key);
    values[kEventId] = read[kReadId];
    values[kEventOccurredAt] = read[kReadOccurredAt];
    values[kEventTransaction] = read[kReadTransaction];
    values[kEventCommand] = read[kReadCommand];
    values[kEventChange] = read[kReadChange];
    values[kEventKind] = CharGetDatum(static_cast<char>(kind));
    values[kEventLayout] = read[kReadLayout];
    values[kEventHidden] = BoolGetDatum(is_hidden);
    values[kEventLaterThanFrom] = BoolGetDatum(is_later[kFrom]);
    values[kEventLaterThanTo] = BoolGetDatum(is_later[kTo]);
    values[kEventData] = read[kReadData];
    slot->tts_isnull[kEventData] = nulls[kReadData] || kind == EventKind::kLeft;
    ExecStoreVirtualTuple(slot);
    tuplesort_puttupleslot(past->entries, slot);
    add_key(past->filter, key);
    past->entry_count++;
}

bool receive_entry(TupleTableSlot* slot, DestReceiver* base)
{
    Receiver* receiver = receiver_of(base);
    Past* past = receiver->past;
    slot_getallattrs(slot);
    const Datum* values = slot->tts_values;
    const EntryPlace place{
        DatumGetInt64(values[kReadId]), DatumGetTimestampTz(values[kReadOccurredAt]),
        DatumGetFullTransactionId(values[kReadTransaction]), DatumGetInt32(values[kReadCommand]),
        DatumGetInt64(values[kReadSession])};
    bool is_later[kSides]{};
    for (int side = 0; side < past->side_count; side++)
        is_later[side] = journal::is_later(past->moments[side], place);
    if (!is_later[receiver->pass] || (receiver->pass == kTo && is_later[kFrom]))
        return true;
    if (DatumGetInt32(values[kReadRelation]) != past->plan->id) {
        receiver->recorded_apart = std::max(receiver->recorded_apart, place.occurred_at);
        return true;
    }
    MemoryContext previous = MemoryContextSwitchTo(past->row_context);
    if (slot->tts_isnull[kReadObject])
        ereport(
            ERROR,
            (errcode(kHistoryBroken),
             errmsg("the past of %s is unknown", qualified_name(RelationGetRelid(past->root))),
             errdetail("Entry %lld is of a row without a key.", static_cast<long long>(place.id)),
             errhint("The past is known since %s.", timestamptz_to_str(place.occurred_at))));
    const bool is_hidden = is_hidden_entry(*receiver, values[kReadAccount], place.occurred_at);
    const Oid child = past->has_children
                          ? layout_map(past, DatumGetInt32(values[kReadLayout]))->child
                          : InvalidOid;
    const char* key = sorting_key(past, child, TextDatumGetCString(values[kReadObject]));
    auto kind = static_cast<EventKind>(DatumGetChar(values[kReadOperation]));
    if (!slot->tts_isnull[kReadPrevious]) {
        // The row left one key and arrived at another.
        if (DatumGetBool(values[kReadIsPreviousWanted]))
            put_entry(past, sorting_key(past, child, TextDatumGetCString(values[kReadPrevious])),
                      EventKind::kLeft, values, slot->tts_isnull, is_hidden, is_later);
        kind = EventKind::kArrived;
    }
    put_entry(past, key, kind, values, slot->tts_isnull, is_hidden, is_later);
    MemoryContextSwitchTo(previous);
    MemoryContextReset(past->row_context);
    if (past->sink.finding != nullptr && past->entry_count % kEntriesPerNotice == 0)
        ereport(NOTICE, (errmsg("verifying %s: " INT64_FORMAT " entries read",
                                qualified_name(RelationGetRelid(past->root)), past->entry_count)));
    return true;
}

/// Whether a type's text form is a plain integer.
bool is_integer(Oid type)
{
    return type == INT8OID || type == INT4OID || type == INT2OID;
}

int64 integer_value(Oid type, Datum value)
{
    return type == INT8OID   ? DatumGetInt64(value)
           : type == INT4OID ? DatumGetInt32(value)
                             : DatumGetInt16(value);
}

/// The row's object key; nullptr if a key column is NULL, as it can be in an inheritance child.
const char* key_of_row(Past* past, const Datum* values, const bool* nulls)
{
    char* texts[INDEX_MAX_KEYS];
    for (int i = 0; i < past->key_count; i++) {
        PastColumn& column = past->columns[past->key[i]];
        if (nulls[column.number - 1])
            return nullptr;
        const Datum value = values[column.number - 1];
        if (is_integer(column.type)) {
            texts[i] = static_cast<char*>(palloc(MAXINT8LEN + 1));
            pg_lltoa(integer_value(column.type, value), texts[i]);
        } else {
            texts[i] = text_form(&column.output, value);
        }
    }
    return object_key(past->key_count, texts);
}

/// Brings a row of the live query, which has no dropped columns, into the table's shape.
TupleTableSlot* in_table_shape(Past* past, TupleTableSlot* slot)
{
    if (past->has_row_shape)
        return slot;
    TupleTableSlot* out = past->out_slot;
    ExecClearTuple(out);
    int from = 0;
    for (int i = 0; i < past->descriptor->natts; i++) {
        out->tts_isnull[i] = true;
        if (TupleDescAttr(past->descriptor, i)->attisdropped)
            continue;
        out->tts_values[i] = slot->tts_values[from];
        out->tts_isnull[i] = slot->tts_isnull[from++];
    }
    return ExecStoreVirtualTuple(out);
}

void put_row(Past* past, const char* key, TupleTableSlot* row)
{
    TupleTableSlot* slot = past->row_slot;
    slot_getallattrs(row);
    ExecClearTuple(slot);
    const int count = past->descriptor->natts;
    slot->tts_values[0] = CStringGetTextDatum(key);
    slot->tts_isnull[0] = false;
    memcpy(slot->tts_values + 1, row->tts_values, sizeof(Datum) * count);
    memcpy(slot->tts_isnull + 1, row->tts_isnull, sizeof(bool) * count);
    ExecStoreVirtualTuple(slot);
    tuplesort_puttupleslot(past->rows, slot);
}

/// Hands over a row that no later entry has touched.
void pass_unchanged(Past* past, const char* key, TupleTableSlot* row)
{
    if (past->only_key != nullptr &&
        (key == nullptr || strcmp(object_of(past, key), past->only_key) != 0))
        return;
    require_known_row(past);
    if (past->sink.unchanged != nullptr)
        past->sink.unchanged(past, row);
}

bool receive_row(TupleTableSlot* slot, DestReceiver* base)
{
    Past* past = receiver_of(base)->past;
    in_context(past->row_context, [&] {
        // A row that is as it was is copied as it stands: nothing but its key is taken apart.
        slot_getsomeattrs(slot, past->has_row_shape ? past->last_key_attribute
                                                    : slot->tts_tupleDescriptor->natts);
        TupleTableSlot* row = in_table_shape(past, slot);
        const char* key = key_of_row(past, row->tts_values, row->tts_isnull);
        if (past->has_children && key != nullptr) {
            const int last = slot->tts_tupleDescriptor->natts - 1;
            const Oid table = DatumGetObjectId(slot->tts_values[last]);
            key =
                sorting_key(past, table == RelationGetRelid(past->root) ? InvalidOid : table, key);
        }
        if (key != nullptr && may_hold_key(past->filter, key))
            put_row(past, key, row);
        else
            pass_unchanged(past, key, row);
    });
    MemoryContextReset(past->row_context);
    return true;
}

/// Later entries of the table; parameters 1 to 5 are its relations, the earliest time, the first
/// id, accounts and object types. is_previous_wanted tells whether the key that a row left is asked
/// for. Format: that an entry e is in a month that can hold one.
#define LATER_ENTRIES(is_previous_wanted)                                    \
    "SELECT " ENTRY_COLUMNS ", " is_previous_wanted                          \
    " AS is_previous_wanted "                                                \
    "FROM journal.entry e WHERE e.relation = ANY ($1) AND e.occurred_at >= " \
    "$2 AND e.id >= $3 AND %s AND NOT e.backfilled AND e.operation IN ('i', 'u', 'd') "

/// The keys that a row has had since; has_left tells whether it left k.key. Format: as above.
#define KEYS_OF_ROW(has_left, key)                             \
    "WITH RECURSIVE k (key) AS (SELECT " key                   \
    "::text UNION SELECT e.object_id FROM k, LATERAL "         \
    "(SELECT e.object_id FROM journal.entry e WHERE " has_left \
    " AND e.relation = ANY ($1) "                              \
    "AND e.occurred_at >= $2 AND e.id >= $3 AND %s) e) SELECT array_agg(key) AS keys FROM k"

/// The entries of the keys that a row has had: what left one of them is at another. A key that was
/// somebody else's, which left it for one of these, is not followed.
#define ENTRIES_OF_KEYS(keys, has_key) \
    LATER_ENTRIES("e.previous_id = ANY (" keys ")") "AND " has_key

/// What the queries for later entries go by.
struct LaterEntries {
    QueryArgument arguments[5];
    bool has_accounts;
    const char* months;
};

void read_entries_of_row(Past* past, Query& query, Receiver* receiver, const LaterEntries& later)
{
    const QueryArgument* a = later.arguments;
    const QueryArgument key = text_argument(past->only_key);
    if (later.has_accounts)
        query.run(psprintf(KEYS_OF_ROW(HAS_LEFT_KEY_AMONG("e", "$4", "$5", "ARRAY[k.key]"), "$6"),
                           later.months),
                  {a[0], a[1], a[2], a[3], a[4], key}, true);
    else
        query.run(psprintf(KEYS_OF_ROW("e.previous_id = k.key", "$4"), later.months),
                  {a[0], a[1], a[2], key}, true);
    past->keys = query.value(0, "keys").copy(past->context);
    const QueryArgument keys{TEXTARRAYOID, past->keys};
    if (later.has_accounts)
        run_for(
            receiver,
            psprintf(ENTRIES_OF_KEYS("$6", IS_AMONG_OBJECTS("e", "$4", "$5", "$6")), later.months),
            {a[0], a[1], a[2], a[3], a[4], keys});
    else
        run_for(receiver, psprintf(ENTRIES_OF_KEYS("$4", "e.object_id = ANY ($4)"), later.months),
                {a[0], a[1], a[2], keys});
}

void read_entries_of_table(Query& query, Receiver* receiver, const LaterEntries& later)
{
    // Whichever index the planner takes, the heap is read in its own order: where statistics are
    // behind, the many entries of a large table would be fetched from all over a month.
    query.set("enable_indexscan", "off");
    const QueryArgument* a = later.arguments;
    const char* sql = psprintf(LATER_ENTRIES("true") "AND e.object_type = ANY ($4) AND %s ",
                               later.months, hash_is_of_types(ENTRY_HASH_OF("e"), a[4].value));
    if (later.has_accounts)
        run_for(receiver, psprintf("%s AND " ACCOUNT_HASH_OF("e") " = ANY ($5)", sql),
                {a[0], a[1], a[2], a[4], a[3]});
    else
        run_for(receiver, sql, {a[0], a[1], a[2], a[4]});
}

/// Reads the entries that are later than one of the moments.
void read_later_entries(Past* past, const EntryMonths& months, Receiver* receiver)
{
    const Moment* moment = past->moments[receiver->pass];
    const IndexPrefix prefix = read_index_prefix(past->plan->id, past->plan->object_type);
    Vector<int64> accounts(CurrentMemoryContext);
    LaterEntries later{};
    later.has_accounts = find_accounts(months.since(moment->earliest, moment->first_id),
                                       prefix.most_accounts, &accounts);
    later.months = months.from_id("e", moment->first_id);
    later.arguments[0] = {INT4ARRAYOID, prefix.relations};
    later.arguments[1] = {TIMESTAMPTZOID, TimestampTzGetDatum(moment->earliest)};
    later.arguments[2] = int8_argument(moment->first_id);
    later.arguments[3] = int8_array_argument(accounts.data(), static_cast<int>(accounts.size()));
    later.arguments[4] = {TEXTARRAYOID, prefix.object_types};
    Query query = Query::begin(RunAs::kOwner);
    if (past->only_key != nullptr)
        read_entries_of_row(past, query, receiver, later);
    else
        read_entries_of_table(query, receiver, later);
    query.end();
    // Those name columns otherwise, and cannot be followed.
    if (receiver->recorded_apart != DT_NOBEGIN && past->sink.finding == nullptr)
        raise_unknown_past(past, moment, receiver->recorded_apart,
                           "then it was changed by a session that did not wait for another one to "
                           "register it");
}

/// Puts what came before the moment among the later entries, so that it is compared with the next.
void put_earlier_entries(Past* past, const EntryMonths& months, const Receiver& receiver)
{
    constexpr bool kIsLater[kSides]{};
    MemoryContext previous = MemoryContextSwitchTo(past->row_context);
    EarlierEntries earlier = find_earlier_entries(past, months, past->moments[kFrom]);
    // Nothing of what the caller does not see may decide.
    int64 floor = 0;
    for (int i = 0; i < earlier.count; i++) {
        const ReadEntry& entry = earlier.entries[i];
        if (!may_see(receiver, entry.values[kReadAccount],
                     DatumGetTimestampTz(entry.values[kReadOccurredAt])))
            floor = std::max(floor, entry.id);
    }
    keep_after(&earlier, floor);
    for (int i = 0; i < earlier.count; i++) {
        const ReadEntry& entry = earlier.entries[i];
        const Oid child = past->has_children
                              ? layout_map(past, DatumGetInt32(entry.values[kReadLayout]))->child
                              : InvalidOid;
        put_entry(past, sorting_key(past, child, past->only_key), entry.kind, entry.values,
                  entry.nulls, false, kIsLater);
    }
    MemoryContextSwitchTo(previous);
    MemoryContextReset(past->row_context);
}

void read_entries(Past* past)
{
    const Oid caller = GetUserId();
    const Oid entry = journal_table("entry");
    if (pg_class_aclcheck(entry, caller, ACL_SELECT) != ACLCHECK_OK)
        aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, "entry");
    Receiver receiver = make_receiver(past, receive_entry);
    receiver.base.rStartup = start_entries;
    receiver.sees_everything = check_enable_rls(entry, caller, true) != RLS_ENABLED;
    receiver.caller = Rights::present();

    const EntryMonths months;
    read_later_entries(past, months, &receiver);
    if (past->only_key != nullptr)
        put_earlier_entries(past, months, receiver);
    if (past->side_count > 1 && !has_nothing_later(past->moments[kTo], past->moments[kFrom])) {
        receiver.pass = kTo;
        read_later_entries(past, months, &receiver);
    }
    tuplesort_performsort(past->entries);
}

/// That the caller may read the columns that the live query reads, whoever runs it.
void require_known_columns(const Past* past)
{
    AttrNumber* columns = make_array_in<AttrNumber>(CurrentMemoryContext, past->column_count);
    int count = 0;
    for (int i = 0; i < past->column_count; i++)
        if (past->columns[i].is_known)
            columns[count++] = past->columns[i].number;
    require_select(past->root, count, columns);
}

void read_rows(Past* past)
{
    Receiver receiver = make_receiver(past, receive_row);
    KeyRows keys{};
    const bool of_keys = past->only_key != nullptr && find_key_rows(past, &keys);
    const char* sql = live_query(past, of_keys);
    require_known_columns(past);
    UnjudgedRows unjudged{};
    const Rights rights = Rights::lent_by(past->root);
    Query query = Query::begin(RunAs::kCallerWithPath);
    if (of_keys)
        register_named(kKeyRows, keys.rows, keys.descriptor);
    if (past->is_closed)
        unjudged = select_unjudged_rows(past, of_keys);
    else
        run_for(&receiver, sql, {});
    query.end();
    rights.end();
    if (past->is_closed) {
        sql = judged_query(past, unjudged);
        query = Query::begin(RunAs::kCallerWithPath);
        register_named(kUnjudgedRows, unjudged.rows, unjudged.descriptor);
        run_for(&receiver, sql, {});
        query.end();
        tuplestore_end(unjudged.rows);
    }
    if (of_keys)
        end_key_rows(&keys);
    tuplesort_performsort(past->rows);
}

Tuplesortstate* begin_sort(TupleDesc descriptor, int keys)
{
    AttrNumber attributes[2] = {1, 2};
    Oid operators[2] = {TextLessOperator, Int8LessOperator};
    Oid collations[2] = {C_COLLATION_OID, InvalidOid};
    bool nulls_first[2] = {false, false};
    return tuplesort_begin_heap(descriptor, keys, attributes, operators, collations, nulls_first,
                                work_mem, nullptr, TUPLESORT_NONE);
}

TupleDesc describe_rows(TupleDesc table)
{
    TupleDesc descriptor = CreateTemplateTupleDesc(table->natts + 1);
    TupleDescInitEntry(descriptor, 1, "key", TEXTOID, -1, 0);
    for (int i = 0; i < table->natts; i++)
        TupleDescCopyEntry(descriptor, static_cast<AttrNumber>(i + 2), table,
                           static_cast<AttrNumber>(i + 1));
    return descriptor;
}

}  // namespace

char* sorting_key(const Past* past, Oid child, const char* key)
{
    return past->has_children ? psprintf("%u %s", child, key) : const_cast<char*>(key);
}

const char* object_of(const Past* past, const char* sorting_key)
{
    return past->has_children ? strchr(sorting_key, ' ') + 1 : sorting_key;
}

void read_streams(Past* past)
{
    in_context(past->context, [&] {
        past->filter = make_key_filter(past->context);
        past->entry_descriptor = describe_events(
            {{"hidden", BOOLOID}, {"later_than_from", BOOLOID}, {"later_than_to", BOOLOID}});
        past->entry_slot = MakeSingleTupleTableSlot(past->entry_descriptor, &TTSOpsVirtual);
        past->row_descriptor = describe_rows(past->descriptor);
        past->row_slot = MakeSingleTupleTableSlot(past->row_descriptor, &TTSOpsVirtual);
        past->out_slot = MakeSingleTupleTableSlot(past->descriptor, &TTSOpsVirtual);
        past->entries = begin_sort(past->entry_descriptor, 2);
        past->rows = begin_sort(past->row_descriptor, 1);
        read_entries(past);
        read_rows(past);
    });
}

}  // namespace journal
