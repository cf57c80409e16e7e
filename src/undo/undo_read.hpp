// What transactions did to tracked tables, as one net change for each row.
//
// Entries are read sorted by the key of their row, and rows are followed through them by lineage/.
#pragma once

#include "lineage/net_change.hpp"
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

/// Where the row of a net change belongs.
const Target* target_of(const NetChange& change);

/// Whether a value is of another type than its column is now.
bool is_retyped(const StoredValue& value);

/// Reads the entries as the journal's owner and calls sink for each row that differs in the end.
/// The exact settings are in force in the calls; what change points at is gone after them. The
/// tables are locked until the transaction ends. Changes of rows without a place have an unfit
/// target, a plan without columns and no values, and may be none in the end. Returns false if
/// triggers wrote all of it.
bool read_net_changes(const Extent& extent, Callback<void(const NetChange& change)> sink);

}  // namespace journal
