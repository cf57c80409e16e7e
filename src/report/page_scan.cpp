// See page_scan.hpp.
#include "report/page_scan.hpp"

#include "base/object_hash.hpp"
#include "catalog/partition.hpp"

#include <algorithm>

namespace journal {

namespace {

constexpr int kMostPlaces = 10000;

/// What reading a page goes by; rest is what is still to be read.
struct PageReading {
    const PageRequest* request;
    const EntryFilter* filter;
    MemoryContext context;
    EntryRows* rows;
    std::size_t wanted;
    TimeRange rest;

    int missing() const { return static_cast<int>(wanted - rows->size()); }
};

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

void append_comparison(SqlText* sql, const char* comparison, TimestampTz moment)
{
    if (TIMESTAMP_NOT_FINITE(moment))
        return;
    sql->append(comparison);
    sql->append(timestamp_argument(moment));
}

/// The entries at places of one month.
void append_places(SqlText* sql, const TimePlaces& found)
{
    // The times let the planner leave out all other months.
    append_comparison(sql, " AND e.occurred_at >= ", found.earliest);
    append_comparison(sql, " AND e.occurred_at <= ", found.latest);
    sql->append(" AND e.ctid = ANY (");
    sql->append(places_argument(found.places));
    sql->append(")");
}

/// The entries of a stretch whose partition has no index on time.
void append_range(SqlText* sql, const TimeRange& range)
{
    append_comparison(sql, " AND e.occurred_at >= ", range.from);
    append_comparison(sql, " AND e.occurred_at < ", range.to);
    if (!range.has_position)
        return;
    sql->append(range.descending ? " AND (e.occurred_at, e.id) < ("
                                 : " AND (e.occurred_at, e.id) > (");
    sql->append(timestamp_argument(range.position.occurred_at));
    sql->append(", ");
    sql->append(int8_argument(range.position.id));
    sql->append(")");
}

/// Reads what the caller sees of some places, or of the whole range if there are none.
void read_rows(PageReading* page, const TimePlaces* found, const TimeRange& range)
{
    Query query = Query::begin(RunAs::kCaller);
    if (found != nullptr) {
        query.set("enable_tidscan", "on");
        query.set("enable_seqscan", "off");
    }
    SqlText sql;
    sql.append("SELECT ");
    sql.append(entry_columns());
    sql.append(" FROM journal.entry e WHERE e.account = ");
    sql.append(text_argument(page->request->account->name));
    if (found != nullptr)
        append_places(&sql, *found);
    else
        append_range(&sql, range);
    page->filter->condition(&sql, page->filter->argument);
    sql.append(range.descending ? " ORDER BY e.occurred_at DESC, e.id DESC LIMIT "
                                : " ORDER BY e.occurred_at, e.id LIMIT ");
    sql.append(int8_argument(page->missing()));
    const uint64 count = sql.run(query);
    for (uint64 i = 0; i < count; i++)
        page->rows->push_back(read_row(query, i, page->context));
    query.end();
}

/// Reads a stretch by the partition's index. What the caller does not see, or the index took for
/// something else, leaves the page short; then more of it is looked at at once.
void read_by_index(PageReading* page, Relation partition, Oid index, TimeRange range)
{
    ContextResource resource(page->context);
    TimePlaces found(&resource);
    int most = page->missing();
    do {
        most = std::max(most, page->missing());
        find_places(partition, index, range, page->filter->index, most, &found);
        if (!found.places.empty())
            read_rows(page, &found, range);
        range.has_position = true;
        range.position = found.last;
        most = std::min(2 * most, kMostPlaces);
    } while (page->missing() > 0 && !found.complete);
}

void read_stretch(PageReading* page, Relation partition, const EntryPartition& stretch)
{
    // A month to come costs nothing; that it is empty counts for a serializable transaction.
    if (RelationGetNumberOfBlocks(partition) == 0) {
        PredicateLockRelation(partition, GetActiveSnapshot());
        return;
    }
    TimeRange range = page->rest;
    range.from = std::max(range.from, stretch.from);
    range.to = std::min(range.to, stretch.to);
    const Oid index = time_index(partition);
    if (OidIsValid(index))
        read_by_index(page, partition, index, range);
    else
        read_rows(page, nullptr, range);
}

/// The moment at which what is still to be read begins.
TimestampTz first_moment(const TimeRange& rest)
{
    if (!rest.descending)
        return rest.has_position ? std::max(rest.from, rest.position.occurred_at) : rest.from;
    const TimestampTz last = rest.to == DT_NOEND ? rest.to : rest.to - 1;
    return rest.has_position ? std::min(last, rest.position.occurred_at) : last;
}

/// Takes a stretch from the rest; returns whether anything is left.
bool leave_behind(TimeRange* rest, const EntryPartition& stretch)
{
    if (rest->descending)
        rest->to = std::min(rest->to, stretch.from);
    else
        rest->from = std::max(rest->from, stretch.to);
    return rest->from < rest->to;
}

}  // namespace

TimeFilter::Numbers text_hashes(const TextList& list)
{
    if (!list.given)
        return {};
    int32* hashes = make_array_in<int32>(CurrentMemoryContext, list.count);
    for (int i = 0; i < list.count; i++)
        hashes[i] = text_hash(list.items[i]);
    std::sort(hashes, hashes + list.count);
    return {true, list.count, hashes};
}

void read_entries(const PageRequest& request, int limit, const EntryFilter& filter,
                  MemoryContext context, EntryRows* rows)
{
    PageReading page{&request,
                     &filter,
                     context,
                     rows,
                     rows->size() + static_cast<std::size_t>(limit),
                     {account_hash(request.account->name),
                      // A plan's window moves on between two pages, and a cursor is no way around
                      // it.
                      std::max(request.bounds.from, plan_begin(request.account)),
                      request.bounds.to,
                      request.descending,
                      request.has_position,
                      {request.occurred_at, request.id}}};
    bool more = page.rest.from < page.rest.to;
    while (more && page.missing() > 0) {
        EntryPartition stretch{};
        Relation partition = open_partition(first_moment(page.rest), &stretch);
        if (partition != nullptr) {
            read_stretch(&page, partition, stretch);
            relation_close(partition, NoLock);
        }
        more = leave_behind(&page.rest, stretch);
    }
}

}  // namespace journal
