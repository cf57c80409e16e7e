// Which deletions a restore is asked for, and the claims on them.
//
// Two concurrent restores of one deletion meet at the key of journal.restoration: the second waits
// for the first, and goes on only if that one was rolled back.
#pragma once

#include "apply/apply.hpp"
#include "restore/deletion.hpp"

namespace journal {

/// The argument entry, or entries: sorted, each once. Raises an error for NULL, JE021 for none.
void read_entry(FunctionCallInfo fcinfo, Ids* entries);
void read_entries(FunctionCallInfo fcinfo, Ids* entries);

/// Raises JE012: the row's deletion has been restored.
[[noreturn]] void raise_already_restored(const Deletion& deletion);

/// Says who restored a deletion, and by which entry.
const char* who_restored(int64 deletion);

/// Those of some deletions (sorted, not empty) that have been restored, as far as one can see:
/// sorted.
void find_restored(const Ids& deletions, Ids* restored);

/// Those of some restored deletions whose rows, as far as the journal knows, are still there:
/// sorted.
void find_living(const Ids& restored, Ids* living);

/// Takes the deletions of a set of inserts for this transaction, waiting for any other that is at
/// them; lost receives, sorted, those that are another's.
void claim_deletions(RowSet* set, const char* reason, Ids* lost);

/// Gives back what an application has claimed, whose statements have been rolled back.
void release_claims(const Application* application);

/// Says with each claim by which entry the row came back: an entry's id is taken when the row has
/// arrived, no sooner.
void name_entries(const Application* application);

}  // namespace journal
