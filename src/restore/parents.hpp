// What deleted rows refer to by its key and what is not there either: its last deletions.
#pragma once

#include "base/entry_ids.hpp"

namespace journal {

/// The last deletions, as far as they have not been restored, of the objects that references lead
/// to (rows of columns relation, columns, which is '' for the key, and key) in some accounts
/// (text[]); sorted.
Ids find_gone_parents(Tuplestorestate* references, TupleDesc columns, Datum accounts);

}  // namespace journal
