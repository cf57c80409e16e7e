// By which accounts and object types the journal's indexes find a table's entries.
//
// The index on time begins with the account's number, that of objects has one of account, type and
// key; none has the relation. Naming every account's number there is, and every object type that
// the relation's entries can have, lets the planner choose by its own statistics: by time or the
// whole month where most entries since are the table's, by object type where they are other
// tables'. A closed month's accounts are known; of another one they are looked up in its index.
#pragma once

#include "months/entry_months.hpp"

namespace journal {

/// Under what a table's entries are found. While one session registers a table that has our trigger
/// only, others record under relations of their own (tracking/provisional.hpp).
struct IndexPrefix {
    Datum relations;      // int4[]: the relation, and those of sessions that did not wait for it
    Datum object_types;   // text[]: all that entries of the relations can have, and perhaps others
    int64 most_accounts;  // whose numbers are worth looking each of them up
};

/// Reads the prefix for the entries of a tracked relation, whose object type is object_type now; in
/// the current memory context.
IndexPrefix read_index_prefix(int32 relation, const char* object_type);

/// Finds the numbers of all accounts that some months have, sorted; false if there are more than
/// most.
bool find_accounts(const Vector<EntryStretch>& months, int64 most, Vector<int64>* accounts);

}  // namespace journal
