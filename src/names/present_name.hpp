// Names that rows have now, as names at the time of events.
//
// A row is called as of an event what it is called now, unless its name, or the row itself, ended
// since: by a row of journal.rename, or by a deletion. The first such end after the event has the
// name of the event's time. So little is kept, and a page reads a few blocks for each object,
// whatever the number of entries that the object has.
//
// Ends are in the order of changes between transactions, of commands within one: a trigger that
// renames a row once more makes the entries' ids run against their commands.
#pragma once

#include "names/named_object.hpp"

namespace journal {

/// Answers those of the references that want a label and for which the present name counts, or one
/// that ended since. They have been looked up, and are sorted by object (named_object.hpp).
void answer_from_present(const char* account, const Vector<Reference*>& references,
                         MemoryContext context);

}  // namespace journal
