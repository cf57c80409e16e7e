// See page_scan.hpp.
#include "report/page_scan.hpp"

#include "base/object_hash.hpp"
#include "months/month_summary.hpp"
#include "months/month_walk.hpp"
#include "months/object_scan.hpp"

#include <algorithm>

namespace journal {

namespace {

constexpr int kMostPlaces = 10000;

/// What reading a page goes by.
struct PageReading {
    const PageRequest* request;
    const EntryFilter* filter;
    MemoryContext context;
    EntryRows* rows;
    std::size_t wanted;

    int missing() const { return static_cast<int>(wanted - rows->size()); }
};

/// The entries at places of one month.
void append_places(SqlText* sql, const TimePlaces& found)
{
    // The times let the planner leave out all other months.
    append_moment(sql, " AND e.occurred_at >= ", found.earliest);
    append_moment(sql, " AND e.occurred_at <= ", found.latest);
    sql->append(" AND e.ctid = ANY (");
    sql->append(places_argument(found.places));
    sql->append(")");
}

/// The entries of a stretch whose partition has no index on time.
void append_range(SqlText* sql, const TimeRange& range)
{
    append_moment(sql, " AND e.occurred_at >= ", range.from);
    append_moment(sql, " AND e.occurred_at < ", range.to);
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
    if (found != nullptr)
        read_by_places(query);
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

/// Reads a stretch by places that find(range, most, &found) finds. What the caller does not see, or
/// the index took for something else, leaves the page short; then more of it is looked at at once.
template <typename Find>
void read_by_index(PageReading* page, TimeRange range, const Find& find)
{
    MemoryContext resource = page->context;
    TimePlaces found(resource);
    int most = page->missing();
    do {
        most = std::max(most, page->missing());
        find(range, most, &found);
        if (!found.places.empty())
            read_rows(page, &found, range);
        range.has_position = true;
        range.position = found.last;
        most = std::min(2 * most, kMostPlaces);
    } while (page->missing() > 0 && !found.complete);
}

/// Reads a month's part of the range: deletions by what is known of a closed month, else what its
/// index on time says, else, where it has none, all of it.
void read_month(PageReading* page, Relation partition, const TimeRange& range,
                const MonthDeletions* known)
{
    const EntryFilter& filter = *page->filter;
    const Oid objects = known != nullptr && known->knows(RelationGetRelid(partition))
                            ? object_index(partition, ObjectIndex::kObject)
                            : InvalidOid;
    const Oid times = OidIsValid(objects) ? InvalidOid : time_index(partition);
    if (OidIsValid(objects))
        read_by_index(page, range, [&](const TimeRange& rest, int most, TimePlaces* found) {
            find_deletions(partition, objects, rest, filter.deleted_types, most, found);
        });
    else if (OidIsValid(times))
        read_by_index(page, range, [&](const TimeRange& rest, int most, TimePlaces* found) {
            find_places(partition, times, rest, filter.index, most, found);
        });
    else
        read_rows(page, nullptr, range);
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
    PageReading page{&request, &filter, context, rows,
                     rows->size() + static_cast<std::size_t>(limit)};
    const TimeRange range{account_hash(request.account->name),
                          // A plan's window moves on between two pages, and a cursor is no way
                          // around it.
                          std::max(request.bounds.from, plan_begin(request.account)),
                          request.bounds.to,
                          request.descending,
                          request.has_position,
                          {request.occurred_at, request.id}};
    const bool are_deletions = filter.index.deletions && range.descending;
    std::optional<MonthDeletions> known;
    if (are_deletions)
        known.emplace(context);
    MonthSummaries summaries(context);
    MonthWalk months = MonthWalk::begin(range);
    while (page.missing() > 0 && months.next()) {
        // That there is nothing of the kind counts for a serializable transaction.
        if (filter.index.is_restricted() && !are_deletions &&
            !summaries.may_hold(RelationGetRelid(months.partition()), range.account,
                                filter.index)) {
            PredicateLockRelation(months.partition(), GetActiveSnapshot());
            continue;
        }
        read_month(&page, months.partition(), months.part(), known ? &*known : nullptr);
    }
    months.end();
}

}  // namespace journal
