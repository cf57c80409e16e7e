// A segment: a stretch in which a key belonged to one row, and what is known of the row then.
//
// past_lineage.cpp makes segments out of the entries and joins those of a row whose key changed;
// past_emission.cpp makes rows at a moment out of them.
#pragma once

#include "lineage/key_change.hpp"
#include "past/past.hpp"

namespace journal {

struct Segment {
    const char* key;  // as sorted
    Edge begin;
    Edge end;
    bool begins_after[kSides];  // the row took the key later than the moment
    bool ends_after[kSides];    // and left it later
    int64 arrival;              // the change by which it arrived
    int64 departure;            // the change by which it left
    int64 last_entry;
    TimestampTz last_time;
    PastValue* first;               // of a column: the first old value
    PastValue* old_values[kSides];  // of a column: the first old value later than the moment
    PastValue* last;                // of a column: what its latest entry left in it
    PastValue* deleted;             // of a column: the deleted row's; nullptr: not deleted
    const Datum* live_values;       // nullptr: no live row
    const bool* live_nulls;
    const Segment* next;  // where the row went on
    Segment* older;       // in the list of linked ones
};

/// An empty segment in the current memory context; key is not copied.
Segment* begin_segment(Past* past, const char* key, Edge begin);

/// The segment with all that it points at, its live row excepted, in the current memory context;
/// nullptr for nullptr.
Segment* copy_segment(const Past* past, const Segment* segment);

/// Hands the segment's row over as it was at each of the moments at which it had the key. A segment
/// that ends with the row's leaving has to be joined to the next one. Raises JE016 for a value that
/// does not fit its column any more, and what an input function raises otherwise.
void emit_segment(Past* past, const Segment& segment);

/// Words for the row of a key: order ["7", "1"].
const char* row_name(const Past* past, const char* key);

}  // namespace journal
