// What follows the DDL of tracked tables: event triggers on ddl_command_end and sql_drop.
//
// They run at every such command of every role, also while a dump is restored, so each looks first
// whether there is anything to do, and does nothing when nothing is tracked. What they do, they do
// as the extension's owner. In pg_upgrade they stay out of the way.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Whether an event trigger has any business: the extension is there, this is no pg_upgrade, and
/// some table is registered.
bool has_tracked_relations();

/// Forgets dropped tables (their history stays), and refuses with JE033 to drop a column that an
/// event rule or an option of track depends on, or what a rule's condition calls.
void follow_drops();

}  // namespace journal
