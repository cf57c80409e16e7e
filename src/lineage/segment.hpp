// A segment: a stretch in which a key belonged to one row, and what its entries tell of the row.
//
// A segment begins with the row being there already, inserted, or arrived from another key, and
// ends with the row being there still, deleted, or gone to another key. Where a change of the key
// took the row from one key to another, the two segments are joined.
#pragma once

#include "lineage/row_event.hpp"

namespace journal {

/// How the time in which a key belonged to one row begins or ends.
enum class Edge : char {
    kPresent,  // there before the first entry, or after the last one
    kChanged,  // inserted; deleted
    kKey,      // arrived from another key; left for another key
};

/// A value out of an entry; unknown while value is nullptr.
struct StoredValue {
    const JsonbValue* value;
    const LayoutMap* map;
    int position;  // in the layout
    int64 entry;
    TimestampTz occurred_at;
};

/// Arrays have an element for each column of the plan.
struct Segment {
    const char* key;
    int column_count;
    Edge begin;
    Edge end;
    bool begins_after[kSides];         // the row took the key later than the moment
    bool ends_after[kSides];           // and left it later
    int64 arrival;                     // the change by which it arrived
    int64 departure;                   // the change by which it left
    RowEvent last;                     // of a change the first entry
    bool* changed;                     // an update was of the column
    bool* written;                     // something that is not derived wrote it
    bool dropped;                      // an update was of columns that are gone
    StoredValue* first;                // the old value of the first update
    StoredValue* first_later[kSides];  // of the first one later than the moment
    StoredValue* between;              // an old value that is not the first; nullptr: none kept
    StoredValue* latest;               // what the latest entry left
    StoredValue* deleted;              // the deleted row's; nullptr: not deleted
    const Datum* live_values;          // of the table's attributes; nullptr: no live row
    const bool* live_nulls;
    const Segment* next;  // where the row went on
    Segment* older;       // in a list
};

inline bool is_joined(const Segment& segment)
{
    return segment.begin == Edge::kKey || segment.end == Edge::kKey;
}

/// Whether two values are known and not the same.
bool differs(const StoredValue& a, const StoredValue& b);

/// An empty segment in the current memory context; key is not copied.
Segment* begin_segment(const char* key, int column_count, int side_count, Edge begin);

/// The segment with all that it points at, its live row and the data of its last event excepted, in
/// the current memory context; nullptr for nullptr.
Segment* copy_segment(const Segment* segment);

/// The values of an inserted or deleted row, by column, in the current memory context.
StoredValue* row_values(const RowEvent& event, int column_count);

/// Joins each segment of a list that ended with a change of the key to the one that began with that
/// change, if it is in the list. Allocates in context.
void join_segments(Segment* segments, MemoryContext context);

}  // namespace journal
