// What differs between a table at one moment and at another.
//
// The rows that changed since one of the moments come as they were at both, in no order; sorted by
// key, the two versions of a row meet. Neither moment need be the later one: a moment by the clock
// and a mark, say, have no order, since the clock counts what was not committed yet.
#include "base/function.hpp"
#include "past/past.hpp"

namespace journal {

namespace {

enum SortColumn { kSortKey, kSortSide, kSortRow, kSortColumns };

struct Versions {
    Tuplesortstate* sort;
    TupleDesc descriptor;
    TupleTableSlot* slot;
};

void put_version(Past* past, Side side, const char* key, Datum* values, bool* nulls)
{
    const auto* versions = static_cast<const Versions*>(past->sink.state);
    const HeapTuple row = heap_form_tuple(past->descriptor, values, nulls);
    TupleTableSlot* slot = versions->slot;
    ExecClearTuple(slot);
    slot->tts_values[kSortKey] = CStringGetTextDatum(key);
    slot->tts_values[kSortSide] = Int32GetDatum(side);
    slot->tts_values[kSortRow] = heap_copy_tuple_as_datum(row, past->descriptor);
    memset(slot->tts_isnull, 0, sizeof(bool) * kSortColumns);
    ExecStoreVirtualTuple(slot);
    tuplesort_puttupleslot(versions->sort, slot);
}

Versions begin_versions(Oid row_type)
{
    Versions versions{};
    versions.descriptor = CreateTemplateTupleDesc(kSortColumns);
    TupleDescInitEntry(versions.descriptor, 1, "key", TEXTOID, -1, 0);
    TupleDescInitEntry(versions.descriptor, 2, "side", INT4OID, -1, 0);
    TupleDescInitEntry(versions.descriptor, 3, "row", row_type, -1, 0);
    versions.slot = MakeSingleTupleTableSlot(versions.descriptor, &TTSOpsVirtual);
    AttrNumber attributes[2] = {1, 2};
    Oid operators[2] = {TextLessOperator, Int4LessOperator};
    Oid collations[2] = {C_COLLATION_OID, InvalidOid};
    bool nulls_first[2] = {false, false};
    versions.sort = tuplesort_begin_heap(versions.descriptor, 2, attributes, operators, collations,
                                         nulls_first, work_mem, nullptr, TUPLESORT_NONE);
    return versions;
}

/// One version of a row, taken apart.
struct Version {
    char* key;
    int side;
    Datum row;
    Datum* values;
    bool* nulls;
};

/// The next version of the sort, or nullptr; in the current memory context.
Version* next_version(const Past* past, const Versions& versions, TupleTableSlot* slot)
{
    if (!tuplesort_gettupleslot(versions.sort, true, false, slot, nullptr))
        return nullptr;
    slot_getallattrs(slot);
    auto* version = make_in<Version>(CurrentMemoryContext);
    version->key = TextDatumGetCString(slot->tts_values[kSortKey]);
    version->side = DatumGetInt32(slot->tts_values[kSortSide]);
    version->row = datumCopy(slot->tts_values[kSortRow], false, -1);
    const int count = past->descriptor->natts;
    version->values = make_array_in<Datum>(CurrentMemoryContext, count);
    version->nulls = make_array_in<bool>(CurrentMemoryContext, count);
    HeapTupleData tuple{};
    tuple.t_data = DatumGetHeapTupleHeader(version->row);
    tuple.t_len = HeapTupleHeaderGetDatumLength(tuple.t_data);
    heap_deform_tuple(&tuple, past->descriptor, version->values, version->nulls);
    return version;
}

bool differs(Past* past, int i, const Version& a, const Version& b)
{
    PastColumn& column = past->columns[i];
    const int attribute = column.number - 1;
    if (a.nulls[attribute] || b.nulls[attribute])
        return a.nulls[attribute] != b.nulls[attribute];
    Form_pg_attribute form = TupleDescAttr(past->descriptor, attribute);
    return !datum_image_eq(a.values[attribute], b.values[attribute], form->attbyval,
                           form->attlen) &&
           (!column.has_telling_text ||
            strcmp(text_form(&column.output, a.values[attribute]),
                   text_form(&column.output, b.values[attribute])) != 0);
}

/// Names of the columns in which two versions differ, as name[].
ArrayType* changed_columns(Past* past, const Version& before, const Version& after)
{
    Datum* names = make_array_in<Datum>(CurrentMemoryContext, past->column_count);
    int count = 0;
    for (int i = 0; i < past->column_count; i++)
        if (differs(past, i, before, after))
            names[count++] = NameGetDatum(
                &TupleDescAttr(past->descriptor, past->columns[i].number - 1)->attname);
    return construct_array(names, count, NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR);
}

void put_difference(Past* past, ReturnSetInfo* result, const Version* before, const Version* after)
{
    ArrayType* changed = nullptr;
    if (before != nullptr && after != nullptr) {
        changed = changed_columns(past, *before, *after);
        if (ARR_NDIM(changed) == 0)
            return;
    }
    const char* operation = before == nullptr ? "insert" : after == nullptr ? "delete" : "update";
    const char* key = object_of(past, before == nullptr ? after->key : before->key);
    const Datum values[] = {CStringGetTextDatum(key), CStringGetTextDatum(operation),
                            before == nullptr ? Datum{0} : before->row,
                            after == nullptr ? Datum{0} : after->row, PointerGetDatum(changed)};
    const bool nulls[] = {false, false, before == nullptr, after == nullptr, changed == nullptr};
    tuplestore_putvalues(result->setResult, result->setDesc, const_cast<Datum*>(values),
                         const_cast<bool*>(nulls));
}

void put_differences(Past* past, const Versions& versions, ReturnSetInfo* result)
{
    tuplesort_performsort(versions.sort);
    TupleTableSlot* slot = MakeSingleTupleTableSlot(versions.descriptor, &TTSOpsMinimalTuple);
    // Two versions are at hand at a time: their contexts take turns.
    MemoryContext contexts[2];
    for (MemoryContext& context : contexts)
        context = AllocSetContextCreate(CurrentMemoryContext, "event_journal version",
                                        ALLOCSET_DEFAULT_SIZES);
    int turn = 0;
    MemoryContext caller = MemoryContextSwitchTo(contexts[turn]);
    const Version* before = nullptr;
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        turn = 1 - turn;
        MemoryContextSwitchTo(contexts[turn]);
        MemoryContextReset(contexts[turn]);
        const Version* version = next_version(past, versions, slot);
        const bool is_pair = before != nullptr && version != nullptr && version->side == kTo &&
                             strcmp(before->key, version->key) == 0;
        if (before != nullptr)
            put_difference(past, result, before, is_pair ? version : nullptr);
        else if (version != nullptr && version->side == kTo)
            put_difference(past, result, nullptr, version);
        if (before != nullptr && !is_pair && version != nullptr && version->side == kTo)
            put_difference(past, result, nullptr, version);
        if (version == nullptr)
            break;
        before = version->side == kFrom ? version : nullptr;
    }
    MemoryContextSwitchTo(caller);
    ExecDropSingleTupleTableSlot(slot);
}

}  // namespace

/// diff(row_type, from_moment, to_moment, from_mark, to_mark, from_transaction, to_transaction)
JOURNAL_FUNCTION(journal_diff)
{
    const Oid relation = relation_of_argument(fcinfo, 0);
    const Moment* from = moment_argument(fcinfo, {1, 3, 5, -1}, "journal.diff", false);
    const Moment* to = moment_argument(fcinfo, {2, 4, -1, 6}, "journal.diff", true);
    InitMaterializedSRF(fcinfo, 0);
    auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    Versions versions = begin_versions(get_rel_type_id(relation));
    const PastSink sink{nullptr, put_version, nullptr, &versions};
    Past* past = open_past(relation, 2, from, to, nullptr, sink);
    read_past(past);
    put_differences(past, versions, result);
    tuplesort_end(versions.sort);
    ExecDropSingleTupleTableSlot(versions.slot);
    close_past(past);
    return Datum{0};
}

}  // namespace journal
