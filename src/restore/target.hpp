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
    const Issue* unfit;  // why the rows have no place; else nullptr
};

/// Finds table and columns for the rows of a deletion's layout, in the current memory context. The
/// table is locked until the transaction ends. Rows without a place (no key: JE010, no snapshot:
/// JE015, no table: JE016, not tracked any more: JE030) get a target without columns that says why
/// (unfit); its root is InvalidOid where the table is gone. A dry run notes no layout of the table.
Target* find_target(const Deletion& deletion, bool dry_run);

/// Says by NOTICE which values of a row cannot be brought back: of dropped columns, and of those
/// that the journal was told not to keep. count and columns: those with which the row comes back.
void tell_lost(Target* target, const Deletion& deletion, int count, const SetColumn* columns);

}  // namespace journal
