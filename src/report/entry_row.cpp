// See entry_row.hpp.
#include "report/entry_row.hpp"

#include "values/stored_jsonb.hpp"

namespace journal {

namespace {

constexpr const char* kColumns =
    "e.id, e.occurred_at, e.transaction_id, e.change, e.event_type, e.relation, e.layout, "
    "e.operation, e.backfilled, e.location, e.employee, e.object_type, e.object_id, "
    "e.document_type, e.document_id, e.label, e.links, e.details, "
    "CASE WHEN e.operation IN ('u', 'd') OR e.details IS NOT NULL THEN e.data END, "
    "e.session, e.command";

Jsonb* jsonb_or_null(const Query& query, uint64 row, int column, MemoryContext context)
{
    bool is_null = false;
    const Datum datum = query.value(row, column, &is_null);
    if (is_null)
        return nullptr;
    MemoryContext previous = MemoryContextSwitchTo(context);
    Jsonb* result = stored_jsonb(datum, true);
    MemoryContextSwitchTo(previous);
    return result;
}

}  // namespace

const char* entry_columns()
{
    return kColumns;
}

EntryRow read_row(const Query& query, uint64 row, MemoryContext context)
{
    bool is_null = false;
    EntryRow entry{};
    entry.id = query.int8(row, 1);
    entry.occurred_at = DatumGetTimestampTz(query.value(row, 2, &is_null));
    entry.transaction_id = query.value(row, 3, &is_null);
    entry.change = query.int8(row, 4);
    entry.event_type = query.int4(row, 5);
    entry.relation = query.int4(row, 6);
    entry.layout = query.int4(row, 7);
    entry.operation = DatumGetChar(query.value(row, 8, &is_null));
    entry.backfilled = query.boolean(row, 9);
    entry.location = query.text(row, 10, context);
    entry.employee = query.text(row, 11, context);
    entry.object_type = query.text(row, 12, context);
    entry.object_id = query.text(row, 13, context);
    entry.document_type = query.text(row, 14, context);
    entry.document_id = query.text(row, 15, context);
    entry.label = query.text(row, 16, context);
    entry.links = jsonb_or_null(query, row, 17, context);
    entry.details = jsonb_or_null(query, row, 18, context);
    Jsonb* data = jsonb_or_null(query, row, 19, context);
    entry.changes = entry.operation == 'u' ? data : nullptr;
    entry.row = entry.operation == 'u' || entry.details == nullptr ? nullptr : data;
    entry.deleted = entry.operation == 'd' ? data : nullptr;
    entry.session = query.int8(row, 20);
    entry.command = query.int4(row, 21);
    return entry;
}

SqlText::SqlText()
{
    initStringInfo(&text_);
}

void SqlText::append(const char* text)
{
    appendStringInfoString(&text_, text);
}

void SqlText::append(const QueryArgument& argument)
{
    if (count_ == kMostArguments)
        elog(ERROR, "too many parameters in a query of the report");
    arguments_[count_++] = argument;
    appendStringInfo(&text_, "$%d", count_);
}

uint64 SqlText::run(Query& query) const
{
    return query.run(text_.data, count_, arguments_, true);
}

QueryArgument text_array_argument(const char* const* items, int count)
{
    Datum* elements = make_array_in<Datum>(CurrentMemoryContext, count);
    bool* nulls = make_array_in<bool>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++) {
        nulls[i] = items[i] == nullptr;
        if (!nulls[i])
            elements[i] = CStringGetTextDatum(items[i]);
    }
    int bound = 1;
    return {TEXTARRAYOID, PointerGetDatum(construct_md_array(elements, nulls, 1, &count, &bound,
                                                             TEXTOID, -1, false, TYPALIGN_INT))};
}

QueryArgument int4_array_argument(const int32* items, int count)
{
    Datum* elements = make_array_in<Datum>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++)
        elements[i] = Int32GetDatum(items[i]);
    return {INT4ARRAYOID, PointerGetDatum(construct_array(elements, count, INT4OID, sizeof(int32),
                                                          true, TYPALIGN_INT))};
}

QueryArgument int8_array_argument(const int64* items, int count)
{
    Datum* elements = make_array_in<Datum>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++)
        elements[i] = Int64GetDatum(items[i]);
    return {INT8ARRAYOID, PointerGetDatum(construct_array(elements, count, INT8OID, sizeof(int64),
                                                          FLOAT8PASSBYVAL, TYPALIGN_DOUBLE))};
}

void read_by_places(Query& query)
{
    query.set("enable_tidscan", "on");
    query.set("enable_seqscan", "off");
}

QueryArgument places_argument(const Vector<ItemPointerData>& places)
{
    const int count = static_cast<int>(places.size());
    Datum* elements = make_array_in<Datum>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++)
        elements[i] = PointerGetDatum(&places[i]);
    return {TIDARRAYOID,
            PointerGetDatum(construct_array(elements, count, TIDOID, sizeof(ItemPointerData), false,
                                            TYPALIGN_SHORT))};
}

QueryArgument timestamp_argument(TimestampTz value)
{
    return {TIMESTAMPTZOID, TimestampTzGetDatum(value)};
}

void append_moment(SqlText* sql, const char* comparison, TimestampTz moment)
{
    if (TIMESTAMP_NOT_FINITE(moment))
        return;
    sql->append(comparison);
    sql->append(timestamp_argument(moment));
}

}  // namespace journal
