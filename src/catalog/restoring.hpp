// What is being restored at this moment: the word between restore and capture.
//
// A restore inserts a row like anybody else, and the capture trigger records the insert. It asks
// here whether the row is the one that a restore is about to bring back; if so it writes a single
// entry of the type <object_type>.restored with the id reserved here and restores = the deletion,
// and says so by restoring_written. The reason is in event_journal.reason meanwhile, so that it
// reaches the entry's context as any reason does.
//
// A user's trigger may restore something itself, so these nest. One that an error has left behind
// is forgotten when its (sub)transaction aborts.
#pragma once

#include "base/pg.hpp"

namespace journal {

struct Restoring {
    int32 relation;       // tracked_relation.id
    const char* key;      // object key of the row
    int64 deletion;       // id of the deletion's entry: what the new entry restores
    int64 entry;          // reserved id of the new entry
    bool written;         // the entry is in the journal
    Oid table;            // where the row went: the table itself, or the partition
    ItemPointerData tid;  // the row's place in it
    SubTransactionId begun_in;
    Restoring* outer;
};

/// Begins the restore of one row; restoring stays the caller's and has to live until
/// restoring_end. Its fields relation, key, deletion and entry are set.
void restoring_begin(Restoring* restoring);

/// Ends the innermost restore, which has to be this one.
void restoring_end(Restoring* restoring);

/// For capture, at each inserted row: what is being restored if it is this row, else nullptr. Costs
/// one comparison when nothing is being restored.
Restoring* restoring_match(int32 relation, const char* key);

/// Whether anything is being restored: capture need not form the key otherwise.
bool restoring_any();

/// For capture, after it wrote the entry: where the row is. Another row is not matched any more.
void restoring_written(Restoring* restoring, Oid table, const ItemPointerData* tid);

}  // namespace journal
