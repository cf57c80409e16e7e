// Who may see names: of which columns, of which rows, and who may take an object type.
//
// A name that the journal keeps for a table that is not tracked is shown by the rights that its
// reader has on the column, or the owner of the table that refers to it. Where row-level security
// would hide rows from the reader, the name is shown of such rows only as he sees.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Whether a role may read a column: USAGE on the table's schema, and SELECT.
bool may_read_column(Oid role, Oid relation, AttrNumber column);

/// Whether a role may read the names of an open table's rows: its key, and the column that is
/// guessed to be the label.
bool may_read_names(Oid role, Relation relation, AttrNumber label);

/// Owner of a relation; InvalidOid if it is gone.
Oid owner_of(Oid relation);

/// Whether the calling role may track a table under any object type, employee and location too:
/// it is a superuser, or superusers have granted it journal.any_object_type().
bool may_take_any_type();

}  // namespace journal
