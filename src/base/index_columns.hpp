// The columns of an index, where they can be read from a row without the executor: columns of the
// table, and the numbers that object_hash.hpp makes of them.
//
// The executor evaluates an index's expressions one node at a time, through the function manager;
// the months' indexes consist of little else. What it makes of them and what is made here is the
// same (sql/object_hash.sql compares them). An index of other expressions is left to it.
#pragma once

#include "base/pg.hpp"

namespace journal {

struct KnownColumn {
    enum Kind { kAttribute, kAccountHash, kObjectHash, kEntryHash, kEntryFacts };
    static constexpr int kMostAttributes = 5;

    Kind kind;
    AttrNumber
        attributes[kMostAttributes];  // of the table, in the order of the function's arguments
};

/// The columns of an index; nullptr if one of them is anything else, or if an insertion has to do
/// more than put an entry into the index (look for equal ones). Allocated in the current memory
/// context.
const KnownColumn* known_columns(const IndexInfo* index);

/// The number of a row's account, which several indexes hold; made for the first of them.
struct AccountNumber {
    AttrNumber attribute;  // 0: not made yet
    int64 number;
};

/// What goes into an index of count known columns, of a table's row.
void form_known_columns(const KnownColumn* columns, int count, const Datum* row,
                        const bool* row_nulls, AccountNumber* account, Datum* values, bool* nulls);

}  // namespace journal
