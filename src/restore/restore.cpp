// journal.restore: checks who may restore what, claims the deletions and brings the rows back.
//
// Two concurrent restores of one deletion meet at the key of journal.restoration: the second waits
// for the first, and goes on only if that one was rolled back. A claim already names the entry that
// the restore is going to write, so that no row of the table is ever updated.
#include "base/function.hpp"
#include "base/journal_tables.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "restore/deletion.hpp"
#include "restore/row.hpp"

namespace journal {

namespace {

bool is_support(Oid role)
{
    return DatumGetBool(DirectFunctionCall3(has_function_privilege_id_name, ObjectIdGetDatum(role),
                                            CStringGetTextDatum("journal.support()"),
                                            CStringGetTextDatum("EXECUTE")));
}

/// Raises JE010 or JE011 unless the caller may restore that deletion; support has to say why.
void check_allowed(const Deletion* deletion, const char* reason)
{
    switch (deletion->restored_by) {
        case RestoredBy::kJournal:
            return;
        case RestoredBy::kNobody:
            ereport(ERROR,
                    (errcode(kNotRestorable),
                     errmsg("an object of type \"%s\" cannot be restored from the journal",
                            deletion->object_type),
                     errhint("journal.deleted_objects() says in its column restorable what can.")));
            break;
        case RestoredBy::kSupport:
            if (!is_support(GetUserId()))
                ereport(ERROR,
                        (errcode(kContactSupport),
                         errmsg("%s can be restored by support only", describe(deletion)),
                         errdetail("Role \"%s\" has no EXECUTE on function journal.support().",
                                   GetUserNameFromId(GetUserId(), false)),
                         errhint("Contact support.")));
            if (reason == nullptr)
                ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                                errmsg("restoring %s needs a reason", describe(deletion)),
                                errhint("Give it: journal.restore(entry, reason => '...').")));
    }
}

/// A foreign key is checked by triggers that this setting switches off, as it does most triggers.
void check_triggers_fire()
{
    if (SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("nothing can be restored while session_replication_role is replica"),
                        errdetail("Foreign keys would not be checked."),
                        errhint("SET session_replication_role = origin;")));
}

[[noreturn]] void raise_already_restored(const Deletion* deletion)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin_latest();
    const uint64 rows = query.run(
        "SELECT restored_by::text, restored_entry FROM journal.restoration WHERE entry = $1",
        {int8_argument(deletion->entry)}, true);
    const char* role = rows == 0 ? "?" : query.text(0, 1, context);
    const int64 entry = rows == 0 ? 0 : query.int8(0, 2);
    query.end();
    ereport(ERROR,
            (errcode(kAlreadyRestored), errmsg("%s has been restored already", describe(deletion)),
             errdetail("Role \"%s\" restored it: entry %lld.", role, static_cast<long long>(entry)),
             errhint("If it was deleted again, restore that deletion.")));
    pg_unreachable();
}

/// Takes a deletion for this transaction, waiting for any other that is at it. Returns the id
/// reserved for the entry of the restore, or 0 if it has been restored.
int64 claim(const Deletion* deletion, const char* reason)
{
    const char* role = GetUserNameFromId(GetUserId(), false);
    const int64 entry = next_id("entry_id_seq");
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows = query.run(
        "INSERT INTO journal.restoration (entry, restored_entry, restored_by, reason) "
        "VALUES ($1, $2, $3, $4) ON CONFLICT (entry) DO NOTHING",
        {int8_argument(deletion->entry), int8_argument(entry), text_argument(role),
         text_argument(reason)});
    query.end();
    return rows == 0 ? 0 : entry;
}

void return_row(ReturnSetInfo* result, Oid relation, const Deletion* deletion, int64 entry)
{
    const Datum values[] = {
        ObjectIdGetDatum(relation), CStringGetTextDatum(deletion->object_type),
        CStringGetTextDatum(deletion->object_id),
        deletion->label == nullptr ? Datum{0} : CStringGetTextDatum(deletion->label),
        Int64GetDatum(entry)};
    const bool nulls[] = {false, false, false, deletion->label == nullptr, false};
    tuplestore_putvalues(result->setResult, result->setDesc, const_cast<Datum*>(values),
                         const_cast<bool*>(nulls));
}

/// Restores a deletion, and with a document what belonged to it.
void restore(int64 entry, const char* reason, ReturnSetInfo* result)
{
    Deletion* deletion = read_deletion(entry);
    check_allowed(deletion, reason);
    List* deletions = deletion->restored_by == RestoredBy::kSupport ? document_deletions(deletion)
                                                                    : list_make1(deletion);
    ListCell* cell = nullptr;
    foreach (cell, deletions) {
        CHECK_FOR_INTERRUPTS();
        const auto* row = static_cast<Deletion*>(lfirst(cell));
        const int64 restored = claim(row, reason);
        if (restored == 0 && row == deletion)
            raise_already_restored(row);
        // Part of a document that somebody has brought back meanwhile.
        if (restored == 0)
            continue;
        return_row(result, restore_row(row, restored, reason), row, restored);
    }
}

}  // namespace

}  // namespace journal

using namespace journal;

// restore(entry bigint, reason text): see src/sql/52_restore.sql.
JOURNAL_FUNCTION(journal_restore)
{
    require_writable("journal.restore()");
    check_triggers_fire();
    if (PG_ARGISNULL(0))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("entry must not be null")));
    const char* reason = PG_ARGISNULL(1) ? settings.reason : text_to_cstring(PG_GETARG_TEXT_PP(1));
    InitMaterializedSRF(fcinfo, 0);
    restore(PG_GETARG_INT64(0), *reason == '\0' ? nullptr : reason,
            reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo));
    return Datum{0};
}
