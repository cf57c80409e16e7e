// See row_set.hpp.
#include "changes/row_set.hpp"

#include "base/memory.hpp"
#include "base/result_reader.hpp"
#include "values/exact_form.hpp"
#include "values/text_form.hpp"

namespace journal {

namespace {

// Beyond so many values of a set that another type changes, further ones are not told one by one.
constexpr int kToldValues = 10;

bool has_values(const RowSet* set)
{
    return set->operation != RowOperation::kDelete;
}

int key_attributes_of(const RowSet* set)
{
    return set->operation == RowOperation::kInsert ? 0 : set->plan->key_count;
}

constexpr int kValueStart = kRowAttributes;

int key_start(const RowSet* set)
{
    return kValueStart + (has_values(set) ? set->column_count : 0);
}

int expected_start(const RowSet* set)
{
    return key_start(set) + key_attributes_of(set);
}

int attribute_count(const RowSet* set)
{
    return expected_start(set) + (set->checked ? set->column_count : 0);
}

void describe_attribute(const RowSet* set, int index, char kind, int number,
                        const PlanColumn* column)
{
    const TupleDesc table = RelationGetDescr(set->table);
    const auto attribute = static_cast<AttrNumber>(index + 1);
    TupleDescInitEntry(set->descriptor, attribute, psprintf("%c%d", kind, number + 1), column->type,
                       column->typmod, 0);
    TupleDescInitEntryCollation(set->descriptor, attribute,
                                TupleDescAttr(table, column->number - 1)->attcollation);
}

const PlanColumn* key_column(const RowSet* set, int i)
{
    return &set->plan->columns[set->plan->key[i]];
}

void describe_rows(RowSet* set)
{
    set->descriptor = CreateTemplateTupleDesc(attribute_count(set));
    const auto own = [set](RowAttribute number, const char* name, Oid type) {
        TupleDescInitEntry(set->descriptor, static_cast<AttrNumber>(number), name, type, -1, 0);
    };
    own(kRowNumber, "number", INT8OID);
    own(kRowEntry, "entry", INT8OID);
    own(kRowObjectType, "object_type", TEXTOID);
    own(kRowObjectId, "object_id", TEXTOID);
    own(kRowLabel, "label", TEXTOID);
    own(kRowKey, "key", TEXTOID);
    for (int i = 0; i < set->column_count; i++) {
        if (has_values(set))
            describe_attribute(set, kValueStart + i, 'c', i, set->columns[i].column);
        if (set->checked)
            describe_attribute(set, expected_start(set) + i, 'x', i, set->columns[i].column);
    }
    for (int i = 0; i < key_attributes_of(set); i++)
        describe_attribute(set, key_start(set) + i, 'k', i, key_column(set, i));
}

/// The read pointer that follows the arriving rows goes to the next of them.
void follow(RowSet* set)
{
    tuplestore_select_read_pointer(set->rows, set->following);
    set->next_valid = read_slot(set->rows, set->next, set->context);
}

void begin_rows(RowSet* set)
{
    constexpr int kBothWays = EXEC_FLAG_REWIND | EXEC_FLAG_BACKWARD;
    set->rows = tuplestore_begin_heap(true, false, work_mem);
    set->following = tuplestore_alloc_read_pointer(set->rows, kBothWays);
    set->left = tuplestore_alloc_read_pointer(set->rows, kBothWays);
    set->count = 0;
}

Datum attribute_of(TupleTableSlot* slot, int number)
{
    bool is_null = false;
    return slot_getattr(slot, number, &is_null);
}

bool next_has_key(RowSet* set, const char* key)
{
    const text* expected = DatumGetTextPP(attribute_of(set->next, kRowKey));
    const std::size_t length = VARSIZE_ANY_EXHDR(expected);
    return strlen(key) == length && memcmp(VARDATA_ANY(expected), key, length) == 0;
}

/// Rows arrive in their order; only one that a trigger of the table discards, or inserts in
/// between, makes it necessary to look further.
bool find_arriving(Restoring* restoring, const char* key)
{
    auto* set = static_cast<RowSet*>(restoring);
    if (!set->next_valid && set->arrived == 0)
        follow(set);
    if (!set->next_valid)
        return false;
    if (!next_has_key(set, key)) {
        tuplestore_copy_read_pointer(set->rows, set->following, set->left);
        do {
            CHECK_FOR_INTERRUPTS();
            follow(set);
        } while (set->next_valid && !next_has_key(set, key));
        if (!set->next_valid) {
            // Not one of ours: the pointer goes back, one row before where it has read.
            tuplestore_copy_read_pointer(set->rows, set->left, set->following);
            tuplestore_select_read_pointer(set->rows, set->following);
            tuplestore_advance(set->rows, false);
            follow(set);
            return false;
        }
    }
    set->deletion = DatumGetInt64(attribute_of(set->next, kRowEntry));
    return true;
}

void note_place(Restoring* restoring, int64 entry, Oid table, const ItemPointerData* tid)
{
    auto* set = static_cast<RowSet*>(restoring);
    ItemPointerData place = *tid;
    Datum values[] = {attribute_of(set->next, kRowNumber), ObjectIdGetDatum(table),
                      PointerGetDatum(&place), Int64GetDatum(set->deletion), Int64GetDatum(entry)};
    bool nulls[] = {false, false, false, false, false};
    tuplestore_putvalues(set->places, set->place_descriptor, values, nulls);
    set->arrived++;
    follow(set);
}

/// Says what a value has become, where its new type changed it.
void tell_rounded(RowSet* set, const RowChange& change, int i, Datum value)
{
    const PlanColumn* column = set->columns[i].column;
    const char* before = value_text(change.values[i]);
    const char* now = text_form_once(column->type, value);
    if (strcmp(before, now) == 0 || set->rounded++ >= kToldValues)
        return;
    SetRow row{};
    row.object_type = change.object_type;
    row.object_id = change.object_id;
    row.label = change.label;
    ereport(NOTICE, (errmsg("%s comes back with %s = %s", describe_row(row),
                            quote_identifier(column->name), now),
                     errdetail("It was %s; the column's type is now %s.", before,
                               format_type_with_typemod(column->type, column->typmod))));
}

void read_values(RowSet* set, int start, const JsonbValue* const* values)
{
    for (int i = 0; i < set->column_count; i++) {
        set->decoding = set->columns[i].column;
        set->nulls[start + i] = true;
        if (values[i] == nullptr)
            continue;
        if (set->columns[i].retyped && is_exact_form(values[i]))
            ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
                            errmsg("the value is in a form that only its former type reads")));
        set->datums[start + i] = read_value(&set->readers[i], values[i], &set->nulls[start + i]);
    }
    set->decoding = nullptr;
}

void read_key(RowSet* set, const char* key)
{
    if (is_shortened(key, kLongestKey))
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("a row of %s cannot be found by its key",
                               RelationGetRelationName(set->table)),
                        errdetail("The key is longer than %d bytes; the journal's index holds its "
                                  "beginning.",
                                  kLongestKey)));
    char** texts = split_key(key, set->plan->key_count);
    for (int i = 0; i < set->plan->key_count; i++) {
        const int position = key_start(set) + i;
        set->decoding = key_column(set, i);
        set->datums[position] =
            read_text_form(&set->key_readers[i], texts[i], &set->nulls[position]);
    }
    set->decoding = nullptr;
}

/// The key as the trigger will form it out of the new row; nullptr if a column of it is computed by
/// the table.
const char* key_of_values(const RowSet* set)
{
    char** texts = make_array_in<char*>(CurrentMemoryContext, set->plan->key_count);
    for (int k = 0; k < set->plan->key_count; k++) {
        for (int i = 0; i < set->column_count && texts[k] == nullptr; i++) {
            const int position = kValueStart + i;
            if (set->columns[i].column->id == key_column(set, k)->id && !set->nulls[position])
                texts[k] = text_form_once(set->columns[i].column->type, set->datums[position]);
        }
        if (texts[k] == nullptr)
            return nullptr;
    }
    return object_key(set->plan->key_count, texts);
}

const char* arriving_key(const RowSet* set, const RowChange& change)
{
    if (set->operation != RowOperation::kInsert)
        return change.new_key == nullptr ? change.object_id : change.new_key;
    if (!set->new_key)
        return change.object_id;
    const char* key = key_of_values(set);
    return key == nullptr ? change.object_id : key;
}

void put_text(RowSet* set, RowAttribute attribute, const char* value)
{
    set->nulls[attribute - 1] = value == nullptr;
    set->datums[attribute - 1] = value == nullptr ? Datum{0} : CStringGetTextDatum(value);
}

}  // namespace

RowSet* make_row_set(MemoryContext context, RowOperation operation, Relation table,
                     const RelationPlan* plan, int column_count, const SetColumn* columns,
                     bool checked)
{
    MemoryContext caller = MemoryContextSwitchTo(context);
    auto* set = make_in<RowSet>(context);
    set->relation = plan->id;
    set->find = find_arriving;
    set->written = note_place;
    set->operation = operation;
    set->index = -1;
    set->table = table;
    set->plan = plan;
    set->checked = checked && operation != RowOperation::kInsert;
    set->column_count = column_count;
    set->columns = make_array_in<SetColumn>(context, column_count);
    set->readers = make_array_in<ValueReader>(context, column_count);
    set->context = context;
    set->row_context =
        AllocSetContextCreate(context, "event_journal restored row", ALLOCSET_DEFAULT_SIZES);
    for (int i = 0; i < column_count; i++) {
        set->columns[i] = columns[i];
        const PlanColumn* column = columns[i].column;
        prepare_value_reader(&set->readers[i], column->type, column->typmod, context);
        for (int k = 0; k < plan->key_count; k++)
            set->new_key |= columns[i].new_value && key_column(set, k)->id == column->id;
    }
    if (operation != RowOperation::kInsert) {
        set->key_readers = make_array_in<ValueReader>(context, plan->key_count);
        for (int k = 0; k < plan->key_count; k++)
            prepare_value_reader(&set->key_readers[k], key_column(set, k)->type,
                                 key_column(set, k)->typmod, context);
    }
    describe_rows(set);
    set->datums = make_array_in<Datum>(context, set->descriptor->natts);
    set->nulls = make_array_in<bool>(context, set->descriptor->natts);
    begin_rows(set);
    set->reading = MakeSingleTupleTableSlot(set->descriptor, &TTSOpsMinimalTuple);
    set->next = MakeSingleTupleTableSlot(set->descriptor, &TTSOpsMinimalTuple);
    set->place_descriptor = describe_named({{"number", INT8OID},
                                            {"table", OIDOID},
                                            {"place", TIDOID},
                                            {"deletion", INT8OID},
                                            {"entry", INT8OID}});
    set->place = MakeSingleTupleTableSlot(set->place_descriptor, &TTSOpsMinimalTuple);
    set->places = tuplestore_begin_heap(true, false, work_mem);
    MemoryContextSwitchTo(caller);
    return set;
}

void add_row(RowSet* set, const RowChange& change)
{
    MemoryContextReset(set->row_context);
    in_context(set->row_context, [&] {
        set->datums[kRowNumber - 1] = Int64GetDatum(set->count);
        set->datums[kRowEntry - 1] = Int64GetDatum(change.entry);
        put_text(set, kRowObjectType, change.object_type);
        put_text(set, kRowObjectId, change.object_id);
        put_text(set, kRowLabel, change.label);
        if (has_values(set)) {
            read_values(set, kValueStart, change.values);
            for (int i = 0; i < set->column_count; i++)
                if (set->columns[i].retyped && !set->nulls[kValueStart + i])
                    tell_rounded(set, change, i, set->datums[kValueStart + i]);
        }
        if (set->operation != RowOperation::kInsert)
            read_key(set, change.object_id);
        if (set->checked)
            read_values(set, expected_start(set), change.expected);
        put_text(set, kRowKey, arriving_key(set, change));
        tuplestore_putvalues(set->rows, set->descriptor, set->datums, set->nulls);
    });
    set->count++;
}

namespace {

/// Adds the row that a set has read to one of the same columns, numbered anew.
void add_again(RowSet* set, TupleTableSlot* row)
{
    slot_getallattrs(row);
    memcpy(set->datums, row->tts_values, sizeof(Datum) * set->descriptor->natts);
    memcpy(set->nulls, row->tts_isnull, sizeof(bool) * set->descriptor->natts);
    set->datums[kRowNumber - 1] = Int64GetDatum(set->count++);
    tuplestore_putvalues(set->rows, set->descriptor, set->datums, set->nulls);
}

}  // namespace

RowSet* rows_between(MemoryContext context, RowSet* set, int64 first, int64 last)
{
    RowSet* part = make_row_set(context, set->operation, set->table, set->plan, set->column_count,
                                set->columns, set->checked);
    part->locked = set->locked;
    tuplestore_select_read_pointer(set->rows, 0);
    tuplestore_rescan(set->rows);
    tuplestore_skiptuples(set->rows, first, true);
    while (part->count < last - first && read_slot(set->rows, set->reading, set->context)) {
        CHECK_FOR_INTERRUPTS();
        add_again(part, set->reading);
    }
    return part;
}

void begin_again(RowSet* set)
{
    set->applied = nullptr;
    set->arrived = 0;
    set->next_valid = false;
    tuplestore_select_read_pointer(set->rows, set->following);
    tuplestore_rescan(set->rows);
    tuplestore_clear(set->places);
}

char** split_key(const char* key, int count)
{
    char** texts = make_array_in<char*>(CurrentMemoryContext, count);
    if (count == 1) {
        texts[0] = pstrdup(key);
        return texts;
    }
    auto* json = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(pstrdup(key))));
    for (int i = 0; i < count; i++) {
        const JsonbValue* element = getIthJsonbValueFromContainer(&json->root, i);
        if (element == nullptr || element->type != jbvString)
            ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
                            errmsg("\"%s\" is no key of %d columns", key, count)));
        texts[i] = value_text(element);
    }
    return texts;
}

int value_attribute(int column)
{
    return kValueStart + column + 1;
}

int column_of_attribute(const RowSet* set, int attribute)
{
    const int position = attribute - 1;
    if (position >= expected_start(set))
        return position - expected_start(set);
    if (position < key_start(set))
        return -1;
    const PlanColumn* key = key_column(set, position - key_start(set));
    for (int i = 0; i < set->column_count; i++)
        if (set->columns[i].column->id == key->id)
            return i;
    return -1;
}

namespace {

void next_told(RowSet* set)
{
    set->telling_valid = read_slot(set->told, set->telling, set->context);
}

}  // namespace

void rewind_rows(RowSet* set)
{
    tuplestore_select_read_pointer(set->rows, 0);
    tuplestore_rescan(set->rows);
    tuplestore_rescan(set->places);
    if (set->told == nullptr)
        return;
    tuplestore_rescan(set->told);
    next_told(set);
}

void tell_row(RowSet* set, int64 number, const char* columns)
{
    if (set->told == nullptr)
        in_context(set->context, [&] {
            TupleDesc descriptor = describe_named({{"number", INT8OID}, {"columns", TEXTOID}});
            set->told = tuplestore_begin_heap(true, false, work_mem);
            set->telling = MakeSingleTupleTableSlot(descriptor, &TTSOpsMinimalTuple);
        });
    Datum values[] = {Int64GetDatum(number), CStringGetTextDatum(columns)};
    bool nulls[] = {false, false};
    tuplestore_putvalues(set->told, set->telling->tts_tupleDescriptor, values, nulls);
    pfree(DatumGetPointer(values[1]));
}

bool read_row(RowSet* set, SetRow* row)
{
    tuplestore_select_read_pointer(set->rows, 0);
    if (!read_slot(set->rows, set->reading, set->context))
        return false;
    MemoryContextReset(set->row_context);
    in_context(set->row_context, [&] {
        *row = row_in_slot(set, set->reading);
        if (set->told != nullptr && set->telling_valid &&
            DatumGetInt64(attribute_of(set->telling, 1)) == row->number) {
            row->set_by_trigger = TextDatumGetCString(attribute_of(set->telling, 2));
            next_told(set);
        }
    });
    if (set->arrived == set->count && set->operation == RowOperation::kInsert &&
        read_slot(set->places, set->place, set->context))
        row->written_entry = DatumGetInt64(attribute_of(set->place, kPlaceEntry));
    return true;
}

SetRow row_in_slot(const RowSet* set, TupleTableSlot* slot)
{
    const auto text_of = [slot](RowAttribute attribute) {
        bool is_null = false;
        const Datum value = slot_getattr(slot, attribute, &is_null);
        return is_null ? nullptr : TextDatumGetCString(value);
    };
    SetRow row{};
    row.number = DatumGetInt64(attribute_of(slot, kRowNumber));
    row.entry = DatumGetInt64(attribute_of(slot, kRowEntry));
    row.object_type = text_of(kRowObjectType);
    row.object_id = text_of(kRowObjectId);
    row.label = text_of(kRowLabel);
    row.key = text_of(kRowKey);
    row.applied = is_applied(set, row.number);
    return row;
}

SetRow copied_row(const SetRow& row)
{
    const auto copied = [](const char* text) { return text == nullptr ? nullptr : pstrdup(text); };
    SetRow copy = row;
    copy.object_type = copied(row.object_type);
    copy.object_id = copied(row.object_id);
    copy.label = copied(row.label);
    copy.key = copied(row.key);
    copy.set_by_trigger = nullptr;
    return copy;
}

bool is_written(const RowSet* set)
{
    for (int i = 0; i < set->column_count; i++)
        if (!is_aim(set, i))
            return true;
    return set->operation != RowOperation::kUpdate && set->column_count == 0;
}

void leave_to_triggers(RowSet* set, int64 number, int column)
{
    const int64 bit = number * set->column_count + column;
    if (set->aimless == nullptr)
        set->aimless = make_array_in<uint8>(set->context, set->count * set->column_count / 8 + 1);
    set->aimless[bit / 8] |= static_cast<uint8>(1 << (bit % 8));
}

int set_index(const List* sets, const RowSet* set)
{
    for (int i = 0; i < list_length(sets); i++)
        if (list_nth(sets, i) == set)
            return i;
    return -1;
}

void filter_rows(RowSet* set, Callback<bool(const SetRow& row)> keep)
{
    Tuplestorestate* before = set->rows;
    tuplestore_select_read_pointer(before, 0);
    tuplestore_rescan(before);
    in_context(set->context, [&] { begin_rows(set); });
    while (read_slot(before, set->reading, set->context)) {
        CHECK_FOR_INTERRUPTS();
        MemoryContextReset(set->row_context);
        if (in_context(set->row_context, [&] { return keep(row_in_slot(set, set->reading)); }))
            add_again(set, set->reading);
    }
    ExecClearTuple(set->reading);
    tuplestore_end(before);
}

void end_row_set(RowSet* set)
{
    ExecDropSingleTupleTableSlot(set->reading);
    ExecDropSingleTupleTableSlot(set->next);
    ExecDropSingleTupleTableSlot(set->place);
    tuplestore_end(set->rows);
    tuplestore_end(set->places);
    if (set->told == nullptr)
        return;
    ExecDropSingleTupleTableSlot(set->telling);
    tuplestore_end(set->told);
}

const char* describe_row(const SetRow& row)
{
    const char* type = row.object_type == nullptr ? "object" : row.object_type;
    const char* key = row.object_id == nullptr ? "" : psprintf(" \"%s\"", row.object_id);
    return row.label == nullptr ? psprintf("%s%s", type, key)
                                : psprintf("%s%s (%s)", type, key, row.label);
}

void bind_row(ResultReader* reader, SetRow* row)
{
    reader->bind("number", &row->number);
    reader->bind("object_type", &row->object_type);
    reader->bind("object_id", &row->object_id);
    reader->bind("key", &row->key);
    reader->bind("label", &row->label);
    reader->bind("entry", &row->entry);
}

}  // namespace journal
