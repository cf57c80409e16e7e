// Triggers of the application, which may write to any row while ours are written.
#pragma once

#include "changes/application.hpp"

namespace journal {

/// Whether a table that an application writes to has a trigger for rows or statements that is
/// neither a foreign key's nor the journal's.
bool has_user_triggers(const Application* application);

/// The names of those that a set's rows fire, and of rules for what it does, text[]; nullptr: there
/// are none.
ArrayType* fired_triggers(const RowSet* set);

}  // namespace journal
