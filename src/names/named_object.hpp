// A reference of an entry's to an object: what is asked of it, and the answers.
//
// The same object is referred to by many entries of a page. Who answers goes through references
// that are sorted by object, those of one from the newest entry to the oldest.
#pragma once

#include "base/memory.hpp"
#include "names/live.hpp"

namespace journal {

struct Reference {
    // What is referred to: a relation by id, or (relation 0) one by object type.
    int32 relation;
    const char* type;
    const char* key;
    // By which entry, of which relation's row (0: a logged event).
    int64 entry;
    int32 source;
    TimestampTz occurred_at;
    bool outside_order;  // its number says nothing of when it was: back-filled or imported
    uint64 transaction;
    int64 session;
    int32 command;
    // What is asked, and the answers.
    bool wants_label;
    bool wants_presence;
    bool labelled;
    const char* label;
    bool held;  // label is the answer only if the caller sees the row
    Presence presence;
    // Of the resolution.
    const Target* target;
    Oid source_owner;
    bool looked_up;
    LiveRow live;     // what the caller sees of the row
    LiveRow present;  // the row whose name counts
    bool is_past;     // no row has had the key since the event, nor at its time
    bool was_never;   // nor before, since the table is tracked
};

/// Orders references by object, those of an object from the newest to the oldest.
bool by_object_newest_first(const Reference* a, const Reference* b);

/// Whether two references are to the same object.
bool is_same_object(const Reference& a, const Reference& b);

/// Whether a row begins another object's in a list sorted by object.
bool begins_object(const Vector<Reference*>& sorted, std::size_t i);

/// Whether the name of the row that it has now may be the one as of the entry.
bool may_have_present_name(const Reference& one);

void answer(Reference* reference, const char* label);

/// Ids and times of entries agree but for clocks that are put right and transactions that overlap.
inline constexpr int64 kClockSlack = USECS_PER_DAY;

}  // namespace journal
