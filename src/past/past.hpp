// The past of a tracked table: its rows as they were, out of what they are and what changed since.
//
// Three steps, each of them set-based and none larger in memory than work_mem allows:
//   1. the entries that are later than the moment are sorted by the key of their row (past_read);
//   2. the live rows are read once; a row whose key no later entry has is in the past what it is
//      now, and goes straight out; the others are sorted by key too (past_read);
//   3. both streams are merged, and each row's entries, followed in the order of its changes, give
//      the old values of what changed since; the rest is the live row's or the deleted row's
//      (past_lineage, past_emission, past_row).
// What an entry says a column became has to be what the next one says it was, and at the end what
// the row or its deletion has: if not, somebody changed the row unseen, and the past is an error.
#pragma once

#include "base/memory.hpp"
#include "catalog/entry_data.hpp"
#include "catalog/relation.hpp"
#include "lineage/segment.hpp"
#include "past/moment.hpp"
#include "values/text_form.hpp"

namespace journal {

/// A column of the table's present row.
struct PastColumn {
    int32 id;           // our identity of it
    AttrNumber number;  // attnum in the table
    const char* name;
    Oid type;
    const char* type_name;  // as layouts write it
    bool is_known;          // the journal keeps its values
    bool is_chained;  // every change of it is in the journal, so that values must fit together
    bool has_telling_text;  // see values/exact_form.hpp
    bool names_objects;
    bool by_value;
    int16 length;
    // Its values were computed anew later than the moment: what comes from entries beyond this one,
    // or from the live row, is not what was there. Without: PG_INT64_MAX.
    int64 known_until[kSides];
    TimestampTz computed_at;
    FmgrInfo input;
    Oid input_parameter;
    TextForm output;
};

struct PastMap : LayoutMap {
    Oid child;  // the inheritance child that its rows are in; InvalidOid: the table itself
};

struct Past;

/// What is done with the rows found. values and nulls have one element for each attribute of the
/// table and are gone after the call.
struct PastSink {
    /// A live row that no entry since has touched; may be null.
    void (*unchanged)(Past* past, TupleTableSlot* row);
    /// A row as it was at one of the moments, and the key that it is sorted by; may be null.
    void (*changed)(Past* past, Side side, const char* key, Datum* values, bool* nulls);
    /// Where the history does not fit together; null: it is an error. column may be null.
    void (*finding)(Past* past, const char* key, int64 entry, const char* column, const char* what);
    void* state;
};

struct KeyFilter;

struct Past {
    Relation root;
    const RelationPlan* plan;
    TupleDesc descriptor;  // of the table's row
    const Moment* moments[kSides];
    int side_count;
    PastSink sink;
    bool has_computed;     // columns whose values were computed anew since
    bool has_children;     // plain inheritance: a key is unique within each table only
    bool has_row_shape;    // the live query's rows have the table's attributes, no more or less
    const char* only_key;  // nullptr: every row
    Datum keys;            // of only_key: the keys that the row has had since, text[]
    int column_count;
    PastColumn* columns;
    int* column_of;  // of an attribute (index attnum - 1): index into columns, or -1
    int key_count;
    int* key;  // indexes into columns
    int last_key_attribute;
    HTAB* maps;
    MemoryContext context;        // of the whole call
    MemoryContext row_context;    // of one row
    MemoryContext spare_context;  // empty
    KeyFilter* filter;
    Tuplesortstate* entries;
    TupleDesc entry_descriptor;
    TupleTableSlot* entry_slot;
    Tuplesortstate* rows;
    TupleDesc row_descriptor;
    TupleTableSlot* row_slot;
    TupleTableSlot* out_slot;
    bool rows_are_hidden;   // row-level security may hide live rows from the caller
    bool is_closed;         // and is that of an owner who is not trusted
    Tuplestorestate* held;  // then: rows that wait for its policies; nullptr: none
    TupleDesc held_descriptor;
    int64 entry_count;
    struct PastGaps* gaps;  // where the histories need not fit; nullptr: they have to throughout
};

/// The table whose row type an argument has.
Oid relation_of_argument(FunctionCallInfo fcinfo, int number);

/// Prepares the past of a tracked table, whose relation is locked meanwhile. Raises JE030 if it is
/// not tracked, JE050 if the past is not known that far back, and insufficient_privilege. With
/// only_key only that row's past is read.
Past* open_past(Oid relation, int side_count, const Moment* from, const Moment* to,
                const char* only_key, const PastSink& sink);

/// Raises JE050: at the moment the table's past is not known, but only since then, and why.
[[noreturn]] void raise_unknown_past(const Past* past, const Moment* moment, TimestampTz since,
                                     const char* why);

/// Makes the reads that follow see nothing of the present transaction, if it is in the middle of a
/// statement that has changed rows of the table; then leave_statement takes it back. Raises JE050
/// if a moment is not before the transaction.
bool step_out_of_statement(const Past* past);
void leave_statement(bool stepped_out);

/// Raises JE050 if a column's values were computed anew since one of the moments, unless its value
/// there is one that an entry before that tells; entry is where it is from, 0 for the live row.
void require_known_value(const Past* past, Side side, int column, int64 entry);

/// The same for a row that no entry since has touched.
void require_known_row(const Past* past);

/// Raises JE050 if the active snapshot is older than a file in which the table's rows are
/// (past_storage).
void require_shown_storage(const Past* past);

/// Reads everything and hands the rows to the sink.
void read_past(Past* past);

void close_past(Past* past);

/// Keeps a row as it was until the table's policies have been asked about it (past_policy).
void hold_row(Past* past, Side side, const char* key, Datum* values, bool* nulls);

/// Hands over those of the rows kept that the policies show the caller.
void pass_visible_rows(Past* past);

/// The map of a layout.
const PastMap* layout_map(Past* past, int32 layout);

/// Step 1 and 2: fills and performs both sorts.
void read_streams(Past* past);

/// Step 3: merges them.
void merge_streams(Past* past);

/// Hands the segment's row over as it was at each of the moments at which it had the key. A segment
/// that ends with the row's leaving has to be joined to the next one. Raises JE016 for a value that
/// does not fit its column any more, and what an input function raises otherwise.
void emit_segment(Past* past, const Segment& segment);

/// Words for the row of a key: order ["7", "1"].
const char* row_name(const Past* past, const char* key);

/// The key under which a row's entries are sorted: the object's key, and under plain inheritance
/// the table that the row is in as well.
char* sorting_key(const Past* past, Oid child, const char* key);

/// The object's key of such a key.
const char* object_of(const Past* past, const char* sorting_key);

/// Whether a stored value was of that type, as layouts name it.
bool is_same_type(const StoredValue& value, const char* type_name);

/// Whether a stored value of a column means today what it meant: one that names objects by their
/// OIDs does so in the cluster that wrote it.
bool has_kept_meaning(const PastColumn& column, const StoredValue& value);

/// Whether a stored value of the column's type is what a live row has in it. The exact settings
/// have to be in force.
bool is_live_value(const Past* past, PastColumn* column, const JsonbValue* stored, Datum value,
                   bool is_null);

/// A stored value as a datum of the present column, of whatever length. The exact settings have to
/// be in force. Raises what the type's input raises, and JE016 if the type does not hold the value
/// as it was.
Datum present_value(PastColumn* column, const StoredValue& stored, bool* is_null);

}  // namespace journal
