// See entry_row.hpp.
#include "request/entry_row.hpp"

#include "values/packed_values.hpp"

namespace journal {

namespace {

constexpr const char* kColumns =
    "e.ctid AS place, e.id, e.occurred_at, e.transaction_id, e.change, e.event_type, e.relation, "
    "e.layout, "
    "e.operation, e.backfilled, e.location, e.employee, e.object_type, e.object_id, "
    "e.document_type, e.document_id, e.label, e.links, e.details, "
    "CASE WHEN e.operation IN ('u', 'd') OR e.details IS NOT NULL THEN e.data END AS data, "
    "e.session, e.context, e.command, e.recorded_at, "
    "e.other_type, e.other_id";

Jsonb* jsonb_or_null(const Value& value, MemoryContext context)
{
    return value.is_null ? nullptr
                         : in_context(context, [&] { return unpacked_values(value.datum); });
}

}  // namespace

const char* entry_columns()
{
    return kColumns;
}

EntryRow read_row(const Query& query, uint64 row, MemoryContext context)
{
    EntryRow entry{};
    entry.place = *reinterpret_cast<ItemPointer>(DatumGetPointer(query.value(row, "place").datum));
    entry.id = query.value(row, "id").int8();
    entry.occurred_at = query.value(row, "occurred_at").time();
    entry.transaction_id = query.value(row, "transaction_id").datum;
    entry.change = query.value(row, "change").int8();
    entry.event_type = query.value(row, "event_type").int4();
    entry.relation = query.value(row, "relation").int4();
    entry.layout = query.value(row, "layout").int4();
    entry.operation = query.value(row, "operation").character();
    entry.backfilled = query.value(row, "backfilled").boolean();
    const Value recorded_at = query.value(row, "recorded_at");
    entry.recorded_at = recorded_at.is_null ? entry.occurred_at : recorded_at.time();
    entry.imported = !recorded_at.is_null && !entry.backfilled;
    entry.location = query.value(row, "location").text(context);
    entry.employee = query.value(row, "employee").text(context);
    entry.object_type = query.value(row, "object_type").text(context);
    entry.object_id = query.value(row, "object_id").text(context);
    entry.document_type = query.value(row, "document_type").text(context);
    entry.document_id = query.value(row, "document_id").text(context);
    entry.label = query.value(row, "label").text(context);
    entry.other_type = query.value(row, "other_type").text(context);
    entry.other_id = query.value(row, "other_id").text(context);
    entry.links = jsonb_or_null(query.value(row, "links"), context);
    entry.details = jsonb_or_null(query.value(row, "details"), context);
    Jsonb* data = jsonb_or_null(query.value(row, "data"), context);
    entry.changes = entry.operation == 'u' ? data : nullptr;
    entry.row = entry.operation == 'u' || entry.details == nullptr ? nullptr : data;
    entry.deleted = entry.operation == 'd' ? data : nullptr;
    entry.session = query.value(row, "session").int8();
    entry.context = query.value(row, "context").int8();
    entry.command = query.value(row, "command").int4();
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
