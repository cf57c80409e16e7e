// What transactions did to tracked tables, as one net change for each row.
//
// Entries are read sorted by the key of their row. At one key they fall into stretches in which the
// key belonged to one row: a stretch begins with the row being there before, inserted, or arrived
// from another key, and ends with it being there still, deleted, or gone to another key. Stretches
// that a change of the key joins are one row's; they wait until all entries are read. Of each
// column the first old value is the one before, the last new value the one after; of what came in
// between one value is kept, to which rows that exchange theirs can step aside.
#pragma once

#include "restore/target.hpp"

namespace journal {

/// Which transactions' entries, of the present incarnation, and where they are.
struct Extent {
    Datum transactions;  // xid8[], sorted
    int64 change;        // of this change alone; 0: all
    int64 first_id;
    int64 last_id;
    TimestampTz first_time;
    TimestampTz last_time;
    int64 entry_count;  // row changes
};

/// A stored value of a present column; value nullptr: the journal does not know it.
struct NetValue {
    const JsonbValue* value;
    bool retyped;  // it is of another type than the column is now
};

struct NetChange {
    RowOperation operation;  // what became of the row
    Oid table;
    const RelationPlan* plan;
    const char* object_type;
    const char* label;       // or nullptr
    const char* key_before;  // nullptr: there was no row
    const char* key_after;   // nullptr: there is none any more
    int64 entry;             // of the last change: id of its first entry
    int64 deletion;  // of a row that was deleted, if then another took its key: the same; or 0
    int32 deletion_event;    // its event type
    const char* document;    // type and key of the document to which a deleted row belonged
    const NetValue* before;  // of a column of the plan (by position)
    const NetValue* after;
    const NetValue* between;     // of an update: one that is neither, or nullptr in it; or nullptr
    const bool* changed;         // an update: which of them it changed, or may have
    const bool* derived;         // columns that only other triggers wrote; not of a deletion
    bool nothing_left;           // an update of columns that are gone, and of no others
    const char* unknown_column;  // one that it changed and whose values the journal does not keep
    Target* target;              // of the row; of a deleted one as it was then
};

/// Reads the entries as the journal's owner and calls sink for each row that differs in the end.
/// The exact settings are in force in the calls; what change points at is gone after them. The
/// tables are locked until the transaction ends. done: for messages. Raises what find_target
/// raises, unless tells_unfit: then such rows' changes have an unfit target, a plan without columns
/// and no values, and may be none in the end. Returns false if triggers wrote all of it.
bool read_net_changes(const Extent& extent, const char* done, bool tells_unfit,
                      void (*sink)(const NetChange& change, void* state), void* state);

}  // namespace journal
