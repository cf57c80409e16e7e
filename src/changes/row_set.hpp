// Row changes collected for one statement: what is to happen to which rows of one table.
//
// A set is of one table, one operation and one list of columns. Its rows, decoded into datums of
// the columns' present types, are in a tuplestore, which spills to disk beyond work_mem; the
// statement reads them as a named relation (see apply.hpp), so that no row becomes SQL text.
//
// The capture trigger finds the rows of an insert in the order in which they went in, by a read
// pointer of its own that follows: no look-up table grows with the set.
#pragma once

#include "base/callback.hpp"
#include "base/result_reader.hpp"
#include "catalog/entry_data.hpp"
#include "catalog/relation.hpp"
#include "catalog/restoring.hpp"
#include "changes/value_reader.hpp"

namespace journal {

/// What a checked update or delete asks of a column's present value.
enum class ColumnCheck : char {
    kRow,     // unless it is the expected one, the row is left alone
    kColumn,  // unless it is the expected one, the column is left alone
    kNone,    // nothing
};

/// A present column for which a set has values.
struct SetColumn {
    const PlanColumn* column;
    bool retyped;    // the values come from another type: what this one makes of them is said
    bool new_value;  // a key's values need not be those of the entries' keys
    ColumnCheck check = ColumnCheck::kRow;
    bool overridden = false;  // the caller gives the values
    bool aim = false;         // left to triggers while its rows are locked, and to the settling
};

/// One row change, as an entry tells it.
struct RowChange {
    int64 entry;  // what this takes back: id of the change's first entry
    const char* object_type;
    const char* object_id;  // key of the row as entries write it; update, delete: the present one
    const char* label;      // or nullptr
    const char* new_key;    // of an update that changes the key; else nullptr
    /// Insert, update: the new values, one for each column of the set.
    const JsonbValue* const* values;
    /// Update, delete of a checked set: what the row has to hold now in these columns; nullptr for
    /// one of kNone.
    const JsonbValue* const* expected;
};

/// What a set keeps of a row besides its values.
struct SetRow {
    int64 number;  // from 0 within its set
    int64 entry;
    int64 written_entry;  // after apply(): of an inserted row, the entry that records it
    const char* object_type;
    const char* object_id;
    const char* label;
    const char* key;             // as it is when all is done
    bool applied;                // after apply(): the statement changed the row
    const char* set_by_trigger;  // after apply(): columns that a trigger set; nullptr: none
};

/// The columns of a set's rows e, for a query whose rows bind_row() reads.
inline constexpr const char* kRowColumns =
    "e.number, e.object_type, e.object_id, e.key, e.label, e.entry";

/// Has a reader put these columns into row.
void bind_row(ResultReader* reader, SetRow* row);

struct RowSet : Restoring {
    RowOperation operation;
    int index;       // in the application's sets; -1: it is none of those
    Relation table;  // open and locked until the application ends
    const RelationPlan* plan;
    bool checked;
    bool locked;  // its rows are, and have been held against what a checked set expects
    int column_count;
    SetColumn* columns;
    int64 count;  // rows

    // Only for row_set.cpp and apply.cpp.
    MemoryContext context;
    MemoryContext row_context;
    TupleDesc descriptor;
    Tuplestorestate* rows;
    TupleTableSlot* reading;
    ValueReader* readers;
    ValueReader* key_readers;
    bool new_key;  // the key's text form may not be the entry's
    Datum* datums;
    bool* nulls;
    const PlanColumn* decoding;  // nullptr: not decoding
    int rounded;                 // values that their new type changed
    // The trigger's place in the rows, and where those went that have arrived.
    int following;
    int left;  // where it was before it looked further
    TupleTableSlot* next;
    bool next_valid;
    int64 arrived;
    Tuplestorestate* places;
    TupleDesc place_descriptor;
    TupleTableSlot* place;
    uint8* applied;  // one bit a row; nullptr: all
    uint8* aimless;  // one bit a row and column: triggers alone see to it; nullptr: to none
    // Rows in which a trigger set columns, by number; nullptr: none.
    Tuplestorestate* told;
    TupleTableSlot* telling;
    bool telling_valid;
};

/// Numbers of the attributes of a set's rows: what SetRow has, then values (c1, c2, …), the key's
/// columns (k1, …) of an update or delete, and the expected values (x1, …) of a checked one.
enum RowAttribute {
    kRowNumber = 1,
    kRowEntry,
    kRowObjectType,
    kRowObjectId,
    kRowLabel,
    kRowKey,  // the key as it will be
    kRowAttributes = kRowKey
};

/// An empty set in context; columns are copied, their PlanColumns are the plan's. checked: rows of
/// an update or delete are changed only where they hold the expected values.
RowSet* make_row_set(MemoryContext context, RowOperation operation, Relation table,
                     const RelationPlan* plan, int column_count, const SetColumn* columns,
                     bool checked);

/// Adds a row. The exact settings have to be in force. Says by NOTICE what a retyped column makes
/// of its value. Input functions raise what they raise; set->decoding then names the column.
void add_row(RowSet* set, const RowChange& change);

/// Numbers of the attributes of a set's places: what became of each inserted row, in the order of
/// the rows.
enum PlaceAttribute { kPlaceNumber = 1, kPlaceTable, kPlaceTid, kPlaceDeletion, kPlaceEntry };

/// The texts of an object key of several columns, which is a JSON array of strings, or of one.
char** split_key(const char* key, int count);

/// Number of the attribute that holds the value of a set's column.
int value_attribute(int column);

/// The column whose present value an attribute of a set's rows holds: one of the key, or an
/// expected one. -1: it holds none, or the set does not write that column.
int column_of_attribute(const RowSet* set, int attribute);

/// A set in context with the rows of another from number first up to last, numbered anew.
RowSet* rows_between(MemoryContext context, RowSet* set, int64 first, int64 last);

/// Makes a set as it was before its statement ran, which has been rolled back.
void begin_again(RowSet* set);

/// Reads the next row of a tuplestore into a slot of context: one that comes from disk is the
/// slot's, which outlives the caller's memory.
inline bool read_slot(Tuplestorestate* rows, TupleTableSlot* slot, MemoryContext context)
{
    return in_context(context, [&] { return tuplestore_gettupleslot(rows, true, false, slot); });
}

/// Goes back to the first row, for read_row.
void rewind_rows(RowSet* set);

/// The next row, or false after the last; texts are valid until the next call.
bool read_row(RowSet* set, SetRow* row);

/// Calls use for each row; texts are valid until it returns.
template <typename Use>
void for_each_row(RowSet* set, const Use& use)
{
    SetRow row{};
    rewind_rows(set);
    while (read_row(set, &row)) {
        CHECK_FOR_INTERRUPTS();
        use(row);
    }
}

/// The row that a slot of the set's rows holds; texts in the current memory context.
SetRow row_in_slot(const RowSet* set, TupleTableSlot* slot);

/// Whether the statement changed the row of that number; true before apply().
inline bool is_applied(const RowSet* set, int64 number)
{
    return set->applied == nullptr || (set->applied[number / 8] >> (number % 8) & 1) != 0;
}

/// Marks a row of a set whose rows count as not applied (begin_applied in statement.hpp).
inline void mark_applied(const RowSet* set, int64 number)
{
    set->applied[number / 8] |= static_cast<uint8>(1 << (number % 8));
}

/// Whether a column is not written by the statement of its set, but only afterwards where triggers
/// have not brought it about.
inline bool is_aim(const RowSet* set, int column)
{
    return set->locked && set->columns[column].aim;
}

/// Whether a statement writes a set's rows: not if all that they are updated by are aims, or if it
/// is an aim that they are deleted.
bool is_written(const RowSet* set);

/// Leaves a column of a row to triggers alone: it is no aim.
void leave_to_triggers(RowSet* set, int64 number, int column);

inline bool is_left_to_triggers(const RowSet* set, int64 number, int column)
{
    const int64 bit = number * set->column_count + column;
    return set->aimless != nullptr && (set->aimless[bit / 8] >> (bit % 8) & 1) != 0;
}

/// The index of a set in a list; -1: it is not in it.
int set_index(const List* sets, const RowSet* set);

/// A copy of a row with its texts, but of what triggers set, in the current memory context.
SetRow copied_row(const SetRow& row);

/// Notes that a trigger set columns of a row; rows come by their numbers.
void tell_row(RowSet* set, int64 number, const char* columns);

/// Leaves out the rows that keep refuses; the others are numbered anew.
void filter_rows(RowSet* set, Callback<bool(const SetRow& row)> keep);

/// Frees a set's rows; the table stays open.
void end_row_set(RowSet* set);

/// Object type, key and label of a row for messages: client "7" (Ann).
const char* describe_row(const SetRow& row);

}  // namespace journal
