// Which accounts roles are confined to by journal.role_account, and under which account their
// changes are recorded.
//
// A role listed there, or a member of one, has the listed accounts. Three roles count: the one that
// logged in, the one that SET ROLE made of it, and the one in force (within a SECURITY DEFINER
// function). What is open is what is open to all of them, so that changing role never leads out.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// The roles that count; the one in force is the last.
constexpr int kRoles = 3;
struct Roles {
    Oid role[kRoles];
};

struct Confinement {
    bool confined;
    bool all;   // not confined, and reads every account
    int count;  // of accounts, when confined
    const char** name;
};

/// The roles that count now. Has to be called before a query that runs as the owner.
Roles present_roles();

/// Reads the confinement of those roles, as a snapshot shows it, into context. Only the role in
/// force makes it see every account; each of them takes accounts away.
Confinement read_confinement(Snapshot snapshot, const Roles& roles, MemoryContext context);

/// Whether an account is among those of a confinement.
bool contains(const Confinement& confinement, const char* account);

/// The account of what is recorded now, where no column of the row says it: the setting's, or the
/// only one of a role that is confined to one. '' is no account. Raises JE080 when the role is
/// confined to other accounts. Looks nothing up unless role_account or a membership has changed.
const char* account_to_record();

/// The same for an account that a caller names in place of the setting's.
const char* account_to_record(const char* said);

}  // namespace journal
