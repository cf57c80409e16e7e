// See gone_table.hpp.
//
// What a dropped table was part of, and how many rows it had, stood in rows of catalogues that the
// command has deleted. They lie there until a vacuum that comes after the transaction, so they are
// read without regard to visibility: the version that this transaction has deleted is the last one.
#include "tracking/gone_table.hpp"

#include "accounts/confinement.hpp"
#include "base/copied_journal.hpp"
#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "capture/clock.hpp"
#include "capture/entry_writer.hpp"
#include "catalog/event_type.hpp"
#include "catalog/own_trigger.hpp"
#include "catalog/relation.hpp"
#include "catalog/tracked_relation.hpp"
#include "values/packed_values.hpp"

#include <algorithm>

namespace journal {

namespace {

constexpr const char* kObjectType = "table";

struct DroppedTable {
    Oid table;
    const char* name;  // qualified
    bool had_trigger;  // of ours: it was part of a tracked table until now
    Oid parent;        // the table that it was a part of, or InvalidOid
    double rows;       // by estimate, of what goes under its entry; negative: unknown
};

/// The row of a catalogue that the present transaction has deleted, found by an index whose first
/// column is an OID; nullptr if there is none. Allocated in the current memory context.
HeapTuple deleted_row(Relation catalogue, Oid index, AttrNumber column, Oid value)
{
    ScanKeyData key;
    ScanKeyInit(&key, column, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(value));
    SysScanDesc scan = systable_beginscan(catalogue, index, true, SnapshotAny, 1, &key);
    HeapTuple found = nullptr;
    for (HeapTuple row = systable_getnext(scan); HeapTupleIsValid(row);
         row = systable_getnext(scan)) {
        const bool is_last = ItemPointerEquals(&row->t_self, &row->t_data->t_ctid);
        if (is_last && (row->t_data->t_infomask & HEAP_XMAX_INVALID) == 0 &&
            TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetUpdateXid(row->t_data)))
            found = heap_copytuple(row);
    }
    systable_endscan(scan);
    return found;
}

Oid parent_before(Oid table)
{
    Relation inherits = table_open(InheritsRelationId, AccessShareLock);
    const HeapTuple row =
        deleted_row(inherits, InheritsRelidSeqnoIndexId, Anum_pg_inherits_inhrelid, table);
    const Oid parent =
        row == nullptr ? InvalidOid : reinterpret_cast<Form_pg_inherits>(GETSTRUCT(row))->inhparent;
    table_close(inherits, AccessShareLock);
    return parent;
}

/// The rows of a table: as the last VACUUM or ANALYZE counted them, else as the statistics have
/// them; negative if neither knows, and of a table that has its rows in parts.
double estimated_rows(const FormData_pg_class& form)
{
    if (!RELKIND_HAS_STORAGE(form.relkind))
        return -1;
    if (form.reltuples >= 0)
        return form.reltuples;
    Query query = Query::begin(RunAs::kOwner);
    // What this session has not handed to the statistics yet comes on top.
    query.run(
        "SELECT pg_stat_get_live_tuples($1) + pg_stat_get_xact_tuples_inserted($1) "
        "- pg_stat_get_xact_tuples_deleted($1)",
        {{OIDOID, ObjectIdGetDatum(form.oid)}});
    const int64 live = query.value(0).int8();
    query.end();
    return live > 0 ? static_cast<double>(live) : -1;
}

/// The same of a dropped table.
double estimated_before(Oid table)
{
    Relation classes = table_open(RelationRelationId, AccessShareLock);
    const HeapTuple row = deleted_row(classes, ClassOidIndexId, Anum_pg_class_oid, table);
    const double rows =
        row == nullptr ? -1 : estimated_rows(*reinterpret_cast<Form_pg_class>(GETSTRUCT(row)));
    table_close(classes, AccessShareLock);
    return rows;
}

/// The sum of two estimates, of which one that is unknown counts for nothing.
double sum(double one, double other)
{
    return one < 0 ? other : other < 0 ? one : one + other;
}

/// Details of the entry: the columns of the tracked table's key, how many rows went, from which
/// table.
Jsonb* make_details(int32 tracked, double rows, const char* parent)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    query.run(
        "SELECT jsonb_strip_nulls(jsonb_build_object('object_type', (SELECT object_type FROM "
        "journal.tracked_relation WHERE id = $1), 'part_of', $3, 'rows', $2, 'key', "
        "(SELECT jsonb_agg(l.columns -> k.position -> 'name' ORDER BY k.n) FROM (SELECT columns, "
        "key_columns FROM journal.layout WHERE relation = $1 AND is_root ORDER BY id DESC LIMIT 1) "
        "l, "
        "unnest(l.key_columns) WITH ORDINALITY AS k (position, n))))",
        {int4_argument(tracked),
         {INT8OID, Int64GetDatum(static_cast<int64>(rows)), rows < 0},
         text_argument(parent)});
    const Value details = query.value(0);
    Jsonb* copy = in_context(context, [&] { return DatumGetJsonbPCopy(details.datum); });
    query.end();
    return copy;
}

void record(const char* what, int32 tracked, const char* table, double rows, const char* parent)
{
    bool added = false;
    const int32 event_type =
        ensure_event_type(psprintf("%s.%s", kObjectType, what), "other", kObjectType, &added);
    if (added)
        CommandCounterIncrement();
    const CommandId command = GetCurrentCommandId(true);
    Entry entry{};
    entry.occurred_at = moment_of(command);
    entry.command = command;
    entry.event_type = event_type;
    entry.operation = 'l';
    entry.reported = true;
    entry.account = account_to_record();
    entry.object_type = kObjectType;
    entry.object_id = table;
    entry.label = table;
    entry.location = *settings.location == '\0' ? nullptr : settings.location;
    entry.employee = *settings.employee == '\0' ? nullptr : settings.employee;
    entry.details = packed_values(make_details(tracked, rows, parent));
    write_entry(entry);
}

/// The tables that the command has dropped, by OID.
DroppedTable* dropped_tables(int* count)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    *count = static_cast<int>(
        query.run("SELECT t.objid, t.object_identity, EXISTS (SELECT FROM "
                  "pg_event_trigger_dropped_objects() g "
                  "WHERE g.object_type = 'trigger' AND g.address_names[1:2] = t.address_names[1:2] "
                  "AND g.address_names[3] IN ($1, $2)) AS had_trigger FROM "
                  "pg_event_trigger_dropped_objects() t "
                  "WHERE t.object_type = 'table' AND NOT t.is_temporary ORDER BY t.objid",
                  {text_argument(kRowTrigger.name), text_argument(kMovedTrigger.name)}));
    auto* tables = make_array_in<DroppedTable>(context, *count);
    for (int i = 0; i < *count; i++) {
        tables[i] = {query.value(i, "objid").oid(), query.value(i, "object_identity").text(context),
                     query.value(i, "had_trigger").boolean(), InvalidOid, -1};
    }
    query.end();
    return tables;
}

DroppedTable* find(DroppedTable* tables, int count, Oid table)
{
    DroppedTable* end = tables + count;
    DroppedTable* found = std::lower_bound(
        tables, end, table, [](const DroppedTable& one, Oid oid) { return one.table < oid; });
    return found == end || found->table != table ? nullptr : found;
}

/// The table under whose entry a dropped one goes: itself if it was tracked by itself, or what it
/// was a part of is still there.
DroppedTable* topmost(DroppedTable* tables, int count, DroppedTable* table)
{
    Oid root = InvalidOid;
    DroppedTable* above = find(tables, count, table->parent);
    while (above != nullptr && tracked_root(table->table, &root) == 0) {
        table = above;
        above = find(tables, count, table->parent);
    }
    return table;
}

}  // namespace

void record_dropped_tables()
{
    if (is_copied_journal())
        return;
    int count = 0;
    DroppedTable* tables = dropped_tables(&count);
    for (int i = 0; i < count; i++)
        tables[i].parent = parent_before(tables[i].table);
    for (int i = 0; i < count; i++) {
        CHECK_FOR_INTERRUPTS();
        if (!tables[i].had_trigger)
            continue;
        DroppedTable* top = topmost(tables, count, &tables[i]);
        top->rows = sum(top->rows, estimated_before(tables[i].table));
    }
    for (int i = 0; i < count; i++) {
        DroppedTable* table = &tables[i];
        if (topmost(tables, count, table) != table)
            continue;
        Oid root = InvalidOid;
        const int32 tracked = tracked_root(table->table, &root);
        const int32 above = OidIsValid(table->parent) ? tracked_root(table->parent, &root) : 0;
        if (tracked != 0)
            record("dropped", tracked, table->name, table->rows, nullptr);
        else if (above != 0 && table->had_trigger)
            record("dropped", above, table->name, table->rows, qualified_name(root));
    }
}

void record_detached_table(int32 tracked, Oid table)
{
    if (is_copied_journal())
        return;
    double rows = -1;
    List* members = find_all_inheritors(table, NoLock, nullptr);
    for (const Oid oid : oids(members)) {
        CHECK_FOR_INTERRUPTS();
        Relation member = table_open(oid, AccessShareLock);
        rows = sum(rows, estimated_rows(*member->rd_rel));
        table_close(member, NoLock);
    }
    record("detached", tracked, qualified_name(table), rows, tracked_relation_by_id(tracked)->name);
}

}  // namespace journal
