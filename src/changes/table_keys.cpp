// See table_keys.hpp.
#include "changes/table_keys.hpp"

#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/operator_name.hpp"
#include "base/query.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

namespace {

/// Keys of one kind and of one table; has_read: there may be none.
struct Known {
    bool has_read;
    List* keys;
};

/// An item of what an application keeps.
struct TableKeys {
    Oid table;
    Known own;
    Known leading_here;
    Known unique;
};

Oid oid_in(const Query& query, uint64 row, int column)
{
    bool is_null = false;
    const Datum value = query.value(row, column, &is_null);
    return is_null ? InvalidOid : DatumGetObjectId(value);
}

/// A column of type "char".
char character_in(const Query& query, uint64 row, int column)
{
    bool is_null = false;
    return DatumGetChar(query.value(row, column, &is_null));
}

enum ForeignKeyValue {
    kId = 1,
    kKeyName,
    kTable,
    kReferenced,
    kFull,
    kChecked,
    kOnDelete,
    kOnUpdate,
    kOwnColumn,
    kReferencedColumn,
    kEqual,
    kSame,
    kCollation
};

/// A key for each of its columns. Of a constraint that the server has copied for partitions, the
/// one that stands for all of the other side.
constexpr const char* kForeignKeys =
    "SELECT c.oid, c.conname::text, c.conrelid, c.confrelid, c.confmatchtype = 'f', "
    "  coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true) "
    "  AND NOT coalesce((to_jsonb(c) ->> 'conperiod')::boolean, false) "
    "  AND NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgconstraint = c.oid "
    "                  AND g.tgrelid = $1 AND g.tgenabled = 'D'), "
    "  c.confdeltype, c.confupdtype, own.attname::text, referenced.attname::text, "
    "  c.conpfeqop[k], c.conppeqop[k], "
    "  CASE WHEN referenced.attcollation <> own.attcollation AND referenced.attcollation <> 0 "
    "       THEN format(' COLLATE %%I.%%I', n.nspname, o.collname) ELSE '' END "
    "FROM (SELECT $1 UNION SELECT relid FROM pg_partition_tree($1)) t (oid) "
    "JOIN pg_constraint c ON c.%1$s = t.oid AND c.contype = 'f' "
    "LEFT JOIN pg_constraint u ON u.oid = c.conparentid "
    "CROSS JOIN LATERAL generate_series(1, cardinality(c.conkey)) k "
    "JOIN pg_attribute own ON own.attrelid = c.conrelid AND own.attnum = c.conkey[k] "
    "JOIN pg_attribute referenced ON referenced.attrelid = c.confrelid "
    "     AND referenced.attnum = c.confkey[k] "
    "LEFT JOIN pg_collation o ON o.oid = referenced.attcollation "
    "LEFT JOIN pg_namespace n ON n.oid = o.collnamespace "
    "WHERE u.oid IS NULL OR (t.oid = $1 AND u.%1$s <> c.%1$s) ORDER BY c.oid, k";

List* read_keys(Oid table, SavedStatement* statement, const char* side)
{
    MemoryContext context = CurrentMemoryContext;
    const char* sql = psprintf(kForeignKeys, side);
    List* keys = NIL;
    ForeignKey* key = nullptr;
    Query query = Query::begin_latest();
    const uint64 rows = query.run_saved(statement, sql, {{OIDOID, ObjectIdGetDatum(table)}});
    in_context(context, [&] {
        for (uint64 i = 0; i < rows; i++) {
            const Oid id = oid_in(query, i, kId);
            if (key == nullptr || key->id != id) {
                key = make_in<ForeignKey>(context);
                key->id = id;
                key->name = query.text(i, kKeyName, context);
                key->table = oid_in(query, i, kTable);
                key->referenced = oid_in(query, i, kReferenced);
                key->root = partition_root(key->referenced);
                key->full = query.boolean(i, kFull);
                key->checked = query.boolean(i, kChecked);
                key->on_delete = character_in(query, i, kOnDelete);
                key->on_update = character_in(query, i, kOnUpdate);
                key->columns = make_array_in<ReferenceColumn>(context, INDEX_MAX_KEYS);
                keys = lappend(keys, key);
            }
            key->columns[key->count++] = {
                query.text(i, kOwnColumn, context), query.text(i, kReferencedColumn, context),
                operator_name(oid_in(query, i, kEqual)), operator_name(oid_in(query, i, kSame)),
                query.text(i, kCollation, context)};
        }
    });
    query.end();
    return keys;
}

List* read_foreign_keys_to(Oid table)
{
    static SavedStatement statement;
    return read_keys(table, &statement, "confrelid");
}

enum UniqueKeyValue {
    kIndex = 1,
    kName,
    kPrimary,
    kImmediate,
    kExclusion,
    kNullsEqual,
    kPredicate,
    kColumn,
    kDefinition,
    kExpression,
    kType,
    kMatch,
    kOrder
};

/// A key for each of its columns. An index may keep its values in another form; its operators
/// compare them in the column's, or in the one that the operator class is for.
constexpr const char* kUniqueKeys =
    "SELECT i.indexrelid, c.relname::text, i.indisprimary, i.indimmediate, i.indisexclusion, "
    "       i.indnullsnotdistinct, pg_get_expr(i.indpred, i.indrelid), ta.attname::text, d.text, "
    "       format('(%s)%s', d.text, CASE WHEN co.oid IS NOT NULL THEN "
    "              format(' COLLATE %I.%I', cn.nspname, co.collname) END), "
    "       CASE WHEN i.indkey[k - 1] <> 0 THEN ta.atttypid "
    "            WHEN oc.opckeytype = 0 THEN ia.atttypid ELSE oc.opcintype END, "
    "       o.match, o.ordering "
    "FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    "LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.conrelid = i.indrelid "
    "     AND con.contype IN ('p', 'u', 'x') "
    "CROSS JOIN generate_series(1, i.indnkeyatts::int) k "
    "CROSS JOIN LATERAL (SELECT pg_get_indexdef(i.indexrelid, k, false)) d (text) "
    "JOIN pg_opclass oc ON oc.oid = i.indclass[k - 1] "
    "JOIN pg_attribute ia ON ia.attrelid = i.indexrelid AND ia.attnum = k "
    "LEFT JOIN pg_attribute ta ON ta.attrelid = i.indrelid AND ta.attnum = i.indkey[k - 1] "
    "CROSS JOIN LATERAL (SELECT "
    "     CASE WHEN i.indisexclusion THEN con.conexclop[k] "
    "          ELSE max(a.amopopr) FILTER (WHERE a.amopstrategy = 3) END, "
    "     max(a.amopopr) FILTER (WHERE a.amopstrategy = 1) "
    "     FROM pg_amop a WHERE a.amopfamily = oc.opcfamily AND a.amopmethod = oc.opcmethod "
    "     AND a.amoplefttype = oc.opcintype AND a.amoprighttype = oc.opcintype) "
    "     o (match, ordering) "
    "LEFT JOIN pg_collation co ON co.oid = i.indcollation[k - 1] "
    "LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace "
    "WHERE i.indrelid = $1 AND (i.indisunique OR i.indisexclusion) AND i.indisready "
    "  AND i.indislive ORDER BY i.indisprimary DESC, 2, k";

/// Adds what computed columns are computed from.
Bitmapset* with_sources(Relation table, Bitmapset* attributes)
{
    Bitmapset* sources = nullptr;
    int member = -1;
    while ((member = bms_next_member(attributes, member)) >= 0) {
        const int number = member + FirstLowInvalidHeapAttributeNumber;
        if (number > 0 && TupleDescAttr(RelationGetDescr(table), number - 1)->attgenerated != '\0')
            pull_varattnos(build_column_default(table, number), 1, &sources);
    }
    return bms_add_members(attributes, sources);
}

/// The names of the columns that an index depends on.
List* bound_columns(Relation table, Oid oid)
{
    Relation index = index_open(oid, AccessShareLock);
    Bitmapset* attributes = nullptr;
    for (int i = 0; i < index->rd_index->indnkeyatts; i++)
        attributes = bms_add_member(
            attributes, index->rd_index->indkey.values[i] - FirstLowInvalidHeapAttributeNumber);
    // A whole row (number 0) is of every column; an index cannot be over one.
    // The server evaluates what of them is constant.
    const Rights rights = Rights::lent_by(table);
    pull_varattnos(reinterpret_cast<Node*>(RelationGetIndexExpressions(index)), 1, &attributes);
    pull_varattnos(reinterpret_cast<Node*>(RelationGetIndexPredicate(index)), 1, &attributes);
    rights.end();
    attributes = with_sources(table, attributes);
    List* names = NIL;
    int member = -1;
    while ((member = bms_next_member(attributes, member)) >= 0) {
        const int number = member + FirstLowInvalidHeapAttributeNumber;
        if (number > 0)
            names = lappend(names, get_attname(RelationGetRelid(table),
                                               static_cast<AttrNumber>(number), false));
    }
    index_close(index, AccessShareLock);
    return names;
}

List* read_unique_keys(Oid table)
{
    static SavedStatement statement;
    MemoryContext context = CurrentMemoryContext;
    List* keys = NIL;
    UniqueKey* key = nullptr;
    Query query = Query::begin_latest();
    const uint64 rows =
        query.run_saved(&statement, kUniqueKeys, {{OIDOID, ObjectIdGetDatum(table)}});
    for (uint64 i = 0; i < rows; i++) {
        const Oid index = oid_in(query, i, kIndex);
        if (key == nullptr || key->index != index) {
            key = make_in<UniqueKey>(context);
            key->index = index;
            key->name = query.text(i, kName, context);
            key->primary = query.boolean(i, kPrimary);
            key->immediate = query.boolean(i, kImmediate);
            key->exclusion = query.boolean(i, kExclusion);
            key->nulls_equal = query.boolean(i, kNullsEqual) && !key->exclusion;
            key->predicate = query.text(i, kPredicate, context);
            key->columns = make_array_in<UniqueColumn>(context, INDEX_MAX_KEYS);
            keys = in_context(context, [&] { return lappend(keys, key); });
        }
        key->columns[key->count++] = {query.text(i, kColumn, context),
                                      query.text(i, kDefinition, context),
                                      query.text(i, kExpression, context),
                                      oid_in(query, i, kType),
                                      oid_in(query, i, kMatch),
                                      oid_in(query, i, kOrder)};
    }
    query.end();
    Relation relation = table_open(table, NoLock);
    for (auto* unique : items<UniqueKey>(keys))
        unique->bound = bound_columns(relation, unique->index);
    table_close(relation, NoLock);
    return keys;
}

const List* known_keys(const Application* application, Oid table, Known TableKeys::*kind,
                       List* (*read)(Oid table))
{
    KnownKeys* known = application->keys;
    TableKeys* found = nullptr;
    for (auto* keys : items<TableKeys>(known->tables)) {
        if (keys->table == table)
            found = keys;
    }
    return in_context(known->context, [&] {
        if (found == nullptr) {
            LockRelationOid(table, application->dry_run ? AccessShareLock : RowExclusiveLock);
            found = make_in<TableKeys>(known->context);
            found->table = table;
            known->tables = lappend(known->tables, found);
        }
        Known& keys = found->*kind;
        if (!keys.has_read)
            keys.keys = read(table);
        keys.has_read = true;
        return keys.keys;
    });
}

}  // namespace

List* read_foreign_keys(Oid table)
{
    static SavedStatement statement;
    return read_keys(table, &statement, "conrelid");
}

const List* foreign_keys_of(const Application* application, Oid table)
{
    return known_keys(application, table, &TableKeys::own, read_foreign_keys);
}

const List* foreign_keys_to(const Application* application, Oid table)
{
    return known_keys(application, table, &TableKeys::leading_here, read_foreign_keys_to);
}

const List* unique_keys_of(const Application* application, Oid table)
{
    return known_keys(application, table, &TableKeys::unique, read_unique_keys);
}

const ForeignKey* known_foreign_key(const Application* application, Oid constraint)
{
    for (const auto* table : items<TableKeys>(application->keys->tables))
        for (const auto* key : items<ForeignKey>(table->own.keys))
            if (key->id == constraint)
                return key;
    return nullptr;
}

const UniqueKey* known_unique_key(const Application* application, Oid index)
{
    for (const auto* table : items<TableKeys>(application->keys->tables))
        for (const auto* key : items<UniqueKey>(table->unique.keys))
            if (key->index == index)
                return key;
    return nullptr;
}

bool is_unique_column(const Application* application, Oid table, const char* name)
{
    for (const auto* key : items<UniqueKey>(unique_keys_of(application, table)))
        if (key->immediate && has_name(key->bound, name))
            return true;
    return false;
}

bool is_bound_column(const Application* application, Oid table, const char* name)
{
    for (const auto* key : items<UniqueKey>(unique_keys_of(application, table)))
        if (has_name(key->bound, name))
            return true;
    for (const auto* key : items<ForeignKey>(foreign_keys_of(application, table)))
        if (has_column(*key, name))
            return true;
    return false;
}

bool has_column(const ForeignKey& key, const char* name)
{
    for (int i = 0; i < key.count; i++)
        if (strcmp(key.columns[i].own, name) == 0)
            return true;
    return false;
}

bool is_part_of(Oid table, Oid whole)
{
    return table == whole || (get_rel_relkind(whole) == RELKIND_PARTITIONED_TABLE &&
                              list_member_oid(relation_and_ancestors(table), whole));
}

bool leads_to(const ForeignKey& key, Oid table)
{
    return is_part_of(key.referenced, table) ||
           list_member_oid(relation_and_ancestors(table), key.referenced);
}

const char* refers_to_row(const ForeignKey& key, const char* own, const char* referenced)
{
    return match_of(
        key,
        [&](const ReferenceColumn& column) { return column_of(referenced, column.referenced); },
        [&](const ReferenceColumn& column) { return column_of(own, column.own); });
}

const char* column_of(const char* alias, const char* column)
{
    return psprintf("%s.%s", alias, quote_identifier(column));
}

bool has_name(const List* names, const char* name)
{
    for (const auto* text : items<char>(names))
        if (strcmp(text, name) == 0)
            return true;
    return false;
}

}  // namespace journal
