// See policy.hpp.
#include "base/policy.hpp"

#include "base/query.hpp"

namespace journal {

namespace {

/// A policy that applies: its expression as the catalogue has it; is_null: it lets every row pass.
struct Policy {
    bool is_permissive;
    bool is_null;
    Datum expression;
};

/// Those for a command that apply to the caller, into policies; how many there are.
uint64 find_policies(Oid table, char command, Looked looked, Policy** policies)
{
    MemoryContext context = CurrentMemoryContext;
    const Oid caller = GetUserId();
    Query query = Query::begin_latest();
    const uint64 count = query.run(
        "SELECT polpermissive, CASE WHEN $4 AND polwithcheck IS NOT NULL THEN polwithcheck "
        "                           ELSE polqual END AS expression "
        "FROM pg_policy WHERE polrelid = $1 AND polcmd IN ($2, '*') "
        "AND (0::oid = ANY (polroles) OR EXISTS (SELECT FROM unnest(polroles) r "
        "                                        WHERE pg_has_role($3, r, 'USAGE'))) "
        "ORDER BY polname",
        {{OIDOID, ObjectIdGetDatum(table)},
         {CHAROID, CharGetDatum(command)},
         {OIDOID, ObjectIdGetDatum(caller)},
         {BOOLOID, BoolGetDatum(looked == Looked::kNewVersion)}},
        true);
    *policies = make_array_in<Policy>(context, count);
    for (uint64 i = 0; i < count; i++) {
        Policy& policy = (*policies)[i];
        policy.is_permissive = query.value(i, "polpermissive").boolean();
        const Value expression = query.value(i, "expression");
        policy.is_null = expression.is_null;
        policy.expression = expression.copy(context);
    }
    query.end();
    return count;
}

}  // namespace

const char* policy_condition(Oid table, char command, Looked looked)
{
    Policy* policies = nullptr;
    const uint64 count = find_policies(table, command, looked, &policies);
    StringInfoData permissive;
    StringInfoData restrictive;
    initStringInfo(&permissive);
    initStringInfo(&restrictive);
    // As the rewriter does: one of the permissive ones has to agree, and every restrictive one.
    for (uint64 i = 0; i < count; i++) {
        const char* condition =
            policies[i].is_null
                ? "true"
                : TextDatumGetCString(DirectFunctionCall2(pg_get_expr, policies[i].expression,
                                                          ObjectIdGetDatum(table)));
        if (policies[i].is_permissive)
            appendStringInfo(&permissive, "%s(%s)", permissive.len == 0 ? "" : " OR ", condition);
        else
            appendStringInfo(&restrictive, " AND coalesce((%s), false)", condition);
    }
    return psprintf("coalesce(%s, false)%s", permissive.len == 0 ? "false" : permissive.data,
                    restrictive.data);
}

}  // namespace journal
