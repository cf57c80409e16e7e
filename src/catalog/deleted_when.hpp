// Which rows of a table count as deleted although they are there.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// A tracked table's deleted_when as SQL over a row that a query calls by alias; nullptr without
/// one. The condition is parsed with the rights that the table's owner lends.
char* deleted_when_sql(Relation relation, const char* alias);

/// Whether a role may read all columns that a tracked table's deleted_when names.
bool may_read_deleted_when(Oid role, Relation relation);

}  // namespace journal
