// Whose a row is that says nothing of it, by what it belongs to: an item is of its order's account.
#pragma once

#include "capture/row_image.hpp"

namespace journal {

/// The account in a column of the row that a row's document is, else of what that belongs to in its
/// turn; nullptr if none of them says one. Looked for by the key's index, whatever the writer may
/// read; the owner of the row's table has to have SELECT on the column.
const char* document_account(RelationPlan* plan, const RowImage& row);

}  // namespace journal
