// A copy of the journal on another server: what the server that writes publishes, and how its copy
// takes over.
//
// A publication has one list of operations for all its tables, and the journal needs two: what is
// only ever added to is published by INSERT, through the root, so that a move of entries from the
// default partition to their month, which each server does for itself, arrives nowhere; what says
// how things are is published with all operations, less what CREATE EXTENSION has put into both.
// journal.replicated_tables lists the two.
//
// Numbers are given by sequences, which replication leaves alone: a copy that takes over sets them
// beyond everything that it has before it writes. The slot for the way back is made before that,
// since PostgreSQL makes none in a transaction that has written.
#include "base/function.hpp"
#include "base/journal_tables.hpp"
#include "base/query.hpp"
#include "base/transaction.hpp"
#include "tracking/register.hpp"

namespace journal {

namespace {

bool publication_exists(Query& query, const char* name)
{
    return query.run("SELECT FROM pg_publication WHERE pubname = $1", {text_argument(name)}) > 0;
}

/// One publication is ours alone: it may not take from anybody what he publishes by that name.
void require_own_publication(Query& query, const char* name)
{
    if (query.run("SELECT FROM pg_publication p WHERE pubname = $1 AND (puballtables "
                  "OR EXISTS (SELECT FROM pg_publication_namespace n WHERE n.pnpubid = p.oid) "
                  "OR EXISTS (SELECT FROM pg_publication_rel r JOIN pg_class c ON c.oid = "
                  "r.prrelid WHERE r.prpubid = p.oid "
                  "AND c.relnamespace <> 'journal'::regnamespace))",
                  {text_argument(name)}) > 0)
        ereport(ERROR, (errcode(kPublicationHoldsOthers),
                        errmsg("publication \"%s\" holds other tables than the journal's", name),
                        errhint("Give the journal's publication another name: "
                                "journal.publish('...').")));
}

const char* published_tables(Query& query, bool only_inserts)
{
    query.run(
        "SELECT string_agg(relation::text || coalesce(' WHERE (' || condition || ')', ''), ', ' "
        "ORDER BY relation::text) FROM journal.replicated_tables WHERE only_inserts = $1",
        {{BOOLOID, BoolGetDatum(only_inserts)}});
    return query.value(0).text(CurrentMemoryContext);
}

/// Makes one publication, or sets right what is left of it: a dump keeps its name only.
void make_publication(Query& query, const char* name, bool only_inserts)
{
    const char* quoted = quote_identifier(name);
    const char* options = psprintf("publish = '%s', publish_via_partition_root = true",
                                   only_inserts ? "insert" : "insert, update, delete, truncate");
    require_own_publication(query, name);
    if (publication_exists(query, name))
        query.run(psprintf("ALTER PUBLICATION %s SET (%s)", quoted, options));
    else
        query.run(psprintf("CREATE PUBLICATION %s WITH (%s)", quoted, options));
    query.run(psprintf("ALTER PUBLICATION %s SET TABLE %s", quoted,
                       published_tables(query, only_inserts)));
}

/// A sequence, and the highest number of it that is in use.
struct Numbers {
    const char* sequence;
    const char* highest;
};

// A mark and a gap say that greater numbers are later than they. Entries have no index of their
// numbers but BRIN, which answers at once when it is asked for those beyond a recent one.
constexpr Numbers kNumbers[] = {
    {"entry_id_seq",
     "greatest((SELECT max(last_entry) FROM journal.mark), (SELECT max(last_entry) FROM "
     "journal.gap), (SELECT greatest(r.id, (SELECT max(id) FROM journal.entry WHERE id > "
     "coalesce(r.id, 0))) FROM (SELECT max(id) AS id FROM journal.entry WHERE occurred_at > now() "
     "- interval '1 month') r))"},
    {"session_id_seq", "(SELECT max(id) FROM journal.session)"},
    {"context_id_seq", "(SELECT max(id) FROM journal.context)"},
    {"layout_id_seq", "(SELECT max(id) FROM journal.layout)"},
    {"tracked_relation_id_seq", "(SELECT max(id) FROM journal.tracked_relation)"},
    {"event_type_id_seq", "(SELECT max(id) FROM journal.event_type WHERE NOT is_core)"},
    {"event_rule_number_seq", "(SELECT max(number) FROM journal.event_rule)"},
};

/// Sets every sequence beyond what is in use, none back.
void advance_sequences()
{
    Query query = Query::begin(RunAs::kOwner);
    for (const Numbers& numbers : kNumbers) {
        CHECK_FOR_INTERRUPTS();
        query.run(
            psprintf("SELECT setval('journal.%s', h.number) FROM (SELECT %s AS number) h, "
                     "journal.%s s WHERE h.number > s.last_value OR h.number = s.last_value "
                     "AND NOT s.is_called",
                     numbers.sequence, numbers.highest, numbers.sequence));
    }
    query.end();
}

void require_taking_over()
{
    Query query = Query::begin(RunAs::kOwner);
    if (query.run("SELECT s.subname FROM pg_subscription_rel r JOIN pg_subscription s "
                  "ON s.oid = r.srsubid WHERE r.srrelid = 'journal.session'::regclass") > 0) {
        const char* name = query.value(0).text(CurrentMemoryContext);
        ereport(
            ERROR,
            (errcode(kCannotTakeOver), errmsg("subscription \"%s\" still writes the journal", name),
             errhint("Wait until it has applied all that the other server wrote, and drop it: "
                     "DROP SUBSCRIPTION %s.",
                     quote_identifier(name))));
    }
    query.end();
}

/// What the slot decodes names the publications, which have to be there before it.
void require_publication()
{
    Query query = Query::begin(RunAs::kOwner);
    if (query.run("SELECT FROM journal.replicated_tables t WHERE NOT EXISTS (SELECT FROM "
                  "pg_publication_rel r WHERE r.prrelid = t.relation)") > 0)
        ereport(ERROR,
                (errcode(kCannotTakeOver), errmsg("this server does not publish the journal"),
                 errdetail("The slot for the way back has to come after the publication."),
                 errhint("Call journal.publish() before, or journal.take_over(NULL) if there is "
                         "no way back.")));
    query.end();
}

/// Makes the slot from which the other server will take what is written from now on.
Datum make_slot(const char* name)
{
    Query query = Query::begin(RunAs::kCaller);
    query.run("SELECT lsn FROM pg_create_logical_replication_slot($1, 'pgoutput')",
              {{NAMEOID, DirectFunctionCall1(namein, CStringGetDatum(name))}});
    const Datum lsn = query.value(0).datum;
    query.end();
    return lsn;
}

void drop_slot(const char* name)
{
    Query query = Query::begin(RunAs::kCaller);
    query.run("SELECT pg_drop_replication_slot($1)",
              {{NAMEOID, DirectFunctionCall1(namein, CStringGetDatum(name))}});
    query.end();
}

void take_over()
{
    advance_sequences();
    equip_registered();
}

}  // namespace

/// journal.publish(publication): the names of what it made, as CREATE SUBSCRIPTION takes them.
JOURNAL_FUNCTION(journal_publish)
{
    require_writable_server("journal.publish()");
    const char* name = NameStr(*PG_GETARG_NAME(0));
    const char* state = psprintf("%s_state", name);
    if (strlen(state) >= NAMEDATALEN)
        ereport(ERROR, (errcode(ERRCODE_NAME_TOO_LONG),
                        errmsg("\"%s\" is too long for the name of a publication", state)));
    Query query = Query::begin(RunAs::kCaller);
    make_publication(query, name, true);
    make_publication(query, state, false);
    query.end();
    PG_RETURN_TEXT_P(
        cstring_to_text(psprintf("%s, %s", quote_identifier(name), quote_identifier(state))));
}

/// journal.take_over(slot): where the slot begins; NULL if none was wanted.
JOURNAL_FUNCTION(journal_take_over)
{
    require_writable_server("journal.take_over()");
    require_taking_over();
    if (PG_ARGISNULL(0)) {
        take_over();
        PG_RETURN_NULL();
    }
    const char* slot = pstrdup(NameStr(*PG_GETARG_NAME(0)));
    require_publication();
    const Datum lsn = make_slot(slot);
    // A slot outlives its transaction, and would keep WAL for nobody.
    ErrorData* error = run_in_subtransaction([] { take_over(); });
    if (error != nullptr) {
        drop_slot(slot);
        ThrowErrorData(error);
    }
    PG_RETURN_DATUM(lsn);
}

}  // namespace journal
