// See parents.hpp. The months are gone through from the newest: in one, then in twice as many each
// time, so that the parent that went with its child is found at once, and one that never changed
// costs no more plans than there are doublings.
#include "restore/parents.hpp"

#include "base/query.hpp"
#include "months/entry_months.hpp"
#include "restore/last_change.hpp"

namespace journal {

namespace {

/// What deleted rows refer to by its key, and the last that happened to it.
struct Parent {
    int32 relation;
    const char* key;
    int64 last;  // 0: nothing is known
    bool is_gone;
};

Vector<Parent> read_parents(Tuplestorestate* references, TupleDesc columns)
{
    MemoryContext memory = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    register_named("event_journal_references", references, columns);
    ResultReader reader = ResultReader::open(
        memory, "SELECT DISTINCT relation, key FROM event_journal_references WHERE columns = ''");
    query.end();
    Vector<Parent> parents(memory);
    Parent parent{};
    reader.bind("relation", &parent.relation);
    reader.bind("key", &parent.key);
    while (reader.next())
        parents.push_back({parent.relation, MemoryContextStrdup(memory, parent.key), 0, false});
    reader.close();
    return parents;
}

/// Looks in some months (a condition on e) at what happened last to those of the parents of which
/// less than an id is known. Each is looked up by index, whatever the server knows of how many
/// entries there are.
void look_at_parents(const char* months, int64 greatest, Datum accounts, Vector<Parent>* parents)
{
    MemoryContext context = CurrentMemoryContext;
    TupleDesc descriptor =
        describe_named({{"number", INT8OID}, {"relation", INT4OID}, {"key", TEXTOID}});
    Tuplestorestate* rows = tuplestore_begin_heap(true, false, work_mem);
    for (std::size_t i = 0; i < parents->size(); i++) {
        const Parent& parent = (*parents)[i];
        if (parent.last >= greatest)
            continue;
        Datum values[] = {Int64GetDatum(i), Int32GetDatum(parent.relation),
                          CStringGetTextDatum(parent.key)};
        bool nulls[lengthof(values)] = {};
        tuplestore_putvalues(rows, descriptor, values, nulls);
    }
    Query query = Query::begin(RunAs::kOwner);
    look_up_by_index(&query);
    register_named("event_journal_parents", rows, descriptor);
    ResultReader found = ResultReader::open(
        context,
        psprintf("SELECT r.number, last.id, last.operation = 'd' AND (SELECT c.entry FROM "
                 "journal.restoration c WHERE c.entry = last.id) IS NULL AS is_gone "
                 "FROM event_journal_parents r "
                 "JOIN journal.tracked_relation t ON t.id = r.relation " LAST_CHANGE(
                     IS_OBJECT_IN("e", "$1", "t.object_type", "r.key"), "r.relation"),
                 months),
        {{TEXTARRAYOID, accounts}});
    query.end();
    int64 number = 0;
    Parent last{};
    found.bind("number", &number);
    found.bind("id", &last.last);
    found.bind("is_gone", &last.is_gone);
    while (found.next()) {
        Parent& parent = (*parents)[number];
        if (parent.last < last.last) {
            parent.last = last.last;
            parent.is_gone = last.is_gone;
        }
    }
    found.close();
    tuplestore_end(rows);
}

/// Finds the last that happened to parents, as long as older months can hold something later.
void find_last_changes(Datum accounts, Vector<Parent>* parents)
{
    const EntryMonths months;
    std::size_t end = months.stretches().size();
    for (std::size_t width = 1; end > 0; width *= 2) {
        CHECK_FOR_INTERRUPTS();
        const std::size_t begin = end - std::min(end, width);
        const int64 greatest = months.greatest_id(begin, end);
        if (std::any_of(parents->begin(), parents->end(),
                        [greatest](const Parent& parent) { return parent.last < greatest; }))
            look_at_parents(months.of_stretches("e", begin, end), greatest, accounts, parents);
        end = begin;
    }
}

}  // namespace

Ids find_gone_parents(Tuplestorestate* references, TupleDesc columns, Datum accounts)
{
    MemoryContext memory = CurrentMemoryContext;
    Vector<Parent> parents = read_parents(references, columns);
    find_last_changes(accounts, &parents);
    Ids gone(memory);
    for (const Parent& parent : parents)
        if (parent.is_gone)
            gone.push_back(parent.last);
    make_unique(&gone);
    return gone;
}

}  // namespace journal
