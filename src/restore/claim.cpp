// See claim.hpp.
#include "restore/claim.hpp"

#include "base/append_only.hpp"
#include "base/function.hpp"
#include "base/journal_tables.hpp"
#include "base/object_lookup.hpp"
#include "base/query.hpp"
#include "changes/statement.hpp"
#include "restore/entry_ids.hpp"

#include <algorithm>

namespace journal {

void read_entry(FunctionCallInfo fcinfo, Ids* entries)
{
    if (PG_ARGISNULL(0))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("entry must not be null")));
    entries->push_back(PG_GETARG_INT64(0));
}

void read_entries(FunctionCallInfo fcinfo, Ids* entries)
{
    Datum* elements = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    if (!PG_ARGISNULL(0))
        deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), INT8OID, sizeof(int64), true, TYPALIGN_DOUBLE,
                          &elements, &nulls, &count);
    if (count == 0)
        ereport(ERROR, (errcode(kEmptyList), errmsg("list \"entries\" is empty"),
                        errhint("journal.deleted_objects() lists what can be restored.")));
    entries->reserve(count);
    for (int i = 0; i < count; i++) {
        if (nulls[i])
            ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                            errmsg("list \"entries\" contains NULL")));
        entries->push_back(DatumGetInt64(elements[i]));
    }
    std::sort(entries->begin(), entries->end());
    entries->erase(std::unique(entries->begin(), entries->end()), entries->end());
}

const char* who_restored(int64 deletion)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin_latest();
    const uint64 rows = query.run(
        "SELECT restored_by::text, restored_entry FROM journal.restoration WHERE entry = $1",
        {int8_argument(deletion)}, true);
    const char* role = rows == 0 ? "?" : query.text(0, 1, context);
    const int64 entry = rows == 0 ? 0 : query.int8(0, 2);
    query.end();
    return psprintf("Role \"%s\" restored it: entry %lld.", role, static_cast<long long>(entry));
}

void raise_already_restored(const Deletion& deletion)
{
    ereport(ERROR,
            (errcode(kAlreadyRestored), errmsg("%s has been restored already", describe(deletion)),
             errdetail_internal("%s", who_restored(deletion.entry)),
             errhint("If it was deleted again, restore that deletion.")));
    pg_unreachable();
}

void find_restored(const Ids& deletions, Ids* restored)
{
    ResultReader found =
        read_about(RunAs::kOwner,
                   psprintf("SELECT r.entry FROM journal.restoration r WHERE %s ORDER BY 1",
                            is_among("r.entry", deletions)),
                   deletions, {INT8OID});
    while (found.next())
        restored->push_back(found.int8(1));
    found.close();
}

void find_living(const Ids& restored, Ids* living)
{
    MemoryContext context = CurrentMemoryContext;
    ContextResource memory(context);
    Ids entries(&memory);
    ResultReader by = read_about(RunAs::kOwner,
                                 psprintf("SELECT r.restored_entry FROM journal.restoration r "
                                          "WHERE %s AND r.restored_entry IS NOT NULL ORDER BY 1",
                                          is_among("r.entry", restored)),
                                 restored, {INT8OID});
    while (by.next())
        entries.push_back(by.int8(1));
    by.close();
    if (entries.empty())
        return;
    Tuplestorestate* objects = select_about(
        RunAs::kOwner,
        psprintf("SELECT e.id, e.account, e.object_type, e.object_id, e.relation, e.restores "
                 "FROM journal.entry e WHERE %s",
                 is_among("e.id", entries)),
        entries);
    Query query = Query::begin(RunAs::kOwner);
    query.set("enable_seqscan", "off");
    query.set("enable_bitmapscan", "off");
    register_named("event_journal_objects", objects,
                   describe_named({{"id", INT8OID},
                                   {"account", TEXTOID},
                                   {"object_type", TEXTOID},
                                   {"object_id", TEXTOID},
                                   {"relation", INT4OID},
                                   {"restores", INT8OID}}));
    ResultReader found = ResultReader::open(
        context,
        "SELECT o.restores FROM event_journal_objects o "
        "CROSS JOIN LATERAL (SELECT e.operation FROM journal.entry e "
        " WHERE " IS_OBJECT("e", "o.account", "o.object_type", "o.object_id")
        "   AND e.relation = o.relation AND e.id = e.change "
        "   AND NOT e.backfilled AND (e.operation IN ('i', 'd') OR e.previous_id IS NOT NULL) "
        " ORDER BY e.id DESC LIMIT 1) p WHERE p.operation <> 'd' ORDER BY 1",
        describe_columns({INT8OID}));
    query.end();
    while (found.next())
        living->push_back(found.int8(1));
    found.close();
    tuplestore_end(objects);
}

namespace {

constexpr const char* kAccounts = "event_journal_accounts";

/// The accounts of the deletions that a set takes back, for the connected query's statements:
/// columns entry and account.
void register_accounts(Tuplestorestate* accounts)
{
    TupleDesc descriptor = CreateTemplateTupleDesc(2);
    TupleDescInitEntry(descriptor, 1, "entry", INT8OID, -1, 0);
    TupleDescInitEntry(descriptor, 2, "account", TEXTOID, -1, 0);
    register_named(kAccounts, accounts, descriptor);
}

Tuplestorestate* read_accounts(RowSet* set)
{
    ContextResource memory(CurrentMemoryContext);
    Ids ids(&memory);
    SetRow row;
    for (rewind_rows(set); read_row(set, &row);)
        ids.push_back(row.entry);
    std::sort(ids.begin(), ids.end());
    return select_about(RunAs::kOwner,
                        psprintf("SELECT e.id, e.account FROM journal.entry e WHERE %s "
                                 "AND e.operation = 'd'",
                                 is_among("e.id", ids)),
                        ids);
}

}  // namespace

void claim_deletions(RowSet* set, const char* reason, Ids* lost)
{
    if (set->count == 0)
        return;
    Tuplestorestate* accounts = read_accounts(set);
    const char* role = GetUserNameFromId(GetUserId(), false);
    Query query = Query::begin(RunAs::kOwner);
    register_rows(set, 0);
    register_accounts(accounts);
    // Everywhere in the same order, so that two restores of the same rows wait for one another in
    // turn.
    const uint64 rows = query.run(
        psprintf("WITH claimed AS (INSERT INTO journal.restoration (entry, restored_by, reason, "
                 "                 account) SELECT r.entry, $1, $2, a.account FROM %s r "
                 "                 LEFT JOIN %s a ON a.entry = r.entry ORDER BY r.entry "
                 "                 ON CONFLICT (entry) DO NOTHING RETURNING entry) "
                 "SELECT r.entry FROM %s r LEFT JOIN claimed c ON c.entry = r.entry "
                 "WHERE c.entry IS NULL ORDER BY 1",
                 rows_name(0), kAccounts, rows_name(0)),
        {text_argument(role), text_argument(reason)});
    for (uint64 i = 0; i < rows; i++)
        lost->push_back(query.int8(i, 1));
    query.end();
    tuplestore_end(accounts);
}

void release_claims(const Application* application)
{
    ListCell* cell = nullptr;
    enter_append_only_pass(journal_table("restoration"));
    foreach (cell, application->sets) {
        auto* set = static_cast<RowSet*>(lfirst(cell));
        if (set->operation != RowOperation::kInsert || set->count == 0)
            continue;
        Query query = Query::begin(RunAs::kOwner);
        register_rows(set, 0);
        query.run(psprintf("DELETE FROM journal.restoration c USING %s r WHERE c.entry = r.entry",
                           rows_name(0)));
        query.end();
    }
    leave_append_only_pass();
}

void name_entries(const Application* application)
{
    ListCell* cell = nullptr;
    enter_append_only_pass(journal_table("restoration"));
    foreach (cell, application->applied) {
        auto* set = static_cast<RowSet*>(lfirst(cell));
        if (set->operation != RowOperation::kInsert)
            continue;
        Query query = Query::begin(RunAs::kOwner);
        register_named("event_journal_places", set->places, set->place_descriptor);
        query.run(
            "UPDATE journal.restoration c SET restored_entry = p.entry "
            "FROM event_journal_places p WHERE c.entry = p.deletion");
        query.end();
    }
    leave_append_only_pass();
}

}  // namespace journal
