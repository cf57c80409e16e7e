// Who acts: the connection as the server knows it, and what the application says of itself.
//
// Both become rows of their own (journal.session, journal.context), written once and pointed at by
// entries. A row's id is remembered until one of its facts changes, and forgotten when the
// (sub)transaction that wrote it aborts.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Id of the journal.session row of this connection as it is now, writing the row if there is none
/// yet.
int64 session_id();

/// Id of the journal.context row of what the transaction's settings say (reason, actor kind, extra)
/// under an account, writing it if there is none yet in this transaction; 0 when they say nothing.
int64 context_id(const char* account);

}  // namespace journal
