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

/// Adds to deletions, which are sorted and stay so, those of the parts of deleted documents: rows
/// that name one as their document and went in the same transaction. Restored ones are left out.
void add_document_parts(const Vector<Request>& requests, Ids* deletions);

/// Adds to deletions, which are sorted and stay so, what belonged to them. Rows that were restored,
/// or are there again, are left out. Read as the owner, within the accounts of the deletions.
/// Raises JE011 for a row that only support restores, unless the caller is support.
void add_related(Related related, const char* reason, Ids* deletions);

}  // namespace journal
