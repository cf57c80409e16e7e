// The ids of the entries of changed rows, several taken from the sequence at once.
//
// Changes of one row are ordered by id between transactions, so a change's id has to be taken after
// the row was locked. The server fires a command's AFTER ROW triggers when the command has locked
// all its rows: what the first of them takes is late enough for all the others. Of another command,
// later or nested in it, that is not known, so it takes its own.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// The id for the next entry of a change that a command made, which has done all its changes.
int64 next_change_id(CommandId command);

}  // namespace journal
