// See page_scan.hpp.
#include "report/page_scan.hpp"

#include "base/object_hash.hpp"
#include "months/month_summary.hpp"
#include "months/month_walk.hpp"
#include "months/object_scan.hpp"
#include "months/search_index.hpp"
#include "report/row_judge.hpp"

#include <algorithm>

namespace journal {

namespace {

constexpr int kMostPlaces = 10000;

/// So many entries are looked at first where they have to be judged.
constexpr int kFirstJudged = 500;

/// Of an object type, or words, with more entries than that in a month, those of the time asked for
/// are looked at instead of all of them.
constexpr int kMostOfRare = 1000;

/// What reading a page goes by.
struct PageReading {
    const PageRequest* request;
    const EntryFilter* filter;
    MemoryContext context;
    EntryRows* rows;
    std::size_t wanted;
    EntryGroups* groups;  // in place of rows; as long as it wants more

    int missing() const
    {
        if (groups != nullptr)
            return groups->is_full() ? 0 : kMostPlaces;
        return static_cast<int>(wanted - rows->size());
    }
};

/// Where in one month to read, of a range: at all places or at some, which an index knows.
struct Source {
    TimeRange range;
    const TimePlaces* timed;                // in the order of the range; nullptr: not by time
    const Vector<ItemPointerData>* places;  // in any order; nullptr: all
};

/// The entries at places of one month.
void append_places(SqlText* sql, const Vector<ItemPointerData>& places)
{
    sql->append(" AND e.ctid = ANY (");
    sql->append(places_argument(places));
    sql->append(")");
}

/// The entries of a range.
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

/// Appends which entries the caller wants of those there: "FROM … WHERE …".
void append_source(SqlText* sql, const PageReading& page, const Source& source)
{
    sql->append(" FROM journal.entry e WHERE e.account = ");
    sql->append(text_argument(page.request->account->name));
    // The times let the planner leave out all other months.
    if (source.timed != nullptr) {
        append_moment(sql, " AND e.occurred_at >= ", source.timed->earliest);
        append_moment(sql, " AND e.occurred_at <= ", source.timed->latest);
        append_places(sql, source.timed->places);
    } else {
        append_range(sql, source.range);
        if (source.places != nullptr)
            append_places(sql, *source.places);
    }
    page.filter->condition(sql, page.filter->argument);
    append_row_filter(sql, *page.filter->rows);
}

Query begin_query(const Source& source)
{
    Query query = Query::begin(RunAs::kCaller);
    if (source.timed != nullptr || source.places != nullptr)
        read_by_places(query);
    return query;
}

/// Reads up to a number of the wanted entries that the caller sees there, into context.
void run(const PageReading& page, const Source& source, int64 limit, MemoryContext context,
         EntryRows* rows)
{
    Query query = begin_query(source);
    SqlText sql;
    sql.append("SELECT ");
    sql.append(entry_columns());
    append_source(&sql, page, source);
    sql.append(source.range.descending ? " ORDER BY e.occurred_at DESC, e.id DESC LIMIT "
                                       : " ORDER BY e.occurred_at, e.id LIMIT ");
    sql.append(int8_argument(limit));
    const uint64 count = sql.run(query);
    for (uint64 i = 0; i < count; i++)
        rows->push_back(read_row(query, i, context));
    query.end();
}

/// Counts the wanted entries that the caller sees there.
void count_groups(const PageReading& page, const Source& source)
{
    Query query = begin_query(source);
    SqlText sql;
    sql.append("SELECT count(*) AS entries");
    const char* group_by = page.groups->append_columns(&sql);
    append_source(&sql, page, source);
    sql.append(group_by);
    const uint64 count = sql.run(query);
    page.groups->take(query, count);
    query.end();
}

/// Takes the wanted entries that the caller sees there.
void take_entries(const PageReading& page, const Source& source)
{
    if (page.groups != nullptr)
        count_groups(page, source);
    else
        run(page, source, page.missing(), page.context, page.rows);
}

/// Reads entries that have to be judged, a number at once, until the page is full. Those that are
/// kept are read once more: of the others nothing stays in memory.
void read_judged(PageReading* page, Source source)
{
    bool more = true;
    while (more && page->missing() > 0) {
        in_work_memory([&] {
            MemoryContext work = CurrentMemoryContext;
            EntryRows looked_at(work);
            run(*page, source, kMostPlaces, work, &looked_at);
            more = looked_at.size() == kMostPlaces;
            if (looked_at.empty())
                return;
            source.range.has_position = true;
            source.range.position = {looked_at.back().occurred_at, looked_at.back().id};
            bool* keep = make_array_in<bool>(work, looked_at.size());
            judge_rows(*page->filter->rows, page->request->account->name, looked_at, keep);
            TimePlaces kept(work);
            kept.earliest = std::min(looked_at.front().occurred_at, looked_at.back().occurred_at);
            kept.latest = std::max(looked_at.front().occurred_at, looked_at.back().occurred_at);
            for (std::size_t i = 0; i < looked_at.size(); i++)
                if (keep[i])
                    kept.places.push_back(looked_at[i].place);
            if (!kept.places.empty())
                take_entries(*page, {source.range, &kept, nullptr});
        });
        // What an index gave is looked at as a whole.
        more = more && source.timed == nullptr;
    }
}

void read_rows(PageReading* page, const Source& source)
{
    if (page->filter->rows->needs_judge())
        read_judged(page, source);
    else
        take_entries(*page, source);
}

/// Reads a stretch by places that find(range, most, &found) finds. What the caller does not see, or
/// the index took for something else, leaves the page short; then more of it is looked at at once.
template <typename Find>
void read_by_index(PageReading* page, TimeRange range, const Find& find)
{
    MemoryContext resource = page->context;
    TimePlaces found(resource);
    int most = page->filter->rows->needs_judge() ? kFirstJudged : page->missing();
    do {
        most = std::max(most, page->missing());
        // So many are judged at once.
        if (page->filter->rows->needs_judge())
            most = std::min(most, kMostPlaces);
        find(range, most, &found);
        if (!found.places.empty())
            read_rows(page, {range, &found, nullptr});
        range.has_position = true;
        range.position = found.last;
        most = std::min(2 * most, kMostPlaces);
    } while (page->missing() > 0 && !found.complete);
}

/// Adds the places of the objects of some numbers, and of their deletions; false if these are more
/// than allowed, or the index is missing.
bool add_objects(Relation partition, const ObjectHashRange& objects,
                 const ObjectHashRange& deletions, int most, Vector<ItemPointerData>* places)
{
    const Oid index = object_index(partition, ObjectIndex::kObject);
    return OidIsValid(index) &&
           add_places(partition, index, {objects.first, objects.last, PG_INT64_MIN, PG_INT64_MAX},
                      most, places) &&
           (objects.last >= deletions.last ||
            add_places(partition, index,
                       {deletions.first, deletions.last, PG_INT64_MIN, PG_INT64_MAX}, most,
                       places));
}

/// The words of a search as a tsquery: all of them, by their beginnings, or an entry with too many.
const char* word_query(const SearchQuery& search)
{
    StringInfoData text;
    initStringInfo(&text);
    for (int i = 0; i < search.count; i++) {
        const std::string_view word = search.words.at(static_cast<std::size_t>(i)).text();
        appendStringInfo(&text, "%s'%.*s':*", i == 0 ? "(" : " & ", static_cast<int>(word.size()),
                         word.data());
    }
    appendStringInfoString(&text, ") | '*'");
    return text.data;
}

/// Finds the entries of the documents asked for, or those with words or of object types that are
/// rare in the month; false if the index on time is the better way.
bool find_objects(const PageReading& page, Relation partition, Vector<ItemPointerData>* places)
{
    const RowFilter& filter = *page.filter->rows;
    const char* account = page.request->account->name;
    for (int i = 0; i < filter.document_count; i++) {
        const ObjectName& document = filter.documents[i];
        const int64 hash = object_hash(account, document.type, document.id);
        const Oid parts = object_index(partition, ObjectIndex::kDocument);
        if (!OidIsValid(parts) ||
            !add_objects(partition, {hash, hash}, {deletion_hash(hash), deletion_hash(hash)},
                         PG_INT32_MAX, places) ||
            !add_places(partition, parts, {hash, hash, PG_INT64_MIN, PG_INT64_MAX}, PG_INT32_MAX,
                        places))
            return false;
    }
    if (filter.document_count > 0)
        return true;
    if (filter.search.count > 0 && OidIsValid(search_index(partition)) &&
        find_words(partition, word_query(filter.search), kMostOfRare, places))
        return true;
    places->clear();
    for (int i = 0; i < filter.object_types.count; i++) {
        const char* type = filter.object_types.items[i];
        if (!add_objects(partition, object_hash_range(type), deletion_hash_range(type), kMostOfRare,
                         places))
            return false;
    }
    return filter.object_types.given;
}

/// Reads a month's part of the range: what is asked for by object or transaction by an index on
/// these, deletions by what is known of a closed month, else what the index on time says, else,
/// where it has none, all of it.
void read_month(PageReading* page, Relation partition, const TimeRange& range,
                const MonthDeletions* known)
{
    const EntryFilter& filter = *page->filter;
    if (known == nullptr) {
        MemoryContext resource = page->context;
        Vector<ItemPointerData> places(resource);
        if (find_objects(*page, partition, &places)) {
            if (!places.empty())
                read_rows(page, {range, nullptr, &places});
            return;
        }
        if (filter.rows->has_transaction) {
            read_rows(page, {range, nullptr, nullptr});
            return;
        }
    }
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
        read_rows(page, {range, nullptr, nullptr});
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

namespace {

/// Goes through the months of the request's bounds until nothing is missing.
void read_months(PageReading* page)
{
    const PageRequest& request = *page->request;
    const EntryFilter& filter = *page->filter;
    MemoryContext context = page->context;
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
    while (page->missing() > 0 && months.next()) {
        // That there is nothing of the kind counts for a serializable transaction.
        if (filter.index.is_restricted() && !are_deletions &&
            !summaries.may_hold(RelationGetRelid(months.partition()), range.account,
                                filter.index)) {
            PredicateLockRelation(months.partition(), GetActiveSnapshot());
            continue;
        }
        read_month(page, months.partition(), months.part(), known ? &*known : nullptr);
    }
    months.end();
}

}  // namespace

void read_entries(const PageRequest& request, int limit, const EntryFilter& filter,
                  MemoryContext context, EntryRows* rows)
{
    PageReading page{
        &request, &filter, context, rows, rows->size() + static_cast<std::size_t>(limit), nullptr};
    read_months(&page);
}

void count_entries(const PageRequest& request, const EntryFilter& filter, MemoryContext context,
                   EntryGroups* groups)
{
    PageReading page{&request, &filter, context, nullptr, 0, groups};
    read_months(&page);
}

}  // namespace journal
