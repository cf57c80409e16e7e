// See row_scan.hpp. PostgreSQL's catalogue scans read any heap table by any of its B-trees.
#include "base/row_scan.hpp"

#include "base/journal_tables.hpp"

namespace journal {

namespace {

// An index keeps its name when REINDEX CONCURRENTLY puts another one in its place, so it is looked
// up each time. The lock on the table keeps the one that is found.
Relation open_index(Relation table, const char* name)
{
    const Oid index = get_relname_relid(name, RelationGetNamespace(table));
    if (!OidIsValid(index))
        ereport(ERROR,
                (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("index journal.%s does not exist", name),
                 errdetail("The extension reads journal.%s by it.", RelationGetRelationName(table)),
                 errhint("Create it as the extension's install script has it.")));
    return index_open(index, AccessShareLock);
}

}  // namespace

RowKey int4_key(const char* column, int32 value)
{
    return {column, F_INT4EQ, InvalidOid, Int32GetDatum(value)};
}

RowKey int8_key(const char* column, int64 value)
{
    return {column, F_INT8EQ, InvalidOid, Int64GetDatum(value)};
}

RowKey oid_key(const char* column, Oid value)
{
    return {column, F_OIDEQ, InvalidOid, ObjectIdGetDatum(value)};
}

RowKey text_key(const char* column, const char* value)
{
    return {column, F_TEXTEQ, DEFAULT_COLLATION_OID, CStringGetTextDatum(value)};
}

RowScan RowScan::begin(const char* table, const char* index, std::initializer_list<RowKey> keys,
                       ScanDirection direction)
{
    RowScan scan;
    scan.direction_ = direction;
    scan.table_ = table_open(journal_table(table), AccessShareLock);
    ScanKeyData scan_keys[INDEX_MAX_KEYS];
    int count = 0;
    for (const RowKey& key : keys)
        ScanKeyEntryInitialize(
            &scan_keys[count++], 0, column_number(RelationGetDescr(scan.table_), key.column),
            BTEqualStrategyNumber, InvalidOid, key.collation, key.equal, key.value);
    scan.index_ = open_index(scan.table_, index);
    scan.snapshot_ = RegisterSnapshot(latest_snapshot());
    scan.scan_ =
        systable_beginscan_ordered(scan.table_, scan.index_, scan.snapshot_, count, scan_keys);
    return scan;
}

bool RowScan::next()
{
    CHECK_FOR_INTERRUPTS();
    row_ = systable_getnext_ordered(scan_, direction_);
    return HeapTupleIsValid(row_);
}

Value RowScan::value(const char* column) const
{
    return value_in(row_, RelationGetDescr(table_), column);
}

void RowScan::end()
{
    systable_endscan_ordered(scan_);
    UnregisterSnapshot(snapshot_);
    index_close(index_, AccessShareLock);
    table_close(table_, AccessShareLock);
}

}  // namespace journal
