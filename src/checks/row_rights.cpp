// What a caller may do with the rows of an application: privileges, and the policies of row-level
// security for rows that are written.
#include "base/joined.hpp"
#include "base/list.hpp"
#include "base/policy.hpp"
#include "base/query.hpp"
#include "catalog/tracked_relation.hpp"
#include "changes/statement.hpp"
#include "checks/final_state.hpp"

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
const char* condition_of_writing(const RowSet* set)
{
    const Oid table = RelationGetRelid(set->table);
    if (set->operation == RowOperation::kDelete || !has_policies(set->table))
        return nullptr;
    if (set->operation == RowOperation::kInsert)
        return policy_condition(table, 'a', Looked::kNewVersion);
    // An update that reads the row must not make it one that the caller may not read.
    return psprintf("(%s) AND (%s)", policy_condition(table, 'w', Looked::kNewVersion),
                    policy_condition(table, 'r', Looked::kRow));
}

/// The table's own name, by which subqueries of a policy may call it.
const char* bare_name(const RowSet* set)
{
    return quote_identifier(RelationGetRelationName(set->table));
}

/// The columns of a place's rows that make a row of the set's table, which a policy may look at as
/// a whole.
const char* columns_of_row(const RowSet* set, const Place* place)
{
    const TupleDesc from = RelationGetDescr(set->table);
    return joined(from->natts, ", ", [&](int i) -> const char* {
        Form_pg_attribute attribute = TupleDescAttr(from, i);
        if (attribute->attisdropped)
            return nullptr;
        const AttrNumber number =
            get_attnum(RelationGetRelid(place->relation), NameStr(attribute->attname));
        const bool is_held = number > 0 && place->positions[number - 1] >= 0;
        return is_held ? psprintf("p.%s", quote_identifier(NameStr(attribute->attname))) : "NULL";
    });
}

/// Says of every row of a set that it is not judged.
void note_unjudged(FinalState* state, RowSet* set)
{
    const char* why = psprintf(
        "row-level security of %s holds role \"%s\", and the table's owner is not trusted",
        qualified_name(RelationGetRelid(set->table)), GetUserNameFromId(GetUserId(), false));
    for_each_row(set, [&](const SetRow& row) {
        note_issue(state, set->index, row.number, make_issue(IssueKind::kNotJudged, why));
    });
}

void check_policy(FinalState* state, const Place* place, const RowSet* set, const char* condition)
{
    const char* sql = psprintf(
        "SELECT event_journal_n FROM (SELECT p.%s AS event_journal_n, ROW(%s)::%s AS "
        "event_journal_row FROM %s AS p WHERE p.%s OPERATOR(pg_catalog.=) %d) AS event_journal_p, "
        "LATERAL pg_catalog.unnest(ARRAY[event_journal_row]) AS %s WHERE NOT (%s)",
        kNumberName, columns_of_row(set, place), qualified_name(RelationGetRelid(set->table)),
        arriving_name(place), kSetName, set->index, bare_name(set), condition);
    Query query = Query::begin(RunAs::kCallerWithPath);
    register_places(state);
    const uint64 rows = query.run(sql);
    for (uint64 i = 0; i < rows; i++)
        note_issue(
            state, set->index, query.value(i).int8(),
            make_issue(IssueKind::kForbidden,
                       psprintf("new row violates row-level security policy for table \"%s\"",
                                RelationGetRelationName(set->table))));
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

const char* changeable_rows_of(const RowSet* set)
{
    if (!has_policies(set->table))
        return only_rows_of(set);
    const char command = set->operation == RowOperation::kUpdate ? 'w' : 'd';
    return psprintf("(SELECT %s.tableoid, %s.ctid, %s.* FROM %s AS %s WHERE %s)", bare_name(set),
                    bare_name(set), bare_name(set), only_rows_of(set), bare_name(set),
                    policy_condition(RelationGetRelid(set->table), command, Looked::kRow));
}

void check_policies(FinalState* state)
{
    for (auto* set : items<RowSet>(state->application->sets)) {
        if (set->count == 0 || missing_privilege(set) != nullptr)
            continue;
        if (is_unjudged(state->application, set->table)) {
            note_unjudged(state, set);
            continue;
        }
        const char* condition = condition_of_writing(set);
        if (condition == nullptr)
            continue;
        for (const auto* place : items<Place>(state->places)) {
            if (place->arriving_count > 0 &&
                list_member_oid(relation_and_ancestors(RelationGetRelid(place->relation)),
                                RelationGetRelid(set->table)))
                check_policy(state, place, set, condition);
        }
    }
}

}  // namespace journal
