// Restricted columns: their values are kept like any others, and shown to whoever may read the
// column in its table.
//
// What is restricted is looked up when values are shown, not when they are kept: a column that is
// restricted from today on is so in yesterday's entries too.
#pragma once

#include "catalog/layout.hpp"

namespace journal {

/// Whether the values of a layout's column are to be withheld from the caller: it is restricted,
/// and he has no SELECT on it. Of a column or table that is gone only whoever has SELECT on the
/// table, or may read every table, sees them.
bool is_withheld(const Layout* layout, const LayoutColumn& column);

/// Whether one of the columns of a layout's foreign key is withheld.
bool is_withheld(const Layout* layout, const LayoutForeignKey& key);

/// The same for a column of a tracked relation, by its identity.
bool is_withheld(int32 relation, int32 column);

}  // namespace journal
