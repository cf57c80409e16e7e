// By which accounts and object types the journal's indexes find a table's entries.
//
// The index on time begins with the account's number, that of objects has one of account, type and
// key; none has the relation. Naming every account's number there is, and every object type that
// the relation's entries can have, lets the planner choose by its own statistics: by time or the
// whole month where most entries since are the table's, by object type where they are other
// tables'.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Under what a table's entries are found. While one session registers a table that has our trigger
/// only, others record under relations of their own (tracking/provisional.hpp).
struct IndexPrefix {
    Datum relations;       // int4[]: the relation, and those of sessions that did not wait for it
    bool is_short;         // few enough to be named; otherwise the following are not to be used
    Datum account_hashes;  // int8[]: the numbers of all that occur
    Datum object_types;    // text[]: all that entries of the relations can have, and perhaps others
};

/// Reads the prefix for the entries of a tracked relation, whose object type is object_type now,
/// that occurred since earliest; in the current memory context.
IndexPrefix read_index_prefix(int32 relation, const char* object_type, TimestampTz earliest);

}  // namespace journal
