// See feed.hpp. A page is read by the months' BRIN indexes: they say which stretches of pages may
// hold entries of the batch, and the least id of each, so that the next entries by id are read
// without looking at the rest.
#include "accounts/access.hpp"
#include "base/copied_journal.hpp"
#include "base/function.hpp"
#include "base/journal_tables.hpp"
#include "base/query.hpp"
#include "feed/feed.hpp"
#include "feed/feed_filter.hpp"
#include "feed/position.hpp"
#include "months/block_range.hpp"
#include "months/closed_month.hpp"
#include "months/entry_months.hpp"
#include "months/partition.hpp"

#include <algorithm>

namespace journal {

namespace {

/// The columns of journal.entries that a page has, before next_position.
constexpr const char* kColumns =
    "v.id, v.occurred_at, v.transaction_id, v.change, v.command, v.operation, v.event, "
    "v.event_group, v.kind, "
    "v.account, v.location, v.employee, v.object_type, v.object_id, v.label, v.previous_id, "
    "v.document_type, v.document_id, v.old, v.new, v.snapshot, v.details, v.links, v.actor_kind, "
    "v.reason, v.backfilled, v.incarnation";

/// A stretch of pages that is read at least holds about so many entries.
constexpr int kEntriesOfRange = 400;

/// Sessions of older incarnations of the journal, which a dump brought along: all numbers less than
/// those of the present one.
struct OlderSessions {
    int64 last;        // 0: there are none
    int64 known_from;  // those of the incarnation that a position is of, which delivered all before
    int64 known_to;
};

struct Feed {
    ReturnSetInfo* result;
    FeedPosition position;
    OlderSessions older;
    EntryPartition* partitions;
    int partition_count;
    const char* condition;
    int missing;
    bool found;
};

pg_uuid_t no_uuid()
{
    return pg_uuid_t{};
}

bool is_same(const pg_uuid_t& a, const pg_uuid_t& b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

bool is_same(const TransactionsOver& a, const TransactionsOver& b)
{
    return is_covered(a, b) && is_covered(b, a);
}

OlderSessions find_older_sessions(const pg_uuid_t& known)
{
    OlderSessions older{};
    Query query = Query::begin(RunAs::kOwner);
    const QueryArgument present{UUIDOID, UUIDPGetDatum(current_incarnation())};
    // The first session tells, but where a dump was restored.
    if (query.run("SELECT incarnation <> $1 FROM journal.session ORDER BY id LIMIT 1", {present},
                  true) > 0 &&
        query.value(0).boolean()) {
        query.run(
            "SELECT max(id) AS last, coalesce(min(id) FILTER (WHERE incarnation = $2), 0) AS "
            "known_from, coalesce(max(id) FILTER (WHERE incarnation = $2), 0) AS known_to "
            "FROM journal.session WHERE incarnation <> $1",
            {present, {UUIDOID, UUIDPGetDatum(&known)}}, true);
        older = {query.value(0, "last").int8(), query.value(0, "known_from").int8(),
                 query.value(0, "known_to").int8()};
    }
    query.end();
    return older;
}

const char* running_array(const TransactionsOver& over)
{
    StringInfoData text;
    initStringInfo(&text);
    appendStringInfoString(&text, "'{");
    for (int i = 0; i < over.running_count; i++)
        appendStringInfo(&text, "%s%lu", i == 0 ? "" : ",", over.running[i]);
    appendStringInfoString(&text, "}'::pg_catalog.xid8[]");
    return text.data;
}

const char* is_over(const TransactionsOver& over)
{
    return psprintf("(v.transaction_id < '%lu'::pg_catalog.xid8 AND v.transaction_id <> ALL (%s))",
                    over.end, running_array(over));
}

const char* is_not_over(const TransactionsOver& over)
{
    if (over.running_count == 0)
        return psprintf("v.transaction_id >= '%lu'::pg_catalog.xid8", over.end);
    return psprintf("(v.transaction_id >= '%lu'::pg_catalog.xid8 OR v.transaction_id = ANY (%s))",
                    over.end, running_array(over));
}

/// Entries of older incarnations, but those that the position of one says to be delivered.
const char* older_condition(const Feed& feed)
{
    const char* older = psprintf("v.session <= " INT64_FORMAT, feed.older.last);
    if (feed.older.known_to == 0)
        return older;
    const FeedPosition& position = feed.position;
    return psprintf("%s AND v.session >= " INT64_FORMAT " AND (v.session > " INT64_FORMAT
                    " OR (%s AND NOT (%s AND v.id <= " INT64_FORMAT ")))",
                    older, feed.older.known_from, feed.older.known_to, is_not_over(position.before),
                    is_over(position.batch), position.older_last_id);
}

const char* batch_condition(const Feed& feed)
{
    const FeedPosition& position = feed.position;
    return psprintf("v.session > " INT64_FORMAT " AND %s AND %s", feed.older.last,
                    is_not_over(position.before), is_over(position.batch));
}

/// Stretches of time that a partition holds: one, but of the default partition all between months.
void append_part(StringInfo sql, const Feed& feed, const EntryPartition& part,
                 const char* conditions)
{
    const auto append_select = [&](TimestampTz from, TimestampTz to) {
        appendStringInfo(sql, "%sSELECT %s FROM journal.entries v WHERE %s",
                         sql->len == 0 ? "" : " UNION ALL ", kColumns, conditions);
        if (from > DT_NOBEGIN)
            appendStringInfo(sql, " AND v.occurred_at >= %s", moment_in_sql(from));
        if (to < DT_NOEND)
            appendStringInfo(sql, " AND v.occurred_at < %s", moment_in_sql(to));
    };
    if (part.from > DT_NOBEGIN || part.to < DT_NOEND) {
        append_select(part.from, part.to);
        return;
    }
    TimestampTz from = DT_NOBEGIN;
    for (int i = 0; i < feed.partition_count; i++) {
        const EntryPartition& month = feed.partitions[i];
        if (month.relation == part.relation)
            continue;
        if (from < month.from)
            append_select(from, month.from);
        from = month.to;
    }
    if (from < DT_NOEND)
        append_select(from, DT_NOEND);
}

/// Puts the entries of some partitions with ids in (after, to] into the result.
void read_window(Feed* feed, const Vector<Oid>& partitions, const char* conditions, int64 after,
                 int64 to, const char* position)
{
    StringInfoData sql;
    initStringInfo(&sql);
    const char* window = psprintf("v.id > " INT64_FORMAT " AND v.id <= " INT64_FORMAT " AND %s%s",
                                  after, to, conditions, feed->condition);
    for (int i = 0; i < feed->partition_count; i++)
        if (std::find(partitions.begin(), partitions.end(), feed->partitions[i].relation) !=
            partitions.end())
            append_part(&sql, *feed, feed->partitions[i], window);
    Query query = Query::begin(RunAs::kCaller);
    // A month that was never analyzed looks as if its BRIN index were of no use.
    query.set("enable_seqscan", "off");
    const uint64 rows =
        query.run(psprintf("SELECT v.*, %s || v.id FROM (%s) v ORDER BY v.id LIMIT %d",
                           quote_literal_cstr(position), sql.data, feed->missing),
                  {}, true);
    TupleDesc columns = SPI_tuptable->tupdesc;
    Datum* values = make_array_in<Datum>(CurrentMemoryContext, columns->natts);
    bool* nulls = make_array_in<bool>(CurrentMemoryContext, columns->natts);
    for (uint64 i = 0; i < rows; i++) {
        heap_deform_tuple(SPI_tuptable->vals[i], columns, values, nulls);
        tuplestore_putvalues(feed->result->setResult, feed->result->setDesc, values, nulls);
    }
    query.end();
    feed->missing -= static_cast<int>(rows);
    feed->found = feed->found || rows > 0;
}

/// Puts what follows the position's last id into the result, as long as the page has room.
void read_batch(Feed* feed, const BlockRangeFilter& filter, const char* conditions)
{
    Vector<BlockRange> ranges(CurrentMemoryContext);
    const SummarisedMonths closed(CurrentMemoryContext);
    for (int i = 0; i < feed->partition_count; i++) {
        const ClosedMonth* month = closed.find(feed->partitions[i].relation);
        if (month != nullptr &&
            (month->is_empty ||
             !may_hold(filter, month->last_id, month->first_transaction, month->last_transaction)))
            continue;
        Relation partition = try_relation_open(feed->partitions[i].relation, AccessShareLock);
        if (partition == nullptr)
            continue;
        add_block_ranges(partition, filter, &ranges);
        table_close(partition, NoLock);
    }
    std::sort(ranges.begin(), ranges.end(),
              [](const BlockRange& a, const BlockRange& b) { return a.first_id < b.first_id; });
    const char* position = encode_position(feed->position);
    Vector<Oid> partitions(CurrentMemoryContext);
    int64 after = feed->position.last_id;
    std::size_t taken = 0;
    while (feed->missing > 0 && taken < ranges.size()) {
        CHECK_FOR_INTERRUPTS();
        const std::size_t least = taken + feed->missing / kEntriesOfRange + 1;
        while (taken < ranges.size() && (taken < least || ranges[taken].first_id <= after + 1)) {
            const Oid partition = ranges[taken++].partition;
            if (std::find(partitions.begin(), partitions.end(), partition) == partitions.end())
                partitions.push_back(partition);
        }
        const int64 to = taken < ranges.size() ? ranges[taken].first_id - 1 : PG_INT64_MAX;
        read_window(feed, partitions, conditions, after, to, position);
        after = to;
    }
}

void read_older(Feed* feed)
{
    if (feed->older.last > 0)
        read_batch(feed, {feed->position.last_id, 0, 0, nullptr, PG_UINT64_MAX},
                   older_condition(*feed));
    if (feed->missing == 0)
        return;
    feed->position.in_older = false;
    feed->position.older_incarnation = no_uuid();
    feed->position.older_last_id = 0;
    feed->position.before = kNoneOver;
    feed->position.batch = kNoneOver;
    feed->position.last_id = 0;
}

/// Reads the rest of the batch, and ends it where that is all.
void read_present(Feed* feed)
{
    FeedPosition& position = feed->position;
    if (is_same(position.before, position.batch))
        return;
    read_batch(feed,
               {position.last_id, position.before.end, position.before.running_count,
                position.before.running, position.batch.end},
               batch_condition(*feed));
    if (feed->missing == 0)
        return;
    position.before = position.batch;
    position.last_id = 0;
}

[[noreturn]] void raise_old_snapshot()
{
    ereport(ERROR, (errcode(kFeedAhead),
                    errmsg("the transaction's snapshot is older than the position of the feed"),
                    errhint("Begin a new transaction; under READ COMMITTED each statement sees "
                            "what is new. A standby gets there in time.")));
}

[[noreturn]] void raise_other_journal()
{
    ereport(ERROR, (errcode(kFeedForked), errmsg("the position of the feed is of another journal"),
                    errdetail("No entry here was written by the server that gave it."),
                    errhint("Begin anew with NULL.")));
}

FeedPosition first_position()
{
    FeedPosition position{};
    position.incarnation = *current_incarnation();
    position.before = kNoneOver;
    position.batch = kNoneOver;
    position.in_older = true;
    return position;
}

/// A month made since the snapshot took entries over from the default partition, where only the
/// snapshot still sees them.
void require_known_partitions(const Feed& feed)
{
    Datum* oids = make_array_in<Datum>(CurrentMemoryContext, feed.partition_count);
    for (int i = 0; i < feed.partition_count; i++)
        oids[i] = ObjectIdGetDatum(feed.partitions[i].relation);
    ArrayType* array =
        construct_array(oids, feed.partition_count, OIDOID, sizeof(Oid), true, TYPALIGN_INT);
    Query query = Query::begin(RunAs::kOwner);
    const uint64 known = query.run("SELECT FROM pg_catalog.pg_inherits WHERE inhrelid = ANY ($1)",
                                   {{OIDARRAYOID, PointerGetDatum(array)}}, true);
    query.end();
    if (known < static_cast<uint64>(feed.partition_count))
        raise_old_snapshot();
}

/// Makes a position one of the present incarnation, and checks that this server can go on from it.
void take_over_position(Feed* feed, const char* text)
{
    FeedPosition& position = feed->position;
    position = text == nullptr ? first_position() : decode_position(text);
    const pg_uuid_t present = *current_incarnation();
    if (!is_same(position.incarnation, present)) {
        position.older_incarnation = position.in_older ? no_uuid() : position.incarnation;
        position.older_last_id = position.last_id;
        position.last_id = 0;
        position.in_older = true;
        feed->older = find_older_sessions(position.incarnation);
        if (feed->older.last == 0 || feed->older.known_to == 0)
            raise_other_journal();
        if (is_same(position.older_incarnation, no_uuid()))
            feed->older.known_to = 0;
        position.incarnation = present;
        return;
    }
    feed->older = find_older_sessions(position.older_incarnation);
    if (text == nullptr)
        return;
    check_wal(position);
    if (!position.in_older && !is_covered(position.batch, transactions_over()))
        raise_old_snapshot();
}

void put_position(Feed* feed)
{
    TupleDesc columns = feed->result->setDesc;
    Datum* values = make_array_in<Datum>(CurrentMemoryContext, columns->natts);
    bool* nulls = make_array_in<bool>(CurrentMemoryContext, columns->natts);
    std::fill(nulls, nulls + columns->natts, true);
    nulls[columns->natts - 1] = false;
    values[columns->natts - 1] =
        CStringGetTextDatum(psprintf("%s0", encode_position(feed->position)));
    tuplestore_putvalues(feed->result->setResult, columns, values, nulls);
}

}  // namespace

const char* start_position(FeedStart start)
{
    FeedPosition position = first_position();
    if (start == FeedStart::kNow) {
        position.in_older = false;
        position.before = transactions_over();
        position.batch = position.before;
    }
    note_wal(&position);
    return psprintf("%s0", encode_position(position));
}

int feed_page_size(FunctionCallInfo fcinfo, int argument)
{
    constexpr int kUsual = 1000;
    constexpr int kMost = 10000;
    const int size = PG_ARGISNULL(argument) ? kUsual : PG_GETARG_INT32(argument);
    if (size < 1 || size > kMost)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("page_size %d is outside 1 to %d", size, kMost)));
    return size;
}

void return_changes(FunctionCallInfo fcinfo, const char* position, int page_size,
                    const Jsonb* filter)
{
    require_entries_readable("auditor");
    refuse_on_copied_journal();
    InitMaterializedSRF(fcinfo, 0);
    Feed feed{};
    feed.result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    feed.missing = page_size;
    feed.condition = feed_condition(filter);
    take_over_position(&feed, position);
    feed.partition_count = entry_partitions(&feed.partitions);
    require_known_partitions(feed);
    // What is read now is on disk: a later position of the same WAL holds for an earlier batch too.
    note_wal(&feed.position);
    if (feed.position.in_older)
        read_older(&feed);
    if (feed.missing > 0 && !feed.position.in_older)
        read_present(&feed);
    if (feed.missing > 0) {
        feed.position.batch = transactions_over();
        read_present(&feed);
    }
    if (!feed.found)
        put_position(&feed);
}

/// changes_since(after, page_size, filter)
JOURNAL_FUNCTION(journal_changes_since)
{
    return_changes(fcinfo, PG_ARGISNULL(0) ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(0)),
                   feed_page_size(fcinfo, 1), PG_ARGISNULL(2) ? nullptr : PG_GETARG_JSONB_P(2));
    return Datum{0};
}

}  // namespace journal
