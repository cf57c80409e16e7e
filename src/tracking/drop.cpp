// Following drops (see ddl.hpp). Dropped columns are known by number; our identity of them stands
// in the table's newest layout.
#include "base/function.hpp"
#include "base/journal_tables.hpp"
#include "base/list.hpp"
#include "base/query.hpp"
#include "catalog/relation.hpp"
#include "catalog/rename.hpp"
#include "catalog/tracked_relation.hpp"
#include "tracking/ddl.hpp"
#include "tracking/gap.hpp"
#include "tracking/gone_table.hpp"
#include "tracking/month_register.hpp"
#include "tracking/rule_check.hpp"

namespace journal {

namespace {

struct DroppedColumn {
    Oid relation;
    int32 number;
    const char* name;
    const char* table;  // its qualified name
};

struct Drops {
    int table_count;
    Datum* tables;
    int column_count;
    DroppedColumn* columns;
    List* triggered;  // RangeVars of tables that lost a trigger
    bool conditions;  // something went that a condition might call
};

/// Adds the name of the table whose trigger went.
List* note_name(List* names, const Query& query, uint64 row, MemoryContext context)
{
    return in_context(context, [&] {
        return lappend(names, makeRangeVar(query.value(row, "schema").text(context),
                                           query.value(row, "relation").text(context), -1));
    });
}

Drops read_drops()
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    // What is dropped for its table alone, its row type above all, is neither original nor normal.
    const uint64 count = query.run(
        "SELECT objid, objsubid, object_type, address_names[3] AS name, address_names[1] AS "
        "schema, "
        "address_names[2] AS relation, "
        "CASE WHEN object_type = 'table column' "
        "THEN format('%I.%I', address_names[1], address_names[2]) END AS table_name "
        "FROM pg_event_trigger_dropped_objects() WHERE (original OR normal) AND NOT is_temporary");
    Drops drops{};
    drops.tables = make_array_in<Datum>(context, count);
    drops.columns = make_array_in<DroppedColumn>(context, count);
    for (uint64 i = 0; i < count; i++) {
        const Oid object = query.value(i, "objid").oid();
        const char* type = query.value(i, "object_type").text(context);
        if (strcmp(type, "table") == 0)
            drops.tables[drops.table_count++] = ObjectIdGetDatum(object);
        else if (strcmp(type, "table column") == 0)
            drops.columns[drops.column_count++] = {object, query.value(i, "objsubid").int4(),
                                                   query.value(i, "name").text(context),
                                                   query.value(i, "table_name").text(context)};
        else if (strcmp(type, "trigger") == 0)
            drops.triggered = note_name(drops.triggered, query, i, context);
        else
            for (const char* called : {"function", "aggregate", "operator", "type", "domain",
                                       "cast", "collation", "schema", "composite type"})
                drops.conditions |= strcmp(type, called) == 0;
    }
    query.end();
    return drops;
}

/// The history of a dropped table stays, and with it the row that the history names.
void forget_tables(const Drops& drops)
{
    ArrayType* tables =
        construct_array(drops.tables, drops.table_count, OIDOID, sizeof(Oid), true, TYPALIGN_INT);
    Query query = Query::begin(RunAs::kOwner);
    query.run(
        "DELETE FROM journal.event_rule WHERE relation IN "
        "(SELECT id FROM journal.tracked_relation WHERE relation::oid = ANY ($1))",
        {{OIDARRAYOID, PointerGetDatum(tables)}});
    query.run(
        "UPDATE journal.tracked_relation SET relation = NULL, capture = 'none' "
        "WHERE relation::oid = ANY ($1)",
        {{OIDARRAYOID, PointerGetDatum(tables)}});
    query.end();
}

/// Records that tables which had belonged to tracked ones took their rows with them: those that had
/// the journal's trigger. How many rows they held is not to be known any more.
void note_dropped_members(const Drops& drops)
{
    MemoryContext context = CurrentMemoryContext;
    ArrayType* tables =
        construct_array(drops.tables, drops.table_count, OIDOID, sizeof(Oid), true, TYPALIGN_INT);
    Query query = Query::begin(RunAs::kOwner);
    const uint64 count = query.run(
        "SELECT DISTINCT l.relation, l.relation_name FROM journal.layout l "
        "JOIN journal.tracked_relation t ON t.id = l.relation AND t.capture = 'events' "
        "JOIN pg_event_trigger_dropped_objects() d ON d.object_type = 'trigger' "
        "AND d.address_names[3] = '00_event_journal' "
        "AND format('%I.%I', d.address_names[1], d.address_names[2]) = l.relation_name "
        "WHERE NOT l.is_root AND l.incarnation = $2 AND l.relation_oid = ANY ($1)",
        {{OIDARRAYOID, PointerGetDatum(tables)}, {UUIDOID, UUIDPGetDatum(current_incarnation())}});
    int32* relations = make_array_in<int32>(context, count);
    const char** names = make_array_in<const char*>(context, count);
    for (uint64 i = 0; i < count; i++) {
        relations[i] = query.value(i, "relation").int4();
        names[i] = query.value(i, "relation_name").text(context);
    }
    query.end();
    for (uint64 i = 0; i < count; i++)
        note_gap(relations[i], GapReason::kDropped, names[i]);
}

void note_dropped_months(const Drops& drops)
{
    ArrayType* tables =
        construct_array(drops.tables, drops.table_count, OIDOID, sizeof(Oid), true, TYPALIGN_INT);
    if (has_month_among(PointerGetDatum(tables)))
        note_months();
}

/// Our identity of a dropped column of a registered table, with the table's row; 0 for others. In a
/// new incarnation, before the first write, numbers say nothing: there the name tells.
int32 identity_of(Query& query, const DroppedColumn& column, int32* tracked)
{
    const uint64 rows = query.run(
        "SELECT t.id, (c ->> 'id')::integer AS identity FROM journal.tracked_relation t, LATERAL "
        "(SELECT columns, incarnation = $4 AND relation_oid = $1 AND id > ALL (SELECT o.id FROM "
        "journal.layout o WHERE o.relation = t.id AND o.incarnation <> $4) AS same "
        "FROM journal.layout "
        "WHERE relation = t.id AND (incarnation = $4 AND relation_oid = $1 OR is_root) "
        "ORDER BY same DESC, id DESC LIMIT 1) l, "
        "jsonb_array_elements(l.columns) c WHERE t.relation::oid = $1 "
        "AND CASE WHEN l.same THEN (c ->> 'number')::integer = $2 ELSE c ->> 'name' = $3 END",
        {{OIDOID, ObjectIdGetDatum(column.relation)},
         int4_argument(column.number),
         text_argument(column.name),
         {UUIDOID, UUIDPGetDatum(current_incarnation())}});
    if (rows == 0)
        return 0;
    *tracked = query.value(0, "id").int4();
    return query.value(0, "identity").int4();
}

void refuse_if_rule_uses(Query& query, const DroppedColumn& column, int32 tracked, int32 id)
{
    if (query.run("SELECT r.number, e.code FROM journal.event_rule r "
                  "JOIN journal.event_type e ON e.id = r.event_type WHERE r.relation = $1 "
                  "AND ($2 = ANY (r.columns) OR $2 = ANY (r.condition_columns) "
                  "OR $2 = ANY (r.details) OR $2 = r.changed_at OR $2 = r.employee) ORDER BY "
                  "r.number LIMIT 1",
                  {int4_argument(tracked), int4_argument(id)}) == 0)
        return;
    const int32 number = query.value(0, "number").int4();
    ereport(ERROR, (errcode(kRuleDependsOnIt),
                    errmsg("cannot drop column %s of table %s because event rule %d (%s) depends "
                           "on it",
                           column.name, column.table, number,
                           query.value(0, "code").text(CurrentMemoryContext)),
                    errhint("Drop the rule first: SELECT journal.drop_rule(%d).", number)));
}

/// Options without which entries merely say less, or which only a back-fill reads, are let go: they
/// may have been guessed.
void let_options_go(Query& query, const DroppedColumn& column, int32 tracked, int32 id)
{
    const uint64 labels = query.run(
        "UPDATE journal.tracked_relation SET label_column = NULL "
        "WHERE id = $1 AND label_column = $2 RETURNING capture = 'events'",
        {int4_argument(tracked), int4_argument(id)});
    if (labels > 0 && query.value(0).boolean()) {
        end_names(tracked);
        ereport(
            NOTICE,
            (errmsg("objects of %s have no label in the journal from now on", column.table),
             errdetail("Column %s was it.", column.name),
             errhint("Call journal.track('%s', label => ...) to choose another.", column.table)));
    }
    query.run(
        "UPDATE journal.tracked_relation SET author_column = nullif(author_column, $2), "
        "created_at_column = nullif(created_at_column, $2) "
        "WHERE id = $1 AND $2 IN (author_column, created_at_column)",
        {int4_argument(tracked), int4_argument(id)});
}

/// Options that say whose an entry is, and of what.
void refuse_if_option_uses(Query& query, const DroppedColumn& column, int32 tracked, int32 id)
{
    if (query.run("SELECT o.name FROM journal.tracked_relation t, LATERAL (VALUES "
                  "('account', t.account_column), ('location', t.location_column), "
                  "('document', t.document_column), "
                  "('employee', t.employee_column)) AS o (name, id) "
                  "WHERE t.id = $1 AND t.capture = 'events' AND o.id = $2 LIMIT 1",
                  {int4_argument(tracked), int4_argument(id)}) == 0)
        return;
    const char* option = query.value(0).text(CurrentMemoryContext);
    ereport(ERROR,
            (errcode(kRuleDependsOnIt),
             errmsg("cannot drop column %s of table %s because its tracking depends on it",
                    column.name, column.table),
             errdetail("It is the %s column.", option),
             errhint("Call journal.track('%s', ...) again with another %s column, or untrack the "
                     "table.",
                     column.table, option)));
}

void refuse_if_selection_uses(Query& query, const DroppedColumn& column, int32 tracked, int32 id)
{
    if (query.run("SELECT CASE WHEN $2 = ANY (condition_columns) THEN 'condition' ELSE "
                  "'deleted_when' END FROM journal.tracked_relation WHERE id = $1 AND "
                  "capture = 'events' AND $2 = ANY (condition_columns || deleted_when_columns)",
                  {int4_argument(tracked), int4_argument(id)}) == 0)
        return;
    ereport(ERROR,
            (errcode(kRuleDependsOnIt),
             errmsg("cannot drop column %s of table %s because its tracking depends on it",
                    column.name, column.table),
             errdetail("The option %s names it.", query.value(0).text(CurrentMemoryContext)),
             errhint("Call journal.track('%s', ...) again without it first.", column.table)));
}

void check_columns(const Drops& drops)
{
    Query query = Query::begin(RunAs::kOwner);
    for (int i = 0; i < drops.column_count; i++) {
        int32 tracked = 0;
        const int32 id = identity_of(query, drops.columns[i], &tracked);
        if (id == 0)
            continue;
        refuse_if_rule_uses(query, drops.columns[i], tracked, id);
        refuse_if_option_uses(query, drops.columns[i], tracked, id);
        refuse_if_selection_uses(query, drops.columns[i], tracked, id);
        let_options_go(query, drops.columns[i], tracked, id);
    }
    query.end();
}

/// A tracked table that lost a trigger may have lost the journal's.
void note_lost_trigger(const RangeVar* name)
{
    const Oid table = RangeVarGetRelid(name, NoLock, true);
    Oid root = InvalidOid;
    const int32 tracked = OidIsValid(table) ? tracked_root(table, &root) : 0;
    if (tracked != 0)
        note_trigger_switch(tracked, root);
}

}  // namespace

void follow_drops()
{
    const Drops drops = read_drops();
    if (drops.table_count > 0) {
        record_dropped_tables();
        forget_tables(drops);
        note_dropped_members(drops);
        note_dropped_months(drops);
    }
    if (drops.column_count > 0)
        check_columns(drops);
    for (const auto* item : items<RangeVar>(drops.triggered))
        note_lost_trigger(item);
    if (drops.conditions)
        check_rule_conditions();
}

}  // namespace journal
