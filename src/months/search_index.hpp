// The index on words that a closed month may have, by which a search finds the entries to look at.
//
// It is made by journal.maintenance() where event_journal.search_index is on, so whoever writes to
// the present month pays nothing for it. It holds all words of an entry, also those that a reader
// may not see: what comes of it are places to look at, and who sees what is judged there.
#pragma once

#include "base/memory.hpp"

namespace journal {

/// How the index is made, behind "ON <month> ".
inline constexpr const char* kSearchIndex =
    "USING gin (journal.search_words(label, object_id, details, data, operation))";

/// That index of a partition, which is open; InvalidOid if it has none.
Oid search_index(Relation partition);

/// Appends the places of entries, of any account, that may have the words of a query (a tsquery);
/// false if they are more than most. The partition has the index.
bool find_words(Relation partition, const char* query, int most, Vector<ItemPointerData>* places);

}  // namespace journal
