// Rows of a restore's or undo's result that are no set's: those that triggers wrote meanwhile.
#pragma once

#include "changes/application.hpp"

namespace journal {

struct OtherRow {
    Oid root;  // InvalidOid: the table is not tracked any more
    SetRow row;
};

/// Calls tell for each row that was written while an application was applied and is in none of its
/// sets, in the order of their last entries, with what became of it in all; texts are valid during
/// the call. Nothing is told of other accounts, nor where nothing has triggers.
void for_each_other(const Application* application,
                    Callback<void(const OtherRow& other, RowOperation action)> tell);

}  // namespace journal
