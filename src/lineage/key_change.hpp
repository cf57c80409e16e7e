// Rows whose key changed. What a row was is followed key by key; where a change of the key took it
// from one key to another, what was found at the two is joined afterwards.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// How the time in which a key belonged to one row begins or ends.
enum class Edge : char {
    kPresent,  // there before the first entry, or after the last one
    kChanged,  // inserted; deleted
    kKey,      // arrived from another key; left for another key
};

/// Hands to join each part of a list (by older) that ended with a change of the key, and the part
/// that began with that change; nullptr where there is none. Allocates in context. join may raise.
template <typename Part, typename Join>
void join_key_changes(Part* parts, MemoryContext context, const Join& join)
{
    struct Arrival {
        int64 change;  // key
        Part* part;
    };
    HASHCTL control{};
    control.keysize = sizeof(int64);
    control.entrysize = sizeof(Arrival);
    control.hcxt = context;
    HTAB* arrivals =
        hash_create("event_journal arrivals", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    for (Part* part = parts; part != nullptr; part = part->older)
        if (part->begin == Edge::kKey)
            static_cast<Arrival*>(hash_search(arrivals, &part->arrival, HASH_ENTER, nullptr))
                ->part = part;
    for (Part* part = parts; part != nullptr; part = part->older) {
        if (part->end != Edge::kKey)
            continue;
        const auto* arrival =
            static_cast<Arrival*>(hash_search(arrivals, &part->departure, HASH_FIND, nullptr));
        join(part, arrival == nullptr ? nullptr : arrival->part);
    }
}

}  // namespace journal
