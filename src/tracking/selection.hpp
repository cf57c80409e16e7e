// What of a tracked table is worth recording, as track is told: which operations, which changes,
// and which rows count as deleted.
#pragma once

#include "base/query.hpp"
#include "catalog/layout.hpp"

namespace journal {

/// As it was stated; nullptr where nothing was.
struct Selection {
    ArrayType* operations;
    const char* condition;
    const char* deleted_when;
};

/// What is stored beside the texts.
struct StatedSelection {
    QueryArgument condition_columns;
    QueryArgument deleted_when_columns;
    const char* search_path;  // of both texts; nullptr where there is neither
};

/// An argument of operations, in any case of letters: a text[] in the order insert, update, delete;
/// nullptr where all are recorded.
ArrayType* operations_argument(FunctionCallInfo fcinfo, int number);

/// Parses the conditions, and refuses what would silently record nothing: a condition over rows
/// that an operation does not have.
StatedSelection check_selection(const Selection& selection, Relation relation,
                                const Layout* layout);

}  // namespace journal
