// journal.track_schema: every table of a schema, under generic events.
//
// A table that is called like a type of the shipped catalogue that not everybody may restore is of
// a type of its own: the catalogue speaks of another thing, and nobody said that this is one of
// them. What may be amiss (a table without a key, a column that may hold a secret) is told, and
// recorded all the same.
#include "base/function.hpp"
#include "base/lock_wait.hpp"
#include "base/query.hpp"
#include "tracking/month.hpp"
#include "tracking/object_type.hpp"
#include "tracking/track.hpp"

namespace journal {

namespace {

// Columns whose names look like secrets, by whole words where the word is short. Dates and flags
// around a secret are none.
constexpr const char* kSecretNames =
    "(passw|passphrase|secret|token|credential|api_?key|private_?key|access_?key)"
    "|(^|_)(pwd|pin|otp|cvv|cvc|salt|ssn|iban)(_|$)|card_?number";

// Tables as SQL takes them.
QueryArgument tables_argument(const Oid* tables, int count)
{
    Datum* elements = make_array_in<Datum>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++)
        elements[i] = ObjectIdGetDatum(tables[i]);
    return {OIDARRAYOID, PointerGetDatum(construct_array(elements, count, OIDOID, sizeof(Oid), true,
                                                         TYPALIGN_INT))};
}

// Names as SQL takes them.
QueryArgument names_as_argument(const ColumnNames& names)
{
    Datum* elements = make_array_in<Datum>(CurrentMemoryContext, names.count);
    for (int i = 0; i < names.count; i++)
        elements[i] = CStringGetTextDatum(names.names[i]);
    return {TEXTARRAYOID, PointerGetDatum(construct_array(elements, names.count, TEXTOID, -1, false,
                                                          TYPALIGN_INT))};
}

QueryArgument schema_argument(const char* schema)
{
    return {OIDOID, ObjectIdGetDatum(get_namespace_oid(schema, false))};
}

// A list of names for a message, of the first twenty; nullptr if there are none. from is a query of
// one column of texts.
const char* listed(const char* from, std::initializer_list<QueryArgument> arguments)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    query.run(
        psprintf("SELECT string_agg(name, ', ' ORDER BY n) FILTER (WHERE n <= 20) || CASE "
                 "WHEN count(*) > 20 THEN format(', and %%s more', count(*) - 20) ELSE '' END "
                 "FROM (SELECT name, row_number() OVER (ORDER BY name) AS n FROM (%s) f (name)) q",
                 from),
        arguments);
    const char* list = query.value(0).text(context);
    query.end();
    return list;
}

// Raises an error for a name of an argument that nothing in the schema has: it is misspelt, and
// what was to stay out would be recorded.
void require_known(const char* schema, const ColumnNames& tables, const ColumnNames& columns)
{
    const char* unknown = listed(
        "SELECT u FROM unnest($2::text[]) u WHERE NOT EXISTS (SELECT FROM pg_class c WHERE "
        "c.relnamespace = $1 AND c.relname = u AND c.relkind IN ('r', 'p') "
        "AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid))",
        {schema_argument(schema), names_as_argument(tables)});
    if (unknown != nullptr)
        ereport(ERROR,
                (errcode(ERRCODE_UNDEFINED_TABLE),
                 errmsg("no table of schema \"%s\" is called %s", schema, unknown),
                 errhint("\"except\" takes names without the schema; partitions and children "
                         "follow their parents.")));
    unknown = listed(
        "SELECT u FROM unnest($2::text[]) u WHERE NOT EXISTS (SELECT FROM pg_class c JOIN "
        "pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = $1 AND "
        "c.relkind IN ('r', 'p') AND a.attname = u AND a.attnum > 0 AND NOT a.attisdropped "
        "AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid))",
        {schema_argument(schema), names_as_argument(columns)});
    if (unknown != nullptr)
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                        errmsg("no table of schema \"%s\" has a column called %s", schema, unknown),
                        errhint("excluded takes names of columns, without their tables.")));
}

// The tables of a schema that are to be tracked. Partitions and children follow their parents;
// tables tracked already keep their options.
Oid* tables_to_track(const char* schema, const ColumnNames& except, int* count)
{
    MemoryContext context = CurrentMemoryContext;
    const QueryArgument left_out = names_as_argument(except);
    Query query = Query::begin(RunAs::kOwner);
    *count = static_cast<int>(query.run(
        "SELECT c.oid FROM pg_class c "
        "WHERE c.relnamespace = $1 AND c.relkind IN ('r', 'p') "
        "AND c.relpersistence <> 't' AND c.relname <> ALL ($2) "
        "AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid) "
        "AND NOT EXISTS (SELECT FROM journal.tracked_relation t WHERE t.relation = c.oid AND "
        "t.capture = 'events') "
        "ORDER BY c.relname",
        {schema_argument(schema), left_out}));
    Oid* tables = make_array_in<Oid>(context, *count);
    for (int i = 0; i < *count; i++)
        tables[i] = query.value(i).oid();
    query.end();
    return tables;
}

bool is_taken(const char* object_type, Oid relation)
{
    Query query = Query::begin(RunAs::kOwner);
    const bool found =
        query.run(
            "SELECT FROM journal.tracked_relation WHERE object_type = $1 AND "
            "relation <> $2 AND capture = 'events'",
            {text_argument(object_type), {REGCLASSOID, ObjectIdGetDatum(relation)}}) > 0;
    query.end();
    return found;
}

// Whether the shipped catalogue has objects of that type, and does not let every restorer bring
// them back.
bool is_kept_back(const char* object_type)
{
    Query query = Query::begin(RunAs::kOwner);
    query.run(
        "SELECT count(*) > 0 AND NOT coalesce(bool_or(restore = 'journal'), false) "
        "FROM journal.event_type WHERE is_core AND object_type = $1",
        {text_argument(object_type)});
    const bool kept_back = query.value(0).boolean();
    query.end();
    return kept_back;
}

// The object type of a table of which nobody said one: its name, unless that means something else.
const char* own_object_type(Relation relation)
{
    const Oid oid = RelationGetRelid(relation);
    const char* name = default_object_type(relation);
    return is_kept_back(name) || is_taken(name, oid) || !may_take_type(oid, name)
               ? full_object_type(relation)
               : name;
}

// Those of the names that are columns of a table.
ColumnNames columns_of(Relation relation, const ColumnNames& names)
{
    ColumnNames result{true, 0, make_array_in<char*>(CurrentMemoryContext, names.count)};
    for (int i = 0; i < names.count; i++)
        if (get_attnum(RelationGetRelid(relation), names.names[i]) > 0)
            result.names[result.count++] = names.names[i];
    return result;
}

void warn_of_keyless(const Oid* tables, int count)
{
    const char* list = listed(
        "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN "
        "pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ANY ($1)",
        {tables_argument(tables, count)});
    if (list != nullptr)
        ereport(NOTICE,
                (errmsg("tables without a key: %s", list),
                 errdetail("Their changes are recorded, but their rows have no history of their "
                           "own, and cannot be restored, undone or back-filled."),
                 errhint("Give them a primary key, or take them out by journal.untrack().")));
}

void warn_of_secrets(const Oid* tables, int count, const ColumnNames& excluded)
{
    const char* list = listed(
        "SELECT format('%I.%I.%I', n.nspname, c.relname, a.attname) FROM pg_class c JOIN "
        "pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid "
        "JOIN pg_type t ON t.oid = a.atttypid "
        "WHERE c.oid = ANY ($1) AND a.attnum > 0 AND NOT a.attisdropped "
        "AND t.typcategory NOT IN ('B', 'D') AND a.attname <> ALL ($2) AND lower(a.attname) ~ $3",
        {tables_argument(tables, count), names_as_argument(excluded), text_argument(kSecretNames)});
    if (list != nullptr)
        ereport(NOTICE, (errmsg("columns whose names look like secrets: %s", list),
                         errdetail("Their values are recorded like any other."),
                         errhint("To keep them out, call journal.track() for the table, with its "
                                 "object_type, and excluded, masked or restricted.")));
}

}  // namespace

/// journal.track_schema(schema, backfill, except, excluded): every table of the schema that is not
/// tracked yet, but for those of except, without the columns of excluded.
JOURNAL_FUNCTION(journal_track_schema)
{
    require_writable("journal.track_schema()");
    if (PG_ARGISNULL(0))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("schema cannot be NULL")));
    const char* schema = NameStr(*PG_GETARG_NAME(0));
    get_namespace_oid(schema, false);
    const ColumnNames except = names_argument(fcinfo, 2, "except");
    const ColumnNames excluded = names_argument(fcinfo, 3, "excluded");
    require_known(schema, except, excluded);
    int count = 0;
    Oid* tables = tables_to_track(schema, except, &count);

    const int level = begin_lock_limit();
    // First all tables, then what they reference: most of that is among them.
    for (int i = 0; i < count; i++) {
        CHECK_FOR_INTERRUPTS();
        lock_for_tracking(tables[i]);
        Relation relation = relation_open(tables[i], NoLock);
        TrackOptions options{};
        options.object_type = own_object_type(relation);
        options.excluded = columns_of(relation, excluded);
        relation_close(relation, NoLock);
        options.ignored.present = options.masked.present = options.restricted.present =
            options.personal.present = true;
        options.snapshot_on_create = true;
        begin_tracking(tables[i], options);
    }
    if (count > 0)
        make_coming_months(kMonthsAhead);
    const bool backfill = boolean_argument(fcinfo, 1, false);
    Oid* keyless = make_array_in<Oid>(CurrentMemoryContext, count);
    int keyless_count = 0;
    for (int i = 0; i < count; i++) {
        CHECK_FOR_INTERRUPTS();
        if (!finish_tracking(tables[i]))
            keyless[keyless_count++] = tables[i];
        else if (backfill)
            backfill_tracked(tables[i]);
    }
    warn_of_keyless(keyless, keyless_count);
    warn_of_secrets(tables, count, excluded);
    end_lock_limit(level);
    PG_RETURN_INT32(count);
}

}  // namespace journal
