// Sequences behind the keys that come back.
//
// A sequence that was set back, or filled by a data load, may be behind the values of rows that
// come back: the next insertion would be given one of them. So each sequence that belongs to a
// column of inserted rows is moved to the furthest value that came back, if that lies ahead of it.
// It is the table's owner who does that; a role that may insert rows need not own their sequence.
#pragma once

#include "changes/application.hpp"

namespace journal {

/// Moves the sequences of the columns of inserted rows; the rows are all there. Values that the
/// caller gave, and those beyond a sequence's bounds, move none. Says by NOTICE what it did.
void move_sequences(const List* sets);

}  // namespace journal
