// See backfill.hpp.
//
// The table's rows are read by its access method, since to plan a query on it would run its owner's
// code; then one query joins them with what the journal has of them already, so that this costs one
// scan of each and spills to disk where memory does not suffice. Rows and entries are read under
// one snapshot: a row that it shows was written by a transaction whose entry it shows too, however
// many writers are at work.
//
// Conditions of rules may call functions of their author's. They run with the rights that the
// table's owner lends, or has already; only the query itself runs as the extension's.
#include "tracking/backfill.hpp"

#include "accounts/confinement.hpp"
#include "base/function.hpp"
#include "base/lock_wait.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "capture/document_account.hpp"
#include "capture/encoder.hpp"
#include "capture/entry_writer.hpp"
#include "catalog/open_relation.hpp"
#include "catalog/plan_selection.hpp"
#include "catalog/relation.hpp"
#include "catalog/rule.hpp"
#include "catalog/tracked_relation.hpp"
#include "values/table_rows.hpp"

namespace journal {

namespace {

constexpr int64 kRowsPerNotice = 100000;
constexpr long kRowsPerBatch = 1000;

struct Backfill {
    Relation relation;  // the partition or child whose rows are at hand
    RelationPlan* plan;
    TupleTableSlot* slot;
    TimestampTz now;
    MemoryContext context;      // of the whole back-fill
    MemoryContext row_context;  // of one row
    int64 rows;
    int64 entries;
};

// What the journal has of a row already.
struct KnownHistory {
    bool created;       // its creation, or how it came to its present key
    bool created_live;  // and that not by a back-fill: every change since is there too
    ArrayType* events;  // event types of its entries; nullptr without any
};

bool contains(ArrayType* events, int32 event_type)
{
    if (events == nullptr)
        return false;
    const auto* ids = reinterpret_cast<const int32*>(ARR_DATA_PTR(events));
    const int count = ArrayGetNItems(ARR_NDIM(events), ARR_DIMS(events));
    return std::find(ids, ids + count, event_type) != ids + count;
}

constexpr const char* kRows = "event_journal_rows";

// The table's rows by place, each with its known history. Operators are named with their schema:
// the query is analysed under the caller's search_path.
char* history_query(const RelationPlan* plan)
{
    return psprintf(
        "SELECT t.\"table\", t.place, k.created, k.created_live, k.events FROM %s t LEFT JOIN "
        "(SELECT e.object_id, pg_catalog.bool_or(c.is_creation) AS created, "
        "pg_catalog.bool_or(c.is_creation AND NOT e.backfilled) AS created_live, "
        "pg_catalog.array_agg(DISTINCT e.event_type) AS events "
        "FROM journal.entry e, LATERAL (SELECT e.operation OPERATOR(pg_catalog.=) 'i' "
        "OR e.previous_id IS NOT NULL AS is_creation) c "
        "WHERE e.relation OPERATOR(pg_catalog.=) %d GROUP BY e.object_id) k "
        "ON k.object_id OPERATOR(pg_catalog.=) t.key",
        kRows, plan->id);
}

// The rows that the active snapshot shows.
TableRows read_rows(Relation root, const RelationPlan* plan)
{
    AttrNumber key[INDEX_MAX_KEYS];
    for (int i = 0; i < plan->key_count; i++)
        key[i] = plan->columns[plan->key[i]].number;
    return read_table_rows(root, plan->key_count, key, 0, 0, GetActiveSnapshot());
}

// The moment in a column, or otherwise where there is none; a timestamp without time zone is taken
// in the session's.
TimestampTz moment_in(const RelationPlan* plan, int position, const RowImage& row,
                      TimestampTz otherwise)
{
    bool is_null = true;
    Datum moment = position < 0 ? Datum{0} : column_value(plan, position, row, &is_null);
    if (is_null)
        return otherwise;
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
    entry.recorded_at = backfill.now;
    const char* account = account_of(plan, row);
    entry.account = account != nullptr ? account : account_to_record();
    if (*entry.account == '\0') {
        const char* documents = document_account(plan, row);
        entry.account = documents == nullptr ? "" : documents;
    }
    entry.location = plan->location < 0 ? nullptr : column_text(plan, plan->location, row);
    entry.employee = plan->author < 0 ? nullptr : column_text(plan, plan->author, row);
    entry.object_type = plan->object_type;
    entry.object_id = row_key(plan, plan->key, plan->key_count, row);
    entry.document_id = row_key(plan, plan->document, plan->document_count, row);
    entry.document_type = entry.document_id == nullptr ? nullptr : plan->document_type;
    entry.other_id = row_key(plan, plan->other, plan->other_count, row);
    entry.other_type = entry.other_id == nullptr ? nullptr : plan->other_type;
    entry.label = plan->label < 0 ? nullptr : column_text(plan, plan->label, row);
    entry.links = encode_links(plan, row);
    return entry;
}

// A rule's condition is its author's code, and a value that is read back to see whether its text is
// exact may run the checks of domains in it: nobody else's rights are lent to them. What is written
// is written as whoever fills.
template <typename Step>
auto by_lent_rights(const Backfill& backfill, const Step& step)
{
    const Rights rights = Rights::lent_by(backfill.relation);
    auto result = step();
    rights.end();
    return result;
}

bool holds_for_row(const Backfill& backfill, Rule& rule)
{
    return by_lent_rights(backfill,
                          [&] { return condition_holds(rule.condition, nullptr, backfill.slot); });
}

void add_created(Backfill* backfill, Entry entry, const RowImage& row)
{
    RelationPlan* plan = backfill->plan;
    entry.operation = 'i';
    if (plan->snapshot_on_create)
        entry.data = by_lent_rights(*backfill, [&] { return encode_row(plan, row); });
    bool is_matched = false;
    for (int i = 0; i < plan->rule_count; i++) {
        Rule& rule = plan->rules[i];
        if (rule.operation != 'i' || !holds_for_row(*backfill, rule))
            continue;
        entry.event_type = rule.event_type;
        entry.reported = true;
        entry.details = by_lent_rights(
            *backfill, [&] { return encode_details(plan, rule, entry.data != nullptr, row); });
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
    by_lent_rights(*backfill, [&] {
        entry.data = encode_new_value(plan, rule.columns[0], row);
        entry.details = encode_details(plan, rule, false, row);
        return true;
    });
    // Who made that change is not known: the author made the row.
    entry.employee = nullptr;
    write_entry(entry);
    backfill->entries++;
}

void backfill_row(Backfill* backfill, const KnownHistory& known)
{
    RelationPlan* plan = backfill->plan;
    const RowImage row{backfill->slot};
    Entry entry = common_facts(*backfill, row);
    entry.occurred_at = moment_in(plan, plan->created_at, row, backfill->now);
    const bool selects_creation = plan->selection == nullptr || by_lent_rights(*backfill, [&] {
                                      return is_selected(plan, nullptr, backfill->slot);
                                  });
    if (!known.created && selects_creation)
        add_created(backfill, entry, row);
    const bool selects_changes = plan->selection == nullptr || plan->selection->updates;
    for (int i = 0; selects_changes && !known.created_live && i < plan->rule_count; i++) {
        const Rule& rule = plan->rules[i];
        if (rule.single_column && has_value(plan, rule.columns[0], row) &&
            !contains(known.events, rule.event_type))
            add_changed(backfill, entry, rule, row);
    }
}

void close_table(Backfill* backfill)
{
    if (backfill->relation == nullptr)
        return;
    ExecDropSingleTupleTableSlot(backfill->slot);
    table_close(backfill->relation, NoLock);
    backfill->relation = nullptr;
}

// Has the partition or child at hand that the next row is in.
void open_table(Backfill* backfill, Oid table)
{
    if (backfill->relation != nullptr && RelationGetRelid(backfill->relation) == table)
        return;
    close_table(backfill);
    in_context(backfill->context, [&] {
        backfill->relation = table_open(table, AccessShareLock);
        backfill->plan = plan_by_lent_rights(backfill->relation);
        encoder_for(backfill->plan);
        backfill->slot = table_slot_create(backfill->relation, nullptr);
    });
}

void backfill_found_row(Backfill* backfill, HeapTuple found, TupleDesc descriptor)
{
    Datum values[5];
    bool nulls[5];
    heap_deform_tuple(found, descriptor, values, nulls);
    open_table(backfill, DatumGetObjectId(values[0]));
    auto* place = reinterpret_cast<ItemPointer>(DatumGetPointer(values[1]));
    if (!table_tuple_fetch_row_version(backfill->relation, place, GetActiveSnapshot(),
                                       backfill->slot))
        elog(ERROR, "a row of %s has gone during its back-fill",
             RelationGetRelationName(backfill->relation));
    const KnownHistory known{!nulls[2] && DatumGetBool(values[2]),
                             !nulls[3] && DatumGetBool(values[3]),
                             nulls[4] ? nullptr : DatumGetArrayTypeP(values[4])};
    backfill_row(backfill, known);
    ExecClearTuple(backfill->slot);
}

// Goes through the rows in batches; between them the caller may cancel, and sees how far it is.
void backfill_rows(Backfill* backfill, const char* sql, const char* name)
{
    Rights rights = Rights::of_extension();
    Portal portal = SPI_cursor_open_with_args(nullptr, sql, 0, nullptr, nullptr, nullptr, true, 0);
    rights.end();
    for (;;) {
        rights = Rights::of_extension();
        SPI_cursor_fetch(portal, true, kRowsPerBatch);
        rights.end();
        if (SPI_processed == 0)
            break;
        SPITupleTable* batch = SPI_tuptable;
        const uint64 count = SPI_processed;
        for (uint64 i = 0; i < count; i++) {
            CHECK_FOR_INTERRUPTS();
            in_context(backfill->row_context,
                       [&] { backfill_found_row(backfill, batch->vals[i], batch->tupdesc); });
            MemoryContextReset(backfill->row_context);
            if (++backfill->rows % kRowsPerNotice == 0)
                ereport(NOTICE,
                        (errmsg("back-fill of %s: " INT64_FORMAT " rows, " INT64_FORMAT " entries",
                                name, backfill->rows, backfill->entries)));
        }
        SPI_freetuptable(batch);
    }
    SPI_cursor_close(portal);
}

}  // namespace

int64 backfill_relation(Relation root)
{
    const RelationPlan* plan = plan_by_lent_rights(root);
    const char* name = qualified_name(RelationGetRelid(root));
    if (plan->key_count == 0)
        ereport(ERROR, (errcode(kCannotBeTracked), errmsg("%s cannot be back-filled", name),
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
    backfill.context = AllocSetContextCreate(CurrentMemoryContext, "event_journal back-fill",
                                             ALLOCSET_DEFAULT_SIZES);
    backfill.row_context =
        AllocSetContextCreate(backfill.context, "event_journal row", ALLOCSET_DEFAULT_SIZES);
    // Other back-fills of the table wait here; its writers do not.
    lock_patiently(RelationGetRelid(root), ShareUpdateExclusiveLock);
    const char* sql = history_query(plan);
    // What this transaction wrote counts too.
    CommandCounterIncrement();
    Query query = Query::begin(RunAs::kCallerWithPath);
    PushActiveSnapshot(GetLatestSnapshot());
    TableRows rows = read_rows(root, plan);
    register_named(kRows, rows.rows, rows.descriptor);
    backfill_rows(&backfill, sql, name);
    end_table_rows(&rows);
    close_table(&backfill);
    PopActiveSnapshot();
    query.end();
    MemoryContextDelete(backfill.context);
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
    Relation relation = open_owned(oid, ShareUpdateExclusiveLock, kNotTracked);
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
