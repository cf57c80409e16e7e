// See table_keys.hpp.
#include "changes/table_keys.hpp"

#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/operator_name.hpp"
#include "base/query.hpp"
#include "catalog/tracked_relation.hpp"
#include "changes/key_query.hpp"

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
            const Oid id = query.value(i, "id").oid();
            if (key == nullptr || key->id != id) {
                key = make_in<ForeignKey>(context);
                key->id = id;
                key->name = query.value(i, "name").text(context);
                key->table = query.value(i, "conrelid").oid();
                key->referenced = query.value(i, "confrelid").oid();
                key->root = partition_root(key->referenced);
                key->full = query.value(i, "is_full").boolean();
                key->checked = query.value(i, "is_checked").boolean();
                key->on_delete = query.value(i, "confdeltype").character();
                key->on_update = query.value(i, "confupdtype").character();
                key->columns = make_array_in<ReferenceColumn>(context, INDEX_MAX_KEYS);
                keys = lappend(keys, key);
            }
            key->columns[key->count++] = {query.value(i, "own").text(context),
                                          query.value(i, "referenced").text(context),
                                          operator_name(query.value(i, "equal").oid()),
                                          operator_name(query.value(i, "same").oid()),
                                          query.value(i, "collation").text(context)};
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
        const Oid index = query.value(i, "indexrelid").oid();
        if (key == nullptr || key->index != index) {
            key = make_in<UniqueKey>(context);
            key->index = index;
            key->name = query.value(i, "name").text(context);
            key->primary = query.value(i, "indisprimary").boolean();
            key->immediate = query.value(i, "indimmediate").boolean();
            key->exclusion = query.value(i, "indisexclusion").boolean();
            key->nulls_equal = query.value(i, "indnullsnotdistinct").boolean() && !key->exclusion;
            key->predicate = query.value(i, "predicate").text(context);
            key->columns = make_array_in<UniqueColumn>(context, INDEX_MAX_KEYS);
            keys = in_context(context, [&] { return lappend(keys, key); });
        }
        key->columns[key->count++] = {query.value(i, "attname").text(context),
                                      query.value(i, "definition").text(context),
                                      query.value(i, "expression").text(context),
                                      query.value(i, "type").oid(),
                                      query.value(i, "match").oid(),
                                      query.value(i, "ordering").oid()};
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
