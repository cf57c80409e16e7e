// See catalog/backfill.hpp.
//
// Rows and entries are read under one snapshot: a row that it shows was written by a transaction
// whose entry it shows too. So whether a row's history is there already is a plain look-up, however
// many writers are at work.
#include "catalog/backfill.hpp"

#include "base/function.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "capture/encoder.hpp"
#include "capture/entry_writer.hpp"
#include "catalog/rule.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

namespace {

constexpr int64 kRowsPerNotice = 100000;

struct Backfill {
    RelationPlan* plan;
    SPIPlanPtr known_events;  // of an object
    TimestampTz now;
    MemoryContext row_context;
    int64 rows;
    int64 entries;
};

// What the journal has of an object already.
struct KnownEvents {
    bool created;
    int count;
    int32* event_types;

    bool contains(int32 event_type) const
    {
        for (int i = 0; i < count; i++)
            if (event_types[i] == event_type)
                return true;
        return false;
    }
};

KnownEvents known_events(const Backfill& backfill, const Entry& entry)
{
    MemoryContext context = CurrentMemoryContext;
    Datum arguments[] = {CStringGetTextDatum(entry.account), CStringGetTextDatum(entry.object_type),
                         CStringGetTextDatum(entry.object_id)};
    const OwnerScope scope = become_owner();
    const int result = SPI_execute_plan(backfill.known_events, arguments, nullptr, true, 0);
    become_caller(scope);
    if (result != SPI_OK_SELECT)
        elog(ERROR, "could not read the known events of an object");
    KnownEvents known{};
    known.event_types = make_array_in<int32>(context, SPI_processed);
    for (uint64 i = 0; i < SPI_processed; i++) {
        bool is_null = false;
        known.event_types[known.count++] =
            DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null));
        known.created |=
            DatumGetBool(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &is_null));
    }
    SPI_freetuptable(SPI_tuptable);
    return known;
}

// The moment in a column, or otherwise where there is none; a timestamp without time zone is taken
// in the session's.
TimestampTz moment_in(const RelationPlan* plan, int position, const RowImage& row,
                      TimestampTz otherwise)
{
    if (position < 0 || row.nulls[position])
        return otherwise;
    Datum moment = row.values[position];
    switch (getBaseType(plan->columns[position].type)) {
        case DATEOID:
            moment = DirectFunctionCall1(date_timestamptz, moment);
            break;
        case TIMESTAMPOID:
            moment = DirectFunctionCall1(timestamp_timestamptz, moment);
            break;
        case TIMESTAMPTZOID:
            break;
        default:
            return otherwise;
    }
    const TimestampTz value = DatumGetTimestampTz(moment);
    return TIMESTAMP_NOT_FINITE(value) ? otherwise : value;
}

Entry common_facts(const Backfill& backfill, const RowImage& row)
{
    RelationPlan* plan = backfill.plan;
    Entry entry{};
    entry.relation = plan->id;
    entry.layout = plan->layout;
    entry.backfilled = true;
    const char* account = plan->account < 0 ? nullptr : column_text(plan, plan->account, row);
    entry.account = account != nullptr ? account : settings.account;
    entry.location = plan->location < 0 ? nullptr : column_text(plan, plan->location, row);
    entry.employee = plan->author < 0 ? nullptr : column_text(plan, plan->author, row);
    entry.object_type = plan->object_type;
    entry.object_id = row_key(plan, plan->key, plan->key_count, row);
    entry.document_id = row_key(plan, plan->document, plan->document_count, row);
    entry.document_type = entry.document_id == nullptr ? nullptr : plan->document_type;
    entry.label = plan->label < 0 ? nullptr : column_text(plan, plan->label, row);
    entry.links = encode_links(plan, row);
    return entry;
}

void add_created(Backfill* backfill, Entry entry, TupleTableSlot* slot, const RowImage& row)
{
    RelationPlan* plan = backfill->plan;
    entry.operation = 'i';
    entry.data = plan->snapshot_on_create ? encode_row(plan, row) : nullptr;
    bool is_matched = false;
    for (int i = 0; i < plan->rule_count; i++) {
        const Rule& rule = plan->rules[i];
        if (rule.operation != 'i' || !condition_holds(rule, nullptr, slot))
            continue;
        entry.event_type = rule.event_type;
        entry.reported = true;
        entry.details = rule.detail_count == 0
                            ? nullptr
                            : encode_details(plan, rule.details, rule.detail_count, row);
        const int64 id = write_entry(entry);
        backfill->entries++;
        if (!is_matched)
            entry.change = id;
        entry.data = nullptr;
        is_matched = true;
    }
    if (is_matched)
        return;
    entry.event_type = plan->created_event;
    entry.reported = !plan->has_rules;
    write_entry(entry);
    backfill->entries++;
}

// The last value of a column, which some change gave it; what it was before is unknown.
void add_changed(Backfill* backfill, Entry entry, const Rule& rule, const RowImage& row)
{
    RelationPlan* plan = backfill->plan;
    entry.operation = 'u';
    entry.event_type = rule.event_type;
    entry.reported = true;
    entry.occurred_at = moment_in(plan, rule.changed_at, row, entry.occurred_at);
    entry.data = encode_changes(plan, rule.columns, 1, nullptr, row);
    entry.details = rule.detail_count == 0
                        ? nullptr
                        : encode_details(plan, rule.details, rule.detail_count, row);
    // Who made that change is not known: the author made the row.
    entry.employee = nullptr;
    write_entry(entry);
    backfill->entries++;
}

void backfill_row(Backfill* backfill, TupleTableSlot* slot)
{
    RelationPlan* plan = backfill->plan;
    slot_getallattrs(slot);
    RowImage row{make_array_in<Datum>(CurrentMemoryContext, plan->column_count),
                 make_array_in<bool>(CurrentMemoryContext, plan->column_count)};
    for (int i = 0; i < plan->column_count; i++) {
        row.values[i] = slot->tts_values[plan->columns[i].number - 1];
        row.nulls[i] = slot->tts_isnull[plan->columns[i].number - 1];
    }
    Entry entry = common_facts(*backfill, row);
    entry.occurred_at = moment_in(plan, plan->created_at, row, backfill->now);
    const KnownEvents known = known_events(*backfill, entry);
    if (!known.created)
        add_created(backfill, entry, slot, row);
    for (int i = 0; i < plan->rule_count; i++) {
        const Rule& rule = plan->rules[i];
        if (rule.single_column && !row.nulls[rule.columns[0]] && !known.contains(rule.event_type))
            add_changed(backfill, entry, rule, row);
    }
}

void backfill_table(Backfill* backfill, Relation relation, Snapshot snapshot)
{
    backfill->plan = plan_for(relation);
    encoder_for(backfill->plan);
    TupleTableSlot* slot = table_slot_create(relation, nullptr);
    TableScanDesc scan = table_beginscan(relation, snapshot, 0, nullptr);
    while (table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
        CHECK_FOR_INTERRUPTS();
        MemoryContext previous = MemoryContextSwitchTo(backfill->row_context);
        backfill_row(backfill, slot);
        MemoryContextSwitchTo(previous);
        MemoryContextReset(backfill->row_context);
        if (++backfill->rows % kRowsPerNotice == 0)
            ereport(NOTICE,
                    (errmsg("back-fill of %s: " INT64_FORMAT " rows, " INT64_FORMAT " entries",
                            RelationGetRelationName(relation), backfill->rows, backfill->entries)));
    }
    table_endscan(scan);
    ExecDropSingleTupleTableSlot(slot);
}

}  // namespace

int64 backfill_relation(Relation root)
{
    const RelationPlan* plan = plan_for(root);
    if (plan->key_count == 0)
        ereport(ERROR, (errcode(kCannotBeTracked),
                        errmsg("%s cannot be back-filled", qualified_name(RelationGetRelid(root))),
                        errdetail("It has no key, so what is in the journal already could not be "
                                  "told from what is not."),
                        errhint("Add a primary key, then call journal.backfill again.")));
    if (IsolationUsesXactSnapshot())
        ereport(
            ERROR,
            (errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
             errmsg("back-fill needs a READ COMMITTED transaction"),
             errdetail(
                 "Entries committed since this transaction began would be added a second time."),
             errhint("Call it in a transaction of its own.")));

    Backfill backfill{};
    backfill.now = GetCurrentTimestamp();
    backfill.row_context =
        AllocSetContextCreate(CurrentMemoryContext, "event_journal row", ALLOCSET_DEFAULT_SIZES);
    // Other back-fills of the table wait here; its writers do not.
    LockRelation(root, ShareUpdateExclusiveLock);
    // Conditions of rules may call functions of the user's: they run as in a trigger, as the
    // caller.
    Query query = Query::begin(RunAs::kCallerWithPath);
    Oid types[] = {TEXTOID, TEXTOID, TEXTOID};
    backfill.known_events = SPI_prepare(
        "SELECT DISTINCT event_type, operation OPERATOR(pg_catalog.=) 'i' FROM journal.entry "
        "WHERE account OPERATOR(pg_catalog.=) $1 AND object_type OPERATOR(pg_catalog.=) $2 "
        "AND object_id OPERATOR(pg_catalog.=) $3",
        lengthof(types), types);
    // What this transaction wrote counts too.
    CommandCounterIncrement();
    Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    PushActiveSnapshot(snapshot);
    List* members = find_all_inheritors(RelationGetRelid(root), AccessShareLock, nullptr);
    ListCell* cell = nullptr;
    foreach (cell, members) {
        Relation relation = table_open(lfirst_oid(cell), NoLock);
        if (relation->rd_rel->relkind == RELKIND_RELATION)
            backfill_table(&backfill, relation, snapshot);
        table_close(relation, NoLock);
    }
    PopActiveSnapshot();
    UnregisterSnapshot(snapshot);
    query.end();
    MemoryContextDelete(backfill.row_context);
    return backfill.entries;
}

/// journal.backfill(relation): number of entries added.
JOURNAL_FUNCTION(journal_backfill)
{
    require_writable("journal.backfill()");
    if (PG_ARGISNULL(0))
        ereport(ERROR,
                (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("relation cannot be NULL")));
    const Oid oid = PG_GETARG_OID(0);
    Relation relation = relation_open(oid, ShareUpdateExclusiveLock);
    if (!owns_relation(oid, GetUserId()))
        aclcheck_error(ACLCHECK_NOT_OWNER, get_relkind_objtype(relation->rd_rel->relkind),
                       RelationGetRelationName(relation));
    Oid root = InvalidOid;
    if (tracked_root(oid, &root) == 0 || root != oid)
        ereport(ERROR,
                (errcode(kNotTracked), errmsg("%s is not tracked", qualified_name(oid)),
                 errhint("Call journal.track('%s', backfill => true).", qualified_name(oid))));
    const int64 entries = backfill_relation(relation);
    relation_close(relation, NoLock);
    PG_RETURN_INT64(entries);
}

}  // namespace journal
