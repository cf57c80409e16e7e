// Rows that were inserted or updated, held against what they were to be.
#pragma once

#include "changes/application.hpp"

namespace journal {

/// Rows in which columns differ from what they were to be, by number; of which columns, by a flag
/// for each of the set's. place and table are those of the row as it is now, and as_written says of
/// an inserted one that nothing has updated it since.
struct Differences {
    Tuplestorestate* rows;
    TupleDesc descriptor;
    int64 count;
};

/// Numbers of the attributes of differences: number, flags, relation, place, as_written.
enum DifferenceAttribute {
    kDifferenceNumber = 1,
    kDifferenceFlags,
    kDifferenceTable,
    kDifferencePlace,
    kDifferenceAsWritten
};

/// A column's flag.
inline constexpr char kDiffers = '1';
inline constexpr char kAsWanted = '0';

/// Holds the rows of an insert, or those of an update that were applied, as they are now after
/// every trigger, against the set's. Those of an update are read as the caller; columns of it that
/// are left to triggers, or alone where they are not as expected, may hold anything. None of a
/// deletion. Raises JE030 if an inserted row did not reach the journal, JE017 if a row is not there
/// any more.
Differences find_differences(const Application* application, RowSet* set);

void end_differences(Differences* differences);

/// That the table's row t is where the row e of a set is to be, in SQL.
const char* has_new_key(const RowSet* set);

/// The flag of a column of the table's row t, to be held against the set's row e, in SQL.
const char* flag_of(const RowSet* set, int i);

/// Raises JE017 for a row; how: a sentence.
[[noreturn]] void raise_different(const Application* application, RowSet* set, int64 number,
                                  const char* how);

}  // namespace journal
