// Keys and references of rows as they would be: queries over all rows of a table at once.
//
// What to compare, and how, is taken from the catalogue as text (an index's expressions and
// predicate, operators by their schemas); the rows that arrive have columns of the same names as
// the table's. A query that looks into a table runs as its owner, as the server's own checks do: a
// key is in use, and a parent is there, whoever may see it.
#include "base/query.hpp"
#include "catalog/tracked_relation.hpp"
#include "restore/deletion.hpp"
#include "restore/final_state.hpp"

namespace journal {

namespace {

/// A unique index or exclusion constraint of a table.
struct UniqueKey {
    Oid index;
    const char* name;
    bool deferred;
    bool exclusion;
    const char* predicate;    // or nullptr
    const char* expressions;  // "… AS e1, …" over a row
    const char* match;        // t.e1 = a.e1 …
    const char* columns;      // for people
    const char* values;       // the key as text, for people
};

List* unique_keys(Oid table)
{
    List* keys = NIL;
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows = query.run(
        "SELECT c.relname::text, coalesce(con.condeferred, false), i.indisexclusion, "
        "       pg_get_expr(i.indpred, i.indrelid), "
        "       string_agg(format('(%s)%s AS e%s', pg_get_indexdef(i.indexrelid, k, false), "
        "                         CASE WHEN co.oid IS NOT NULL THEN "
        "                              format(' COLLATE %I.%I', cn.nspname, co.collname) END, k), "
        "                  ', ' ORDER BY k), "
        "       string_agg(format(CASE WHEN i.indnullsnotdistinct AND NOT i.indisexclusion THEN "
        "                              '(t.e%1$s OPERATOR(%2$I.%3$s) a.e%1$s OR "
        "                                t.e%1$s IS NULL AND a.e%1$s IS NULL)' "
        "                              ELSE 't.e%1$s OPERATOR(%2$I.%3$s) a.e%1$s' END, "
        "                         k, n.nspname, o.oprname), ' AND ' ORDER BY k), "
        "       string_agg(pg_get_indexdef(i.indexrelid, k, false), ', ' ORDER BY k), "
        "       string_agg(format('coalesce(a.e%s::pg_catalog.text, ''null'')', k), ', ' ORDER BY "
        "k), i.indexrelid "
        "FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.conrelid = i.indrelid "
        "     AND con.contype IN ('p', 'u', 'x') "
        "CROSS JOIN generate_series(1, i.indnkeyatts::int) k "
        "JOIN pg_opclass oc ON oc.oid = i.indclass[k - 1] "
        "JOIN pg_operator o ON o.oid = CASE WHEN i.indisexclusion THEN con.conexclop[k] ELSE "
        "     (SELECT a.amopopr FROM pg_amop a WHERE a.amopfamily = oc.opcfamily "
        "      AND a.amoplefttype = oc.opcintype AND a.amoprighttype = oc.opcintype "
        "      AND a.amopstrategy = 3 AND a.amopmethod = oc.opcmethod) END "
        "JOIN pg_namespace n ON n.oid = o.oprnamespace "
        "LEFT JOIN pg_collation co ON co.oid = i.indcollation[k - 1] "
        "LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace "
        "WHERE i.indrelid = $1 AND (i.indisunique OR i.indisexclusion) AND i.indisready "
        "  AND i.indislive "
        "GROUP BY i.indexrelid, i.indrelid, i.indisprimary, i.indisexclusion, i.indpred, "
        "         c.relname, con.condeferred ORDER BY i.indisprimary DESC, 1",
        {{OIDOID, ObjectIdGetDatum(table)}});
    for (uint64 i = 0; i < rows; i++) {
        MemoryContext connected = MemoryContextSwitchTo(context);
        bool is_null = false;
        auto* key = make_in<UniqueKey>(context);
        key->index = DatumGetObjectId(query.value(i, 9, &is_null));
        key->name = query.text(i, 1, context);
        key->deferred = query.boolean(i, 2);
        key->exclusion = query.boolean(i, 3);
        key->predicate = query.text(i, 4, context);
        key->expressions = query.text(i, 5, context);
        key->match = query.text(i, 6, context);
        key->columns = query.text(i, 7, context);
        key->values = query.text(i, 8, context);
        keys = lappend(keys, key);
        MemoryContextSwitchTo(connected);
    }
    query.end();
    return keys;
}

/// A foreign key, from the side of its rows or of what they refer to.
struct ForeignKey {
    Oid constraint;
    const char* name;
    Oid table;  // that has the reference
    Oid referenced;
    bool deferred;
    bool full;            // MATCH FULL
    const char* match;    // p.id = a.parent …: p what is referred to, a what refers
    const char* given;    // a.parent IS NOT NULL AND …
    const char* missing;  // a.parent IS NULL AND …
    const char* columns;  // for people: of the reference
    const char* values;
    const char* same_key;       // p.id = l.id …: l a leaving row
    const char* referenced_by;  // l.id = a.parent …
    const char* referenced_columns;
    const char* referenced_values;  // l.id::text, …
};

/// Those that rows of a table have (referring), or those that refer to it. Of a constraint that the
/// server has copied for partitions, the one that stands for all of the other side.
List* foreign_keys(Oid table, bool referring)
{
    List* keys = NIL;
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows = query.run(
        psprintf(
            "SELECT c.conname::text, c.conrelid, c.confrelid, c.condeferred, c.confmatchtype = "
            "'f', "
            " string_agg(format('p.%%I OPERATOR(%%I.%%s) a.%%I', pa.attname, n.nspname, o.oprname, "
            "                   fa.attname), ' AND ' ORDER BY k), "
            " string_agg(format('a.%%I IS NOT NULL', fa.attname), ' AND ' ORDER BY k), "
            " string_agg(format('a.%%I IS NULL', fa.attname), ' AND ' ORDER BY k), "
            " string_agg(quote_ident(fa.attname), ', ' ORDER BY k), "
            " string_agg(format('coalesce(a.%%I::pg_catalog.text, ''null'')', fa.attname), ', ' "
            "ORDER BY k), "
            " string_agg(format('p.%%I OPERATOR(%%I.%%s) l.%%I', pa.attname, pn.nspname, "
            "                   po.oprname, pa.attname), ' AND ' ORDER BY k), "
            " string_agg(format('l.%%I OPERATOR(%%I.%%s) a.%%I', pa.attname, n.nspname, o.oprname, "
            "                   fa.attname), ' AND ' ORDER BY k), "
            " string_agg(quote_ident(pa.attname), ', ' ORDER BY k), "
            " string_agg(format('l.%%I::pg_catalog.text', pa.attname), ', ' ORDER BY k), c.oid "
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
            "GROUP BY c.oid, c.conname, c.conrelid, c.confrelid, c.condeferred, c.confmatchtype "
            "ORDER BY 1",
            referring ? "conrelid" : "confrelid", referring ? "conrelid" : "confrelid",
            referring ? "conrelid" : "confrelid"),
        {{OIDOID, ObjectIdGetDatum(table)}});
    for (uint64 i = 0; i < rows; i++) {
        MemoryContext connected = MemoryContextSwitchTo(context);
        bool is_null = false;
        auto* key = make_in<ForeignKey>(context);
        key->constraint = DatumGetObjectId(query.value(i, 15, &is_null));
        key->name = query.text(i, 1, context);
        key->table = DatumGetObjectId(query.value(i, 2, &is_null));
        key->referenced = DatumGetObjectId(query.value(i, 3, &is_null));
        key->deferred = query.boolean(i, 4);
        key->full = query.boolean(i, 5);
        key->match = query.text(i, 6, context);
        key->given = query.text(i, 7, context);
        key->missing = query.text(i, 8, context);
        key->columns = query.text(i, 9, context);
        key->values = query.text(i, 10, context);
        key->same_key = query.text(i, 11, context);
        key->referenced_by = query.text(i, 12, context);
        key->referenced_columns = query.text(i, 13, context);
        key->referenced_values = query.text(i, 14, context);
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

/// Whether rows of a place are rows of a table.
bool is_part_of(const Place* place, Oid table)
{
    const Oid oid = RelationGetRelid(place->relation);
    return oid == table || (get_rel_relkind(table) == RELKIND_PARTITIONED_TABLE &&
                            list_member_oid(relation_and_ancestors(oid), table));
}

/// "AND …": that the live row of that alias of a table stays.
void append_stays(StringInfo sql, const FinalState* state, Oid table, const char* alias)
{
    ListCell* cell = nullptr;
    foreach (cell, state->places) {
        const auto* place = static_cast<Place*>(lfirst(cell));
        if (place->leaving_count > 0 && is_part_of(place, table))
            appendStringInfo(sql,
                             " AND NOT EXISTS (SELECT FROM %s g WHERE g.%s = %s.tableoid "
                             "AND g.%s = %s.ctid)",
                             leaving_name(place), kTableName, alias, kPlaceName, alias);
    }
}

/// "AND …": that no row arrives in a table for which a condition over p holds.
void append_none_arrives(StringInfo sql, const FinalState* state, Oid table, const char* condition)
{
    ListCell* cell = nullptr;
    foreach (cell, state->places) {
        const auto* place = static_cast<Place*>(lfirst(cell));
        if (place->arriving_count > 0 && is_part_of(place, table))
            appendStringInfo(sql, " AND NOT EXISTS (SELECT FROM %s p WHERE %s)",
                             arriving_name(place), condition);
    }
}

/// Notes a conflict for each row (set, number, values) of a query that looks into a table.
void note_rows(FinalState* state, Oid table, const char* sql, ConflictKind kind, int sqlstate,
               Oid object, const char* detail_before, const char* detail_after)
{
    TupleDesc descriptor = CreateTemplateTupleDesc(3);
    TupleDescInitEntry(descriptor, 1, "set", INT4OID, -1, 0);
    TupleDescInitEntry(descriptor, 2, "number", INT8OID, -1, 0);
    TupleDescInitEntry(descriptor, 3, "values", TEXTOID, -1, 0);
    TupleTableSlot* slot = MakeSingleTupleTableSlot(descriptor, &TTSOpsMinimalTuple);
    MemoryContext caller = CurrentMemoryContext;
    const OwnerScope scope = become_constraint_checker(table);
    Query query = Query::begin(RunAs::kCaller);
    register_places(state);
    MemoryContext connected = MemoryContextSwitchTo(caller);
    Tuplestorestate* rows = select_rows(sql, 0, nullptr, nullptr);
    MemoryContextSwitchTo(connected);
    query.end();
    become_caller(scope);
    while (tuplestore_gettupleslot(rows, true, false, slot)) {
        CHECK_FOR_INTERRUPTS();
        bool is_null = false;
        const int set = DatumGetInt32(slot_getattr(slot, 1, &is_null));
        const int64 number = DatumGetInt64(slot_getattr(slot, 2, &is_null));
        char* values = TextDatumGetCString(slot_getattr(slot, 3, &is_null));
        char* detail = psprintf("%s(%s)%s", detail_before, values, detail_after);
        note_conflict(&state->found, set, number, kind, sqlstate, detail, object);
        pfree(detail);
        pfree(values);
    }
    ExecDropSingleTupleTableSlot(slot);
    tuplestore_end(rows);
}

void check_unique_key(FinalState* state, const Place* place, const UniqueKey* key)
{
    const Oid table = RelationGetRelid(place->relation);
    const char* where = key->predicate == nullptr ? "true" : psprintf("(%s)", key->predicate);
    const char* arriving = psprintf("(SELECT %s AS s, %s AS n, %s FROM %s WHERE %s)", kSetName,
                                    kNumberName, key->expressions, arriving_name(place), where);
    const int sqlstate = !key->deferred   ? 0
                         : key->exclusion ? ERRCODE_EXCLUSION_VIOLATION
                                          : ERRCODE_UNIQUE_VIOLATION;
    const char* before = psprintf(
        "%s \"%s\": Key (%s)=", key->exclusion ? "exclusion constraint" : "unique constraint",
        key->name, key->columns);
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql,
                     "SELECT a.s, a.n, concat_ws(', ', %s) FROM %s a WHERE EXISTS (SELECT FROM "
                     "(SELECT ctid, tableoid, %s FROM ONLY %s WHERE %s) t WHERE %s",
                     key->values, arriving, key->expressions, qualified_name(table), where,
                     key->match);
    append_stays(&sql, state, table, "t");
    appendStringInfoChar(&sql, ')');
    note_rows(state, table, sql.data, ConflictKind::kKeyInUse, sqlstate, key->index, before,
              key->exclusion ? " is in conflict with a row that is there." : " already exists.");
    resetStringInfo(&sql);
    appendStringInfo(
        &sql,
        "SELECT a.s, a.n, concat_ws(', ', %s) FROM %s a WHERE EXISTS (SELECT FROM %s t "
        "WHERE %s AND (t.s, t.n) < (a.s, a.n))",
        key->values, arriving, arriving, key->match);
    note_rows(state, table, sql.data, ConflictKind::kKeyInUse, sqlstate, InvalidOid, before,
              " is another's of the rows too.");
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
            writes |= strstr(psprintf(", %s, ", key->columns),
                             psprintf(", %s, ", quote_identifier(set->columns[i].column->name))) !=
                      nullptr;
        if (!writes)
            appendStringInfo(sql, " AND a.%s <> %d", kSetName, foreach_current_index(cell));
    }
}

void check_reference(FinalState* state, const Place* place, const ForeignKey* key)
{
    const int sqlstate = key->deferred ? ERRCODE_FOREIGN_KEY_VIOLATION : 0;
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
    note_rows(state, key->referenced, sql.data, ConflictKind::kParentMissing, sqlstate,
              key->constraint, psprintf("foreign key \"%s\": Key (%s)=", key->name, key->columns),
              psprintf(" is not present in table \"%s\".", get_rel_name(key->referenced)));
    if (!key->full)
        return;
    resetStringInfo(&sql);
    appendStringInfo(
        &sql, "SELECT a.%s, a.%s, concat_ws(', ', %s) FROM %s a WHERE NOT (%s) AND NOT (%s)",
        kSetName, kNumberName, key->values, arriving_name(place), key->given, key->missing);
    append_writes_reference(&sql, state, key);
    note_rows(state, key->referenced, sql.data, ConflictKind::kParentMissing, sqlstate, InvalidOid,
              psprintf("foreign key \"%s\": MATCH FULL does not allow mixing of null and nonnull "
                       "key values: ",
                       key->name),
              ".");
}

void check_referenced(FinalState* state, const Place* place, const ForeignKey* key)
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
    note_rows(state, key->table, sql.data, ConflictKind::kReferenced, 0, InvalidOid,
              psprintf("foreign key \"%s\": Key (%s)=", key->name, key->referenced_columns),
              psprintf(" is still referenced from table \"%s\".", get_rel_name(key->table)));
}

}  // namespace

void check_keys(FinalState* state)
{
    ListCell* place_cell = nullptr;
    foreach (place_cell, state->places) {
        const auto* place = static_cast<Place*>(lfirst(place_cell));
        const Oid table = RelationGetRelid(place->relation);
        ListCell* cell = nullptr;
        if (place->arriving_count > 0) {
            foreach (cell, unique_keys(table))
                check_unique_key(state, place, static_cast<UniqueKey*>(lfirst(cell)));
            foreach (cell, foreign_keys(table, true))
                check_reference(state, place, static_cast<ForeignKey*>(lfirst(cell)));
        }
        if (place->leaving_count > 0)
            foreach (cell, foreign_keys(table, false))
                check_referenced(state, place, static_cast<ForeignKey*>(lfirst(cell)));
    }
}

}  // namespace journal
