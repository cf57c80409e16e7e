// The history of one object: its own entries and those of what belongs to it, newest first.
//
// Where the object's key was changed, its history goes on under the other key. The keys are
// followed both ways first: each with the entries for which it was the object's, since another
// object may have a key before or after. Of a key that the object had several times, all between
// the first and the last of them is shown.
#include "accounts/access.hpp"
#include "base/function.hpp"
#include "base/object_hash.hpp"
#include "months/entry_months.hpp"
#include "months/month_walk.hpp"
#include "months/object_scan.hpp"
#include "months/partition.hpp"
#include "report/filter.hpp"
#include "report/key_query.hpp"
#include "report/object_type.hpp"
#include "report/page.hpp"
#include "report/row_judge.hpp"
#include "values/text_form.hpp"

#include <algorithm>

namespace journal {

namespace {

enum HistoryArgument { kObjectType, kObjectId, kPageSize, kAfter, kLanguage, kFilter };

/// Keys of the object, each from an entry on (inclusive) and up to an entry (exclusive).
struct Keys {
    int count;
    const char** key;
    int64* from;
    int64* to;
};

/// Whether a month's index knows of an object of the type whose key changed.
bool has_moved_keys_in(Relation month, const ObjectHashRange& type)
{
    Vector<ItemPointerData> places(CurrentMemoryContext);
    const Oid index = object_index(month, ObjectIndex::kPrevious);
    if (!OidIsValid(index))
        return true;
    add_places(month, index, {type.first, type.last, PG_INT64_MIN, PG_INT64_MAX}, 1, &places);
    return !places.empty();
}

/// Whether the key of any object of that type ever changed, as far as is known of closed months,
/// and the others' indexes know.
bool has_moved_keys(const char* type)
{
    const SummarisedMonths closed(CurrentMemoryContext);
    bool found = closed.have_moved(type);
    EntryPartition* months = nullptr;
    for (int i = entry_partitions(&months) - 1; !found && i >= 0; i--) {
        Relation month = closed.has(months[i].relation)
                             ? nullptr
                             : try_relation_open(months[i].relation, AccessShareLock);
        if (month == nullptr)
            continue;
        found = RelationGetNumberOfBlocks(month) > 0 &&
                has_moved_keys_in(month, object_hash_range(type));
        // That there is none counts for a serializable transaction.
        if (!found)
            PredicateLockRelation(month, GetActiveSnapshot());
        relation_close(month, NoLock);
    }
    return found;
}

/// When the object's key changed first, which is at the key asked for; false if it never did.
bool find_first_move(const char* account, const char* type, const char* key,
                     const EntryMonths& months, TimestampTz* first)
{
    Query query = Query::begin(RunAs::kCaller);
    query.run(psprintf(kFirstMove, months.of_moves("e", type)),
              {text_argument(account), text_argument(type), text_argument(key)}, true);
    const bool found = !query.value(0, "first").is_null;
    if (found)
        *first = query.value(0, "first").time();
    query.end();
    return found;
}

/// The keys as far as some months (a condition) tell; reached: the least id where one begins, or 0.
Keys read_keys(const char* account, const char* type, const char* key, const char* months,
               int64* reached)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kCaller);
    const uint64 rows =
        query.run(psprintf(kKeysOfObject, months),
                  {text_argument(account), text_argument(type), text_argument(key)}, true);
    Keys keys{static_cast<int>(rows), make_array_in<const char*>(context, rows),
              make_array_in<int64>(context, rows), make_array_in<int64>(context, rows)};
    for (uint64 i = 0; i < rows; i++) {
        keys.key[i] = query.value(i, "key").text(context);
        keys.from[i] = query.value(i, "since").int8();
        keys.to[i] = query.value(i, "before").int8();
    }
    *reached = query.value(0, "reached").int8();
    query.end();
    return keys;
}

/// Of an object that never had another one.
Keys only_key(const char* key)
{
    MemoryContext context = CurrentMemoryContext;
    Keys keys{1, make_array_in<const char*>(context, 1), make_array_in<int64>(context, 1),
              make_array_in<int64>(context, 1)};
    keys.key[0] = key;
    keys.to[0] = PG_INT64_MAX;
    return keys;
}

/// The object's keys. An update of the key is an entry under the new key that names the old one:
/// from each that brought a row to the key asked for, its earlier keys are followed one change at a
/// time, and from each that took one away its later ones. So what is read is in proportion to the
/// changes, however often they return to the same keys. It is read in the months since the first
/// change, then in twice as many, until no older one can hold where a key begins.
Keys follow_keys(const char* account, const char* type, const char* key)
{
    if (!has_moved_keys(type))
        return only_key(key);
    TimestampTz first = 0;
    const EntryMonths months;
    if (!find_first_move(account, type, key, months, &first))
        return only_key(key);
    const std::size_t end = months.stretches().size();
    std::size_t begin = end;
    while (begin > 0 && months.stretches()[begin - 1].place.to > first)
        begin--;
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        int64 reached = 0;
        const Keys keys =
            read_keys(account, type, key, months.of_stretches("e", begin, end), &reached);
        if (begin == 0 || months.greatest_id(0, begin) < reached)
            return keys;
        begin -= std::min(begin, end - begin);
    }
}

/// What the indexes of a month hold of the keys and of what belongs to them; false if one is
/// missing.
bool find_places(Relation partition, const char* account, const char* type, const Keys& keys,
                 Vector<ItemPointerData>* places)
{
    for (const ObjectIndex kind :
         {ObjectIndex::kObject, ObjectIndex::kDocument, ObjectIndex::kOther}) {
        const Oid index = object_index(partition, kind);
        if (!OidIsValid(index))
            return false;
        for (int i = 0; i < keys.count; i++) {
            const int64 hash = object_hash(account, type, keys.key[i]);
            add_places(partition, index, {hash, hash, keys.from[i], keys.to[i]}, PG_INT32_MAX,
                       places);
            const int64 deletion = deletion_hash(hash);
            if (kind == ObjectIndex::kObject)
                add_places(partition, index, {deletion, deletion, keys.from[i], keys.to[i]},
                           PG_INT32_MAX, places);
        }
    }
    return true;
}

/// "AND …" that entry e has one of the keys in that column, while it was the object's.
void append_has_key(SqlText* sql, const char* column, const Keys& keys)
{
    sql->append(" AND EXISTS (SELECT FROM unnest(");
    sql->append(text_array_argument(keys.key, keys.count));
    sql->append(", ");
    sql->append(int8_array_argument(keys.from, keys.count));
    sql->append(", ");
    sql->append(int8_array_argument(keys.to, keys.count));
    sql->append(") AS k (key, since, before) WHERE k.key = e.");
    sql->append(column);
    sql->append(" AND e.id >= k.since AND e.id < k.before)");
}

/// So many entries are looked at first where they have to be judged, and so many at most at once.
constexpr int kFirstJudged = 200;
constexpr int kMostJudged = 10000;

/// What reading a history goes by.
struct HistoryReading {
    const PageRequest* page;
    const char* type;
    const Keys* keys;
    const RowFilter* filter;
    MemoryContext context;
};

/// Reads a number of a month's entries at some places, or, where an index is missing, of all of
/// them; behind the position of the month's range. Returns how many there were.
uint64 read_some(const HistoryReading& reading, const TimeRange& month,
                 const Vector<ItemPointerData>* places, int most, MemoryContext context,
                 EntryRows* rows)
{
    const PageRequest& request = *reading.page;
    const char* type = reading.type;
    const Keys& keys = *reading.keys;
    Query query = Query::begin(RunAs::kCaller);
    if (places != nullptr)
        read_by_places(query);
    SqlText sql;
    sql.append("SELECT ");
    sql.append(entry_columns());
    sql.append(" FROM journal.entry e WHERE e.account = ");
    sql.append(text_argument(request.account->name));
    // The times let the planner leave out all other months.
    append_moment(&sql, " AND e.occurred_at >= ", month.from);
    append_moment(&sql, " AND e.occurred_at < ", month.to);
    if (places != nullptr) {
        sql.append(" AND e.ctid = ANY (");
        sql.append(places_argument(*places));
        sql.append(")");
    }
    if (month.has_position) {
        sql.append(" AND (e.occurred_at, e.id) < (");
        sql.append(timestamp_argument(month.position.occurred_at));
        sql.append(", ");
        sql.append(int8_argument(month.position.id));
        sql.append(")");
    }
    sql.append(" AND (e.object_type = ");
    sql.append(text_argument(type));
    append_has_key(&sql, "object_id", keys);
    sql.append(" OR e.document_type = ");
    sql.append(text_argument(type));
    append_has_key(&sql, "document_id", keys);
    sql.append(" AND (e.object_type = ");
    sql.append(text_argument(type));
    sql.append(" AND e.object_id = ANY (");
    sql.append(text_array_argument(keys.key, keys.count));
    sql.append(")) IS NOT TRUE OR e.other_type = ");
    sql.append(text_argument(type));
    append_has_key(&sql, "other_id", keys);
    sql.append(")");
    append_row_filter(&sql, *reading.filter);
    sql.append(" ORDER BY e.occurred_at DESC, e.id DESC LIMIT ");
    sql.append(int8_argument(most));
    const uint64 count = sql.run(query);
    for (uint64 i = 0; i < count; i++)
        rows->push_back(read_row(query, i, context));
    query.end();
    return count;
}

int missing(const HistoryReading& reading, const EntryRows& rows)
{
    return reading.page->page_size - static_cast<int>(rows.size());
}

/// The same of entries that have to be judged, a number at once. Those that are kept are read once
/// more: of the others nothing stays in memory.
void read_judged(const HistoryReading& reading, const TimeRange& month,
                 const Vector<ItemPointerData>* places, EntryRows* rows)
{
    TimeRange rest = month;
    int most = kFirstJudged;
    for (bool more = true; more && missing(reading, *rows) > 0;) {
        CHECK_FOR_INTERRUPTS();
        in_work_memory([&] {
            MemoryContext work = CurrentMemoryContext;
            EntryRows found(work);
            more = read_some(reading, rest, places, most, work, &found) == uint64(most);
            if (found.empty())
                return;
            rest.has_position = true;
            rest.position = {found.back().occurred_at, found.back().id};
            bool* keep = make_array_in<bool>(work, found.size());
            judge_rows(*reading.filter, reading.page->account->name, found, keep);
            Vector<ItemPointerData> kept(work);
            for (std::size_t i = 0; i < found.size(); i++)
                if (keep[i])
                    kept.push_back(found[i].place);
            if (!kept.empty())
                read_some(reading, month, &kept, missing(reading, *rows), reading.context, rows);
        });
        most = std::min(2 * most, kMostJudged);
    }
}

/// Reads what is left of the page from a month.
void read_month(const HistoryReading& reading, const TimeRange& month,
                const Vector<ItemPointerData>* places, EntryRows* rows)
{
    if (reading.filter->needs_judge())
        read_judged(reading, month, places, rows);
    else
        read_some(reading, month, places, missing(reading, *rows), reading.context, rows);
}

/// Reads a page of entries of the object and of what belongs to it, month by month from the newest.
/// A month's are looked up by key and sorted: they are few, and in time order they would have to be
/// searched for in everybody's.
void read_history(const HistoryReading& reading, EntryRows* rows)
{
    const PageRequest& request = *reading.page;
    Vector<ItemPointerData> places(reading.context);
    MonthWalk months = MonthWalk::begin({0,
                                         plan_begin(request.account),
                                         DT_NOEND,
                                         true,
                                         request.has_position,
                                         {request.occurred_at, request.id}});
    while (static_cast<int>(rows->size()) < request.page_size && months.next()) {
        places.clear();
        const bool found = find_places(months.partition(), request.account->name, reading.type,
                                       *reading.keys, &places);
        if (!found || !places.empty())
            read_month(reading, months.part(), found ? &places : nullptr, rows);
    }
    months.end();
}

const char* required(FunctionCallInfo fcinfo, int number, const char* name)
{
    if (PG_ARGISNULL(number))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                        errmsg("argument \"%s\" of journal.history must not be NULL", name)));
    return text_to_cstring(PG_GETARG_TEXT_PP(number));
}

}  // namespace

/// history(object_type, object_id, page_size, after, language, filter)
JOURNAL_FUNCTION(journal_history)
{
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "event_journal report", ALLOCSET_DEFAULT_SIZES);
    MemoryContext previous = MemoryContextSwitchTo(context);

    PageRequest request{};
    require_entries_readable("reader");
    request.account = reader_account();
    require_journal(request.account);
    request.bounds = {DT_NOBEGIN, DT_NOEND};
    request.descending = true;
    const char* object_type = required(fcinfo, kObjectType, "object_type");
    const char* object_id =
        shortened(pstrdup(required(fcinfo, kObjectId, "object_id")), kLongestKey);
    check_object_type(object_type, request.account->name);
    request.page_size = page_size_argument(fcinfo, kPageSize);
    const char* language = chosen_language(request, text_or_null(fcinfo, kLanguage));
    const RowFilter filter = filter_argument(fcinfo, kFilter, request.account->name);

    Fingerprint fingerprint;
    fingerprint.add("history");
    fingerprint.add(std::string_view(request.account->name));
    fingerprint.add(std::string_view(object_type));
    fingerprint.add(std::string_view(object_id));
    add_to_fingerprint(&fingerprint, filter.text);
    request.fingerprint = fingerprint.value();
    apply_cursor(&request, text_or_null(fcinfo, kAfter));

    const Keys keys = follow_keys(request.account->name, object_type, object_id);
    EntryRows rows(context);
    read_history({&request, object_type, &keys, &filter, context}, &rows);
    return_page(fcinfo, request, language, rows, context);
    MemoryContextSwitchTo(previous);
    return Datum{0};
}

}  // namespace journal
