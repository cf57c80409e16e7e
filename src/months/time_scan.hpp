// An account's entries in the order of time, as a month's index on time knows them: what a filter
// asks for is tested there, before any entry is read.
//
// The index holds numbers (object_hash.hpp), which several texts may share, and it knows nothing of
// who sees what. So what comes of it are places to look at, to be read by a query as the caller,
// which compares the texts as well. A place is of use as long as the snapshot is that was active
// when it was found: until then no entry that the snapshot shows goes, and none that it shows
// comes.
#pragma once

#include "base/memory.hpp"

namespace journal {

/// A moment of the journal's order.
struct TimePosition {
    TimestampTz occurred_at;
    int64 id;
};

/// Which entries are wanted: an account's, from a moment on (inclusive) up to another (exclusive),
/// behind a position if there is one, the oldest or the newest first.
struct TimeRange {
    int64 account;  // account_hash
    TimestampTz from;
    TimestampTz to;
    bool descending;
    bool has_position;
    TimePosition position;
};

/// What an entry is to be, as far as the index knows; lists are sorted.
struct TimeFilter {
    struct Numbers {
        bool given;  // else every number
        int count;
        const int32* items;
    };
    Numbers locations;  // text_hash
    Numbers employees;
    Numbers named;   // event types whose every entry is wanted; not given: every reported entry
    Numbers chosen;  // event types whose reported entries are wanted
    bool deletions;  // those alone, reported or not, whatever their event type

    bool wants_event(int32 event_key) const;
    bool wants_location(int32 hash) const;
    bool wants_employee(int32 hash) const;

    /// Whether there are reported entries that it does not let through.
    bool is_restricted() const
    {
        return locations.given || employees.given || named.given || deletions;
    }
};

/// Entries that an index has: where they are, in the order of the range.
struct TimePlaces {
    explicit TimePlaces(MemoryContext context) : places(context) {}

    Vector<ItemPointerData> places;
    TimestampTz earliest;
    TimestampTz latest;
    TimePosition last;
    bool complete;  // there are no further ones in the range
};

/// The index on time of a partition, which is open; InvalidOid if it has none.
Oid time_index(Relation partition);

/// Finds, by that index, up to a number of entries that the filter lets through.
void find_places(Relation partition, Oid index, const TimeRange& range, const TimeFilter& filter,
                 int most, TimePlaces* found);

}  // namespace journal
