// The parts of deleted documents: rows that name one as their document (track's argument document)
// and went in the same transaction. A document comes back with them, whatever their types.
#pragma once

#include "restore/deletion.hpp"

namespace journal {

/// Adds to deletions, which are sorted and stay so, those of the parts of the deleted objects
/// asked (sorted), and of the parts of parts; parts (sorted) receives them, too. Restored ones are
/// left out. Read as the owner, within the accounts of the documents.
void add_parts(const Ids& asked, Ids* deletions, Ids* parts);

}  // namespace journal
