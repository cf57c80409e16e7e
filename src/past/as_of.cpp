// A table, or one row of it, as it was.
#include "base/function.hpp"
#include "base/query.hpp"
#include "catalog/tracked_relation.hpp"
#include "past/past.hpp"

namespace journal {

namespace {

/// Where the rows go.
struct Output {
    Tuplestorestate* store;
    TupleDesc descriptor;
};

void put_unchanged(Past* past, TupleTableSlot* row)
{
    tuplestore_puttupleslot(static_cast<Output*>(past->sink.state)->store, row);
}

void put_changed(Past* past, Side, const char*, Datum* values, bool* nulls)
{
    const auto* output = static_cast<const Output*>(past->sink.state);
    tuplestore_putvalues(output->store, output->descriptor, values, nulls);
}

/// The only row of a past, as jsonb.
struct SingleRow {
    bool found;
    Datum row;
    MemoryContext context;
};

void keep_row(Past* past, Datum* values, bool* nulls)
{
    auto* single = static_cast<SingleRow*>(past->sink.state);
    if (single->found)
        ereport(ERROR, (errcode(ERRCODE_CARDINALITY_VIOLATION),
                        errmsg("%s had more than one row with the key %s",
                               qualified_name(RelationGetRelid(past->root)), past->only_key),
                        errdetail("A key is unique within each inheritance child only."),
                        errhint("journal.table_as_of(NULL::%s, ..., key => ...) shows all of them.",
                                qualified_name(RelationGetRelid(past->root)))));
    in_context(single->context, [&] {
        TupleDesc descriptor = past->descriptor;
        const HeapTuple tuple = heap_form_tuple(descriptor, values, nulls);
        single->row = heap_copy_tuple_as_datum(tuple, descriptor);
        single->found = true;
    });
}

void keep_unchanged(Past* past, TupleTableSlot* row)
{
    slot_getallattrs(row);
    keep_row(past, row->tts_values, row->tts_isnull);
}

void keep_changed(Past* past, Side, const char*, Datum* values, bool* nulls)
{
    keep_row(past, values, nulls);
}

/// A row as jsonb. A cast to json may be the table's author's code: it runs with its owner's
/// rights.
Datum as_jsonb(const Past* past, Datum row)
{
    MemoryContext context = CurrentMemoryContext;
    const Rights caller = Rights::lent_by(past->root);
    const Oid type = HeapTupleHeaderGetTypeId(DatumGetHeapTupleHeader(row));
    Query query = Query::begin(RunAs::kCallerWithPath);
    query.run("SELECT pg_catalog.to_jsonb($1)", {{type, row}}, true);
    const Datum copy = query.value(0).copy(context);
    query.end();
    caller.end();
    return copy;
}

}  // namespace

/// table_as_of(of, moment, mark, before_transaction, after_transaction, key)
JOURNAL_FUNCTION(journal_table_as_of)
{
    const Oid relation = relation_of_argument(fcinfo, 0);
    const Moment* moment = moment_argument(fcinfo, {1, 2, 3, 4}, "journal.table_as_of", false);
    const char* key = PG_ARGISNULL(5) ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(5));
    InitMaterializedSRF(fcinfo, 0);
    auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    Output output{result->setResult, result->setDesc};
    const PastSink sink{put_unchanged, put_changed, nullptr, &output};
    Past* past = open_past(relation, 1, moment, nullptr, key, sink);
    read_past(past);
    close_past(past);
    return Datum{0};
}

/// row_as_of(relation, key, moment, mark, before_transaction, after_transaction)
JOURNAL_FUNCTION(journal_row_as_of)
{
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
        PG_RETURN_NULL();
    const Moment* moment = moment_argument(fcinfo, {2, 3, 4, 5}, "journal.row_as_of", false);
    const char* key = text_to_cstring(PG_GETARG_TEXT_PP(1));
    SingleRow single{false, Datum{0}, CurrentMemoryContext};
    const PastSink sink{keep_unchanged, keep_changed, nullptr, &single};
    Past* past = open_past(PG_GETARG_OID(0), 1, moment, nullptr, key, sink);
    read_past(past);
    const Datum row = single.found ? as_jsonb(past, single.row) : Datum{0};
    close_past(past);
    if (!single.found)
        PG_RETURN_NULL();
    return row;
}

}  // namespace journal
