// See set_reference.hpp.
#include "changes/set_reference.hpp"

#include "base/list.hpp"
#include "base/operator_name.hpp"
#include "base/result_reader.hpp"
#include "catalog/tracked_relation.hpp"
#include "changes/statement.hpp"

namespace journal {

namespace {

void read_numbers(const Query& query, uint64 row, int column, AttrNumber* numbers, int* count)
{
    bool is_null = false;
    ArrayType* array = DatumGetArrayTypeP(query.value(row, column, &is_null));
    *count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
    memcpy(numbers, ARR_DATA_PTR(array), sizeof(AttrNumber) * *count);
}

/// The value that a set's row p has now in a column of its table; nullptr if the set does not say.
const char* present_value(const RowSet* set, AttrNumber number)
{
    for (int k = 0; k < set->plan->key_count; k++)
        if (set->plan->columns[set->plan->key[k]].number == number)
            return psprintf("p.k%d", k + 1);
    const int i = set_column(set, number);
    return i < 0 || !set->checked || set->columns[i].check != ColumnCheck::kRow
               ? nullptr
               : psprintf("p.x%d", i + 1);
}

/// Whether a column is computed, from one that is in the set.
bool is_computed_from(const RowSet* set, AttrNumber number)
{
    if (number <= 0 || number > RelationGetNumberOfAttributes(set->table) ||
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

bool holds_referenced(const RowSet* set, const SetReference& reference)
{
    if (OidIsValid(reference.partition))
        return false;
    for (int i = 0; i < reference.count; i++)
        if (present_value(set, reference.referenced_columns[i]) == nullptr)
            return false;
    return true;
}

}  // namespace

void read_references(const RowSet* set, ReferenceSide side, SetReferences* references)
{
    // Also such as only a partition has; its columns may have other numbers.
    constexpr const char* kOfSet =
        "(c.conrelid = $1 OR c.conrelid IN (SELECT relid FROM pg_partition_tree($1)))";
    constexpr const char* kSetColumns =
        "ARRAY(SELECT t.attnum FROM unnest(c.conkey) WITH ORDINALITY k (number, place) "
        "  JOIN pg_attribute f ON f.attrelid = c.conrelid AND f.attnum = k.number "
        "  JOIN pg_attribute t ON t.attrelid = $1 AND t.attname = f.attname ORDER BY k.place)";
    Query query = Query::begin_latest();
    const uint64 rows = query.run(
        psprintf("SELECT c.conrelid, r.oid, %s, ARRAY(SELECT t.attnum "
                 "  FROM unnest(c.confkey) WITH ORDINALITY k (number, place) "
                 "  JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = k.number "
                 "  JOIN pg_attribute t ON t.attrelid = r.oid AND t.attname = f.attname "
                 "  ORDER BY k.place), c.conpfeqop, c.confdeltype, c.confupdtype, "
                 "nullif(c.confrelid, r.oid) "
                 "FROM pg_constraint c CROSS JOIN LATERAL "
                 "(SELECT coalesce(pg_partition_root(c.confrelid)::oid, c.confrelid)) r (oid) "
                 "WHERE c.contype = 'f' AND c.conparentid = 0 AND %s ORDER BY c.oid",
                 side == ReferenceSide::kReferring ? kSetColumns : "c.conkey",
                 side == ReferenceSide::kReferring ? kOfSet : "r.oid = $1"),
        {{OIDOID, ObjectIdGetDatum(RelationGetRelid(set->table))}}, true);
    for (uint64 i = 0; i < rows; i++) {
        bool is_null = false;
        SetReference reference{};
        reference.table = DatumGetObjectId(query.value(i, 1, &is_null));
        reference.referenced = DatumGetObjectId(query.value(i, 2, &is_null));
        read_numbers(query, i, 3, reference.columns, &reference.count);
        read_numbers(query, i, 4, reference.referenced_columns, &reference.count);
        ArrayType* operators = DatumGetArrayTypeP(query.value(i, 5, &is_null));
        memcpy(reference.equal, ARR_DATA_PTR(operators), sizeof(Oid) * reference.count);
        reference.on_delete = DatumGetChar(query.value(i, 6, &is_null));
        reference.on_update = DatumGetChar(query.value(i, 7, &is_null));
        const Datum partition = query.value(i, 8, &is_null);
        reference.partition = is_null ? InvalidOid : DatumGetObjectId(partition);
        references->push_back(reference);
    }
    query.end();
}

int set_column(const RowSet* set, AttrNumber number)
{
    for (int i = 0; i < set->column_count; i++)
        if (set->columns[i].column->number == number)
            return i;
    return -1;
}

bool changes(const RowSet* set, const AttrNumber* numbers, int count)
{
    for (int i = 0; i < count; i++)
        if (set_column(set, numbers[i]) >= 0 || is_computed_from(set, numbers[i]))
            return true;
    return false;
}

bool gives_up(const RowSet* set, const SetReference& reference)
{
    if (set->operation == RowOperation::kDelete)
        return true;
    return set->operation == RowOperation::kUpdate &&
           reference.on_update != FKCONSTR_ACTION_CASCADE &&
           changes(set, reference.referenced_columns, reference.count);
}

bool takes_reference(const RowSet* set, const SetReference& reference)
{
    const Oid table = RelationGetRelid(set->table);
    if (set->count == 0 || set->operation == RowOperation::kInsert ||
        (table != reference.table &&
         !list_member_oid(relation_and_ancestors(reference.table), table)))
        return false;
    if (set->operation == RowOperation::kDelete)
        return true;
    // A partition's columns may have other numbers.
    AttrNumber columns[INDEX_MAX_KEYS];
    for (int i = 0; i < reference.count; i++)
        columns[i] =
            table == reference.table
                ? reference.columns[i]
                : get_attnum(table, get_attname(reference.table, reference.columns[i], false));
    return changes(set, columns, reference.count);
}

PresentKeys read_present_keys(RowSet* set, const SetReference& reference)
{
    if (holds_referenced(set, reference))
        return {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT e.number");
    PresentKeys keys{nullptr, CreateTemplateTupleDesc(reference.count + 1)};
    TupleDescInitEntry(keys.descriptor, 1, "number", INT8OID, -1, 0);
    for (int i = 0; i < reference.count; i++) {
        Form_pg_attribute attribute =
            TupleDescAttr(RelationGetDescr(set->table), reference.referenced_columns[i] - 1);
        const auto number = static_cast<AttrNumber>(i + 2);
        TupleDescInitEntry(keys.descriptor, number, psprintf("r%d", i + 1), attribute->atttypid, -1,
                           0);
        TupleDescInitEntryCollation(keys.descriptor, number, attribute->attcollation);
        appendStringInfo(&sql, ", t.%s", quote_identifier(NameStr(attribute->attname)));
    }
    Relation table = set->table;
    if (OidIsValid(reference.partition))
        table = table_open(reference.partition, AccessShareLock);
    appendStringInfo(&sql, " FROM %s e JOIN %s t ON %s", rows_name(0),
                     table == set->table ? only_rows_of(set) : qualified_name(reference.partition),
                     has_key(set));
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kCaller);
    register_rows(set, 0);
    const Rights scope = Rights::of_constraint(table);
    MemoryContext connected = MemoryContextSwitchTo(context);
    keys.rows = select_rows(sql.data, 0, nullptr, nullptr);
    MemoryContextSwitchTo(connected);
    scope.end();
    query.end();
    if (table != set->table)
        table_close(table, NoLock);
    return keys;
}

void register_present_keys(const PresentKeys& keys)
{
    if (keys.rows != nullptr)
        register_named("event_journal_present", keys.rows, keys.descriptor);
}

void end_present_keys(const PresentKeys& keys)
{
    if (keys.rows != nullptr)
        tuplestore_end(keys.rows);
}

const char* referring_rows(const RowSet* set, int index, const SetReference& reference,
                           const PresentKeys& keys)
{
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(
        &sql, "%s p%s JOIN %s%s t ON ", rows_name(index),
        keys.rows == nullptr ? "" : " JOIN event_journal_present v ON v.number = p.number",
        get_rel_relkind(reference.table) == RELKIND_RELATION ? "ONLY " : "",
        qualified_name(reference.table));
    for (int i = 0; i < reference.count; i++)
        appendStringInfo(&sql, "%s%s%s %s t.%s", i == 0 ? "" : " AND ",
                         keys.rows == nullptr ? present_value(set, reference.referenced_columns[i])
                                              : psprintf("v.r%d", i + 1),
                         collation_of(reference, i), operator_name(reference.equal[i]),
                         column_of(reference.table, reference.columns[i]));
    return sql.data;
}

void exclude_kept_keys(const Application* application, const RowSet* set,
                       const SetReference& reference, StringInfo sql)
{
    if ((set->operation == RowOperation::kDelete ? reference.on_delete : reference.on_update) !=
            FKCONSTR_ACTION_NOACTION ||
        OidIsValid(reference.partition))
        return;
    for (const auto* other : items<RowSet>(application->sets)) {
        if (other->count == 0 || other->operation == RowOperation::kDelete ||
            RelationGetRelid(other->table) != RelationGetRelid(set->table))
            continue;
        StringInfoData same;
        initStringInfo(&same);
        bool has_all = true;
        for (int i = 0; i < reference.count && has_all; i++) {
            const int column = set_column(other, reference.referenced_columns[i]);
            has_all = column >= 0;
            appendStringInfo(&same, "%sn.c%d%s %s t.%s", i == 0 ? "" : " AND ", column + 1,
                             collation_of(reference, i), operator_name(reference.equal[i]),
                             column_of(reference.table, reference.columns[i]));
        }
        if (has_all)
            appendStringInfo(sql, " AND NOT EXISTS (SELECT FROM %s n WHERE %s)",
                             rows_name(other->index), same.data);
    }
}

const char* has_unique_value(const RowSet* set, Form_pg_index index, const char* alias)
{
    StringInfoData sql;
    initStringInfo(&sql);
    for (int i = 0; index->indisunique && i < index->indnkeyatts; i++) {
        const int column = set_column(set, index->indkey.values[i]);
        if (column < 0)
            return nullptr;
        const PlanColumn* own = set->columns[column].column;
        appendStringInfo(&sql, "%st.%s %s %s.c%d", i == 0 ? "" : " AND ",
                         quote_identifier(own->name), equality_operator(own->type), alias,
                         column + 1);
    }
    return sql.len == 0 ? nullptr : sql.data;
}

const char* collation_of(const SetReference& reference, int i)
{
    const auto of = [](Oid table, AttrNumber number) {
        Oid type = InvalidOid;
        int32 typmod = -1;
        Oid collation = InvalidOid;
        get_atttypetypmodcoll(table, number, &type, &typmod, &collation);
        return collation;
    };
    const Oid collation = of(reference.referenced, reference.referenced_columns[i]);
    if (!OidIsValid(collation) || collation == of(reference.table, reference.columns[i]))
        return "";
    HeapTuple tuple = SearchSysCache1(COLLOID, ObjectIdGetDatum(collation));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for collation %u", collation);
    const auto* form = reinterpret_cast<Form_pg_collation>(GETSTRUCT(tuple));
    const char* name = quote_qualified_identifier(get_namespace_name(form->collnamespace),
                                                  NameStr(form->collname));
    ReleaseSysCache(tuple);
    return psprintf(" COLLATE %s", name);
}

const char* column_of(Oid table, AttrNumber number)
{
    return quote_identifier(get_attname(table, number, false));
}

}  // namespace journal
