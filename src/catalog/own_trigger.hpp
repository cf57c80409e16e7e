// The triggers of ours on tracked tables: finding them.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// A trigger of ours. It is known by its function: its owner may have renamed it.
struct OwnTrigger {
    const char* name;
    const char* function;
    const char* before_table;  // of CREATE TRIGGER: what follows the name
    const char* after_table;
};
inline constexpr OwnTrigger kRowTrigger{"00_event_journal", "capture",
                                        "AFTER INSERT OR UPDATE OR DELETE", "FOR EACH ROW"};
inline constexpr OwnTrigger kTruncateTrigger{"00_event_journal_truncate", "capture_truncate",
                                             "BEFORE TRUNCATE", "FOR EACH STATEMENT"};
inline constexpr OwnTrigger kMovedTrigger{"00_event_journal_moved", "capture_moved", "AFTER UPDATE",
                                          "FOR EACH STATEMENT"};

/// Beside the first two: they fire where those do not, and note a gap.
inline constexpr OwnTrigger kUnrecordedTrigger{"00_event_journal_unrecorded", "note_unrecorded",
                                               "AFTER INSERT OR UPDATE OR DELETE", "FOR EACH ROW"};
inline constexpr OwnTrigger kUnrecordedTruncateTrigger{"00_event_journal_unrecorded_truncate",
                                                       "note_unrecorded_truncate",
                                                       "BEFORE TRUNCATE", "FOR EACH STATEMENT"};

struct FoundTrigger {
    const char* name;  // nullptr: there is none
    char enabled;      // as in pg_trigger.tgenabled
};

/// That trigger of a table.
FoundTrigger find_trigger(Relation table, const OwnTrigger& wanted);
FoundTrigger find_trigger(Oid relation, const OwnTrigger& wanted);

/// Whether an open table has our row trigger, under whatever name. One that has our TRUNCATE
/// trigger and belongs to no tracked table was a partition if it has none.
bool has_row_trigger(Relation relation);

/// Whether changes of an open table, and of its partitions and children, are recorded by triggers
/// that are there and enabled. Looks into the catalogue only for a table that has such parts.
bool is_recorded(Relation root);

/// The table itself, or a partition or child of it, on which a trigger of ours is disabled or
/// missing; InvalidOid if there is none.
Oid find_unrecorded(Oid root);

}  // namespace journal
