// See access.hpp. A level is a list of ordinary privileges on objects of ours, which the server
// checks and a dump keeps. journal.granted_access says which levels a role was given, so that what
// another level still gives is not taken away with one.
#include "accounts/access.hpp"

#include "base/function.hpp"
#include "base/journal_tables.hpp"
#include "base/query.hpp"
#include "catalog/event_type.hpp"

namespace journal {

namespace {

enum Level : unsigned {
    kReader = 1,
    kAuditor = 2,
    kRestorer = 4,
    kSupport = 8,
    kAdministrator = 16,
    kRestorers = kRestorer | kSupport,
    kAuditors = kAuditor | kAdministrator,
    kAll = kReader | kAuditors | kRestorers,
};

constexpr const char* kLevels[] = {"reader", "auditor", "restorer", "support", "administrator"};

/// One GRANT, and the levels that it belongs to.
struct Right {
    unsigned levels;
    const char* privilege;  // "SELECT ON …"
};

constexpr Right kRights[] = {
    {kAll, "USAGE ON SCHEMA journal"},
    {kAll, "SELECT ON journal.entry, journal.event_types"},
    {kAll,
     "EXECUTE ON FUNCTION journal.report, journal.history, journal.deleted_objects, "
     "journal.object_key, journal.help, journal.report_filters, journal.count_events, "
     "journal.activity, journal.days"},
    {kAuditors,
     "SELECT ON journal.entries, journal.event_type, journal.session, journal.context, "
     "journal.tracked_relations, journal.tracked_relation, journal.event_rules, "
     "journal.event_rule, journal.marks, journal.consumers, journal.cloud_events"},
    {kAuditors,
     "EXECUTE ON FUNCTION journal.decode_entry, journal.column_names, journal.entries_of, "
     "journal.reader_account"},
    {kAuditors,
     "EXECUTE ON FUNCTION journal.changes_since, journal.add_consumer, journal.next_changes, "
     "journal.confirm, journal.drop_consumer"},
    {kAuditors,
     "EXECUTE ON FUNCTION journal.table_as_of, journal.row_as_of, journal.diff, "
     "journal.verify_history"},
    {kAuditors | kRestorers, "SELECT ON journal.restoration, journal.undos"},
    // What the view shows: not the names of other accounts that a transaction touched.
    {kAuditors | kRestorers,
     "SELECT (incarnation, transaction_id, entry, undone_by, role, reason, on_conflict, at) "
     "ON journal.undone"},
    {kRestorers,
     "EXECUTE ON FUNCTION journal.restore, journal.restore_all, "
     "journal.restore_plan(bigint, text, jsonb), journal.restore_plan(bigint[], text, jsonb), "
     "journal.undo, journal.undo_plan, journal.revert"},
    {kSupport, "EXECUTE ON FUNCTION journal.support"},
    {kAdministrator,
     "EXECUTE ON FUNCTION journal.track, journal.track_schema, journal.untrack, journal.add_rule, "
     "journal.drop_rule, journal.add_event_type, journal.backfill, journal.set_account, "
     "journal.check, journal.maintain, journal.drop_month, journal.mark, journal.any_object_type"},
    {kAdministrator, "EXECUTE ON PROCEDURE journal.maintenance"},
    {kAdministrator,
     "SELECT, INSERT, UPDATE, DELETE ON journal.event_title, journal.term, journal.plan, "
     "journal.event_group, journal.role_account"},
    {kAdministrator, "SELECT ON journal.account"},
};

unsigned level_of(const char* name)
{
    return 1U << known_code("level of access", name, lengthof(kLevels), kLevels);
}

struct Arguments {
    const char* level;
    Oid role;
    const char* role_name;  // quoted
};

Arguments read_arguments(FunctionCallInfo fcinfo, const char* function)
{
    require_writable(psprintf("journal.%s()", function));
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                        errmsg("%s cannot be NULL", PG_ARGISNULL(0) ? "level" : "role")));
    if (!has_privs_of_role(GetUserId(), extension_owner()))
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("permission denied to call journal.%s()", function),
                        errdetail("Only superusers and the extension's owner say who has access "
                                  "to the journal.")));
    const Oid role = PG_GETARG_OID(1);
    const char* level = text_to_cstring(PG_GETARG_TEXT_PP(0));
    return {kLevels[known_code("level of access", level, lengthof(kLevels), kLevels)], role,
            quote_identifier(GetUserNameFromId(role, false))};
}

}  // namespace

void require_entries_readable(const char* level)
{
    const Oid entry = journal_table("entry");
    if (pg_class_aclcheck(entry, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
        ereport(
            ERROR,
            (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
             errmsg("role \"%s\" may not read the journal", GetUserNameFromId(GetUserId(), false)),
             errdetail("It has no SELECT on table journal.entry."),
             errhint("As a superuser: SELECT journal.grant_access(%s, %s);",
                     quote_literal_cstr(level),
                     quote_literal_cstr(quote_identifier(GetUserNameFromId(GetUserId(), false))))));
}

/// journal.grant_access(level, role): gives a role what the level has, on the journal alone.
JOURNAL_FUNCTION(journal_grant_access)
{
    const Arguments given = read_arguments(fcinfo, "grant_access");
    const unsigned level = level_of(given.level);
    Query query = Query::begin(RunAs::kOwner);
    query.run(
        "INSERT INTO journal.granted_access (role, level) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        {{REGROLEOID, ObjectIdGetDatum(given.role)}, text_argument(given.level)});
    for (const Right& right : kRights)
        if ((right.levels & level) != 0)
            query.run(psprintf("GRANT %s TO %s", right.privilege, given.role_name));
    query.end();
    PG_RETURN_VOID();
}

/// journal.revoke_access(level, role): takes back what the level has and no other level of the
/// role's.
JOURNAL_FUNCTION(journal_revoke_access)
{
    const Arguments given = read_arguments(fcinfo, "revoke_access");
    const unsigned level = level_of(given.level);
    MemoryContext context = CurrentMemoryContext;
    const QueryArgument role{REGROLEOID, ObjectIdGetDatum(given.role)};
    Query query = Query::begin(RunAs::kOwner);
    query.run("DELETE FROM journal.granted_access WHERE role = $1 AND level = $2",
              {role, text_argument(given.level)});
    unsigned kept = 0;
    const uint64 rows =
        query.run("SELECT level FROM journal.granted_access WHERE role = $1", {role});
    for (uint64 i = 0; i < rows; i++)
        kept |= level_of(query.value(i).text(context));
    for (const Right& right : kRights)
        if ((right.levels & level) != 0 && (right.levels & kept) == 0)
            query.run(psprintf("REVOKE %s FROM %s", right.privilege, given.role_name));
    query.end();
    PG_RETURN_VOID();
}

}  // namespace journal
