// See set_reference.hpp.
#include "changes/set_reference.hpp"

#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/operator_name.hpp"
#include "base/result_reader.hpp"
#include "catalog/tracked_relation.hpp"
#include "changes/statement.hpp"

namespace journal {

namespace {

/// The value that a set's row p has now in a column of its table; nullptr if the set does not say.
const char* present_value(const RowSet* set, const char* name)
{
    for (int k = 0; k < set->plan->key_count; k++)
        if (strcmp(set->plan->columns[set->plan->key[k]].name, name) == 0)
            return psprintf("p.k%d", k + 1);
    const int i = set_column(set, name);
    return i < 0 || !set->checked || set->columns[i].check != ColumnCheck::kRow
               ? nullptr
               : psprintf("p.x%d", i + 1);
}

/// Whether a column is computed, from one that is in the set.
bool is_computed_from(const RowSet* set, const char* name)
{
    const AttrNumber number = get_attnum(RelationGetRelid(set->table), name);
    if (number <= 0 ||
        TupleDescAttr(RelationGetDescr(set->table), number - 1)->attgenerated == '\0')
        return false;
    Bitmapset* sources = nullptr;
    pull_varattnos(build_column_default(set->table, number), 1, &sources);
    for (int i = 0; i < set->column_count; i++)
        if (bms_is_member(set->columns[i].column->number - FirstLowInvalidHeapAttributeNumber,
                          sources))
            return true;
    return false;
}

bool has_all(const RowSet* set, const ForeignKey& key, const char* ReferenceColumn::*side)
{
    for (int i = 0; i < key.count; i++)
        if (set_column(set, key.columns[i].*side) < 0)
            return false;
    return true;
}

bool changes(const RowSet* set, const ForeignKey& key, const char* ReferenceColumn::*side)
{
    for (int i = 0; i < key.count; i++)
        if (set_column(set, key.columns[i].*side) >= 0 ||
            is_computed_from(set, key.columns[i].*side))
            return true;
    return false;
}

bool tells_referenced(const RowSet* set, const ForeignKey& key)
{
    if (key.referenced != key.root)
        return false;
    for (int i = 0; i < key.count; i++)
        if (present_value(set, key.columns[i].referenced) == nullptr)
            return false;
    return true;
}

}  // namespace

int set_column(const RowSet* set, const char* name)
{
    for (int i = 0; i < set->column_count; i++)
        if (strcmp(set->columns[i].column->name, name) == 0)
            return i;
    return -1;
}

bool has_own(const RowSet* set, const ForeignKey& key)
{
    return has_all(set, key, &ReferenceColumn::own);
}

bool has_referenced(const RowSet* set, const ForeignKey& key)
{
    return has_all(set, key, &ReferenceColumn::referenced);
}

const char* new_value(const RowSet* set, const char* alias, const char* name)
{
    return psprintf("%s.c%d", alias, set_column(set, name) + 1);
}

bool changes_own(const RowSet* set, const ForeignKey& key)
{
    return changes(set, key, &ReferenceColumn::own);
}

bool changes_referenced(const RowSet* set, const ForeignKey& key)
{
    return changes(set, key, &ReferenceColumn::referenced);
}

bool writes_any(const RowSet* set, const List* names)
{
    for (int i = 0; i < set->column_count; i++)
        if (has_name(names, set->columns[i].column->name))
            return true;
    return false;
}

bool gives_up(const RowSet* set, const ForeignKey& key)
{
    if (set->operation == RowOperation::kDelete)
        return true;
    return set->operation == RowOperation::kUpdate && key.on_update != FKCONSTR_ACTION_CASCADE &&
           changes_referenced(set, key);
}

bool takes_reference(const RowSet* set, const ForeignKey& key)
{
    if (set->count == 0 || set->operation == RowOperation::kInsert ||
        !is_part_of(key.table, RelationGetRelid(set->table)))
        return false;
    return set->operation == RowOperation::kDelete || changes_own(set, key);
}

PresentKeys read_present_keys(RowSet* set, const ForeignKey& key)
{
    if (tells_referenced(set, key))
        return {};
    Relation table = table_open(key.referenced, AccessShareLock);
    PresentKeys keys{nullptr, CreateTemplateTupleDesc(key.count + 1)};
    TupleDescInitEntry(keys.descriptor, 1, "number", INT8OID, -1, 0);
    for (int i = 0; i < key.count; i++) {
        const char* name = key.columns[i].referenced;
        Form_pg_attribute attribute =
            TupleDescAttr(RelationGetDescr(table), get_attnum(key.referenced, name) - 1);
        const auto number = static_cast<AttrNumber>(i + 2);
        TupleDescInitEntry(keys.descriptor, number, psprintf("r%d", i + 1), attribute->atttypid, -1,
                           0);
        TupleDescInitEntryCollation(keys.descriptor, number, attribute->attcollation);
    }
    const char* sql = psprintf(
        "SELECT e.number, %s FROM %s e JOIN %s t ON %s",
        joined(key.count, ", ", [&](int i) { return column_of("t", key.columns[i].referenced); }),
        rows_name(0), rows_of(key.referenced), has_key(set));
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kCaller);
    register_rows(set, 0);
    const Rights scope = Rights::of_constraint(table);
    keys.rows = in_context(context, [&] { return select_rows(sql); });
    scope.end();
    query.end();
    table_close(table, NoLock);
    return keys;
}

ResultReader read_as_constraint(Oid table, const List* sets, const char* sql,
                                const PresentKeys& keys)
{
    MemoryContext context = CurrentMemoryContext;
    Relation relation = table_open(table, AccessShareLock);
    Query query = Query::begin(RunAs::kCaller);
    register_sets(sets);
    if (keys.rows != nullptr)
        register_named("event_journal_present", keys.rows, keys.descriptor);
    const Rights scope = Rights::of_constraint(relation);
    ResultReader reader = ResultReader::open(context, sql);
    scope.end();
    query.end();
    table_close(relation, NoLock);
    return reader;
}

void end_present_keys(const PresentKeys& keys)
{
    if (keys.rows != nullptr)
        tuplestore_end(keys.rows);
}

const char* referring_rows(const RowSet* set, int index, const ForeignKey& key,
                           const PresentKeys& keys)
{
    const bool is_told = keys.rows == nullptr;
    const char* refers = match_of(
        key,
        [&](const ReferenceColumn& column) {
            return is_told ? present_value(set, column.referenced)
                           : psprintf("v.r%d", static_cast<int>(&column - key.columns) + 1);
        },
        [](const ReferenceColumn& column) { return column_of("t", column.own); });
    return psprintf("%s p%s JOIN %s t ON %s", rows_name(index),
                    is_told ? "" : " JOIN event_journal_present v ON v.number = p.number",
                    rows_of(key.table), refers);
}

void exclude_kept_keys(const Application* application, const RowSet* set, const ForeignKey& key,
                       StringInfo sql)
{
    if ((set->operation == RowOperation::kDelete ? key.on_delete : key.on_update) !=
            FKCONSTR_ACTION_NOACTION ||
        key.referenced != key.root)
        return;
    for (const auto* other : items<RowSet>(application->sets)) {
        if (other->count == 0 || other->operation == RowOperation::kDelete ||
            RelationGetRelid(other->table) != RelationGetRelid(set->table) ||
            !has_referenced(other, key))
            continue;
        const char* keeps = match_of(
            key,
            [&](const ReferenceColumn& column) { return new_value(other, "n", column.referenced); },
            [](const ReferenceColumn& column) { return column_of("t", column.own); });
        appendStringInfo(sql, " AND NOT EXISTS (SELECT FROM %s n WHERE %s)",
                         rows_name(other->index), keeps);
    }
}

const char* has_unique_value(const RowSet* set, const UniqueKey& key, const char* alias)
{
    for (int i = 0; i < key.count; i++)
        if (key.exclusion || key.columns[i].name == nullptr ||
            set_column(set, key.columns[i].name) < 0)
            return nullptr;
    return joined(key.count, " AND ", [&](int i) {
        const UniqueColumn& column = key.columns[i];
        return psprintf("%s %s %s", column_of("t", column.name), operator_name(column.match),
                        new_value(set, alias, column.name));
    });
}

}  // namespace journal
