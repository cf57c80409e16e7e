// Names that the journal has written down: in the objects' own entries, and in journal.label.
//
// A name as of an entry is, for an object that is tracked, the label of its latest entry before,
// else what journal.label kept while it was not tracked, else what its first entry after shows.
// They are read with the owner's rights, since whoever may read an entry may read the names in it,
// even of objects whose own entries lie outside the caller's window: of the account that is read,
// or of none. What was kept of a table that is not tracked is shown by the rights of the caller or
// of the referring table's owner (catalog/name_rights.hpp).
#pragma once

#include "names/named_object.hpp"

namespace journal {

/// Answers those of the references that want a label and have none; a label that counts only if the
/// caller sees the row is marked held. They are sorted by object (named_object.hpp).
void answer_from_records(const char* account, const Vector<Reference*>& references,
                         MemoryContext context);

}  // namespace journal
