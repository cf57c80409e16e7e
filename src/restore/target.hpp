// Where rows of a layout belong now: the table, and the present column of each value.
#pragma once

#include "restore/deletion.hpp"

namespace journal {

/// A value of the layout's rows that cannot come back.
struct LostColumn {
    int position;
    const char* name;
    const char* why;
    bool always;  // also where nothing is stored
};

/// Where the rows of one layout go.
struct Target {
    int32 layout;
    Oid table;  // the tracked table, or an inheritance child of it
    Oid root;   // the tracked table
    const RelationPlan* plan;
    int count;
    SetColumn* columns;  // those to be inserted
    int* positions;      // of their values in the layout
    int lost_count;
    LostColumn* lost;
    int told;            // rows whose lost values were told
    bool rekeyed;        // the table's key is of other columns than the layout's
    const Issue* unfit;  // from try_target: why the rows have no place; else nullptr
};

/// Finds table and columns for the rows of a deletion's layout, in the current memory context. The
/// table is locked until the transaction ends. done: what rows would be, in messages. Raises JE010
/// for a table or a row without a key, JE015 without the row, JE016 where the table is gone, JE030
/// where it is not tracked any more. A dry run notes no layout of the table.
Target* find_target(const Deletion& deletion, const char* done, bool dry_run = false);

/// The same where rows without a place are told of instead: JE010, JE015, JE016 and JE030 become a
/// target without columns that says why (unfit); its root is InvalidOid where the table is gone.
Target* try_target(const Deletion& deletion, const char* done, bool dry_run = false);

/// Says by NOTICE which values of a row cannot be brought back: of dropped columns, and of those
/// that the journal was told not to keep. count and columns: those with which the row comes back.
void tell_lost(Target* target, const Deletion& deletion, int count, const SetColumn* columns);

}  // namespace journal
