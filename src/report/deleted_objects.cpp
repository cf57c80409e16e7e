// The deleted objects: for each object that does not exist now its latest deletion, newest first.
#include "accounts/access.hpp"
#include "base/function.hpp"
#include "base/object_hash.hpp"
#include "catalog/event_type.hpp"
#include "names/last_deletion.hpp"
#include "report/filter.hpp"
#include "report/object_type.hpp"
#include "report/page.hpp"
#include "report/page_scan.hpp"

#include <algorithm>

namespace journal {

namespace {

enum DeletedArgument { kObjectTypes, kPageSize, kAfter, kLanguage, kFilter };

/// At least so many deletions are looked at at once.
constexpr std::size_t kBatch = 10;

/// How many to look at next, when of some that were looked at so many were kept and so many are
/// missing: each costs some blocks, and each time costs some queries.
std::size_t next_count(std::size_t looked_at, std::size_t kept, std::size_t missing)
{
    const std::size_t count = std::max(2 * missing, kBatch);
    return kept < looked_at / 2 ? std::max(2 * looked_at, count) : count;
}

/// A deletion is the first entry of its change.
void append_filter(SqlText* sql, const void* argument)
{
    const auto& types = *static_cast<const TextList*>(argument);
    sql->append(
        " AND (e.operation = 'd' AND e.id = e.change OR e.operation = 's') "
        "AND e.object_id IS NOT NULL");
    if (types.given) {
        sql->append(" AND e.object_type = ANY (");
        sql->append(text_array_argument(types.items, types.count));
        sql->append(")");
    }
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
    std::size_t most = page_size;
    for (bool more = true; more && rows.size() < page_size;) {
        const std::size_t first = rows.size();
        read_entries(part, static_cast<int>(most), filter, context, &rows);
        more = rows.size() == first + most;
        if (rows.size() == first)
            break;
        part.has_position = true;
        part.occurred_at = rows.back().occurred_at;
        part.id = rows.back().id;
        keep_last_deletions(request.account->name, first, context, &rows);
        most = next_count(most, rows.size() - first, page_size - std::min(rows.size(), page_size));
    }
    rows.resize(std::min(rows.size(), page_size));
    return_page(fcinfo, request, language, rows, context);
    MemoryContextSwitchTo(previous);
    return Datum{0};
}

}  // namespace journal
