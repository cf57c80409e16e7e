// See row.hpp.
//
// Decoding and the INSERT run in a subtransaction of our own: an error of theirs is looked at when
// the subtransaction is gone, and becomes one that says what it means for the restore. Everything
// that outlives it is allocated outside of it.
#include "restore/row.hpp"

#include "base/function.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "base/text_form.hpp"
#include "catalog/restoring.hpp"
#include "catalog/tracked_relation.hpp"
#include "restore/target.hpp"

namespace journal {

namespace {

/// What the subtransaction is at; in memory of its own, since locals are not reliable in PG_CATCH.
struct Progress {
    Target* target;
    const TargetColumn* decoding;  // nullptr: past decoding
    Restoring restoring;
};

/// Fills in the values as datums of the present types. What PostgreSQL makes of a value in another
/// type (rounded, cut) is said.
void decode_values(const Deletion* deletion, Progress* progress)
{
    Target* target = progress->target;
    const int level = enter_exact_settings();
    for (int i = 0; i < target->count; i++) {
        TargetColumn& column = target->columns[i];
        progress->decoding = &column;
        column.value =
            value_datum(column.stored, column.column->type, column.column->typmod, &column.is_null);
        if (!column.retyped || column.is_null)
            continue;
        const char* before = value_text(column.stored);
        const char* now = text_form_once(column.column->type, column.value);
        if (strcmp(before, now) != 0)
            ereport(
                NOTICE,
                (errmsg("%s comes back with %s = %s", describe(deletion),
                        quote_identifier(column.column->name), now),
                 errdetail("It was %s; the column's type is now %s.", before,
                           format_type_with_typemod(column.column->type, column.column->typmod))));
    }
    progress->decoding = nullptr;
    leave_exact_settings(level);
}

void insert_values(const Target* target, const char* reason)
{
    StringInfoData sql;
    StringInfoData values;
    initStringInfo(&sql);
    initStringInfo(&values);
    auto* arguments = make_array_in<QueryArgument>(CurrentMemoryContext, target->count);
    appendStringInfo(&sql, "INSERT INTO %s (", qualified_name(RelationGetRelid(target->relation)));
    for (int i = 0; i < target->count; i++) {
        const TargetColumn& column = target->columns[i];
        const char* separator = i == 0 ? "" : ", ";
        appendStringInfo(&sql, "%s%s", separator, quote_identifier(column.column->name));
        appendStringInfo(&values, "%s$%d", separator, i + 1);
        arguments[i] = {column.column->type, column.value, column.is_null};
    }
    appendStringInfo(&sql, ") OVERRIDING SYSTEM VALUE VALUES (%s)", values.data);

    Query query = Query::begin(RunAs::kCallerWithPath);
    if (reason != nullptr)
        set_config_option("event_journal.reason", reason, PGC_USERSET, PGC_S_SESSION,
                          GUC_ACTION_SAVE, true, 0, false);
    query.run(sql.data, target->count, arguments);
    query.end();
}

/// Whether a table is the restored row's, or a partition of it.
bool is_target(const Deletion* deletion, const char* schema, const char* table)
{
    if (schema == nullptr || table == nullptr)
        return false;
    const Oid oid = get_relname_relid(table, get_namespace_oid(schema, true));
    if (!OidIsValid(oid))
        return false;
    const TrackedRelation* tracked = find_tracked_relation(oid);
    return tracked != nullptr && tracked->id == deletion->relation;
}

/// The server's own words, as a detail.
const char* original_words(const ErrorData* error)
{
    return error->detail == nullptr ? error->message
                                    : psprintf("%s: %s", error->message, error->detail);
}

[[noreturn]] void raise_cannot(int code, const Deletion* deletion, const char* why,
                               const ErrorData* error, const char* hint)
{
    ereport(ERROR, (errcode(code), errmsg("%s cannot be restored: %s", describe(deletion), why),
                    errdetail_internal("%s", original_words(error)), errhint("%s", hint)));
    pg_unreachable();
}

/// Raises what an error of decoding or inserting means for the restore; unchanged if it means
/// nothing that we know.
[[noreturn]] void raise_translated(const Deletion* deletion, const Progress* progress,
                                   ErrorData* error)
{
    constexpr const char* kChangedHint =
        "journal.entries shows the deleted row in its column snapshot.";
    const int category = ERRCODE_TO_CATEGORY(error->sqlerrcode);
    if (progress->decoding != nullptr) {
        if (category == ERRCODE_DATA_EXCEPTION ||
            category == ERRCODE_TO_CATEGORY(ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION) ||
            category == ERRCODE_TO_CATEGORY(ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION))
            raise_cannot(kRelationGone, deletion,
                         psprintf("its value of column \"%s\" does not fit the column's type",
                                  progress->decoding->column->name),
                         error, kChangedHint);
        ReThrowError(error);
    }
    if (is_target(deletion, error->schema_name, error->table_name)) {
        if (error->sqlerrcode == ERRCODE_UNIQUE_VIOLATION ||
            error->sqlerrcode == ERRCODE_EXCLUSION_VIOLATION)
            raise_cannot(kKeyInUse, deletion, "its key or another unique value of it is in use",
                         error, "Change or delete the row that stands in the way first.");
        if (error->sqlerrcode == ERRCODE_FOREIGN_KEY_VIOLATION)
            raise_cannot(kParentMissing, deletion, "a row that it refers to does not exist", error,
                         "Restore or create that row first; journal.deleted_objects() lists what "
                         "was deleted.");
        // A NOT NULL column that is new or was never stored; a partition that is gone.
        if (error->sqlerrcode == ERRCODE_NOT_NULL_VIOLATION ||
            (error->sqlerrcode == ERRCODE_CHECK_VIOLATION && error->constraint_name == nullptr))
            raise_cannot(kRelationGone, deletion, "its table has changed since", error,
                         kChangedHint);
    }
    ReThrowError(error);
    pg_unreachable();
}

void begin_restoring(Progress* progress, const Deletion* deletion, int64 entry)
{
    progress->restoring.relation = deletion->relation;
    progress->restoring.key = deletion->object_id;
    progress->restoring.deletion = deletion->entry;
    progress->restoring.entry = entry;
    restoring_begin(&progress->restoring);
}

/// Decodes and inserts, or leaves nothing behind and raises an error.
void insert_in_subtransaction(const Deletion* deletion, Progress* progress, int64 entry,
                              const char* reason)
{
    MemoryContext context = CurrentMemoryContext;
    ResourceOwner owner = CurrentResourceOwner;
    ErrorData* volatile error = nullptr;
    BeginInternalSubTransaction(nullptr);
    MemoryContextSwitchTo(context);
    PG_TRY();
    {
        decode_values(deletion, progress);
        begin_restoring(progress, deletion, entry);
        insert_values(progress->target, reason);
        restoring_end(&progress->restoring);
        ReleaseCurrentSubTransaction();
        MemoryContextSwitchTo(context);
        CurrentResourceOwner = owner;
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(context);
        error = CopyErrorData();
        FlushErrorState();
        RollbackAndReleaseCurrentSubTransaction();
        MemoryContextSwitchTo(context);
        CurrentResourceOwner = owner;
    }
    PG_END_TRY();
    if (error != nullptr)
        raise_translated(deletion, progress, error);
}

/// Says in which columns the row's newest version differs from what was to be restored, or nullptr
/// if all are equal. The row may be in a partition with another order of columns.
const char* differing_columns(const Target* target, TupleTableSlot* row)
{
    StringInfoData names;
    initStringInfo(&names);
    const TupleDesc descriptor = row->tts_tupleDescriptor;
    for (int i = 0; i < target->count; i++) {
        const TargetColumn& column = target->columns[i];
        const AttrNumber number = get_attnum(row->tts_tableOid, column.column->name);
        bool is_null = false;
        const Datum value = slot_getattr(row, number, &is_null);
        Form_pg_attribute attribute = TupleDescAttr(descriptor, number - 1);
        const bool equal =
            is_null || column.is_null
                ? is_null == column.is_null
                : datum_image_eq(value, column.value, attribute->attbyval, attribute->attlen) ||
                      strcmp(text_form_once(attribute->atttypid, value),
                             text_form_once(column.column->type, column.value)) == 0;
        if (!equal)
            appendStringInfo(&names, "%s%s", names.len == 0 ? "" : ", ",
                             quote_identifier(column.column->name));
    }
    return names.len == 0 ? nullptr : psprintf("These columns would differ: %s.", names.data);
}

/// Holds the row as it is now, after every trigger, against the snapshot.
void verify_row(const Deletion* deletion, const Progress* progress)
{
    Relation table = table_open(progress->restoring.table, AccessShareLock);
    Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    TupleTableSlot* row = table_slot_create(table, nullptr);
    TableScanDesc scan = table_beginscan_tid(table, snapshot);
    ItemPointerData tid = progress->restoring.tid;
    // A trigger may have updated the row since, also several times.
    table_tuple_get_latest_tid(scan, &tid);
    const char* differing = table_tuple_fetch_row_version(table, &tid, snapshot, row)
                                ? differing_columns(progress->target, row)
                                : "The row is not there any more.";
    table_endscan(scan);
    ExecDropSingleTupleTableSlot(row);
    UnregisterSnapshot(snapshot);
    table_close(table, AccessShareLock);
    if (differing != nullptr)
        ereport(ERROR,
                (errcode(kRestoredInexactly),
                 errmsg("%s cannot be restored exactly: a trigger or rule of its table changes it",
                        describe(deletion)),
                 errdetail_internal("%s", differing),
                 errhint("Let the trigger leave the row as it is, or disable it meanwhile.")));
}

}  // namespace

Oid restore_row(const Deletion* deletion, int64 entry, const char* reason)
{
    auto* progress = make_in<Progress>(CurrentMemoryContext);
    progress->target = find_target(deletion);
    insert_in_subtransaction(deletion, progress, entry, reason);
    if (!progress->restoring.written)
        ereport(ERROR,
                (errcode(kNotTracked),
                 errmsg("%s cannot be restored: its return would not be in the journal",
                        describe(deletion)),
                 errdetail("The journal's trigger on %s did not see the row with its key arrive.",
                           qualified_name(progress->target->root)),
                 errhint("See whether a trigger of the table discards or re-keys the row, or "
                         "journal.track the table again.")));
    verify_row(deletion, progress);
    const Oid root = progress->target->root;
    table_close(progress->target->relation, NoLock);
    return root;
}

}  // namespace journal
