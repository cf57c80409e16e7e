// By which accounts and object types the journal's indexes find a table's entries.
//
// The indexes begin with the account, and that of objects goes on with the object type; none has
// the relation. Naming every account there is, and every object type that the relation's entries
// can have, lets the planner choose by its own statistics: by time or the whole month where most
// entries since are the table's, by object type where they are other tables'.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// All accounts that occur, and object types among which are all of the relation's.
struct IndexPrefix {
    bool is_short;       // few enough to be named; otherwise the others are not to be used
    Datum accounts;      // text[]
    Datum object_types;  // text[]
};

/// Reads the prefix for the entries of a tracked relation, whose object type is object_type now,
/// that occurred since earliest; in the current memory context.
IndexPrefix read_index_prefix(int32 relation, const char* object_type, TimestampTz earliest);

}  // namespace journal
