// The pass through the append-only guards.
//
// journal.refuse_change() refuses UPDATE, DELETE and TRUNCATE of the journal's tables to everybody,
// its owner and superusers included. Functions of ours that have to change such a table (maintain
// moves rows, purge and erase will remove them) take the pass for that one table and give it back.
// It is a variable of this library, never a setting, so SQL cannot take it; and the end of the
// (sub)transaction that took it takes it away, so an error cannot leave it open.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Lets the statements that follow change that table. Only one table has the pass at a time.
void enter_append_only_pass(Oid relation);
void leave_append_only_pass();

/// Whether that table may be changed now.
bool has_append_only_pass(Oid relation);

}  // namespace journal
