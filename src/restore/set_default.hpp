// What ON DELETE SET DEFAULT leaves in the columns of a foreign key.
#pragma once

#include "catalog/layout.hpp"

namespace journal {

struct KeyDefaults;

/// The defaults of the columns of a layout's foreign keys with ON DELETE SET DEFAULT, as its table
/// has them now; in the current memory context. They are evaluated as the server does it for the
/// foreign key, as the table's owner, under the settings in force. Those that are volatile are not
/// known.
KeyDefaults* find_key_defaults(const Layout* layout);

/// Whether the stored value of a column (from 0) of a layout's foreign key (from 0) is what
/// deleting the referenced row puts there; defaults: a list of KeyDefaults.
bool is_key_default(const List* defaults, int32 layout, int key, int column,
                    const JsonbValue& value);

}  // namespace journal
