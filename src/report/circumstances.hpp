// What else is known of who acted: what the application said of itself (journal.context), and whom
// the server knew (journal.session).
#pragma once

#include "request/entry_row.hpp"

namespace journal {

struct Circumstances {
    const char* actor_kind;
    const char* reason;
    const char* on_behalf_of;
    Datum extra;  // jsonb; 0 for none
    const char* server_role;
};

/// Of each of the rows, in the current memory context, by one look-up for each distinct context and
/// session. The server's role is told where the entry names no employee, to readers who are not
/// confined to accounts: sessions belong to none.
Circumstances* read_circumstances(const EntryRows& rows, const char* account);

}  // namespace journal
