// Recording that tables of tracked ones went with their rows: dropped, or detached from their
// parents. That is one entry for each, however many rows it had.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Records the tracked tables, and partitions and children of such, that the present command has
/// dropped. Of a table that went with all its parts there is one entry. Called on sql_drop, while
/// the dropped tables are registered yet.
void record_dropped_tables();

/// Records that a table, with the parts that it has, was detached from a table that is tracked.
void record_detached_table(int32 tracked, Oid table);

}  // namespace journal
