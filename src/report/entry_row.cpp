// See entry_row.hpp.
#include "report/entry_row.hpp"

#include "base/object_lookup.hpp"
#include "values/stored_jsonb.hpp"

#include <algorithm>

namespace journal {

namespace {

constexpr const char* kColumns =
    "e.id, e.occurred_at, e.transaction_id, e.change, e.event_type, e.relation, e.layout, "
    "e.operation, e.backfilled, e.location, e.employee, e.object_type, e.object_id, "
    "e.document_type, e.document_id, e.label, e.links, e.details, "
    "CASE WHEN e.operation = 'u' OR e.details IS NOT NULL THEN e.data END, "
    "e.operation = 'd' AND e.data IS NOT NULL";

constexpr int64 kFirstStretch = 31 * USECS_PER_DAY;
constexpr int64 kStretchGrowth = 4;
constexpr int64 kLongestStretch = 3000 * USECS_PER_DAY;

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

/// Where reading stands: rows behind a position, in a direction, between two bounds.
struct Stretch {
    bool descending;
    TimestampTz from;
    TimestampTz to;
    bool has_position;
    TimestampTz occurred_at;
    int64 id;
};

void append_stretch(SqlText* sql, const Stretch& stretch)
{
    if (stretch.from != DT_NOBEGIN) {
        sql->append(" AND e.occurred_at >= ");
        sql->append(timestamp_argument(stretch.from));
    }
    if (stretch.to != DT_NOEND) {
        sql->append(" AND e.occurred_at < ");
        sql->append(timestamp_argument(stretch.to));
    }
    if (stretch.has_position) {
        // The comparison of the pair prunes no partitions, that of the time alone does.
        sql->append(stretch.descending ? " AND e.occurred_at <= " : " AND e.occurred_at >= ");
        sql->append(timestamp_argument(stretch.occurred_at));
        sql->append(stretch.descending ? " AND (e.occurred_at, e.id) < ("
                                       : " AND (e.occurred_at, e.id) > (");
        sql->append(timestamp_argument(stretch.occurred_at));
        sql->append(", ");
        sql->append(int8_argument(stretch.id));
        sql->append(")");
    }
}

void append_order(SqlText* sql, bool descending, int limit)
{
    sql->append(descending ? " ORDER BY e.occurred_at DESC, e.id DESC LIMIT "
                           : " ORDER BY e.occurred_at, e.id LIMIT ");
    sql->append(int8_argument(limit));
}

/// Has the planner take the rows in the index's order and stop at the page's end: without
/// statistics it would rather read all of them and sort.
void follow_the_index(Query& query)
{
    query.set("enable_sort", "off");
    query.set("enable_incremental_sort", "off");
    query.set("enable_bitmapscan", "off");
    query.set("enable_seqscan", "off");
}

/// The time of the first entry of the account in a stretch, whatever the filters; false if there
/// is none.
bool first_moment(const char* account, const Stretch& stretch, TimestampTz* moment)
{
    static SavedStatement latest;
    static SavedStatement earliest;
    TimestampTz from = stretch.from;
    TimestampTz to = stretch.to;
    if (stretch.has_position && stretch.descending)
        to = std::min(to, stretch.occurred_at + 1);
    if (stretch.has_position && !stretch.descending)
        from = std::max(from, stretch.occurred_at);
    Query query = Query::begin(RunAs::kCaller);
    follow_the_index(query);
    const std::initializer_list<QueryArgument> arguments = {
        text_argument(account), timestamp_argument(from), timestamp_argument(to)};
#define ENTRIES_BETWEEN \
    "SELECT e.occurred_at FROM journal.entry e WHERE " IS_IN_ACCOUNT("e", "$1") " AND "        \
    "e.occurred_at >= $2 AND e.occurred_at < $3 ORDER BY "
    const uint64 rows =
        stretch.descending
            ? query.run_saved(&latest, ENTRIES_BETWEEN "e.occurred_at DESC, e.id DESC LIMIT 1",
                              arguments)
            : query.run_saved(&earliest, ENTRIES_BETWEEN "e.occurred_at, e.id LIMIT 1", arguments);
    bool is_null = false;
    if (rows > 0)
        *moment = DatumGetTimestampTz(query.value(0, 1, &is_null));
    query.end();
    return rows > 0;
}

/// Cuts off what lies farther than length from moment; returns whether anything was cut off.
bool shorten(Stretch* stretch, TimestampTz moment, int64 length)
{
    if (TIMESTAMP_NOT_FINITE(moment) || length > kLongestStretch)
        return false;
    TimestampTz edge = 0;
    if (stretch->descending) {
        if (pg_sub_s64_overflow(moment, length, &edge) || edge <= stretch->from)
            return false;
        stretch->from = edge;
    } else {
        if (pg_add_s64_overflow(moment, length, &edge) || edge >= stretch->to)
            return false;
        stretch->to = edge;
    }
    return true;
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
    entry.row = entry.operation == 'u' ? nullptr : data;
    entry.has_snapshot = query.boolean(row, 20);
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

QueryArgument timestamp_argument(TimestampTz value)
{
    return {TIMESTAMPTZOID, TimestampTzGetDatum(value)};
}

void read_entries(const PageRequest& request, int limit, AppendCondition condition,
                  const void* filter, MemoryContext context, EntryRows* rows)
{
    Stretch rest{request.descending,   request.bounds.from, request.bounds.to,
                 request.has_position, request.occurred_at, request.id};
    // A plan's window moves on between two pages, and a cursor is no way around it.
    const TimestampTz begin = plan_begin(request.account);
    if (begin > rest.from)
        rest.from = begin;

    TimestampTz moment = 0;
    if (!first_moment(request.account->name, rest, &moment))
        return;
    const std::size_t wanted = rows->size() + static_cast<std::size_t>(limit);
    int64 length = kFirstStretch;
    for (bool more = true; more && rows->size() < wanted; length *= kStretchGrowth) {
        Stretch stretch = rest;
        more = shorten(&stretch, moment, length);
        Query query = Query::begin(RunAs::kCaller);
        follow_the_index(query);
        SqlText sql;
        sql.append("SELECT ");
        sql.append(kColumns);
        sql.append(" FROM journal.entry e WHERE " ACCOUNT_HASH_OF("e") " = ");
        sql.append(int8_argument(account_hash(request.account->name)));
        sql.append(" AND (e.account = ");
        sql.append(text_argument(request.account->name));
        sql.append(") IS TRUE");
        append_stretch(&sql, stretch);
        condition(&sql, filter);
        append_order(&sql, stretch.descending, static_cast<int>(wanted - rows->size()));
        const uint64 count = sql.run(query);
        for (uint64 i = 0; i < count; i++)
            rows->push_back(read_row(query, i, context));
        query.end();
        // The next stretch begins where this one ended.
        rest.has_position = false;
        if (stretch.descending)
            rest.to = stretch.from;
        else
            rest.from = stretch.to;
        moment = stretch.descending ? rest.to : rest.from;
    }
}

}  // namespace journal
