// See key_checks.hpp: foreign keys of rows as they would be, from either side.
#include "base/list.hpp"
#include "base/query.hpp"
#include "catalog/tracked_relation.hpp"
#include "changes/table_keys.hpp"
#include "checks/key_checks.hpp"

namespace journal {

namespace {

/// A foreign key, from the side of its rows or of what they refer to.
struct ForeignKey {
    Oid constraint;
    const char* name;
    Oid table;  // that has the reference
    Oid referenced;
    bool full;            // MATCH FULL
    const char* match;    // p.id = a.parent …: p what is referred to, a what refers
    const char* given;    // a.parent IS NOT NULL AND …
    const char* missing;  // a.parent IS NULL AND …
    const char* columns;  // for people: of the reference
    List* names;          // the same one by one
    const char* values;
    const char* same_key;       // p.id = l.id …: l a leaving row
    const char* referenced_by;  // l.id = a.parent …
    const char* referenced_columns;
    const char* referenced_values;  // l.id as text, …
};

/// The elements of a text[], in the current memory context.
List* names_in(Datum array)
{
    Datum* elements = nullptr;
    int count = 0;
    deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &elements,
                      nullptr, &count);
    List* names = NIL;
    for (int i = 0; i < count; i++)
        names = lappend(names, TextDatumGetCString(elements[i]));
    return names;
}

/// Those that rows of a table have (referring), or those that refer to it. Of a constraint that the
/// server has copied for partitions, the one that stands for all of the other side.
List* foreign_keys(Oid table, bool referring)
{
    List* keys = NIL;
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin_latest();
    const uint64 rows = query.run(
        psprintf(
            "SELECT c.conname::text, c.conrelid, c.confrelid, c.confmatchtype = "
            "'f', "
            " string_agg(format('p.%%I OPERATOR(%%I.%%s) a.%%I', pa.attname, n.nspname, o.oprname, "
            "                   fa.attname), ' AND ' ORDER BY k), "
            " string_agg(format('a.%%I IS NOT NULL', fa.attname), ' AND ' ORDER BY k), "
            " string_agg(format('a.%%I IS NULL', fa.attname), ' AND ' ORDER BY k), "
            " string_agg(quote_ident(fa.attname), ', ' ORDER BY k), "
            " string_agg(format('CASE WHEN a.%%1$I IS NOT DISTINCT FROM NULL THEN ''null'' "
            "                    ELSE format(''%%%%s'', a.%%1$I) END', fa.attname), ', ' "
            "ORDER BY k), "
            " string_agg(format('p.%%I OPERATOR(%%I.%%s) l.%%I', pa.attname, pn.nspname, "
            "                   po.oprname, pa.attname), ' AND ' ORDER BY k), "
            " string_agg(format('l.%%I OPERATOR(%%I.%%s) a.%%I', pa.attname, n.nspname, o.oprname, "
            "                   fa.attname), ' AND ' ORDER BY k), "
            " string_agg(quote_ident(pa.attname), ', ' ORDER BY k), "
            " string_agg(format('format(''%%%%s'', l.%%I)', pa.attname), ', ' ORDER BY k), c.oid, "
            " array_agg(fa.attname::text ORDER BY k) "
            "FROM pg_constraint c LEFT JOIN pg_constraint u ON u.oid = c.conparentid "
            "CROSS JOIN LATERAL generate_series(1, cardinality(c.conkey)) k "
            "JOIN pg_attribute fa ON fa.attrelid = c.conrelid AND fa.attnum = c.conkey[k] "
            "JOIN pg_attribute pa ON pa.attrelid = c.confrelid AND pa.attnum = c.confkey[k] "
            "JOIN pg_operator o ON o.oid = c.conpfeqop[k] "
            "JOIN pg_namespace n ON n.oid = o.oprnamespace "
            "JOIN pg_operator po ON po.oid = c.conppeqop[k] "
            "JOIN pg_namespace pn ON pn.oid = po.oprnamespace "
            "WHERE c.contype = 'f' AND c.%s = $1 "
            "  AND (u.oid IS NULL OR u.%s <> c.%s) "
            "  AND coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true) "
            "  AND NOT coalesce((to_jsonb(c) ->> 'conperiod')::boolean, false) "
            "  AND NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgconstraint = c.oid "
            "                  AND g.tgrelid = $1 AND g.tgenabled = 'D') "
            "GROUP BY c.oid, c.conname, c.conrelid, c.confrelid, c.confmatchtype "
            "ORDER BY 1",
            referring ? "conrelid" : "confrelid", referring ? "conrelid" : "confrelid",
            referring ? "conrelid" : "confrelid"),
        {{OIDOID, ObjectIdGetDatum(table)}}, true);
    for (uint64 i = 0; i < rows; i++) {
        MemoryContext connected = MemoryContextSwitchTo(context);
        bool is_null = false;
        auto* key = make_in<ForeignKey>(context);
        key->constraint = DatumGetObjectId(query.value(i, 14, &is_null));
        key->name = query.text(i, 1, context);
        key->table = DatumGetObjectId(query.value(i, 2, &is_null));
        key->referenced = DatumGetObjectId(query.value(i, 3, &is_null));
        key->full = query.boolean(i, 4);
        key->match = query.text(i, 5, context);
        key->given = query.text(i, 6, context);
        key->missing = query.text(i, 7, context);
        key->columns = query.text(i, 8, context);
        key->names = names_in(query.value(i, 15, &is_null));
        key->values = query.text(i, 9, context);
        key->same_key = query.text(i, 10, context);
        key->referenced_by = query.text(i, 11, context);
        key->referenced_columns = query.text(i, 12, context);
        key->referenced_values = query.text(i, 13, context);
        keys = lappend(keys, key);
        MemoryContextSwitchTo(connected);
    }
    query.end();
    return keys;
}

/// A table for FROM: with its partitions, or without inheritance children.
const char* rows_of(Oid table)
{
    return psprintf("%s%s", get_rel_relkind(table) == RELKIND_PARTITIONED_TABLE ? "" : "ONLY ",
                    qualified_name(table));
}

/// "AND …": that no row arrives in a table for which a condition over p holds.
void append_none_arrives(StringInfo sql, const FinalState* state, Oid table, const char* condition)
{
    for (const auto* place : items<Place>(state->places)) {
        if (place->arriving_count > 0 && is_part_of(place, table))
            appendStringInfo(sql, " AND NOT EXISTS (SELECT FROM %s p WHERE %s)",
                             arriving_name(place), condition);
    }
}

/// "AND …": that rows are not of updates that leave the reference as it is.
void append_writes_reference(StringInfo sql, const FinalState* state, const ForeignKey* key)
{
    ListCell* cell = nullptr;
    foreach (cell, state->application->sets) {
        const auto* set = static_cast<RowSet*>(lfirst(cell));
        if (set->operation != RowOperation::kUpdate)
            continue;
        bool writes = false;
        for (int i = 0; i < set->column_count; i++)
            writes |= has_name(key->names, set->columns[i].column->name);
        if (!writes)
            appendStringInfo(sql, " AND a.%s <> %d", kSetName, foreach_current_index(cell));
    }
}

void check_reference(FinalState* state, const Place* place, const ForeignKey* key)
{
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql,
                     "SELECT a.%s, a.%s, concat_ws(', ', %s) FROM %s a WHERE %s AND NOT EXISTS "
                     "(SELECT FROM %s p WHERE %s",
                     kSetName, kNumberName, key->values, arriving_name(place), key->given,
                     rows_of(key->referenced), key->match);
    append_stays(&sql, state, key->referenced, "p");
    appendStringInfoChar(&sql, ')');
    append_none_arrives(&sql, state, key->referenced, key->match);
    append_writes_reference(&sql, state, key);
    note_rows(state, key->referenced, sql.data,
              {IssueKind::kParentMissing, key->constraint,
               psprintf("foreign key \"%s\": Key (%s)=", key->name, key->columns),
               psprintf(" is not present in table \"%s\".", get_rel_name(key->referenced))});
    if (!key->full)
        return;
    resetStringInfo(&sql);
    appendStringInfo(
        &sql, "SELECT a.%s, a.%s, concat_ws(', ', %s) FROM %s a WHERE NOT (%s) AND NOT (%s)",
        kSetName, kNumberName, key->values, arriving_name(place), key->given, key->missing);
    append_writes_reference(&sql, state, key);
    note_rows(state, key->referenced, sql.data,
              {IssueKind::kParentMissing, InvalidOid,
               psprintf("foreign key \"%s\": MATCH FULL does not allow mixing of null and nonnull "
                        "key values: ",
                        key->name),
               "."});
}

void check_referring(FinalState* state, const Place* place, const ForeignKey* key)
{
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql,
                     "SELECT l.%s, l.%s, concat_ws(', ', %s) FROM %s l WHERE EXISTS "
                     "(SELECT FROM %s a WHERE %s",
                     kSetName, kNumberName, key->referenced_values, leaving_name(place),
                     rows_of(key->table), key->referenced_by);
    append_stays(&sql, state, key->table, "a");
    appendStringInfoChar(&sql, ')');
    // A row that takes the key over.
    append_none_arrives(&sql, state, key->referenced, key->same_key);
    note_rows(state, key->table, sql.data,
              {IssueKind::kReferenced, InvalidOid,
               psprintf("foreign key \"%s\": Key (%s)=", key->name, key->referenced_columns),
               psprintf(" is still referenced from table \"%s\".", get_rel_name(key->table))});
}

}  // namespace

void check_references(FinalState* state, const Place* place)
{
    for (auto* own : items<ForeignKey>(foreign_keys(RelationGetRelid(place->relation), true)))
        check_reference(state, place, own);
}

void check_referenced(FinalState* state, const Place* place)
{
    for (auto* own : items<ForeignKey>(foreign_keys(RelationGetRelid(place->relation), false)))
        check_referring(state, place, own);
}

}  // namespace journal
