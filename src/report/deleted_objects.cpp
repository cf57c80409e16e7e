// The deleted objects: for each object that does not exist now its latest deletion, newest first.
#include "base/function.hpp"
#include "base/object_lookup.hpp"
#include "catalog/access.hpp"
#include "catalog/event_type.hpp"
#include "report/live.hpp"
#include "report/page.hpp"
#include "report/page_scan.hpp"

namespace journal {

namespace {

enum DeletedArgument { kObjectTypes, kPageSize, kAfter, kLanguage };

/// A deletion is the first entry of its change, and nothing has happened to the object's row since.
/// The later entry is looked up for one deletion at a time, by index.
void append_filter(SqlText* sql, const void* argument)
{
    const auto& types = *static_cast<const TextList*>(argument);
    sql->append(" AND e.operation = 'd' AND e.id = e.change AND e.object_id IS NOT NULL");
    if (types.given) {
        sql->append(" AND e.object_type = ANY (");
        sql->append(text_array_argument(types.items, types.count));
        sql->append(")");
    }
    sql->append(
        " AND (SELECT later.id FROM journal.entry later WHERE "
        IS_OBJECT("later", "e.account", "e.object_type", "e.object_id")
        " AND later.id > e.id AND later.change <> e.change AND later.operation <> 'l' "
        "ORDER BY later.id LIMIT 1) IS NULL");
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
        bool is_null = false;
        const Datum oid = query.value(0, 2, &is_null);
        *target = {query.int4(0, 1),
                   is_null ? InvalidOid : DatumGetObjectId(oid),
                   query.text(0, 3, context),
                   query.text(0, 4, context),
                   query.int4(0, 5),
                   0,
                   PG_INT64_MAX,
                   DT_NOBEGIN,
                   false};
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

/// Raises JE001 for an object type that nobody knows.
void check_types(const TextList& types)
{
    if (!types.given)
        return;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows = query.run(
        "SELECT object_type FROM journal.tracked_relation WHERE object_type IS NOT NULL "
        "UNION SELECT object_type FROM journal.event_type ORDER BY 1",
        {}, true);
    auto** known = make_array_in<const char*>(CurrentMemoryContext, rows);
    for (uint64 i = 0; i < rows; i++)
        known[i] = query.text(i, 1, CurrentMemoryContext);
    for (int i = 0; i < types.count; i++) {
        bool found = false;
        for (uint64 j = 0; j < rows; j++)
            found = found || strcmp(known[j], types.items[i]) == 0;
        if (!found)
            raise_unknown_code("object type", types.items[i], static_cast<int>(rows), known);
    }
    query.end();
}

}  // namespace

/// deleted_objects(object_types, page_size, after, language)
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
    check_types(types);
    request.page_size = page_size_argument(fcinfo, kPageSize);
    const char* language = chosen_language(request, text_or_null(fcinfo, kLanguage));

    Fingerprint fingerprint;
    fingerprint.add("deleted_objects");
    fingerprint.add(std::string_view(request.account->name));
    add_to_fingerprint(&fingerprint, types);
    request.fingerprint = fingerprint.value();
    apply_cursor(&request, text_or_null(fcinfo, kAfter));

    ContextResource resource(context);
    EntryRows rows(&resource);
    const auto wanted = static_cast<std::size_t>(request.page_size);
    PageRequest part = request;
    EntryFilter filter{{}, append_filter, &types};
    filter.index.deletions = true;
    for (bool more = true; more && rows.size() < wanted;) {
        const std::size_t first = rows.size();
        const std::size_t missing = wanted - first;
        read_entries(part, static_cast<int>(missing), filter, context, &rows);
        more = rows.size() == wanted;
        if (rows.size() == first)
            break;
        part.has_position = true;
        part.occurred_at = rows.back().occurred_at;
        part.id = rows.back().id;
        drop_living(&rows, first, context);
    }
    return_page(fcinfo, request, language, rows, context);
    MemoryContextSwitchTo(previous);
    return Datum{0};
}

}  // namespace journal
