// What is being restored at this moment: the word between restore and capture.
//
// A restore inserts rows like anybody else, and the capture trigger records the inserts. It asks
// here whether a row is one that a restore is about to bring back; if so it writes a single entry
// of the type <object_type>.restored with restores = the deletion, and says so by
// restoring_written. The entry's id is taken then, like that of any change: between transactions a
// row's changes are ordered by id, so none may be reserved before a restore has waited for the key.
// The reason is in event_journal.reason meanwhile, so that it reaches the entry's context as any
// reason does.
//
// It also asks whether the change is one of those that an undo makes in place of what triggers
// wrote, which counts as written by them.
//
// A user's trigger may restore something itself, so these nest. One that an error has left behind
// is forgotten when its (sub)transaction aborts.
#pragma once

#include "base/pg.hpp"

namespace journal {

struct Restoring {
    int32 relation;  // tracked_relation.id
    int64 deletion;  // of the row found: id of the deletion's entry, what the new entry restores
    /// Finds the row with that key among those that have not arrived; fills deletion.
    bool (*find)(Restoring* restoring, const char* key);
    /// The row found last has arrived, is in the journal by that entry, and stands at that place.
    void (*written)(Restoring* restoring, int64 entry, Oid table, const ItemPointerData* tid);
    SubTransactionId begun_in;
    Restoring* outer;
};

/// Begins the restore of rows of one relation; restoring stays the caller's and has to live until
/// restoring_end. Its fields relation, find and written are set.
void restoring_begin(Restoring* restoring);

/// Ends the innermost restore, which has to be this one.
void restoring_end(Restoring* restoring);

/// For capture, at each inserted row: what is being restored if this row is part of it, else
/// nullptr. Costs one comparison when nothing is being restored.
Restoring* restoring_match(int32 relation, const char* key);

/// From now on changes are recorded as derived: what is written is in place of what triggers wrote.
/// At most until the current subtransaction aborts.
void begin_deriving();
void end_deriving();

/// For capture, at each change.
bool is_deriving();

/// Whether anything is being restored: capture need not form the key otherwise.
bool restoring_any();

/// For capture, after it wrote the entry: where the row is. The row is not matched any more.
void restoring_written(Restoring* restoring, int64 entry, Oid table, const ItemPointerData* tid);

}  // namespace journal
