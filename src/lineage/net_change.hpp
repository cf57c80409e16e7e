// What all that was followed did to a row in the end: its net change.
//
// Of each column the first old value is the one before, the last new value the one after; of what
// came in between one value is kept, to which rows that exchange theirs can step aside.
#pragma once

#include "catalog/entry_data.hpp"
#include "lineage/segment.hpp"

namespace journal {

struct NetChange {
    RowOperation operation;  // what became of the row
    Oid table;
    const RelationPlan* plan;
    const LayoutMap* map;  // of the row's layout; of a deleted one as it was then
    const char* object_type;
    const char* label;       // or nullptr
    const char* key_before;  // nullptr: there was no row
    const char* key_after;   // nullptr: there is none any more
    int64 entry;             // of the last change: id of its first entry
    int64 deletion;  // of a row that was deleted, if then another took its key: the same; or 0
    int32 deletion_event;       // its event type
    const char* document;       // type and key of the document to which a deleted row belonged
    const StoredValue* before;  // of a column of the plan (by position)
    const StoredValue* after;
    const StoredValue* between;  // of an update: one that is neither, or nullptr in it; or nullptr
    const bool* changed;         // an update: which of them it changed, or may have
    const bool* derived;         // columns that only other triggers wrote; not of a deletion
    bool nothing_left;           // an update of columns that are gone, and of no others
    const char* unknown_column;  // one that it changed and whose values the journal does not keep
};

/// A change of which nothing is known but its event.
NetChange describe_event(const RowEvent& event);

/// What became of the row whose first segment this is, with those that are joined to it. False if
/// that is nothing. Of a table whose plan has no columns every update is one.
bool find_net_change(const Segment* first, NetChange* change);

/// A row was deleted and another took its key: an update of what differs. False if nothing does.
bool find_replacement(const Segment* deleted, const Segment* inserted, NetChange* change);

}  // namespace journal
