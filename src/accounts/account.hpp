// Accounts: which one a caller reads, what its plan allows, and how far back.
//
// A role that is confined to accounts (confinement.hpp) reads those, any other the account that
// event_journal.account names. These functions read our tables themselves, with the owner's rights:
// the caller needs no privilege on them.
#pragma once

#include "base/pg.hpp"

namespace journal {

struct Account {
    const char* name;      // '' when there is none
    const char* plan;      // 'business' without a row in journal.account
    bool has_journal;      // of the plan
    Interval* window;      // how far back the plan's reports reach; nullptr: any dates
    pg_tz* time_zone;      // the account's, else the database's
    const char* language;  // event_journal.language, else the account's, else 'en'
};

/// The account whose journal the caller reads. Allocated in the current memory context.
/// Raises JE004 when the caller is confined to other accounts, or to several and
/// event_journal.account names none.
Account* reader_account();

/// The first moment that account's journal shows to the caller: -infinity, the window's start, or
/// +infinity (nothing: another account's, or a plan without the journal).
TimestampTz visible_since(const char* account);

/// The moment from which a plan's window lets reports reach: now, as reports see it, less the
/// window, counted in that time zone.
TimestampTz window_start(const Interval* window, pg_tz* time_zone);

/// Whether the caller may see facts that belong to no account (sessions): it is not confined to
/// some accounts.
bool is_unconfined();

}  // namespace journal
