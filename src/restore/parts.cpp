// See parts.hpp.
#include "restore/parts.hpp"

#include "base/object_lookup.hpp"
#include "base/query.hpp"
#include "changes/statement.hpp"
#include "months/entry_months.hpp"
#include "restore/last_change.hpp"
#include "restore/parts_query.hpp"

namespace journal {

namespace {

// So many documents are looked up one by one, whatever the server knows of how many entries there
// are.
constexpr std::size_t kFew = 1000;

void look_up_one_by_one(Query* query)
{
    look_up_by_index(query);
    query->set("enable_hashjoin", "off");
    query->set("enable_mergejoin", "off");
}

void register_documents(Tuplestorestate* documents)
{
    register_named("event_journal_documents", documents,
                   describe_named({{"object_type", TEXTOID},
                                   {"object_id", TEXTOID},
                                   {"account", TEXTOID},
                                   {"transaction_id", XID8OID},
                                   {"incarnation", UUIDOID}}));
}

/// Whether any entry of some months names an object of one of the documents' types as its document.
bool may_have_parts(Tuplestorestate* documents, const char* months)
{
    Query query = Query::begin(RunAs::kOwner);
    look_up_one_by_one(&query);
    register_documents(documents);
    const bool may =
        query.run(psprintf("SELECT FROM (SELECT DISTINCT object_type "
                           "             FROM event_journal_documents OFFSET 0) o "
                           "WHERE EXISTS (SELECT FROM journal.entry d WHERE " HAS_DOCUMENT_TYPE(
                               "d", "o.object_type") " AND %s) LIMIT 1",
                           months),
                  0, nullptr, true) > 0;
    query.end();
    return may;
}

/// Adds the deletions of parts of the objects that some deletions (not empty) are of.
void read_parts(const Ids& documents, Ids* parts)
{
    Tuplestorestate* rows = select_about(
        RunAs::kOwner,
        psprintf("SELECT e.object_type, e.object_id, e.account, e.transaction_id, s.incarnation "
                 "FROM journal.entry e JOIN journal.session s ON s.id = e.session "
                 "WHERE %s AND e.object_id IS NOT NULL",
                 is_entry_among("e", documents)),
        documents);
    // They were deleted in the same transactions.
    const char* months = is_in_transactions_of("d", documents);
    if (!may_have_parts(rows, months)) {
        tuplestore_end(rows);
        return;
    }
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    if (documents.size() <= kFew)
        look_up_one_by_one(&query);
    register_documents(rows);
    ResultReader found = ResultReader::open(context, psprintf(kDeletedParts, months));
    query.end();
    add_ids(&found, parts);
    tuplestore_end(rows);
}

void merge(const Ids& more, Ids* ids)
{
    ids->insert(ids->end(), more.begin(), more.end());
    make_unique(ids);
}

}  // namespace

void add_parts(const Ids& asked, Ids* deletions, Ids* parts)
{
    MemoryContext memory = CurrentMemoryContext;
    Ids documents(asked, memory);
    Ids known(asked, memory);
    while (!documents.empty()) {
        CHECK_FOR_INTERRUPTS();
        Ids found(memory);
        read_parts(documents, &found);
        merge(found, deletions);
        merge(found, parts);
        leave_out(known, &found);
        merge(found, &known);
        documents.swap(found);
    }
}

}  // namespace journal
