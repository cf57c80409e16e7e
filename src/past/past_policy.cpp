// Which rows of the past a caller may see whom the table's row-level security holds.
//
// A policy says of a row whether somebody may see it; of a row as it was it says the same. So the
// rows that were made out of entries wait in a tuplestore until all of them are there; then one
// query over them, as the caller, has the table's policies for SELECT as its condition. The
// policies are those of now, and so is whatever else they read. A row that is still there has to be
// visible as it is now as well: the live rows were read as the caller in the first place.
#include "base/function.hpp"
#include "base/policy.hpp"
#include "base/query.hpp"
#include "catalog/tracked_relation.hpp"
#include "past/past.hpp"

namespace journal {

namespace {

constexpr const char* kHeldRows = "event_journal_past_rows";

enum HeldColumn { kHeldSide, kHeldKey, kHeldRow, kHeldColumns };

/// Runs the query whose rows the caller may see into a tuplestore.
Tuplestorestate* visible_rows(const Past* past)
{
    // A function in FROM gives its row the table's own type, which a policy may ask for. The names
    // of ours must be no table's and no column's: a policy names the table's columns by themselves.
    const char* sql = psprintf(
        "SELECT event_journal_side, event_journal_key, event_journal_row FROM %s, "
        "LATERAL pg_catalog.unnest(ARRAY[event_journal_row]) AS %s WHERE %s",
        kHeldRows, quote_identifier(RelationGetRelationName(past->root)),
        policy_condition(RelationGetRelid(past->root), 'r', Looked::kRow));
    Tuplestorestate* rows = tuplestore_begin_heap(false, false, work_mem);
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kCallerWithPath);
    register_named(kHeldRows, past->held, past->held_descriptor);
    SPIExecuteOptions options{};
    options.read_only = true;
    options.must_return_tuples = true;
    options.dest = CreateDestReceiver(DestTuplestore);
    SetTuplestoreDestReceiverParams(options.dest, rows, context, false, nullptr, nullptr);
    const int code = SPI_execute_extended(sql, &options);
    if (code < 0)
        elog(ERROR, "SPI_execute_extended failed: %s: %s", SPI_result_code_string(code), sql);
    query.end();
    return rows;
}

void pass_row(Past* past, TupleTableSlot* slot)
{
    slot_getallattrs(slot);
    const int count = past->descriptor->natts;
    auto* values = make_array_in<Datum>(CurrentMemoryContext, count);
    bool* nulls = make_array_in<bool>(CurrentMemoryContext, count);
    HeapTupleData tuple{};
    tuple.t_data = DatumGetHeapTupleHeader(slot->tts_values[kHeldRow]);
    tuple.t_len = HeapTupleHeaderGetDatumLength(tuple.t_data);
    heap_deform_tuple(&tuple, past->descriptor, values, nulls);
    past->sink.changed(past, static_cast<Side>(DatumGetInt32(slot->tts_values[kHeldSide])),
                       TextDatumGetCString(slot->tts_values[kHeldKey]), values, nulls);
}

}  // namespace

void hold_row(Past* past, Side side, const char* key, Datum* values, bool* nulls)
{
    if (past->held == nullptr) {
        in_context(past->context, [&] {
            past->held = tuplestore_begin_heap(false, false, work_mem);
            past->held_descriptor = CreateTemplateTupleDesc(kHeldColumns);
            TupleDescInitEntry(past->held_descriptor, 1, "event_journal_side", INT4OID, -1, 0);
            TupleDescInitEntry(past->held_descriptor, 2, "event_journal_key", TEXTOID, -1, 0);
            TupleDescInitEntry(past->held_descriptor, 3, "event_journal_row",
                               get_rel_type_id(RelationGetRelid(past->root)), -1, 0);
        });
    }
    const HeapTuple row = heap_form_tuple(past->descriptor, values, nulls);
    const Datum held[] = {Int32GetDatum(side), CStringGetTextDatum(key),
                          heap_copy_tuple_as_datum(row, past->descriptor)};
    const bool held_nulls[kHeldColumns]{};
    tuplestore_putvalues(past->held, past->held_descriptor, const_cast<Datum*>(held),
                         const_cast<bool*>(held_nulls));
}

void pass_visible_rows(Past* past)
{
    if (past->held == nullptr)
        return;
    Tuplestorestate* rows = visible_rows(past);
    TupleTableSlot* slot = MakeSingleTupleTableSlot(past->held_descriptor, &TTSOpsMinimalTuple);
    // A row that comes from disk is the slot's, until the next one.
    while (tuplestore_gettupleslot(rows, true, false, slot)) {
        CHECK_FOR_INTERRUPTS();
        in_context(past->row_context, [&] { pass_row(past, slot); });
        MemoryContextReset(past->row_context);
    }
    ExecDropSingleTupleTableSlot(slot);
    tuplestore_end(rows);
    tuplestore_end(past->held);
}

}  // namespace journal
