// Updates that take a soft deletion back (track's deleted_when).
#pragma once

#include "capture/entry_writer.hpp"

namespace journal {

/// Notes in journal.restoration which deletion an entry takes back that is about to be written, and
/// returns the deletion's entry; 0 if the journal has none of the object that has not been taken
/// back. account and key: what the row was under before.
int64 note_soft_restoration(const Entry& entry, const char* account, const char* key);

}  // namespace journal
