// See claim.hpp.
#include "restore/claim.hpp"

#include "base/append_only.hpp"
#include "base/function.hpp"
#include "base/journal_tables.hpp"
#include "base/query.hpp"
#include "restore/statement.hpp"

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

void raise_already_restored(const SetRow& row)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin_latest();
    const uint64 rows = query.run(
        "SELECT restored_by::text, restored_entry FROM journal.restoration WHERE entry = $1",
        {int8_argument(row.entry)}, true);
    const char* role = rows == 0 ? "?" : query.text(0, 1, context);
    const int64 entry = rows == 0 ? 0 : query.int8(0, 2);
    query.end();
    ereport(ERROR,
            (errcode(kAlreadyRestored), errmsg("%s has been restored already", describe_row(row)),
             errdetail("Role \"%s\" restored it: entry %lld.", role, static_cast<long long>(entry)),
             errhint("If it was deleted again, restore that deletion.")));
    pg_unreachable();
}

void require_not_restored(const Vector<Request>& requests)
{
    ContextResource memory(CurrentMemoryContext);
    Ids ids(&memory);
    for (const Request& request : requests)
        ids.push_back(request.entry);
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows = query.run(
        "SELECT e.id, e.object_type, e.object_id, e.label "
        "FROM journal.restoration r JOIN journal.entry e ON e.id = r.entry "
        "WHERE r.entry = ANY ($1) ORDER BY 1 LIMIT 1",
        {{INT8ARRAYOID, ids_datum(ids)}});
    SetRow row{};
    if (rows > 0) {
        row.entry = query.int8(0, 1);
        row.object_type = query.text(0, 2, context);
        row.object_id = query.text(0, 3, context);
        row.label = query.text(0, 4, context);
    }
    query.end();
    if (rows > 0)
        raise_already_restored(row);
}

void claim_deletions(RowSet* set, const char* reason, Ids* lost)
{
    const char* role = GetUserNameFromId(GetUserId(), false);
    Query query = Query::begin(RunAs::kOwner);
    register_rows(set, 0);
    // Everywhere in the same order, so that two restores of the same rows wait for one another in
    // turn.
    const uint64 rows = query.run(
        psprintf("WITH claimed AS (INSERT INTO journal.restoration (entry, restored_by, reason) "
                 "                 SELECT r.entry, $1, $2 FROM %s r ORDER BY r.entry "
                 "                 ON CONFLICT (entry) DO NOTHING RETURNING entry) "
                 "SELECT r.entry FROM %s r WHERE r.entry NOT IN (SELECT c.entry FROM claimed c) "
                 "ORDER BY 1",
                 rows_name(0), rows_name(0)),
        {text_argument(role), text_argument(reason)});
    for (uint64 i = 0; i < rows; i++)
        lost->push_back(query.int8(i, 1));
    query.end();
}

void find_restored(RowSet* set, const char*, Ids* lost)
{
    Query query = Query::begin(RunAs::kOwner);
    register_rows(set, 0);
    const uint64 rows = query.run(psprintf(
        "SELECT r.entry FROM %s r JOIN journal.restoration c ON c.entry = r.entry ORDER BY 1",
        rows_name(0)));
    for (uint64 i = 0; i < rows; i++)
        lost->push_back(query.int8(i, 1));
    query.end();
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
