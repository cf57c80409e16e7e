// The floor of bench-write: a row trigger in C that puts a row which is ready into public.log and
// its one index. It compares nothing, encodes nothing and takes no id from a sequence; whoever
// writes an entry for each change can only do more.
//
// The ready row is the first of public.ready_insert, ready_update or ready_delete: an entry that
// event_journal would have written. Only its id and its change are set, to a counter and to a
// number that has no order, so that the index (change, id) is written all over, as that of objects
// is.
#include "base/pg.hpp"

namespace {

struct Ready {
    HeapTuple tuple;  // nullptr until the first use
};

Ready ready[3];
int64 last_id;
Oid log_table;
Oid log_index;
IndexInfo* info;

// Places in a row's data: id, occurred_at, transaction_id and change have eight bytes each.
constexpr std::size_t kChange = 3;

Relation open_table(const char* name, LOCKMODE mode)
{
    return table_openrv(makeRangeVar(pstrdup("public"), pstrdup(name), -1), mode);
}

void prepare_log()
{
    Relation log = open_table("log", RowExclusiveLock);
    log_table = RelationGetRelid(log);
    log_index = linitial_oid(RelationGetIndexList(log));
    table_close(log, NoLock);
    MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);
    info = makeNode(IndexInfo);
    MemoryContextSwitchTo(caller);
}

void read_ready(const char* name, Ready* row)
{
    Relation table = open_table(name, AccessShareLock);
    TableScanDesc scan = table_beginscan(table, GetActiveSnapshot(), 0, nullptr);
    TupleTableSlot* slot = table_slot_create(table, nullptr);
    if (!table_scan_getnextslot(scan, ForwardScanDirection, slot))
        elog(ERROR, "public.%s is empty", name);
    MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);
    row->tuple = ExecCopySlotHeapTuple(slot);
    MemoryContextSwitchTo(caller);
    ExecDropSingleTupleTableSlot(slot);
    table_endscan(scan);
    table_close(table, AccessShareLock);
}

}  // namespace

extern "C" {
PG_MODULE_MAGIC;
PG_FUNCTION_INFO_V1(write_ready);

Datum write_ready(PG_FUNCTION_ARGS)
{
    const auto* trigger = reinterpret_cast<TriggerData*>(fcinfo->context);
    const int kind = TRIGGER_FIRED_BY_INSERT(trigger->tg_event)   ? 0
                     : TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? 1
                                                                  : 2;
    constexpr const char* kNames[] = {"ready_insert", "ready_update", "ready_delete"};
    if (info == nullptr)
        prepare_log();
    if (ready[kind].tuple == nullptr)
        read_ready(kNames[kind], &ready[kind]);

    HeapTuple tuple = ready[kind].tuple;
    const int64 id = ++last_id;
    const auto change = static_cast<int64>(static_cast<uint64>(id) * 0x9e3779b97f4a7c15);
    auto* data =
        reinterpret_cast<int64*>(reinterpret_cast<char*>(tuple->t_data) + tuple->t_data->t_hoff);
    data[0] = id;
    data[kChange] = change;

    Relation log = table_open(log_table, RowExclusiveLock);
    Relation index = index_open(log_index, RowExclusiveLock);
    heap_insert(log, tuple, GetCurrentCommandId(true), 0, nullptr);
    Datum values[] = {Int64GetDatum(change), Int64GetDatum(id)};
    bool nulls[] = {false, false};
    index_insert(index, values, nulls, &tuple->t_self, log, UNIQUE_CHECK_NO, false, info);
    index_close(index, NoLock);
    table_close(log, NoLock);
    return PointerGetDatum(nullptr);
}
}
