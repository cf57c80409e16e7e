// What of DDL would go wrong without a word: triggers, rules and policies on the journal's own
// tables, another name of its schema, and foreign tables as parts of tracked ones.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Whether a command makes what the journal's own tables do not take.
bool may_be_refused(const Node* statement);

/// Refuses the current command if it made a trigger, a rule or a policy on a table of the journal
/// that is not the journal's own.
void refuse_on_own_tables();

/// Refuses to rename the journal's schema.
void refuse_renamed_schema(const Node* statement);

/// Warns of each foreign table that is a part of a tracked table that the current command touched.
void warn_of_foreign_parts();

}  // namespace journal
