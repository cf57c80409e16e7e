// The claims on deletions that are brought back.
//
// Two concurrent restores of one deletion meet at the key of journal.restoration: the second waits
// for the first, and goes on only if that one was rolled back.
#pragma once

#include "base/entry_ids.hpp"
#include "changes/application.hpp"

namespace journal {

/// Takes the deletions of a set of inserts for this transaction, waiting for any other that is at
/// them; lost receives, sorted, those that are another's.
void claim_deletions(RowSet* set, const char* reason, Ids* lost);

/// Gives back what an application has claimed, whose statements have been rolled back.
void release_claims(const Application* application);

/// Says with each claim by which entry the row came back: an entry's id is taken when the row has
/// arrived, no sooner.
void name_entries(const Application* application);

}  // namespace journal
