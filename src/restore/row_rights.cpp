// What a caller may do with the rows of an application: privileges, and the policies of row-level
// security for rows that are written.
#include "base/query.hpp"
#include "catalog/tracked_relation.hpp"
#include "restore/final_state.hpp"

namespace journal {

namespace {

const char* lacks(const char* privilege, Oid table)
{
    return psprintf("Role \"%s\" has no %s on %s.", GetUserNameFromId(GetUserId(), false),
                    privilege, qualified_name(table));
}

bool may_write_columns(const RowSet* set, AclMode mode)
{
    const Oid table = RelationGetRelid(set->table);
    if (pg_class_aclcheck(table, GetUserId(), mode) == ACLCHECK_OK)
        return true;
    for (int i = 0; i < set->column_count; i++)
        if (pg_attribute_aclcheck(table, set->columns[i].column->number, GetUserId(), mode) !=
            ACLCHECK_OK)
            return false;
    return set->column_count > 0;
}

bool may_read_key(const RowSet* set)
{
    const Oid table = RelationGetRelid(set->table);
    if (pg_class_aclcheck(table, GetUserId(), ACL_SELECT) == ACLCHECK_OK)
        return true;
    for (int i = 0; i < set->plan->key_count; i++)
        if (pg_attribute_aclcheck(table, set->plan->columns[set->plan->key[i]].number, GetUserId(),
                                  ACL_SELECT) != ACLCHECK_OK)
            return false;
    return !set->checked || may_write_columns(set, ACL_SELECT);
}

bool may_insert(const RowSet* set)
{
    return may_write_columns(set, ACL_INSERT);
}

/// The condition that policies put on rows that the caller writes; nullptr: none.
const char* policy_condition(const RowSet* set)
{
    MemoryContext context = CurrentMemoryContext;
    const Oid table = RelationGetRelid(set->table);
    if (set->operation == RowOperation::kDelete ||
        check_enable_rls(table, InvalidOid, true) != RLS_ENABLED)
        return nullptr;
    const char* role = GetUserNameFromId(GetUserId(), false);
    Query query = Query::begin(RunAs::kOwner);
    query.run(
        "SELECT format('coalesce(%s, false)%s', "
        " coalesce(string_agg(format('(%s)', x.condition), ' OR ') "
        "          FILTER (WHERE p.polpermissive), 'false'), "
        " string_agg(format(' AND coalesce((%s), false)', x.condition), '') "
        "          FILTER (WHERE NOT p.polpermissive)) "
        "FROM pg_policy p "
        "CROSS JOIN LATERAL (SELECT coalesce(pg_get_expr(p.polwithcheck, p.polrelid), "
        "                    pg_get_expr(p.polqual, p.polrelid), 'true') AS condition) x "
        "WHERE p.polrelid = $1 AND p.polcmd IN ($2, '*') "
        "  AND (0::oid = ANY (p.polroles) "
        "       OR EXISTS (SELECT FROM unnest(p.polroles) r "
        "                  WHERE pg_has_role($3::name, r, 'USAGE')))",
        {{OIDOID, ObjectIdGetDatum(table)},
         {CHAROID, CharGetDatum(set->operation == RowOperation::kInsert ? 'a' : 'w')},
         text_argument(role)});
    const char* condition = query.text(0, 1, context);
    query.end();
    return condition;
}

void check_policy(FinalState* state, const Place* place, int index, const RowSet* set,
                  const char* condition)
{
    Query query = Query::begin(RunAs::kCaller);
    register_places(state);
    // Subqueries of a policy name the table by its bare name.
    const uint64 rows = query.run(psprintf(
        "SELECT %s FROM %s AS %s WHERE %s = %d AND NOT (%s)", kNumberName, arriving_name(place),
        quote_identifier(RelationGetRelationName(set->table)), kSetName, index, condition));
    for (uint64 i = 0; i < rows; i++)
        note_conflict(&state->found, index, query.int8(i, 1), ConflictKind::kForbidden, 0,
                      psprintf("new row violates row-level security policy for table \"%s\"",
                               RelationGetRelationName(set->table)));
    query.end();
}

}  // namespace

const char* missing_privilege(const RowSet* set)
{
    const Oid table = RelationGetRelid(set->table);
    const Oid schema = RelationGetNamespace(set->table);
    if (object_aclcheck(NamespaceRelationId, schema, GetUserId(), ACL_USAGE) != ACLCHECK_OK)
        return psprintf("Role \"%s\" has no USAGE on schema %s.",
                        GetUserNameFromId(GetUserId(), false),
                        quote_identifier(get_namespace_name(schema)));
    switch (set->operation) {
        case RowOperation::kInsert:
            return may_insert(set) ? nullptr : lacks("INSERT", table);
        case RowOperation::kUpdate:
            if (!may_write_columns(set, ACL_UPDATE))
                return lacks("UPDATE", table);
            break;
        case RowOperation::kDelete:
            if (pg_class_aclcheck(table, GetUserId(), ACL_DELETE) != ACLCHECK_OK)
                return lacks("DELETE", table);
            break;
    }
    return may_read_key(set) ? nullptr : lacks("SELECT", table);
}

void check_policies(FinalState* state)
{
    ListCell* cell = nullptr;
    foreach (cell, state->application->sets) {
        const auto* set = static_cast<RowSet*>(lfirst(cell));
        if (set->count == 0 || missing_privilege(set) != nullptr)
            continue;
        const char* condition = policy_condition(set);
        if (condition == nullptr)
            continue;
        ListCell* place_cell = nullptr;
        foreach (place_cell, state->places) {
            const auto* place = static_cast<Place*>(lfirst(place_cell));
            if (place->arriving_count > 0 &&
                list_member_oid(relation_and_ancestors(RelationGetRelid(place->relation)),
                                RelationGetRelid(set->table)))
                check_policy(state, place, foreach_current_index(cell), set, condition);
        }
    }
}

}  // namespace journal
