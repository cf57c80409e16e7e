// See month_deletions.hpp.
#include "months/month_deletions.hpp"

#include "base/journal_tables.hpp"

namespace journal {

namespace {

/// The columns of journal.month_deletion (src/sql/66_closed_month.sql) that are read here.
enum DeletionColumn : AttrNumber { kRelation = 1, kIncarnation, kObject = 6 };

Relation open_index(Relation table)
{
    const Oid index = get_relname_relid("month_deletion_object_idx", RelationGetNamespace(table));
    if (!OidIsValid(index))
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                        errmsg("index journal.month_deletion_object_idx does not exist"),
                        errdetail("The extension reads journal.month_deletion by it."),
                        errhint("Create it as the extension's install script has it.")));
    return index_open(index, AccessShareLock);
}

}  // namespace

MonthDeletions::MonthDeletions(MemoryContext context) : months_(context) {}

void MonthDeletions::begin_scan()
{
    table_ = table_open(journal_table("month_deletion"), AccessShareLock);
    index_ = open_index(table_);
    slot_ = table_slot_create(table_, nullptr);
    scan_ = index_beginscan(table_, index_, GetActiveSnapshot(), nullptr, 1, 0);
}

void MonthDeletions::find(int64 object, Vector<Oid>* partitions)
{
    if (scan_ == nullptr)
        begin_scan();
    ScanKeyData key;
    ScanKeyInit(&key, 1, HTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(object));
    index_rescan(scan_, &key, 1, nullptr, 0);
    bool is_null = false;
    while (index_getnext_slot(scan_, ForwardScanDirection, slot_)) {
        CHECK_FOR_INTERRUPTS();
        // The index knows 32 bits of the number.
        if (DatumGetInt64(slot_getattr(slot_, kObject, &is_null)) != object)
            continue;
        const Oid partition = DatumGetObjectId(slot_getattr(slot_, kRelation, &is_null));
        const Datum incarnation = slot_getattr(slot_, kIncarnation, &is_null);
        if (months_.has(partition) &&
            memcmp(DatumGetUUIDP(incarnation), current_incarnation(), UUID_LEN) == 0)
            partitions->push_back(partition);
    }
}

void MonthDeletions::end()
{
    if (scan_ == nullptr)
        return;
    index_endscan(scan_);
    ExecDropSingleTupleTableSlot(slot_);
    index_close(index_, NoLock);
    table_close(table_, NoLock);
    scan_ = nullptr;
}

}  // namespace journal
