// The history of one object: its own entries and those of what belongs to it, newest first.
//
// Where the object's key was changed, its history goes on under the other key. The keys are
// followed both ways first: each with the entries for which it was the object's, since another
// object may have a key before or after.
#include "base/function.hpp"
#include "catalog/event_type.hpp"
#include "report/page.hpp"

namespace journal {

namespace {

enum HistoryArgument { kObjectType, kObjectId, kPageSize, kAfter, kLanguage };

/// Keys of the object, each from an entry on (inclusive) and up to an entry (exclusive).
struct Keys {
    int count;
    const char** key;
    int64* from;
    int64* to;
};

struct HistoryFilter {
    const char* object_type;
    Keys keys;
};

constexpr int kMostKeys = 8;  // of one object: each is a pair of conditions of the query

/// Whether the journal knows the type, has an event for it or an entry of it.
bool is_known_type(const char* type, const char* account)
{
    Query query = Query::begin(RunAs::kOwner);
    query.run(
        "SELECT EXISTS (SELECT FROM journal.tracked_relation WHERE object_type = $1) "
        "OR EXISTS (SELECT FROM journal.event_type WHERE object_type = $1) ",
        {text_argument(type)}, true);
    const bool known = query.boolean(0, 1);
    query.end();
    if (known)
        return true;
    query = Query::begin(RunAs::kCaller);
    const bool found = query.run(
                           "SELECT FROM journal.entry WHERE account = $1 AND object_type = $2 "
                           "LIMIT 1",
                           {text_argument(account), text_argument(type)}, true) > 0;
    query.end();
    return found;
}

[[noreturn]] void raise_unknown_type(const char* type)
{
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows = query.run(
        "SELECT object_type FROM journal.tracked_relation WHERE object_type IS NOT NULL "
        "UNION SELECT object_type FROM journal.event_type ORDER BY 1",
        {}, true);
    auto** known = make_array_in<const char*>(CurrentMemoryContext, rows);
    for (uint64 i = 0; i < rows; i++)
        known[i] = query.text(i, 1, CurrentMemoryContext);
    raise_unknown_code("object type", type, static_cast<int>(rows), known);
}

/// The object's keys. An update of the key is an entry under the new key that names the old one.
Keys follow_keys(const char* account, const char* type, const char* key)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kCaller);
    const uint64 rows = query.run(
        "WITH RECURSIVE keys (key, since, before) AS ("
        " SELECT $3::text, 0::bigint, 9223372036854775807 UNION "
        " SELECT CASE WHEN e.object_id = k.key THEN e.previous_id ELSE e.object_id END, "
        "  CASE WHEN e.object_id = k.key THEN k.since ELSE greatest(k.since, e.id) END, "
        "  CASE WHEN e.object_id = k.key THEN least(k.before, e.id) ELSE k.before END "
        " FROM keys k JOIN journal.entry e ON e.account = $1 AND e.object_type = $2 "
        "  AND e.previous_id IS NOT NULL AND (e.object_id = k.key OR e.previous_id = k.key) "
        "  AND e.previous_id <> e.object_id AND e.id >= k.since AND e.id < k.before) "
        "SELECT key, min(since), max(before) FROM keys GROUP BY key "
        "ORDER BY key <> $3, min(since) DESC LIMIT $4",
        {text_argument(account), text_argument(type), text_argument(key), int8_argument(kMostKeys)},
        true);
    Keys keys{static_cast<int>(rows), make_array_in<const char*>(context, rows),
              make_array_in<int64>(context, rows), make_array_in<int64>(context, rows)};
    for (uint64 i = 0; i < rows; i++) {
        keys.key[i] = query.text(i, 1, context);
        keys.from[i] = query.int8(i, 2);
        keys.to[i] = query.int8(i, 3);
    }
    query.end();
    return keys;
}

void append_objects(SqlText* sql, const char* type_column, const char* id_column,
                    const HistoryFilter& filter)
{
    sql->append(type_column);
    sql->append(text_argument(filter.object_type));
    sql->append(" AND (");
    for (int i = 0; i < filter.keys.count; i++) {
        sql->append(i == 0 ? id_column : psprintf(" OR %s", id_column));
        sql->append(text_argument(filter.keys.key[i]));
        if (filter.keys.from[i] > 0) {
            sql->append(" AND e.id >= ");
            sql->append(int8_argument(filter.keys.from[i]));
        }
        if (filter.keys.to[i] < PG_INT64_MAX) {
            sql->append(" AND e.id < ");
            sql->append(int8_argument(filter.keys.to[i]));
        }
    }
    sql->append(")");
}

void append_filter(SqlText* sql, const void* argument)
{
    const auto& filter = *static_cast<const HistoryFilter*>(argument);
    sql->append(" AND (");
    append_objects(sql, "e.object_type = ", "e.object_id = ", filter);
    sql->append(" OR ");
    append_objects(sql, "e.document_type = ", "e.document_id = ", filter);
    sql->append(")");
}

const char* required(FunctionCallInfo fcinfo, int number, const char* name)
{
    const char* text = text_or_null(fcinfo, number);
    if (text == nullptr)
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                        errmsg("argument \"%s\" of journal.history must not be NULL", name)));
    return text;
}

}  // namespace

/// history(object_type, object_id, page_size, after, language)
JOURNAL_FUNCTION(journal_history)
{
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "event_journal report", ALLOCSET_DEFAULT_SIZES);
    MemoryContext previous = MemoryContextSwitchTo(context);

    PageRequest request{};
    request.account = reader_account();
    require_journal(request.account);
    request.bounds = {DT_NOBEGIN, DT_NOEND};
    request.descending = true;
    HistoryFilter filter{};
    filter.object_type = required(fcinfo, kObjectType, "object_type");
    const char* object_id = required(fcinfo, kObjectId, "object_id");
    if (!is_known_type(filter.object_type, request.account->name))
        raise_unknown_type(filter.object_type);
    request.page_size = page_size_argument(fcinfo, kPageSize);
    const char* language = chosen_language(request, text_or_null(fcinfo, kLanguage));

    Fingerprint fingerprint;
    fingerprint.add("history");
    fingerprint.add(std::string_view(request.account->name));
    fingerprint.add(std::string_view(filter.object_type));
    fingerprint.add(std::string_view(object_id));
    request.fingerprint = fingerprint.value();
    apply_cursor(&request, text_or_null(fcinfo, kAfter));

    filter.keys = follow_keys(request.account->name, filter.object_type, object_id);
    ContextResource resource(context);
    EntryRows rows(&resource);
    read_entries(request, request.page_size, append_filter, &filter, context, &rows);
    return_page(fcinfo, request, language, rows, context);
    MemoryContextSwitchTo(previous);
    return Datum{0};
}

}  // namespace journal
