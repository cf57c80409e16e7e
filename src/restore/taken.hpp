// References that transactions took away from rows: of which a foreign key's ON DELETE action, or
// the application, left the columns NULL or with their defaults.
//
// What counts is the last row that a reference led to. A reference that was set to NULL, given to
// another row and set to NULL again was taken from that other row; one that leads to another row in
// the end was not taken away.
#pragma once

#include "restore/deletion.hpp"

namespace journal {

struct TakenReference {
    const LayoutForeignKey* key;  // of the row's layout
    int64 change;                 // that took it away
    bool hidden;                  // the caller may not see all entries that tell of it
    /// By the columns of the key: their values before and at the end; nullptr for a column that the
    /// transaction did not change, which still has its part of the reference.
    const JsonbValue** before;
    const JsonbValue** after;
};

/// A row that a transaction updated, by one of its keys.
struct TakenRow {
    Deletion row;             // its facts as of the last update, without values
    int64 deletion;           // by which the transaction deleted it afterwards, or 0
    const char* transaction;  // equal for entries of the same one
    int count;
    TakenReference* references;
};

struct TakenReader;

/// Reads what the transactions of deletions (sorted) took away, within the accounts of those, as
/// the owner: rows in the order of the deletions that followed, then those that were not deleted.
/// A row whose key the transaction changed afterwards is left out. In the current memory context.
TakenReader* begin_taken(const Ids& deletions);

/// Foreign keys of the updated rows (of LayoutForeignKey), one for all that refer to the same
/// columns.
const List* references_of(const TakenReader* reader);

/// What was taken from a row before that deletion of it, or nullptr. Deletions are asked for in
/// ascending order. Valid until the next call.
const TakenRow* taken_before(TakenReader* reader, int64 deletion);

/// Goes back to the first row, for those that are there: they were not deleted, or the deletion has
/// been restored and is none of these (sorted), which come back now. nullptr: for all rows.
void rewind_taken(TakenReader* reader, const Ids* returning);

/// The next row from which something was taken, or nullptr after the last. Valid until the next
/// call.
const TakenRow* next_taken(TakenReader* reader);

void end_taken(TakenReader* reader);

/// The key that a reference of a deleted row led to before it was taken away; nullptr if it led to
/// none, or if the row was not deleted with what the reference's columns were left with.
char* taken_key(const TakenRow& taken, const TakenReference& reference, const Deletion& deletion);

/// The name under which a transaction is known here, as an expression over aliases of an entry and
/// of its session.
const char* transaction_name(const char* entry, const char* session);

}  // namespace journal
