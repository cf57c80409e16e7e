// See verify.hpp. The capture trigger said where each row went; the rows are read there, past
// privileges: whoever may insert a row need not be allowed to read the table.
#include "apply/verify.hpp"

#include "base/function.hpp"
#include "base/memory.hpp"
#include "base/operator_name.hpp"
#include "base/result_reader.hpp"
#include "catalog/tracked_relation.hpp"
#include "changes/set_reference.hpp"
#include "changes/statement.hpp"
#include "values/exact_form.hpp"
#include "values/text_form.hpp"

namespace journal {

namespace {

constexpr const char* kGone = "The row is not there any more.";

/// A table into which rows went, open for reading: the set's, or one partition after the other.
struct Place {
    Snapshot snapshot;
    Relation table;
    TupleTableSlot* row;
    TableScanDesc scan;
    AttrNumber* numbers;  // of the set's columns in this table
    int64 number;         // of the set's row
    ItemPointerData tid;
};

void close_place(Place* place)
{
    if (place->table == nullptr)
        return;
    table_endscan(place->scan);
    ExecDropSingleTupleTableSlot(place->row);
    table_close(place->table, AccessShareLock);
    place->table = nullptr;
}

void open_place(Place* place, const RowSet* set, Oid table)
{
    if (place->table != nullptr && RelationGetRelid(place->table) == table)
        return;
    close_place(place);
    in_context(set->context, [&] {
        place->table = table_open(table, AccessShareLock);
        place->row = table_slot_create(place->table, nullptr);
        place->scan = table_beginscan_tid(place->table, place->snapshot);
        // A partition may have another order of columns.
        place->numbers = make_array_in<AttrNumber>(set->context, set->column_count);
        for (int i = 0; i < set->column_count; i++)
            place->numbers[i] = get_attnum(table, set->columns[i].column->name);
    });
}

bool next_place(Place* place, const RowSet* set, TupleTableSlot* slot)
{
    if (!read_slot(set->places, slot, set->context))
        return false;
    bool is_null = false;
    place->number = DatumGetInt64(slot_getattr(slot, kPlaceNumber, &is_null));
    open_place(place, set, DatumGetObjectId(slot_getattr(slot, kPlaceTable, &is_null)));
    place->tid =
        *reinterpret_cast<ItemPointer>(DatumGetPointer(slot_getattr(slot, kPlaceTid, &is_null)));
    return true;
}

bool is_equal(Form_pg_attribute attribute, Datum now, const PlanColumn* column, Datum then)
{
    return datum_image_eq(now, then, attribute->attbyval, attribute->attlen) ||
           (has_telling_text(column->type) && strcmp(text_form_once(attribute->atttypid, now),
                                                     text_form_once(column->type, then)) == 0);
}

/// A flag for each of the set's columns, whether the row's newest version differs in it; nullptr if
/// none does.
char* differing_columns(const RowSet* set, const Place* place, TupleTableSlot* expected)
{
    char* flags = nullptr;
    const TupleDesc descriptor = RelationGetDescr(place->table);
    for (int i = 0; i < set->column_count; i++) {
        const PlanColumn* column = set->columns[i].column;
        bool now_null = false;
        bool then_null = false;
        const Datum now = slot_getattr(place->row, place->numbers[i], &now_null);
        const Datum then = slot_getattr(expected, kRowAttributes + i + 1, &then_null);
        if (now_null && then_null)
            continue;
        if (now_null == then_null &&
            is_equal(TupleDescAttr(descriptor, place->numbers[i] - 1), now, column, then))
            continue;
        if (flags == nullptr) {
            flags = make_array_in<char>(CurrentMemoryContext, set->column_count + 1);
            memset(flags, kAsWanted, set->column_count);
        }
        flags[i] = kDiffers;
    }
    return flags;
}

[[noreturn]] void raise_unseen(const Application* application, const RowSet* set, const SetRow& row)
{
    ereport(ERROR,
            (errcode(kNotTracked),
             errmsg("%s cannot be %s: its return would not be in the journal", describe_row(row),
                    application->done),
             errdetail("The journal's trigger on %s did not see the row with its key arrive.",
                       qualified_name(set->plan->root)),
             errhint("See whether a trigger of the table discards or re-keys the row, or "
                     "journal.track the table again.")));
    pg_unreachable();
}

/// Rows of an update whose columns are not as they were to be, as Differences; no flags: it is
/// gone.
const char* different_rows(const RowSet* set)
{
    const auto is_left = [set](int i) {
        return set->checked && set->columns[i].check == ColumnCheck::kColumn && !is_aim(set, i);
    };
    const char* images = row_images(set, 'c', [&](int i) { return !is_left(i); });
    if (images == nullptr)
        return nullptr;
    const char* flags =
        joined(set->column_count, " OPERATOR(pg_catalog.||) ", [&](int i) -> const char* {
            return is_left(i) ? psprintf("'%c'::pg_catalog.text", kAsWanted) : flag_of(set, i);
        });
    // Until the end of the call two rows may have one key, if it is deferrable: it is enough
    // that one of them is as it was to be.
    return psprintf(
        "SELECT e.number, CASE WHEN t.tableoid IS NOT NULL THEN %s END AS flags, t.tableoid, "
        "t.ctid "
        "FROM %s e LEFT JOIN %s t ON %s "
        "WHERE CASE WHEN t.tableoid IS NULL OR pg_catalog.record_image_ne(%s) THEN "
        "NOT EXISTS (SELECT FROM %s t WHERE %s AND pg_catalog.record_image_eq(%s)) END "
        "ORDER BY e.number",
        flags, rows_name(0), only_rows_of(set), has_new_key(set), images, only_rows_of(set),
        has_new_key(set), images);
}

SetRow numbered_row(RowSet* set, int64 number)
{
    SetRow row{};
    rewind_rows(set);
    while (read_row(set, &row) && row.number < number)
        CHECK_FOR_INTERRUPTS();
    return row;
}

void put_difference(Differences* differences, int64 number, const char* flags, Oid table,
                    ItemPointerData place, bool as_written)
{
    Datum values[] = {Int64GetDatum(number), CStringGetTextDatum(flags), ObjectIdGetDatum(table),
                      PointerGetDatum(&place), BoolGetDatum(as_written)};
    bool nulls[] = {false, false, false, false, false};
    tuplestore_putvalues(differences->rows, differences->descriptor, values, nulls);
    differences->count++;
}

/// Leaves out of a row's flags what is left to triggers; false if nothing else differs.
bool leave_aims_out(const Application* application, const RowSet* set, int64 number, char* flags)
{
    bool any = false;
    for (int i = 0; i < set->column_count; i++) {
        const bool is_left = is_left_to_triggers(set, number, i);
        if (is_aim(set, i) ? application->aimless || is_left
                           : is_left && set->operation == RowOperation::kInsert)
            flags[i] = kAsWanted;
        any |= flags[i] == kDiffers;
    }
    return any;
}

/// A row that is not as it was to be.
struct DifferentRow {
    int64 number;
    const char* flags;  // nullptr: it is gone
    Oid table;
    Value place;  // tid

    void bind(ResultReader* reader)
    {
        reader->bind("number", &number);
        reader->bind("flags", &flags);
        reader->bind("tableoid", &table);
        reader->bind("ctid", &place);
    }
};

void find_updated(const Application* application, RowSet* set, Differences* differences)
{
    const char* sql = different_rows(set);
    if (sql == nullptr)
        return;
    ResultReader reader = read_table(application, set, sql);
    DifferentRow row{};
    row.bind(&reader);
    while (reader.next()) {
        if (!is_applied(set, row.number))
            continue;
        if (row.flags == nullptr)
            raise_different(application, set, row.number, kGone);
        in_context(reader.row_memory(), [&] {
            char* flags = pstrdup(row.flags);
            if (leave_aims_out(application, set, row.number, flags))
                put_difference(differences, row.number, flags, row.table,
                               *reinterpret_cast<ItemPointer>(DatumGetPointer(row.place.datum)),
                               false);
        });
    }
    reader.close();
}

void find_inserted(const Application* application, RowSet* set, Differences* differences)
{
    Place place{};
    place.snapshot = RegisterSnapshot(GetLatestSnapshot());
    TupleTableSlot* slot = MakeSingleTupleTableSlot(set->place_descriptor, &TTSOpsMinimalTuple);
    tuplestore_rescan(set->places);
    tuplestore_select_read_pointer(set->rows, 0);
    tuplestore_rescan(set->rows);
    while (read_slot(set->rows, set->reading, set->context)) {
        CHECK_FOR_INTERRUPTS();
        MemoryContextReset(set->row_context);
        in_context(set->row_context, [&] {
            bool is_null = false;
            const int64 number = DatumGetInt64(slot_getattr(set->reading, kRowNumber, &is_null));
            if (!next_place(&place, set, slot) || place.number != number)
                raise_unseen(application, set, row_in_slot(set, set->reading));
            // A trigger may have updated the row since, also several times.
            ItemPointerData newest = place.tid;
            table_tuple_get_latest_tid(place.scan, &newest);
            if (!table_tuple_fetch_row_version(place.table, &newest, place.snapshot, place.row))
                raise_different(application, set, number, kGone);
            char* flags = differing_columns(set, &place, set->reading);
            if (flags != nullptr && leave_aims_out(application, set, number, flags))
                put_difference(differences, number, flags, RelationGetRelid(place.table), newest,
                               ItemPointerEquals(&newest, &place.tid));
        });
    }
    close_place(&place);
    ExecDropSingleTupleTableSlot(slot);
    UnregisterSnapshot(place.snapshot);
}

}  // namespace

const char* has_new_key(const RowSet* set)
{
    return joined(set->plan->key_count, " AND ", [set](int k) {
        const PlanColumn& column = set->plan->columns[set->plan->key[k]];
        const int i = set_column(set, column.name);
        return psprintf("t.%s %s e.%c%d", quote_identifier(column.name),
                        equality_operator(column.type), i < 0 ? 'k' : 'c', (i < 0 ? k : i) + 1);
    });
}

const char* flag_of(const RowSet* set, int i)
{
    return psprintf(
        "CASE WHEN pg_catalog.record_image_ne(ROW(t.%s), ROW(e.c%d)) THEN '%c' ELSE '%c' END",
        quote_identifier(set->columns[i].column->name), i + 1, kDiffers, kAsWanted);
}

void raise_different(const Application* application, RowSet* set, int64 number, const char* how)
{
    ereport(ERROR, (errcode(kRestoredInexactly),
                    errmsg("%s cannot be %s exactly: a trigger or rule of its table changes it",
                           describe_row(numbered_row(set, number)), application->done),
                    errdetail_internal("%s", how),
                    errhint("Let the trigger leave the row as it is, or disable it meanwhile.")));
    pg_unreachable();
}

Differences find_differences(const Application* application, RowSet* set)
{
    Differences differences{};
    differences.descriptor = describe_named({{"number", INT8OID},
                                             {"flags", TEXTOID},
                                             {"relation", OIDOID},
                                             {"place", TIDOID},
                                             {"as_written", BOOLOID}});
    differences.rows = tuplestore_begin_heap(true, false, work_mem);
    if (set->operation == RowOperation::kInsert)
        find_inserted(application, set, &differences);
    else if (set->operation == RowOperation::kUpdate)
        find_updated(application, set, &differences);
    return differences;
}

void end_differences(Differences* differences)
{
    tuplestore_end(differences->rows);
    differences->rows = nullptr;
}

}  // namespace journal
