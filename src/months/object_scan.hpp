// An object's entries, as a month's indexes on objects know them (object_hash.hpp): places to look
// at, as in time_scan.hpp.
#pragma once

#include "base/memory.hpp"

namespace journal {

/// What an index of a month finds entries by: what they are about (deletions under numbers of their
/// own), what that belongs to, the key that it left, in whose history it stands beside.
enum class ObjectIndex { kObject, kDocument, kPrevious, kOther };

/// Numbers of objects, and ids of entries from one on (inclusive) up to another (exclusive).
struct ObjectRange {
    int64 first_hash;
    int64 last_hash;
    int64 from;
    int64 to;
};

/// That index of a partition, which is open; InvalidOid if it has none.
Oid object_index(Relation partition, ObjectIndex kind);

/// Appends the places of the index's entries in the range, up to a number of them; returns whether
/// these are all.
bool add_places(Relation partition, Oid index, const ObjectRange& range, int most,
                Vector<ItemPointerData>* places);

}  // namespace journal
