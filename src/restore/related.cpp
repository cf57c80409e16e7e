// See related.hpp.
//
// Which row referred to which is not in the entries' columns: it follows from the rows and the
// foreign keys of their layouts. So rows are read once, the keys that they have and those that they
// refer to go into two tuplestores, and a recursive query joins them.
#include "restore/related.hpp"

#include "base/function.hpp"
#include "base/list.hpp"
#include "base/query.hpp"
#include "changes/statement.hpp"
#include "months/entry_months.hpp"
#include "restore/last_change.hpp"
#include "restore/parents.hpp"
#include "restore/parts.hpp"
#include "restore/taken.hpp"
#include "restore/transaction_query.hpp"

namespace journal {

namespace {

/// Keys of rows, of whatever columns: those that they have, or those that they refer to.
struct Keys {
    Tuplestorestate* rows;
    TupleDesc descriptor;
    MemoryContext context;
    List* references;  // of LayoutForeignKey: one for all to the same columns
};

Keys begin_keys()
{
    Keys keys{};
    keys.descriptor = describe_named(
        {{"id", INT8OID}, {"relation", INT4OID}, {"columns", TEXTOID}, {"key", TEXTOID}});
    keys.rows = tuplestore_begin_heap(true, false, work_mem);
    keys.context = CurrentMemoryContext;
    return keys;
}

/// Adds what a row is found by, or what it refers to, by a foreign key.
void add_key(Keys* keys, int64 id, const LayoutForeignKey& foreign_key, const char* key)
{
    Datum values[] = {Int64GetDatum(id), Int32GetDatum(foreign_key.relation),
                      CStringGetTextDatum(referenced_columns(foreign_key)),
                      CStringGetTextDatum(key)};
    bool nulls[4] = {};
    tuplestore_putvalues(keys->rows, keys->descriptor, values, nulls);
}

void add_reference(Keys* keys, int64 id, const LayoutForeignKey* foreign_key, const char* key)
{
    keys->references =
        in_context(keys->context, [&] { return add_reference_to(keys->references, foreign_key); });
    add_key(keys, id, *foreign_key, key);
}

void add_references(Keys* keys, const Deletion& deletion)
{
    for (int i = 0; i < deletion.layout->foreign_key_count; i++) {
        const LayoutForeignKey* foreign_key = &deletion.layout->foreign_keys[i];
        const char* key = referenced_key(*foreign_key, deletion.row);
        if (key != nullptr)
            add_reference(keys, deletion.entry, foreign_key, key);
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
            add_reference(keys, deletion.entry, reference.key, key);
    }
}

/// Calls add for each deletion whose row the journal holds; from the first one on.
template <typename Add>
void for_each_row(DeletionReader* reader, Add add)
{
    MemoryContext work =
        AllocSetContextCreate(CurrentMemoryContext, "event_journal keys", ALLOCSET_DEFAULT_SIZES);
    Deletion deletion{};
    reader->rewind();
    while (reader->next(&deletion)) {
        if (deletion.row.count == 0)
            continue;
        in_context(work, [&] { add(deletion); });
        MemoryContextReset(work);
    }
    MemoryContextDelete(work);
}

/// What deleted rows refer to; taken may be null.
Keys read_references(DeletionReader* reader, TakenReader* taken)
{
    Keys references = begin_keys();
    for_each_row(reader, [&](const Deletion& deletion) {
        add_references(&references, deletion);
        if (taken != nullptr)
            add_taken_references(&references, taken, deletion);
    });
    return references;
}

/// By what deleted rows are found by some foreign keys.
Keys read_found(DeletionReader* reader, const List* references)
{
    Keys own = begin_keys();
    for_each_row(reader, [&](const Deletion& deletion) {
        for (const auto* reference : items<LayoutForeignKey>(references)) {
            const char* key = found_by(*reference, deletion);
            if (key != nullptr)
                add_key(&own, deletion.entry, *reference, key);
        }
    });
    return own;
}

/// That row k is found by what row r refers to.
#define IS_REFERRED_TO "r.relation = k.relation AND r.columns = k.columns AND r.key = k.key"

/// The ids that a query over own keys k and references r, and ids i, finds.
ResultReader find_ids(const Keys& own, const Keys& references, const Ids* ids, const char* sql)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    register_named("event_journal_keys", own.rows, own.descriptor);
    register_named("event_journal_references", references.rows, references.descriptor);
    Tuplestorestate* registered = ids == nullptr ? nullptr : register_ids(*ids);
    ResultReader found = ResultReader::open(context, sql);
    if (registered != nullptr)
        end_ids(registered);
    query.end();
    return found;
}

/// Deletions of the same transactions, of each object the last.
DeletionReader begin_same_transactions(const Ids& deletions)
{
    return begin_deletions_in(
        psprintf(kDeletionsOfTransactions, is_entry_among("o", deletions),
                 is_in_transactions_of("e", deletions), is_among("e.id", deletions)),
        deletions);
}

/// Adds the rows that the same transactions deleted and that lead to the deletions by foreign keys,
/// as they were deleted or before a reference was taken away;
/// both_ways: also those to which they lead.
void add_children(bool both_ways, Ids* deletions)
{
    TakenReader* taken = begin_taken(*deletions);
    DeletionReader reader = begin_same_transactions(*deletions);
    const Keys references = read_references(&reader, taken);
    const Keys own = read_found(&reader, references.references);
    reader.close();
    end_taken(taken);
    ResultReader found = find_ids(
        own, references, deletions,
        psprintf("WITH RECURSIVE step (a, b) AS MATERIALIZED ("
                 "  SELECT k.id, r.id FROM event_journal_keys k JOIN event_journal_references r "
                 "    ON " IS_REFERRED_TO " %s), "
                 "found (id) AS (SELECT i.id FROM event_journal_ids i UNION "
                 "               SELECT s.b FROM found f JOIN step s ON s.a = f.id) "
                 "SELECT id FROM found",
                 both_ways ? "UNION ALL SELECT r.id, k.id FROM event_journal_keys k "
                             "JOIN event_journal_references r ON " IS_REFERRED_TO
                           : ""));
    add_ids(&found, deletions);
    tuplestore_end(own.rows);
    tuplestore_end(references.rows);
}

/// The accounts of deletions, and that of entries without one, as text[].
Datum accounts_of(const Ids& deletions)
{
    ResultReader row =
        read_about(RunAs::kOwner,
                   psprintf("SELECT array_agg(a.account) FROM "
                            "(SELECT e.account FROM journal.entry e WHERE %s UNION SELECT '') a",
                            is_entry_among("e", deletions)),
                   deletions);
    Value accounts{};
    row.bind_only(&accounts);
    row.next();
    const Datum copy = accounts.copy(CurrentMemoryContext);
    row.close();
    return copy;
}

/// Leaves those deletions that are the last thing that happened to their object, in its own or any
/// of the accounts.
void keep_last(Datum accounts, Ids* deletions)
{
    ResultReader reader = read_last_changes(*deletions, accounts);
    LastChange change{};
    change.bind(&reader);
    deletions->clear();
    while (reader.next())
        if (change.last == change.entry)
            deletions->push_back(change.entry);
    reader.close();
    make_unique(deletions);
}

/// Adds what the deleted rows refer to by other columns than the key, as far as the same
/// transactions deleted it: entries are not found by such values.
void add_other_parents(const Keys& references, Datum accounts, Ids* deletions)
{
    DeletionReader reader = begin_same_transactions(*deletions);
    const Keys own = read_found(&reader, references.references);
    reader.close();
    ResultReader found =
        find_ids(own, references, nullptr,
                 "SELECT DISTINCT k.id FROM event_journal_keys k JOIN event_journal_references r "
                 "  ON " IS_REFERRED_TO " WHERE k.columns <> ''");
    Ids parents(CurrentMemoryContext);
    add_ids(&found, &parents);
    if (!parents.empty())
        keep_last(accounts, &parents);
    deletions->insert(deletions->end(), parents.begin(), parents.end());
    make_unique(deletions);
    tuplestore_end(own.rows);
}

/// Adds the last deletions of what the deleted rows refer to and what is not there.
void add_parents(Ids* deletions)
{
    DeletionReader reader = begin_deletions(*deletions);
    const Keys references = read_references(&reader, nullptr);
    reader.close();
    const Datum accounts = accounts_of(*deletions);
    const Ids gone = find_gone_parents(references.rows, references.descriptor, accounts);
    if (refers_to_values(references.references))
        add_other_parents(references, accounts, deletions);
    deletions->insert(deletions->end(), gone.begin(), gone.end());
    make_unique(deletions);
    tuplestore_end(references.rows);
}

/// What belonged to a deletion was found whoever may read it: names nothing that the caller cannot
/// see, and brings none of it back.
void check_visible(const Ids& added)
{
    ResultReader visible = read_about(
        RunAs::kCaller,
        psprintf("SELECT count(*) FROM journal.entry e WHERE %s", is_entry_among("e", added)),
        added);
    int64 seen = 0;
    visible.bind_only(&seen);
    visible.next();
    const int64 hidden = static_cast<int64>(added.size()) - seen;
    visible.close();
    if (hidden > 0)
        ereport(
            ERROR,
            (errcode(kNotRestorable), errmsg("what belonged to the row cannot be restored with it"),
             errdetail("%lld of the related deletions are of another account, or older than "
                       "your plan shows.",
                       static_cast<long long>(hidden)),
             errhint("Restore the row alone (related => 'none'), or ask a role that sees them.")));
}

/// What is known of how each deletion came to be among those that come back.
struct Belonging {
    Ids requested;
    Ids asked;  // whose parts have been asked for
    Ids parts;
    Ids children;
};

void add_new_parts(Belonging* belonging, Ids* deletions)
{
    Ids documents(*deletions, CurrentMemoryContext);
    leave_out(belonging->asked, &documents);
    add_parts(documents, deletions, &belonging->parts);
    belonging->asked = *deletions;
}

/// Those of some deletions whose types the caller could not restore by themselves, and who it is
/// that could.
void find_disallowed(const Ids& ids, const char* reason, Ids* nobodys, Ids* supports)
{
    if (ids.empty())
        return;
    ResultReader type = read_about(
        RunAs::kOwner,
        psprintf("SELECT e.id, e.event_type FROM journal.entry e WHERE %s ORDER BY e.event_type, "
                 "e.id",
                 is_entry_among("e", ids)),
        ids);
    int64 id = 0;
    int32 event_type = 0;
    type.bind("id", &id);
    type.bind("event_type", &event_type);
    int32 last_type = 0;
    Ids* disallowed = nullptr;
    while (type.next()) {
        if (event_type != last_type) {
            last_type = event_type;
            const RestoredBy by = restored_by(event_type);
            const bool is_given =
                by == RestoredBy::kSupport && may_restore(by) && reason != nullptr;
            disallowed = by == RestoredBy::kNobody                 ? nobodys
                         : by == RestoredBy::kSupport && !is_given ? supports
                                                                   : nullptr;
        }
        if (disallowed != nullptr)
            disallowed->push_back(id);
    }
    type.close();
    make_unique(nobodys);
    make_unique(supports);
}

/// Leaves out of some deletions those of rows that refer to one of the others.
void leave_out_referring(const Ids& deletions, Ids* ids)
{
    if (ids->empty())
        return;
    DeletionReader reader = begin_deletions(*ids);
    const Keys references = read_references(&reader, nullptr);
    reader.close();
    reader = begin_deletions(deletions);
    const Keys own = read_found(&reader, references.references);
    reader.close();
    Ids referring(CurrentMemoryContext);
    ResultReader found =
        find_ids(own, references, nullptr,
                 "SELECT DISTINCT r.id FROM event_journal_references r JOIN event_journal_keys k "
                 "  ON " IS_REFERRED_TO " AND k.id <> r.id");
    add_ids(&found, &referring);
    tuplestore_end(own.rows);
    tuplestore_end(references.rows);
    leave_out(referring, ids);
}

/// Finds what comes with something else and may not: what only support brings back, and what a row
/// refers to where nobody restores its type. Parts may do what their document may.
void find_refused(Related related, const char* reason, const Belonging& belonging,
                  const Ids& deletions, Refused* refused)
{
    Ids added(deletions, CurrentMemoryContext);
    leave_out(belonging.requested, &added);
    leave_out(belonging.parts, &added);
    if (added.empty())
        return;
    check_visible(added);
    find_disallowed(added, reason, &refused->nobodys, &refused->supports);
    leave_out(belonging.children, &refused->nobodys);
    if (related == Related::kAll)
        leave_out_referring(deletions, &refused->nobodys);
}

}  // namespace

Related related_argument(const char* name)
{
    if (pg_strcasecmp(name, "none") == 0)
        return Related::kNone;
    if (pg_strcasecmp(name, "parents") == 0)
        return Related::kParents;
    if (pg_strcasecmp(name, "children") == 0)
        return Related::kChildren;
    if (pg_strcasecmp(name, "all") == 0)
        return Related::kAll;
    ereport(ERROR, (errcode(kUnknownCode), errmsg("\"%s\" says not what is related", name),
                    errhint("It is 'none', 'parents', 'children' or 'all'.")));
    pg_unreachable();
}

void add_belonging(Related related, const char* reason, Ids* deletions, Refused* refused)
{
    MemoryContext memory = CurrentMemoryContext;
    Belonging belonging{Ids(*deletions, memory), Ids(memory), Ids(memory), Ids(memory)};
    add_new_parts(&belonging, deletions);
    std::size_t count = 0;
    while (related != Related::kNone && deletions->size() > count) {
        CHECK_FOR_INTERRUPTS();
        count = deletions->size();
        if (related == Related::kChildren || related == Related::kAll)
            add_children(related == Related::kAll, deletions);
        if (related == Related::kChildren)
            belonging.children = *deletions;
        if (related == Related::kParents || related == Related::kAll)
            add_parents(deletions);
        const std::size_t added = deletions->size();
        add_new_parts(&belonging, deletions);
        // Children have been followed to the last.
        if (related == Related::kChildren && deletions->size() == added)
            break;
    }
    if (related != Related::kNone)
        find_refused(related, reason, belonging, *deletions, refused);
}

}  // namespace journal
