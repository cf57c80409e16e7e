// Rows of journal.rename: names that rows of tracked relations had.
//
// A row's name at some time is the one that it has now, unless a name of its key ended since. Who
// reads names finds the ends of one key by a number, whatever months the journal has.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// The columns of journal.rename.
enum RenameColumn : AttrNumber {
    kRenameObject = 1,
    kRenameUntilChange,
    kRenameTransaction,
    kRenameSession,
    kRenameRelation,
    kRenameCommand,
    kRenameAccount,
    kRenameKey,
    kRenameLabel,
};

/// The end of a name.
struct Rename {
    int64 until_change;
    int64 session;
    int32 relation;
    CommandId command;
    const char* account;  // '' of none
    const char* key;      // nullptr: of all rows of the relation
    const char* label;    // or nullptr
};

/// The number of a relation's key; key nullptr: of the relation.
int64 rename_object(int32 relation, const char* key);

/// Whether a row of the relation left a key, or its account or name under it, after a change.
bool has_rename_since(int32 relation, const char* key, int64 change);

/// Writes a row; the transaction is the present one.
void write_rename(const Rename& rename);

/// Records that what entries say of a tracked relation until now (keys, names, accounts, their
/// object type) cannot be told from its present rows. Called before the change is stored.
void end_names(int32 relation);

}  // namespace journal
