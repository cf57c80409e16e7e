// See told_changes.hpp. The view of what is tracked has the columns' names, so the options before
// and after are compared as it shows them.
#include "tracking/told_changes.hpp"

#include "base/query.hpp"

namespace journal {

namespace {

// The options as texts, in the order of track's arguments. What is NULL there is said in words.
constexpr const char* kOptions =
    "ARRAY[object_type, coalesce(label::text, 'none'), coalesce(account::text, 'none'), "
    "coalesce(location::text, 'none'), coalesce(author::text, 'none'), "
    "coalesce(created_at::text, 'none'), coalesce(document::text, 'none'), "
    "coalesce(links::text, 'those to tracked tables'), ignored::text, excluded::text, "
    "masked::text, snapshot_on_create::text, always::text, restricted::text, "
    "coalesce(employee::text, 'none'), require_employee::text, coalesce(operations::text, 'all'), "
    "coalesce(condition, 'none'), coalesce(deleted_when, 'none'), personal::text]";

constexpr const char* kOptionNames =
    "ARRAY['object_type', 'label', 'account', 'location', 'author', 'created_at', 'document', "
    "'links', 'ignored', 'excluded', 'masked', 'snapshot_on_create', 'always', 'restricted', "
    "'employee', 'require_employee', 'operations', 'condition', 'deleted_when', 'personal']";

// The view has a row for each table with an object type.
constexpr const char* kOfTable =
    "FROM journal.tracked_relations WHERE object_type = "
    "(SELECT t.object_type FROM journal.tracked_relation t WHERE t.id = $1)";

}  // namespace

const char* stated_options(int32 tracked)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    const bool has_type =
        query.run(psprintf("SELECT %s::text %s", kOptions, kOfTable), {int4_argument(tracked)}) > 0;
    const char* stated = has_type ? query.value(0).text(context) : nullptr;
    query.end();
    return stated;
}

void tell_changes(const TrackedRelation& before, const char* stated)
{
    if (stated == nullptr)
        return;
    MemoryContext context = CurrentMemoryContext;
    const bool was_tracked = strcmp(before.capture, "events") == 0;
    Query query = Query::begin(RunAs::kOwner);
    query.run(
        psprintf("WITH present AS (SELECT object_type, %s AS options %s) "
                 "SELECT object_type, (SELECT string_agg(format('%%s: %%s, was %%s', "
                 "o.name, o.now, o.was), '; ' ORDER BY o.n) "
                 "FROM ROWS FROM (unnest(%s), unnest(options), unnest($2::text[])) "
                 "WITH ORDINALITY AS o (name, now, was, n) "
                 "WHERE o.now IS DISTINCT FROM o.was AND (o.n = 1 OR $3)) AS changes FROM present",
                 kOptions, kOfTable, kOptionNames),
        {int4_argument(before.id), text_argument(stated), {BOOLOID, BoolGetDatum(was_tracked)}});
    const char* type = query.value(0, "object_type").text(context);
    const char* changes = query.value(0, "changes").text(context);
    query.end();
    if (changes == nullptr)
        return;
    const char* table = qualified_name(before.relation);
    if (strcmp(type, before.object_type) == 0)
        ereport(NOTICE,
                (errmsg("%s is recorded otherwise from now on", table), errdetail("%s", changes),
                 errhint("journal.track() states all the options anew: those that it is not "
                         "given take their defaults.")));
    else
        ereport(
            NOTICE,
            (errmsg("%s is recorded otherwise from now on", table), errdetail("%s", changes),
             errhint("A new object type splits the history: what has been recorded as \"%s\" "
                     "stays under that name. To go on with it, call journal.track(%s, %s, ...).",
                     before.object_type, quote_literal_cstr(table),
                     quote_literal_cstr(before.object_type))));
}

}  // namespace journal
