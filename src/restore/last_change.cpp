// See last_change.hpp.
#include "restore/last_change.hpp"

#include "months/entry_months.hpp"

namespace journal {

namespace {

#define SELECT_LAST_CHANGES(is_object)                          \
    "SELECT o.id, o.restores, last.id AS last, last.operation " \
    "FROM event_journal_objects o " LAST_CHANGE(is_object, "o.relation")

}  // namespace

void look_up_by_index(Query* query)
{
    query->set("enable_seqscan", "off");
    query->set("enable_bitmapscan", "off");
}

ResultReader read_last_changes(const Ids& entries, Datum accounts)
{
    TupleDesc columns = nullptr;
    Tuplestorestate* objects = select_about(
        RunAs::kOwner,
        psprintf("SELECT e.id, e.account, e.object_type, e.object_id, e.relation, e.restores "
                 "FROM journal.entry e WHERE %s",
                 is_entry_among("e", entries)),
        entries, &columns);
    MemoryContext context = CurrentMemoryContext;
    // None of them is before the first entry, as that is a change of its object itself.
    const char* months = EntryMonths().from_id("e", entries.front());
    Query query = Query::begin(RunAs::kOwner);
    look_up_by_index(&query);
    register_named("event_journal_objects", objects, columns);
    ResultReader reader =
        accounts == 0
            ? ResultReader::open(
                  context, psprintf(SELECT_LAST_CHANGES(IS_OBJECT("e", "o.account", "o.object_type",
                                                                  "o.object_id")),
                                    months))
            : ResultReader::open(
                  context,
                  psprintf(SELECT_LAST_CHANGES(IS_OBJECT_IN("e", "($1 || o.account)",
                                                            "o.object_type", "o.object_id")),
                           months),
                  {{TEXTARRAYOID, accounts}});
    query.end();
    tuplestore_end(objects);
    return reader;
}

}  // namespace journal
