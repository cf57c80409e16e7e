// The deleted objects: for each object that does not exist now its latest deletion, newest first.
#include "base/function.hpp"
#include "base/object_hash.hpp"
#include "catalog/access.hpp"
#include "catalog/event_type.hpp"
#include "months/month_walk.hpp"
#include "months/object_scan.hpp"
#include "report/filter.hpp"
#include "report/live.hpp"
#include "report/object_type.hpp"
#include "report/page.hpp"
#include "report/page_scan.hpp"

#include <algorithm>

namespace journal {

namespace {

enum DeletedArgument { kObjectTypes, kPageSize, kAfter, kLanguage, kFilter };

/// At least so many deletions are looked at at once.
constexpr std::size_t kBatch = 50;

/// Of what follows a deletion so many entries are read at first: the next one nearly always tells.
constexpr int kFewFollowers = 8;

/// A deletion is the first entry of its change.
void append_filter(SqlText* sql, const void* argument)
{
    const auto& types = *static_cast<const TextList*>(argument);
    sql->append(" AND e.operation = 'd' AND e.id = e.change AND e.object_id IS NOT NULL");
    if (types.given) {
        sql->append(" AND e.object_type = ANY (");
        sql->append(text_array_argument(types.items, types.count));
        sql->append(")");
    }
}

/// A deletion of the object of one of the rows, in a closed month.
struct ClosedDeletion {
    std::size_t row;
    Oid month;
};

/// Deletions, from first on, and after which of them the journal has an entry of the same object.
struct Deletions {
    const char* account;
    const EntryRows* rows;
    std::size_t first;
    bool* followed;  // of each of rows
    bool* open;      // not all that follows in the present month has been looked at
    MonthDeletions* known;
    bool* asked;                     // whether known has been asked of the object
    Vector<ClosedDeletion>* closed;  // what it said
};

/// Whether a partition may have further deletions of the object of a row.
bool may_have_deletions(Deletions* deletions, std::size_t row, Oid partition, int64 object)
{
    if (!deletions->known->knows(partition))
        return true;
    Vector<ClosedDeletion>& closed = *deletions->closed;
    if (!deletions->asked[row]) {
        Vector<Oid> months(CurrentMemoryContext);
        deletions->known->find(object, &months);
        for (const Oid month : months)
            closed.push_back({row, month});
        deletions->asked[row] = true;
    }
    return std::any_of(closed.begin(), closed.end(), [&](const ClosedDeletion& one) {
        return one.row == row && one.month == partition;
    });
}

/// Marks those that are followed by entries of a month at some places, or, where its index is
/// missing, by any of the month.
void mark_followed(Deletions* deletions, const TimeRange& month,
                   const Vector<ItemPointerData>* places)
{
    const EntryRows& rows = *deletions->rows;
    const int count = static_cast<int>(rows.size() - deletions->first);
    auto** types = make_array_in<const char*>(CurrentMemoryContext, count);
    auto** ids = make_array_in<const char*>(CurrentMemoryContext, count);
    auto* entries = make_array_in<int64>(CurrentMemoryContext, count);
    auto* changes = make_array_in<int64>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++) {
        const EntryRow& row = rows[deletions->first + i];
        types[i] = row.object_type;
        ids[i] = row.object_id;
        entries[i] = row.id;
        changes[i] = row.change;
    }
    Query query = Query::begin(RunAs::kCaller);
    SqlText sql;
    sql.append("SELECT d.number::integer FROM journal.entry e JOIN unnest(");
    sql.append(text_array_argument(types, count));
    sql.append(", ");
    sql.append(text_array_argument(ids, count));
    sql.append(", ");
    sql.append(int8_array_argument(entries, count));
    sql.append(", ");
    sql.append(int8_array_argument(changes, count));
    sql.append(
        ") WITH ORDINALITY AS d (type, key, entry, change, number) ON e.object_type = d.type "
        "AND e.object_id = d.key AND e.id > d.entry AND e.change <> d.change "
        "WHERE e.operation <> 'l' AND e.account = ");
    sql.append(text_argument(deletions->account));
    append_moment(&sql, " AND e.occurred_at >= ", month.from);
    append_moment(&sql, " AND e.occurred_at < ", month.to);
    if (places != nullptr) {
        read_by_places(query);
        sql.append(" AND e.ctid = ANY (");
        sql.append(places_argument(*places));
        sql.append(")");
    }
    const uint64 found = sql.run(query);
    for (uint64 i = 0; i < found; i++)
        deletions->followed[deletions->first + query.value(i).int4() - 1] = true;
    query.end();
}

/// Looks up by index what follows the deletions in a month, or what follows those that are open, up
/// to a number of entries each; returns whether any of them stays open.
bool look_up_followers(Deletions* deletions, Relation partition, Oid index, const TimeRange& month,
                       int most, bool open)
{
    Vector<ItemPointerData> places(CurrentMemoryContext);
    for (std::size_t i = deletions->first; i < deletions->rows->size(); i++) {
        const EntryRow& row = (*deletions->rows)[i];
        if (deletions->followed[i] || row.object_type == nullptr || (open && !deletions->open[i]) ||
            (month.to != DT_NOEND && month.to <= row.occurred_at - USECS_PER_DAY))
            continue;
        const int64 hash = object_hash(deletions->account, row.object_type, row.object_id);
        const int64 deletion = deletion_hash(hash);
        const bool are_all =
            add_places(partition, index, {hash, hash, row.id + 1, PG_INT64_MAX}, most, &places);
        deletions->open[i] =
            (may_have_deletions(deletions, i, RelationGetRelid(partition), hash) &&
             !add_places(partition, index, {deletion, deletion, row.id + 1, PG_INT64_MAX}, most,
                         &places)) ||
            !are_all;
    }
    if (!places.empty())
        mark_followed(deletions, month, &places);
    bool any_open = false;
    for (std::size_t i = deletions->first; i < deletions->rows->size(); i++) {
        deletions->open[i] = deletions->open[i] && !deletions->followed[i];
        any_open = any_open || deletions->open[i];
    }
    return any_open;
}

/// Takes away, from first on, the deletions after which something happened to the object, in the
/// months since: what was done to a row later has a later time, but for a clock that was set back
/// by less than a day.
void drop_followed(EntryRows* rows, std::size_t first, const char* account, MemoryContext context)
{
    TimestampTz earliest = DT_NOEND;
    for (std::size_t i = first; i < rows->size(); i++)
        earliest = std::min(earliest, (*rows)[i].occurred_at);
    MonthDeletions known(context);
    Vector<ClosedDeletion> closed(context);
    Deletions deletions{account,
                        rows,
                        first,
                        make_array_in<bool>(context, rows->size()),
                        make_array_in<bool>(context, rows->size()),
                        &known,
                        make_array_in<bool>(context, rows->size()),
                        &closed};
    MonthWalk months = MonthWalk::begin({0, earliest - USECS_PER_DAY, DT_NOEND, true, false, {}});
    while (months.next()) {
        const Oid index = object_index(months.partition(), ObjectIndex::kObject);
        if (!OidIsValid(index))
            mark_followed(&deletions, months.part(), nullptr);
        else if (look_up_followers(&deletions, months.partition(), index, months.part(),
                                   kFewFollowers, false))
            look_up_followers(&deletions, months.partition(), index, months.part(), PG_INT32_MAX,
                              true);
    }
    months.end();
    known.end();
    std::size_t kept = first;
    for (std::size_t i = first; i < rows->size(); i++)
        if (!deletions.followed[i])
            (*rows)[kept++] = (*rows)[i];
    rows->resize(kept);
}

/// The relation of a deletion, for looking whether its row is back unseen by the journal.
bool read_target(int32 relation, MemoryContext context, Target* target)
{
    Query query = Query::begin(RunAs::kOwner);
    const bool found = query.run(
                           "SELECT id, relation::oid, capture, object_type, label_column "
                           "FROM journal.tracked_relation WHERE id = $1",
                           {int4_argument(relation)}, true) > 0;
    if (found) {
        *target = Target{};
        target->id = query.value(0, "id").int4();
        target->relation = query.value(0, "relation").oid();
        target->capture = query.value(0, "capture").text(context);
        target->object_type = query.value(0, "object_type").text(context);
        target->label_column = query.value(0, "label_column").int4();
    }
    query.end();
    return found;
}

/// Takes away, from first on, the deletions whose rows the caller sees in their tables.
void drop_living(EntryRows* rows, std::size_t first, MemoryContext context)
{
    const std::size_t count = rows->size() - first;
    bool* living = make_array_in<bool>(context, count);
    bool* looked = make_array_in<bool>(context, count);
    auto** keys = make_array_in<const char*>(context, count);
    auto* indexes = make_array_in<std::size_t>(context, count);
    auto* present = make_array_in<LiveRow>(context, count);
    for (std::size_t i = 0; i < count; i++) {
        if (looked[i])
            continue;
        const int32 relation = (*rows)[first + i].relation;
        int asked = 0;
        for (std::size_t j = i; j < count; j++) {
            if ((*rows)[first + j].relation != relation)
                continue;
            looked[j] = true;
            keys[asked] = (*rows)[first + j].object_id;
            indexes[asked++] = j;
        }
        Target target{};
        if (!read_target(relation, context, &target))
            continue;
        look_up_live(target, LookUpAs::kCaller, "", asked, keys, context, present);
        for (int j = 0; j < asked; j++)
            living[indexes[j]] = present[j].presence == Presence::kPresent;
    }
    std::size_t kept = first;
    for (std::size_t i = 0; i < count; i++)
        if (!living[i])
            (*rows)[kept++] = (*rows)[first + i];
    rows->resize(kept);
}

ObjectTypes object_types(const TextList& types)
{
    if (!types.given)
        return {};
    auto* ranges = make_array_in<ObjectHashRange>(CurrentMemoryContext, types.count);
    for (int i = 0; i < types.count; i++)
        ranges[i] = object_hash_range(types.items[i]);
    return {true, types.count, ranges};
}

}  // namespace

/// deleted_objects(object_types, page_size, after, language, filter)
JOURNAL_FUNCTION(journal_deleted_objects)
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
    const TextList types = list_argument(fcinfo, kObjectTypes, "object_types");
    for (int i = 0; i < types.count; i++)
        check_object_type(types.items[i], request.account->name);
    const RowFilter row_filter = filter_argument(fcinfo, kFilter, request.account->name);
    request.page_size = page_size_argument(fcinfo, kPageSize);
    const char* language = chosen_language(request, text_or_null(fcinfo, kLanguage));

    Fingerprint fingerprint;
    fingerprint.add("deleted_objects");
    fingerprint.add(std::string_view(request.account->name));
    add_to_fingerprint(&fingerprint, types);
    add_to_fingerprint(&fingerprint, row_filter.text);
    request.fingerprint = fingerprint.value();
    apply_cursor(&request, text_or_null(fcinfo, kAfter));

    EntryRows rows(context);
    const auto page_size = static_cast<std::size_t>(request.page_size);
    PageRequest part = request;
    EntryFilter filter{{}, append_filter, &types, object_types(types), &row_filter};
    filter.index.deletions = true;
    for (bool more = true; more && rows.size() < page_size;) {
        const std::size_t first = rows.size();
        const std::size_t most = std::max(page_size - first, kBatch);
        read_entries(part, static_cast<int>(most), filter, context, &rows);
        more = rows.size() == first + most;
        if (rows.size() == first)
            break;
        part.has_position = true;
        part.occurred_at = rows.back().occurred_at;
        part.id = rows.back().id;
        // An object that is there again costs a look into its table, instead of one into each
        // month.
        drop_living(&rows, first, context);
        drop_followed(&rows, first, request.account->name, context);
    }
    rows.resize(std::min(rows.size(), page_size));
    return_page(fcinfo, request, language, rows, context);
    MemoryContextSwitchTo(previous);
    return Datum{0};
}

}  // namespace journal
