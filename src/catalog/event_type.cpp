// See event_type.hpp.
#include "catalog/event_type.hpp"

#include "base/function.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "base/row_scan.hpp"
#include "values/server_text.hpp"
#include "values/text_form.hpp"

#include <algorithm>

namespace journal {

namespace {

constexpr int kNearestCodes = 3;   // that a hint names
constexpr int kShortList = 8;      // of known codes is named as a whole
constexpr int kLongestCode = 200;  // bytes for which a distance is worth its quadratic cost

constexpr const char* kEventTypeColumns =
    "SELECT id, code, event_group, kind, object_type, restore, is_core FROM journal.event_type ";

EventType* read_event_type(const Query& query, MemoryContext context)
{
    auto* type = make_in<EventType>(context);
    type->id = query.value(0, "id").int4();
    type->code = query.value(0, "code").text(context);
    type->event_group = query.value(0, "event_group").text(context);
    type->kind = query.value(0, "kind").text(context);
    type->object_type = query.value(0, "object_type").text(context);
    type->restore = query.value(0, "restore").text(context);
    type->is_core = query.value(0, "is_core").boolean();
    return type;
}

/// The code of an event type that is written otherwise; JE001 if there is none.
const char* known_event_code(Query& query, const char* code)
{
    const uint64 count = query.run("SELECT code FROM journal.event_type ORDER BY id", {}, true);
    auto** known = make_array_in<const char*>(CurrentMemoryContext, count);
    for (uint64 i = 0; i < count; i++)
        known[i] = query.value(i).text(CurrentMemoryContext);
    return known[known_code("event type", code, static_cast<int>(count), known)];
}

/// Words for an event type that nobody has named: what happened and to which type of object.
const char* generic_titles(const char* code, const char* kind, const char* object_type)
{
    static constexpr struct {
        const char* what;
        const char* ru;
        const char* en;
    } kWords[] = {{"created", "Создано", "Created"}, {"changed", "Изменено", "Changed"},
                  {"deleted", "Удалено", "Deleted"}, {"restored", "Восстановлено", "Restored"},
                  {"dropped", "Удалена", "Dropped"}, {"detached", "Отсоединена", "Detached"}};
    const char* dot = strrchr(code, '.');
    const char* what = strcmp(kind, "other") == 0 && dot != nullptr ? dot + 1 : kind;
    StringInfoData titles;
    initStringInfo(&titles);
    for (const auto& words : kWords) {
        if (strcmp(words.what, what) != 0)
            continue;
        appendStringInfoString(&titles, "{\"ru\": ");
        escape_json(&titles, psprintf("%s: %s", server_text(words.ru, words.en), object_type));
        appendStringInfoString(&titles, ", \"en\": ");
        escape_json(&titles, psprintf("%s: %s", words.en, object_type));
        appendStringInfoChar(&titles, '}');
        return titles.data;
    }
    return "{}";
}

/// Id of an event type, also of one committed since the transaction's snapshot was taken; 0 if
/// there is none.
int32 find_event_type(const char* code)
{
    RowScan scan = RowScan::begin("event_type", "event_type_code_key", {text_key("code", code)});
    const int32 id = scan.next() ? scan.value("id").int4() : 0;
    scan.end();
    return id;
}

/// Whether the shipped catalogue knows objects of that type.
bool is_catalogue_type(const char* object_type)
{
    Query query = Query::begin(RunAs::kOwner);
    const bool found =
        query.run("SELECT FROM journal.event_type WHERE is_core AND object_type = $1",
                  {text_argument(object_type)}, true, 1) > 0;
    query.end();
    return found;
}

}  // namespace

EventType* event_type_by_code(const char* code)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    const char* by_code = psprintf("%s WHERE code = $1", kEventTypeColumns);
    if (query.run(by_code, {text_argument(code)}, true) != 1)
        query.run(by_code, {text_argument(known_event_code(query, code))}, true);
    EventType* type = read_event_type(query, context);
    query.end();
    return type;
}

EventType* event_type_by_id(int32 id)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    if (query.run(psprintf("%s WHERE id = $1", kEventTypeColumns), {int4_argument(id)}, true) != 1)
        ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
                        errmsg("event type %d is missing from journal.event_type", id)));
    EventType* type = read_event_type(query, context);
    query.end();
    return type;
}

int32 ensure_event_type(const char* code, const char* kind, const char* object_type, bool* added)
{
    int32 id = find_event_type(code);
    if (id != 0)
        return id;
    // The shipped catalogue says which objects of its types may be restored.
    const char* restore =
        strcmp(kind, "deleted") != 0 || is_catalogue_type(object_type) ? nullptr : "journal";
    Query query = Query::begin(RunAs::kOwner);
    if (query.run(
            "INSERT INTO journal.event_type (code, event_group, kind, object_type, restore, "
            "titles) "
            "SELECT $1, coalesce((SELECT event_group FROM journal.event_type "
            "                     WHERE object_type = $3 AND is_core ORDER BY id LIMIT 1), "
            "                    'other'), $2, $3, $4, "
            "coalesce((SELECT jsonb_object_agg(language, text ORDER BY is_core DESC) "
            "          FROM journal.term WHERE code = 'event.' || $1), $5::jsonb) "
            "ON CONFLICT (code) DO NOTHING RETURNING id",
            {text_argument(code), text_argument(kind), text_argument(object_type),
             text_argument(restore), text_argument(generic_titles(code, kind, object_type))}) > 0) {
        id = query.value(0).int4();
        *added = true;
    }
    query.end();
    // Somebody else added it between the two.
    if (id == 0)
        id = find_event_type(code);
    if (id == 0)
        ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
                        errmsg("event type \"%s\" was changed at the same time", code)));
    return id;
}

int known_code(const char* what, const char* code, int known_count, const char* const* known)
{
    for (int i = 0; i < known_count; i++)
        if (strcmp(code, known[i]) == 0)
            return i;
    for (int i = 0; i < known_count; i++)
        if (pg_strcasecmp(code, known[i]) == 0)
            return i;
    raise_unknown_code(what, code, known_count, known);
}

void raise_unknown_code(const char* what, const char* code, int known_count,
                        const char* const* known)
{
    struct Candidate {
        const char* code;
        int distance;
    };
    auto* candidates = make_array_in<Candidate>(CurrentMemoryContext, known_count);
    const int length = static_cast<int>(strlen(code));
    int count = 0;
    for (int i = 0; i < known_count; i++) {
        const int known_length = static_cast<int>(strlen(known[i]));
        const bool comparable = length <= kLongestCode && known_length <= kLongestCode;
        CHECK_FOR_INTERRUPTS();
        candidates[count++] = {known[i], comparable ? varstr_levenshtein_less_equal(
                                                          code, length, known[i], known_length, 1,
                                                          1, 1, kLongestCode, true)
                                                    : kLongestCode};
    }
    int shown = count;
    if (count > kShortList) {
        shown = kNearestCodes;
        std::stable_sort(
            candidates, candidates + count,
            [](const Candidate& a, const Candidate& b) { return a.distance < b.distance; });
    }
    StringInfoData list;
    initStringInfo(&list);
    for (int i = 0; i < shown; i++)
        appendStringInfo(&list, "%s\"%s\"", i == 0 ? "" : ", ", candidates[i].code);
    ereport(ERROR, (errcode(kUnknownCode), errmsg("%s \"%s\" does not exist", what, code),
                    shown == 0           ? 0
                    : shown == 1         ? errhint("The only one is %s.", list.data)
                    : count > kShortList ? errhint("The nearest ones are %s.", list.data)
                                         : errhint("There are %s.", list.data)));
}

namespace {

/// A text argument of add_event_type that has to be given.
const char* required_text(FunctionCallInfo fcinfo, int number, const char* name)
{
    if (PG_ARGISNULL(number))
        ereport(ERROR,
                (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                 errmsg("argument \"%s\" of journal.add_event_type must not be NULL", name)));
    return text_to_cstring(PG_GETARG_TEXT_PP(number));
}

/// Refuses what is no event code; a report's "group:…" and "kind:…" must stay distinguishable.
void check_event_code(Query& query, const char* code)
{
    query.run("SELECT $1 ~ '^[^\\s:.][^\\s:]*\\.[^\\s:.]+$'", {text_argument(code)});
    if (!query.value(0).boolean())
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                 errmsg("\"%s\" cannot be the code of an event type", code),
                 errdetail("A code is <object type>.<what happened>, without spaces and colons.")));
}

const char* known_event_group(Query& query, const char* group)
{
    const uint64 count = query.run("SELECT code FROM journal.event_group ORDER BY position, code");
    auto** known = make_array_in<const char*>(CurrentMemoryContext, count);
    for (uint64 i = 0; i < count; i++)
        known[i] = query.value(i).text(CurrentMemoryContext);
    return known[known_code("event group", group, static_cast<int>(count), known)];
}

void check_titles(Query& query, Datum titles)
{
    query.run(
        "SELECT CASE WHEN jsonb_typeof($1) = 'object' THEN "
        "(SELECT count(*) = 0 FROM jsonb_each($1) WHERE jsonb_typeof(value) <> 'string' OR key = "
        "'')"
        " ELSE false END",
        {{JSONBOID, titles}});
    if (!query.value(0).boolean())
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                 errmsg("titles of an event type have to be an object of strings by language"),
                 errhint("For example {\"en\": \"Contract signed\", "
                         "\"de\": \"Vertrag unterschrieben\"}.")));
}

}  // namespace

/// add_event_type(code, event_group, kind, object_type, titles, restore): adds an event type, or
/// changes one that was added. The shipped ones stay as they are.
JOURNAL_FUNCTION(journal_add_event_type)
{
    require_writable("journal.add_event_type()");
    const char* code = required_text(fcinfo, 0, "code");
    const char* group = required_text(fcinfo, 1, "event_group");
    const char* kind = required_text(fcinfo, 2, "kind");
    const char* object_type = required_text(fcinfo, 3, "object_type");
    if (PG_ARGISNULL(4))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                        errmsg("argument \"titles\" of journal.add_event_type must not be NULL"),
                        errhint("Give {} if there are none: the code is shown then.")));
    const Datum titles = PG_GETARG_DATUM(4);
    const char* restore = PG_ARGISNULL(5) ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(5));

    static constexpr const char* kKinds[] = {"created", "deleted", "changed", "other"};
    kind = kKinds[known_code("kind of event", kind, lengthof(kKinds), kKinds)];
    static constexpr const char* kRestorers[] = {"journal", "support"};
    if (restore != nullptr)
        restore =
            kRestorers[known_code("way to restore", restore, lengthof(kRestorers), kRestorers)];
    if (restore != nullptr && strcmp(kind, "deleted") != 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("event type \"%s\" of kind \"%s\" cannot be restored", code, kind),
                        errdetail("Only what a deletion removed can be restored.")));
    if (*object_type == '\0')
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("object type of event type \"%s\" is empty", code)));
    check_object_type(object_type);

    Query query = Query::begin(RunAs::kOwner);
    check_event_code(query, code);
    group = known_event_group(query, group);
    check_titles(query, titles);
    if (query.run("INSERT INTO journal.event_type AS e "
                  "(code, event_group, kind, object_type, titles, restore) "
                  "VALUES ($1, $2, $3, $4, $5, $6) "
                  "ON CONFLICT (code) DO UPDATE SET event_group = $2, kind = $3, object_type = $4, "
                  "titles = $5, restore = $6 WHERE NOT e.is_core RETURNING id",
                  {text_argument(code),
                   text_argument(group),
                   text_argument(kind),
                   text_argument(object_type),
                   {JSONBOID, titles},
                   text_argument(restore)}) != 1)
        ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT),
                        errmsg("event type \"%s\" is one of the shipped ones", code),
                        errhint("To call it differently, add a row to journal.event_title.")));
    query.end();
    PG_RETURN_VOID();
}

}  // namespace journal
