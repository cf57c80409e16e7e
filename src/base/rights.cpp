// See rights.hpp.
#include "base/rights.hpp"

#include "base/function.hpp"
#include "base/journal_tables.hpp"
#include "base/list.hpp"
#include "base/row_scan.hpp"

namespace journal {

namespace {

Oid owner_of_table(Oid table)
{
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for relation %u", table);
    const Oid owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relowner;
    ReleaseSysCache(tuple);
    return owner;
}

char* name_of_table(Oid table)
{
    return quote_qualified_identifier(get_namespace_name(get_rel_namespace(table)),
                                      get_rel_name(table));
}

bool is_named(Oid owner)
{
    // The same is asked for each row of a table. No command comes between without changing one of
    // these.
    static Oid asked;
    static TimestampTz statement;
    static CommandId command;
    static bool answer;
    if (asked == owner && statement == GetCurrentStatementStartTimestamp() &&
        command == GetCurrentCommandId(false))
        return answer;
    RowScan scan = RowScan::begin("trusted_owner", "trusted_owner_pkey", {oid_key("owner", owner)});
    answer = scan.next();
    scan.end();
    asked = owner;
    statement = GetCurrentStatementStartTimestamp();
    command = GetCurrentCommandId(false);
    return answer;
}

/// Whether a user trusts a role with his rights.
bool trusts(Oid user, Oid owner)
{
    // What a superuser's code wants, it can have without us.
    return has_privs_of_role(owner, user) || is_named(owner);
}

/// A partition or child of the table that is of somebody whom the user that reads the table does
/// not trust.
Oid find_strange_member(Relation table)
{
    if (!table->rd_rel->relhassubclass)
        return InvalidOid;
    const Oid whole = table->rd_rel->relowner;
    const Oid reader = trusts(GetUserId(), whole) ? GetUserId() : whole;
    for (const Oid member :
         oids(find_all_inheritors(RelationGetRelid(table), AccessShareLock, nullptr))) {
        const Oid owner = owner_of_table(member);
        if (owner != whole && !trusts(reader, owner))
            return member;
    }
    return InvalidOid;
}

}  // namespace

Oid extension_owner()
{
    return owner_of_table(journal_table("entry"));
}

bool is_trusted(Relation table)
{
    return trusts(GetUserId(), table->rd_rel->relowner);
}

bool has_strange_members(Relation table)
{
    return OidIsValid(find_strange_member(table));
}

void require_own_members(Relation table)
{
    const Oid member = find_strange_member(table);
    if (OidIsValid(member))
        ereport(ERROR,
                (errcode(kStrangersTable),
                 errmsg("a part of %s belongs to somebody who is not trusted",
                        name_of_table(RelationGetRelid(table))),
                 errdetail("Code of %s, the owner of %s, would run with rights that he lacks.",
                           quote_identifier(GetUserNameFromId(owner_of_table(member), false)),
                           name_of_table(member)),
                 errhint("Give the part the owner that the table has, or name its owner in "
                         "journal.trusted_owner if he may have everybody's rights.")));
}

void require_select(Relation table, int count, const AttrNumber* columns)
{
    const Oid user = GetUserId();
    const Oid schema = RelationGetNamespace(table);
    const AclResult usage = object_aclcheck(NamespaceRelationId, schema, user, ACL_USAGE);
    if (usage != ACLCHECK_OK)
        aclcheck_error(usage, OBJECT_SCHEMA, get_namespace_name(schema));
    const Oid oid = RelationGetRelid(table);
    if (pg_class_aclcheck(oid, user, ACL_SELECT) == ACLCHECK_OK)
        return;
    bool may_read =
        count > 0 || pg_attribute_aclcheck_all(oid, user, ACL_SELECT, ACLMASK_ANY) == ACLCHECK_OK;
    for (int i = 0; i < count; i++)
        may_read &= pg_attribute_aclcheck(oid, columns[i], user, ACL_SELECT) == ACLCHECK_OK;
    if (!may_read)
        aclcheck_error(ACLCHECK_NO_PRIV, get_relkind_objtype(table->rd_rel->relkind),
                       RelationGetRelationName(table));
}

bool has_policies(Relation table)
{
    return check_enable_rls(RelationGetRelid(table), InvalidOid, true) == RLS_ENABLED;
}

bool is_closed(Relation table)
{
    return has_policies(table) && !is_trusted(table);
}

Rights Rights::present()
{
    Rights rights;
    GetUserIdAndSecContext(&rights.user_, &rights.security_);
    return rights;
}

/// As index_build and other commands of the server lend an owner's rights to his code.
void Rights::lend(Oid owner)
{
    SetUserIdAndSecContext(owner, security_ | SECURITY_RESTRICTED_OPERATION | SECURITY_NOFORCE_RLS);
    settings_ = NewGUCNestLevel();
    set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
                      GUC_ACTION_SAVE, true, 0, false);
}

Rights Rights::of_extension()
{
    const Rights rights = present();
    SetUserIdAndSecContext(extension_owner(), rights.security_ | SECURITY_LOCAL_USERID_CHANGE);
    return rights;
}

Rights Rights::lent_by(Relation table)
{
    Rights rights = present();
    if (!is_trusted(table))
        rights.lend(table->rd_rel->relowner);
    return rights;
}

Rights Rights::of_constraint(Relation table)
{
    Rights rights = present();
    rights.lend(table->rd_rel->relowner);
    return rights;
}

Rights Rights::before(const Rights& others)
{
    const Rights rights = present();
    SetUserIdAndSecContext(others.user_, others.security_);
    return rights;
}

void Rights::end() const
{
    if (settings_ != 0)
        AtEOXact_GUC(false, settings_);
    SetUserIdAndSecContext(user_, security_);
}

}  // namespace journal
