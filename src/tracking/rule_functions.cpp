// journal.add_rule and journal.drop_rule.
#include "base/bounds.hpp"
#include "base/function.hpp"
#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "catalog/condition.hpp"
#include "catalog/event_type.hpp"
#include "catalog/open_relation.hpp"
#include "catalog/present_layout.hpp"
#include "catalog/relation.hpp"
#include "tracking/stated_condition.hpp"

namespace journal {

namespace {

[[noreturn]] void raise_null(const char* argument)
{
    ereport(ERROR,
            (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s cannot be NULL", argument)));
    pg_unreachable();
}

/// Identity of a named column that a rule may name: it exists and is stored.
int32 rule_column(const Layout* layout, const char* name, const char* use)
{
    for (int i = 0; i < layout->column_count; i++) {
        const LayoutColumn& column = layout->columns[i];
        if (strcmp(column.name, name) != 0)
            continue;
        if (column.mode == ColumnMode::kExcluded || column.mode == ColumnMode::kVirtual)
            ereport(ERROR,
                    (errcode(kRuleRefused),
                     errmsg("column \"%s\" cannot be among a rule's %s", name, use),
                     errdetail(
                         "The journal does not store it: it is excluded, or computed on reading."),
                     errhint("Name a stored column.")));
        return column.id;
    }
    ereport(ERROR,
            (errcode(ERRCODE_UNDEFINED_COLUMN),
             errmsg("column \"%s\" of relation %s does not exist", name, layout->relation_name),
             errhint("Name columns as \\d %s shows them.", layout->relation_name)));
    pg_unreachable();
}

/// Identity of the column with the time of a rule's last change, which back-fill reads.
int32 changed_at_column(const Layout* layout, Relation relation, const char* name)
{
    const int32 id = rule_column(layout, name, "changed_at");
    const AttrNumber number = get_attnum(RelationGetRelid(relation), name);
    const Oid type = getBaseType(TupleDescAttr(RelationGetDescr(relation), number - 1)->atttypid);
    if (type != TIMESTAMPTZOID && type != TIMESTAMPOID && type != DATEOID)
        ereport(ERROR, (errcode(kRuleRefused), errmsg("column \"%s\" cannot be changed_at", name),
                        errdetail("It is of type %s.", format_type_be(type)),
                        errhint("It has to be of type timestamptz, timestamp or date.")));
    return id;
}

/// Identity of the column of who acts, which entries show.
int32 employee_column(const Layout* layout, const char* name)
{
    const int32 id = rule_column(layout, name, "columns");
    if (is_hidden(layout->columns[layout_position(layout, id)].mode))
        ereport(ERROR, (errcode(kRuleRefused), errmsg("column \"%s\" cannot be employee", name),
                        errdetail("It is masked."), errhint("Name a column that entries show.")));
    return id;
}

QueryArgument rule_columns(FunctionCallInfo fcinfo, int number, const Layout* layout,
                           const char* argument)
{
    if (PG_ARGISNULL(number))
        return {INT4ARRAYOID, Datum{0}, true};
    Datum* elements = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(number), NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR,
                      &elements, &nulls, &count);
    if (count == 0)
        ereport(ERROR, (errcode(kEmptyList), errmsg("%s cannot be an empty list", argument),
                        errhint("Leave the argument out (NULL) instead.")));
    for (int i = 0; i < count; i++) {
        if (nulls[i])
            ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                            errmsg("%s cannot contain NULL", argument)));
        elements[i] =
            Int32GetDatum(rule_column(layout, NameStr(*DatumGetName(elements[i])), argument));
    }
    return {INT4ARRAYOID, PointerGetDatum(construct_array(elements, count, INT4OID, sizeof(int32),
                                                          true, TYPALIGN_INT))};
}

}  // namespace

/// journal.add_rule(relation, event, operation, columns, condition, details, changed_at, employee)
JOURNAL_FUNCTION(journal_add_rule)
{
    require_writable("journal.add_rule()");
    for (int i = 0; i < 3; i++)
        if (PG_ARGISNULL(i))
            raise_null(i == 0 ? "relation" : i == 1 ? "event" : "operation");
    const Oid oid = PG_GETARG_OID(0);
    // Changes wait until the rule is there, and the other way round: none is judged by half a set
    // of rules.
    Relation relation = open_owned(oid, ShareRowExclusiveLock, kNotTracked);
    const TrackedRelation* tracked = find_tracked_relation(oid);
    if (tracked == nullptr || tracked->relation != oid || strcmp(tracked->capture, "events") != 0)
        ereport(ERROR,
                (errcode(kNotTracked), errmsg("%s is not tracked", qualified_name(oid)),
                 errhint("Call journal.track('%s') first; rules of a partition are its root's.",
                         qualified_name(oid))));

    const EventType* event = event_type_by_code(text_to_cstring(PG_GETARG_TEXT_PP(1)));
    const char* operation = text_to_cstring(PG_GETARG_TEXT_PP(2));
    static constexpr const char* kOperations[] = {"insert", "update", "delete"};
    operation = kOperations[known_code("operation", operation, lengthof(kOperations), kOperations)];
    if (operation[0] != 'u' && !PG_ARGISNULL(3))
        ereport(ERROR,
                (errcode(kRuleRefused), errmsg("a rule for %s cannot have columns", operation),
                 errdetail("An inserted or deleted row has no changed columns."),
                 errhint("Use a condition over %s.", operation[0] == 'i' ? "new" : "old")));

    const Layout* layout = describe_layout(relation, *tracked);
    const char* condition = bounded_argument(fcinfo, 4, "condition", kLongestReason);
    const QueryArgument columns = rule_columns(fcinfo, 3, layout, "columns");
    const QueryArgument details = rule_columns(fcinfo, 5, layout, "details");
    const char* path = condition == nullptr ? nullptr : present_search_path();
    const QueryArgument named = columns_of_condition(
        {kRuleCondition, condition, path, operation[0], -1, nullptr}, relation, layout, nullptr);
    const int32 changed_at =
        PG_ARGISNULL(6) ? 0 : changed_at_column(layout, relation, NameStr(*PG_GETARG_NAME(6)));
    const int32 employee =
        PG_ARGISNULL(7) ? 0 : employee_column(layout, NameStr(*PG_GETARG_NAME(7)));

    Query query = Query::begin(RunAs::kOwner);
    query.run(
        "INSERT INTO journal.event_rule (relation, event_type, operation, columns, condition, "
        "condition_columns, "
        "search_path, details, changed_at, employee) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING "
        "number",
        {int4_argument(tracked->id),
         int4_argument(event->id),
         text_argument(operation),
         columns,
         text_argument(condition),
         named,
         text_argument(path),
         details,
         {INT4OID, Int32GetDatum(changed_at), changed_at == 0},
         {INT4OID, Int32GetDatum(employee), employee == 0}});
    const int32 number = query.value(0).int4();
    query.run("SELECT count(*) = 1 FROM journal.event_rule WHERE relation = $1",
              {int4_argument(tracked->id)});
    const bool is_first = query.value(0).boolean();
    query.end();
    if (is_first)
        ereport(NOTICE,
                (errmsg("from now on reports show only those changes of %s that its rules name",
                        qualified_name(oid)),
                 errhint("journal.report(events => '{all}') shows the others, too, and so does "
                         "journal.history().")));
    invalidate_plans(oid);
    CommandCounterIncrement();
    // Parses the condition as every backend will.
    plan_by_lent_rights(relation);
    relation_close(relation, NoLock);
    PG_RETURN_INT32(number);
}

/// journal.drop_rule(number)
JOURNAL_FUNCTION(journal_drop_rule)
{
    require_writable("journal.drop_rule()");
    if (PG_ARGISNULL(0))
        raise_null("number");
    const int32 number = PG_GETARG_INT32(0);
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows = query.run(
        "SELECT t.relation::oid FROM journal.event_rule r "
        "JOIN journal.tracked_relation t ON t.id = r.relation WHERE r.number = $1",
        {int4_argument(number)});
    const Oid oid = rows == 0 ? InvalidOid : query.value(0).oid();
    query.end();
    if (!OidIsValid(oid))
        ereport(ERROR,
                (errcode(kUnknownCode), errmsg("event rule %d does not exist", number),
                 errhint("SELECT number, relation, event FROM journal.event_rules lists them.")));

    Relation relation = open_owned(oid, ShareRowExclusiveLock, kNotTracked);
    query = Query::begin(RunAs::kOwner);
    query.run("DELETE FROM journal.event_rule WHERE number = $1", {int4_argument(number)});
    query.end();
    invalidate_plans(oid);
    relation_close(relation, NoLock);
    PG_RETURN_VOID();
}

}  // namespace journal
