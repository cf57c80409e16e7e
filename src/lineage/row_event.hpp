// What an entry did at one key, and in which order the entries of a key happened.
//
// An entry is one event at its key; one that changes a row's key is two, at the old key and at the
// new one. The past of a table and an undo follow rows through these events.
#pragma once

#include "lineage/layout_map.hpp"

#include <algorithm>

namespace journal {

/// The two moments of a past; see past/past.hpp. An undo has none.
enum Side { kFrom, kTo, kSides };

/// What happened at a key.
enum class EventKind : char {
    kInserted = 'i',
    kUpdated = 'u',
    kDeleted = 'd',
    kArrived = 'a',  // a row of another key took this one
    kLeft = 'l',     // the row took another key
};

struct RowEvent {
    int64 id;  // of the entry
    TimestampTz occurred_at;
    FullTransactionId transaction;  // that wrote it
    int32 command;                  // within the transaction
    int64 change;                   // the id of the change's first entry
    EventKind kind;
    bool is_later[kSides];  // than a moment
    bool is_hidden;         // from the caller
    bool derived;           // written by a trigger
    const LayoutMap* map;
    Jsonb* data;  // or nullptr
    // Of use to an undo alone; texts may be nullptr.
    int32 event_type;
    const char* object_type;
    const char* label;
    const char* document;  // type and key
};

/// Whether an event gives its key to a row.
inline bool gives_key(EventKind kind)
{
    return kind == EventKind::kInserted || kind == EventKind::kArrived;
}

/// Whether an event takes its key from a row.
inline bool takes_away(EventKind kind)
{
    return kind == EventKind::kDeleted || kind == EventKind::kLeft;
}

/// Whether an event has old and new values of a row that stays.
inline bool has_changes(EventKind kind)
{
    return kind == EventKind::kUpdated || kind == EventKind::kArrived;
}

/// Puts events of one key and one transaction into the order of its commands. In one command a row
/// leaves a key before another takes it.
inline void order_events(RowEvent* begin, RowEvent* end)
{
    std::sort(begin, end, [](const RowEvent& a, const RowEvent& b) {
        if (a.command != b.command)
            return a.command < b.command;
        if (takes_away(a.kind) != takes_away(b.kind))
            return takes_away(a.kind);
        return a.change != b.change ? a.change < b.change : a.id < b.id;
    });
}

}  // namespace journal
