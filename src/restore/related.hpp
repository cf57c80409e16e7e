// What belonged to a deleted row: which other entries a restore takes along.
#pragma once

#include "restore/deletion.hpp"

namespace journal {

enum class Related : char {
    kNone,      // the row alone; a document with its parts
    kParents,   // what it referred to, if that is deleted too
    kChildren,  // what referred to it and was deleted by the same transaction
    kAll,       // both, from row to row
};

/// The argument related; raises JE001 for anything else.
Related related_argument(const char* name);

/// What would come back with something else, and may not: sorted ids of deletions.
struct Refused {
    Ids nobodys;   // what rows refer to, of types that nobody restores
    Ids supports;  // of types that only support restores, giving a reason
};

/// Adds to deletions, which are sorted and stay so, the parts of documents (parts.hpp) and what
/// belonged to them. Rows that were restored, or are there again, are left out. Read as the owner,
/// within the accounts of the deletions.
void add_belonging(Related related, const char* reason, Ids* deletions, Refused* refused);

}  // namespace journal
