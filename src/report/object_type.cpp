// See object_type.hpp.
#include "report/object_type.hpp"

#include "base/object_hash.hpp"
#include "base/object_lookup.hpp"
#include "base/query.hpp"
#include "catalog/event_type.hpp"

namespace journal {

namespace {

/// Whether the journal knows the type, has an event for it or an entry of it.
bool is_known_type(const char* type, const char* account)
{
    Query query = Query::begin(RunAs::kOwner);
    query.run(
        "SELECT EXISTS (SELECT FROM journal.tracked_relation WHERE object_type = $1) "
        "OR EXISTS (SELECT FROM journal.event_type WHERE object_type = $1) ",
        {text_argument(type)}, true);
    const bool known = query.value(0).boolean();
    query.end();
    if (known)
        return true;
    query = Query::begin(RunAs::kCaller);
    static SavedStatement statement;
    const ObjectHashRange range = object_hash_range(type);
    // The order is that of the index, so that the first entry ends the search.
    const bool found =
        query.run_saved(&statement,
                        "SELECT FROM journal.entry e WHERE " ENTRY_HASH_OF(
                            "e") " BETWEEN $3 AND $4 AND (e.account = $1) IS TRUE "
                                 "AND e.object_type = $2 ORDER BY " ENTRY_HASH_OF("e") " LIMIT 1",
                        {text_argument(account), text_argument(type), int8_argument(range.first),
                         int8_argument(range.last)}) > 0;
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
        known[i] = query.value(i).text(CurrentMemoryContext);
    raise_unknown_code("object type", type, static_cast<int>(rows), known);
}

}  // namespace

void check_object_type(const char* type, const char* account)
{
    if (!is_known_type(type, account))
        raise_unknown_type(type);
}

}  // namespace journal
