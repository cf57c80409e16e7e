// Moments before which a table's past cannot be known: when its tracking began, when its trigger
// was off, when rows came or went with a partition. Rows of journal.gap.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Why the past before a gap is unknown.
enum class GapReason {
    kTracked,
    kTriggerDisabled,
    kTriggerEnabled,
    kAttached,
    kParted,
    kDropped,
    kPurged,
    kComputed,
    kUnrecorded,
    kSelected,
};

/// Records that the past of a tracked relation (tracked_relation.id) is unknown before now. other
/// names the partition, child or column that is the reason, or is nullptr.
void note_gap(int32 relation, GapReason reason, const char* other);

/// Records it if a trigger of ours on the tracked table root, or on a partition or child of it, was
/// disabled or dropped, or all of them are there and enabled again.
void note_trigger_switch(int32 relation, Oid root);

/// Whether a table has any row now.
bool has_rows(Relation relation);

/// Records it if a table that came to a tracked one, or left it, holds any rows.
void note_moved_table(int32 relation, Oid table, GapReason reason);

}  // namespace journal
