// See claim.hpp.
#include "engine/claim.hpp"

#include "base/append_only.hpp"
#include "base/entry_ids.hpp"
#include "base/journal_tables.hpp"
#include "base/list.hpp"
#include "base/query.hpp"
#include "changes/statement.hpp"
#include "months/entry_months.hpp"

namespace journal {

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
    Ids ids(CurrentMemoryContext);
    for_each_row(set, [&](const SetRow& row) { ids.push_back(row.entry); });
    std::sort(ids.begin(), ids.end());
    return select_about(RunAs::kOwner,
                        psprintf("SELECT e.id, e.account FROM journal.entry e WHERE %s "
                                 "AND e.operation = 'd'",
                                 is_entry_among("e", ids)),
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
        lost->push_back(query.value(i).int8());
    query.end();
    tuplestore_end(accounts);
}

void release_claims(const Application* application)
{
    enter_append_only_pass(journal_table("restoration"));
    for (auto* set : items<RowSet>(application->sets)) {
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
    enter_append_only_pass(journal_table("restoration"));
    for (auto* set : items<RowSet>(application->applied)) {
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
