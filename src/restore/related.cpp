// See related.hpp.
//
// Which row referred to which is not in the entries' columns: it follows from the rows and the
// foreign keys of their layouts. So rows are read once, the keys that they have and those that they
// refer to go into two tuplestores, and a recursive query joins them.
#include "restore/related.hpp"

#include "base/function.hpp"
#include "base/query.hpp"
#include "restore/statement.hpp"
#include "restore/taken.hpp"

namespace journal {

namespace {

/// Sorts ids and leaves out repeated ones.
void make_unique(Ids* ids)
{
    std::sort(ids->begin(), ids->end());
    ids->erase(std::unique(ids->begin(), ids->end()), ids->end());
}

void add_ids(const Query& query, uint64 rows, Ids* ids)
{
    for (uint64 i = 0; i < rows; i++)
        ids->push_back(query.int8(i, 1));
    make_unique(ids);
}

/// Keys of rows: those that they have, or those that they refer to.
struct Keys {
    Tuplestorestate* rows;
    TupleDesc descriptor;
};

Keys begin_keys()
{
    Keys keys{};
    keys.descriptor = CreateTemplateTupleDesc(3);
    TupleDescInitEntry(keys.descriptor, 1, "id", INT8OID, -1, 0);
    TupleDescInitEntry(keys.descriptor, 2, "relation", INT4OID, -1, 0);
    TupleDescInitEntry(keys.descriptor, 3, "key", TEXTOID, -1, 0);
    keys.rows = tuplestore_begin_heap(true, false, work_mem);
    return keys;
}

void add_key(Keys* keys, int64 id, int32 relation, const char* key)
{
    Datum values[] = {Int64GetDatum(id), Int32GetDatum(relation), CStringGetTextDatum(key)};
    bool nulls[] = {false, false, false};
    tuplestore_putvalues(keys->rows, keys->descriptor, values, nulls);
}

void add_references(Keys* keys, const Deletion& deletion)
{
    for (int i = 0; i < deletion.layout->foreign_key_count; i++) {
        const LayoutForeignKey& foreign_key = deletion.layout->foreign_keys[i];
        const char* key = referenced_key(foreign_key, deletion.row);
        if (key != nullptr)
            add_key(keys, deletion.entry, foreign_key.relation, key);
    }
}

/// What a row referred to until its transaction, which deleted it too, took the reference away.
void add_taken_references(Keys* keys, TakenReader* reader, const Deletion& deletion)
{
    const TakenRow* taken = taken_before(reader, deletion.entry);
    for (int i = 0; taken != nullptr && i < taken->count; i++) {
        const TakenReference& reference = taken->references[i];
        const char* key = taken_key(*taken, reference, deletion);
        if (key != nullptr)
            add_key(keys, deletion.entry, reference.key->relation, key);
    }
}

/// Reads deletions and collects their keys; own and taken may be null.
void read_keys(DeletionReader reader, TakenReader* taken, Keys* own, Keys* references)
{
    MemoryContext work =
        AllocSetContextCreate(CurrentMemoryContext, "event_journal keys", ALLOCSET_DEFAULT_SIZES);
    Deletion deletion{};
    while (next_deletion(&reader, &deletion)) {
        CHECK_FOR_INTERRUPTS();
        if (deletion.object_id == nullptr || deletion.row.count == 0)
            continue;
        MemoryContext caller = MemoryContextSwitchTo(work);
        if (own != nullptr)
            add_key(own, deletion.entry, deletion.relation, deletion.object_id);
        add_references(references, deletion);
        if (taken != nullptr)
            add_taken_references(references, taken, deletion);
        MemoryContextSwitchTo(caller);
        MemoryContextReset(work);
    }
    MemoryContextDelete(work);
    end_deletions(&reader);
}

/// Adds the rows that the same transactions deleted and that lead to the deletions by foreign keys,
/// as they were deleted or before a reference was taken away;
/// both_ways: also those to which they lead.
void add_children(bool both_ways, Ids* deletions)
{
    // Of each object the last that the transaction did: one that it deleted and created again is
    // there. The bounds are for the BRIN index, which knows stretches of transactions.
    constexpr const char* kSameTransaction =
        "(WITH gone AS MATERIALIZED ("
        "   SELECT o.transaction_id, s.incarnation, array_agg(DISTINCT o.account) AS accounts "
        "   FROM journal.entry o JOIN journal.session s ON s.id = o.session "
        "   WHERE %s GROUP BY 1, 2) "
        " SELECT e.*, row_number() OVER (PARTITION BY s.incarnation, e.transaction_id, e.relation, "
        "                                e.object_id ORDER BY e.command DESC, e.id DESC) AS place, "
        "   e.account = '' OR e.account = ANY (g.accounts) AS belongs "
        " FROM journal.entry e JOIN journal.session s ON s.id = e.session "
        "   JOIN gone g ON g.transaction_id = e.transaction_id AND g.incarnation = s.incarnation "
        " WHERE e.operation IN ('i', 'd') AND e.id = e.change AND e.object_id IS NOT NULL "
        "   AND e.transaction_id BETWEEN (SELECT min(transaction_id) FROM gone) "
        "                            AND (SELECT max(transaction_id) FROM gone)) e "
        "WHERE e.place = 1 AND e.operation = 'd' AND e.belongs "
        "AND NOT EXISTS (SELECT FROM journal.restoration r WHERE r.entry = e.id)";
    Keys own = begin_keys();
    Keys references = begin_keys();
    TakenReader* taken = begin_taken(*deletions);
    read_keys(
        begin_deletions_in(psprintf(kSameTransaction, id_condition("o", *deletions)), *deletions),
        taken, &own, &references);
    end_taken(taken);
    Query query = Query::begin(RunAs::kOwner);
    register_named("event_journal_keys", own.rows, own.descriptor);
    register_named("event_journal_references", references.rows, references.descriptor);
    const uint64 rows = query.run(
        psprintf(
            "WITH RECURSIVE step (a, b) AS MATERIALIZED ("
            "  SELECT k.id, r.id FROM event_journal_keys k JOIN event_journal_references r "
            "    ON r.relation = k.relation AND r.key = k.key %s), "
            "found (id) AS (SELECT unnest($1) UNION "
            "               SELECT s.b FROM found f JOIN step s ON s.a = f.id) "
            "SELECT id FROM found",
            both_ways
                ? "UNION ALL SELECT r.id, k.id FROM event_journal_keys k "
                  "JOIN event_journal_references r ON r.relation = k.relation AND r.key = k.key"
                : ""),
        {{INT8ARRAYOID, ids_datum(*deletions)}});
    add_ids(query, rows, deletions);
    query.end();
    tuplestore_end(own.rows);
    tuplestore_end(references.rows);
}

/// Adds the last deletions of what the deleted rows refer to and what is not there.
void add_parents(Ids* deletions)
{
    Keys references = begin_keys();
    read_keys(begin_deletions(*deletions), nullptr, nullptr, &references);
    Query query = Query::begin(RunAs::kOwner);
    register_named("event_journal_references", references.rows, references.descriptor);
    const uint64 rows = query.run(
        "SELECT p.id FROM "
        "(SELECT DISTINCT ON (e.relation, e.object_id) e.id, e.operation "
        " FROM (SELECT DISTINCT relation, key FROM event_journal_references) r "
        " JOIN journal.tracked_relation t ON t.id = r.relation "
        " JOIN journal.entry e ON e.relation = r.relation AND e.object_type = t.object_type "
        "      AND e.object_id = r.key "
        " WHERE (e.operation IN ('i', 'd') OR e.previous_id IS NOT NULL) AND e.id = e.change "
        "   AND NOT e.backfilled "
        "   AND e.account IN (SELECT o.account FROM journal.entry o WHERE o.id = ANY ($1) "
        "                       AND o.id BETWEEN $2 AND $3 UNION SELECT '') "
        " ORDER BY e.relation, e.object_id, e.id DESC) p "
        "WHERE p.operation = 'd' "
        "  AND NOT EXISTS (SELECT FROM journal.restoration c WHERE c.entry = p.id)",
        {{INT8ARRAYOID, ids_datum(*deletions)},
         int8_argument(deletions->front()),
         int8_argument(deletions->back())});
    add_ids(query, rows, deletions);
    query.end();
    tuplestore_end(references.rows);
}

/// What belonged to a deletion was found whoever may read it: names nothing that the caller cannot
/// see, and brings none of it back.
void check_visible(const Ids& added)
{
    Query query = Query::begin(RunAs::kCaller);
    query.run(psprintf("SELECT count(*) FROM journal.entry e WHERE %s", id_condition("e", added)),
              {{INT8ARRAYOID, ids_datum(added)},
               int8_argument(added.front()),
               int8_argument(added.back())});
    const int64 hidden = static_cast<int64>(added.size()) - query.int8(0, 1);
    query.end();
    if (hidden > 0)
        ereport(
            ERROR,
            (errcode(kNotRestorable), errmsg("what belonged to the row cannot be restored with it"),
             errdetail("%lld of the related deletions are of another account, or older than "
                       "your plan shows.",
                       static_cast<long long>(hidden)),
             errhint("Restore the row alone (related => 'none'), or ask a role that sees them.")));
}

/// Only support brings back what only support may, also along with something else.
void check_added(const Ids& before, const Ids& now, const char* reason)
{
    ContextResource memory(CurrentMemoryContext);
    Ids added(&memory);
    std::set_difference(now.begin(), now.end(), before.begin(), before.end(),
                        std::back_inserter(added));
    if (added.empty())
        return;
    check_visible(added);
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows = query.run(
        psprintf("SELECT DISTINCT ON (e.event_type) e.event_type, e.object_type, e.object_id, "
                 "e.label FROM journal.entry e WHERE %s ORDER BY e.event_type, e.id",
                 id_condition("e", added)),
        {{INT8ARRAYOID, ids_datum(added)},
         int8_argument(added.front()),
         int8_argument(added.back())});
    Deletion support{};
    for (uint64 i = 0; i < rows; i++) {
        if (restored_by(query.int4(i, 1)) != RestoredBy::kSupport)
            continue;
        support.object_type = query.text(i, 2, context);
        support.object_id = query.text(i, 3, context);
        support.label = query.text(i, 4, context);
    }
    query.end();
    // The right is the caller's.
    if (support.object_type != nullptr)
        check_allowed(RestoredBy::kSupport, reason, support);
}

}  // namespace

Related related_argument(const char* name)
{
    if (strcmp(name, "none") == 0)
        return Related::kNone;
    if (strcmp(name, "parents") == 0)
        return Related::kParents;
    if (strcmp(name, "children") == 0)
        return Related::kChildren;
    if (strcmp(name, "all") == 0)
        return Related::kAll;
    ereport(ERROR, (errcode(kUnknownCode), errmsg("\"%s\" says not what is related", name),
                    errhint("It is 'none', 'parents', 'children' or 'all'.")));
    pg_unreachable();
}

void add_document_parts(const Vector<Request>& requests, Ids* deletions)
{
    ContextResource memory(CurrentMemoryContext);
    Ids documents(&memory);
    for (const Request& request : requests)
        if (request.restored_by == RestoredBy::kSupport)
            documents.push_back(request.entry);
    if (documents.empty())
        return;
    make_unique(&documents);
    Query query = Query::begin(RunAs::kOwner);
    // Of each object the last that the transaction did: one that it deleted and created again is
    // there. Entries without an account of their own belong to their document's.
    const char* sql = psprintf(
        "SELECT e.id "
        "FROM (SELECT DISTINCT ON (d.relation, d.object_id, d.transaction_id, ds.incarnation) "
        "             d.id, d.operation, d.object_id "
        "      FROM journal.entry o "
        "      JOIN journal.session os ON os.id = o.session "
        "      JOIN journal.entry d ON d.document_type = o.object_type "
        "           AND d.document_id = o.object_id AND d.transaction_id = o.transaction_id "
        "           AND d.account = ANY (ARRAY[o.account, '']) "
        "      JOIN journal.session ds ON ds.id = d.session AND ds.incarnation = os.incarnation "
        "      WHERE %s AND d.operation IN ('i', 'd') "
        "        AND d.id = d.change "
        "      ORDER BY d.relation, d.object_id, d.transaction_id, ds.incarnation, "
        "               d.command DESC, d.id DESC) AS e "
        "WHERE e.operation = 'd' AND e.object_id IS NOT NULL "
        "  AND NOT EXISTS (SELECT FROM journal.restoration r WHERE r.entry = e.id)",
        id_condition("o", documents));
    const uint64 rows = query.run(sql, {{INT8ARRAYOID, ids_datum(documents)},
                                        int8_argument(documents.front()),
                                        int8_argument(documents.back())});
    add_ids(query, rows, deletions);
    query.end();
}

void add_related(Related related, const char* reason, Ids* deletions)
{
    if (related == Related::kNone)
        return;
    ContextResource memory(CurrentMemoryContext);
    const Ids before(*deletions, &memory);
    std::size_t count = 0;
    do {
        CHECK_FOR_INTERRUPTS();
        count = deletions->size();
        if (related != Related::kParents)
            add_children(related == Related::kAll, deletions);
        if (related != Related::kChildren)
            add_parents(deletions);
    } while (related != Related::kChildren && deletions->size() > count);
    check_added(before, *deletions, reason);
}

}  // namespace journal
