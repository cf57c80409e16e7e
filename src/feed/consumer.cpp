// Consumers of the feed whose position the journal keeps.
#include "base/bounds.hpp"
#include "base/function.hpp"
#include "base/query.hpp"
#include "catalog/event_type.hpp"
#include "feed/feed.hpp"
#include "feed/feed_filter.hpp"
#include "feed/position.hpp"

namespace journal {

namespace {

/// What is kept of a consumer.
struct Consumer {
    const char* name;
    const char* position;
    Jsonb* filter;
};

const char* name_argument(FunctionCallInfo fcinfo)
{
    const char* name = bounded_argument(fcinfo, 0, "name", kLongestName);
    if (name == nullptr || *name == '\0')
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                        errmsg("a consumer of the feed has to have a name")));
    return name;
}

/// Raises JE001 where there is no such consumer, and 42501 for one that is another role's.
Consumer find_consumer(const char* name)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    if (query.run("SELECT position, filter, role::oid FROM journal.consumer WHERE name = $1",
                  {text_argument(name)}, true) == 0) {
        const uint64 known = query.run("SELECT name FROM journal.consumer ORDER BY name", {}, true);
        auto** names = make_array_in<const char*>(context, known);
        for (uint64 i = 0; i < known; i++)
            names[i] = query.value(i).text(context);
        raise_unknown_code("consumer", name, static_cast<int>(known), names);
    }
    Consumer consumer{name, query.value(0, "position").text(context), nullptr};
    const Value filter = query.value(0, "filter");
    const Datum stored = filter.is_null ? Datum{0} : filter.copy(context);
    const Oid role = query.value(0, "role").oid();
    query.end();
    // What is stored has a short header, and is copied once more.
    if (!filter.is_null)
        consumer.filter = DatumGetJsonbP(stored);
    if (!has_privs_of_role(GetUserId(), role) && !has_privs_of_role(GetUserId(), extension_owner()))
        ereport(ERROR,
                (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                 errmsg("consumer \"%s\" belongs to role \"%s\"", name,
                        GetUserNameFromId(role, true) == nullptr ? "?"
                                                                 : GetUserNameFromId(role, true))));
    return consumer;
}

}  // namespace

/// add_consumer(name, filter, from_now)
JOURNAL_FUNCTION(journal_add_consumer)
{
    require_writable("journal.add_consumer()");
    const char* name = name_argument(fcinfo);
    Jsonb* filter = PG_ARGISNULL(1) ? nullptr : PG_GETARG_JSONB_P(1);
    feed_condition(filter);
    const bool from_now = !PG_ARGISNULL(2) && PG_GETARG_BOOL(2);
    const char* position = start_position(from_now ? FeedStart::kNow : FeedStart::kFirstEntry);
    const Oid role = GetUserId();
    Query query = Query::begin(RunAs::kOwner);
    const uint64 made = query.run(
        "INSERT INTO journal.consumer (name, role, filter, position) "
        "VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING",
        {text_argument(name),
         {REGROLEOID, ObjectIdGetDatum(role)},
         {JSONBOID, PointerGetDatum(filter), filter == nullptr},
         text_argument(position)});
    query.end();
    if (made == 0)
        ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT),
                        errmsg("there is a consumer \"%s\" already", name),
                        errhint("Choose another name; journal.consumers lists the consumers.")));
    PG_RETURN_TEXT_P(cstring_to_text(position));
}

/// next_changes(consumer, page_size)
JOURNAL_FUNCTION(journal_next_changes)
{
    const Consumer consumer = find_consumer(name_argument(fcinfo));
    return_changes(fcinfo, consumer.position, feed_page_size(fcinfo, 1), consumer.filter);
    return Datum{0};
}

/// confirm(consumer, next_position)
JOURNAL_FUNCTION(journal_confirm)
{
    require_writable("journal.confirm()");
    const char* name = name_argument(fcinfo);
    if (PG_ARGISNULL(1))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                        errmsg("the position to be confirmed cannot be NULL")));
    const char* position = text_to_cstring(PG_GETARG_TEXT_PP(1));
    decode_position(position);
    find_consumer(name);
    Query query = Query::begin(RunAs::kOwner);
    query.run(
        "UPDATE journal.consumer SET position = $2, confirmed_at = clock_timestamp() "
        "WHERE name = $1",
        {text_argument(name), text_argument(position)});
    query.end();
    PG_RETURN_VOID();
}

/// drop_consumer(name)
JOURNAL_FUNCTION(journal_drop_consumer)
{
    require_writable("journal.drop_consumer()");
    const Consumer consumer = find_consumer(name_argument(fcinfo));
    Query query = Query::begin(RunAs::kOwner);
    query.run("DELETE FROM journal.consumer WHERE name = $1", {text_argument(consumer.name)});
    query.end();
    PG_RETURN_VOID();
}

}  // namespace journal
