// The argument overrides: values that rows come back with in place of their own.
//
//   {"client": {"city": 2}}     every client that comes back
//   {"4711": {"city": 2}}       the row of the deletion whose entry is 4711; goes before its type's
//
// A value is written as journal.entries shows it in snapshot; null is NULL.
#pragma once

#include "restore/target.hpp"

namespace journal {

struct Overrides;

/// Reads the argument; nullptr without one. Raises an error for another shape.
Overrides* read_overrides(Jsonb* argument);

/// The columns and values with which a row comes back.
struct RowValues {
    int count;
    SetColumn* columns;
    const JsonbValue** values;
};

/// The target's columns with the row's values, and the overrides for it put in; in the current
/// memory context. Raises an error for an override of a column that the table does not have or
/// computes itself.
RowValues values_of(Overrides* overrides, const Target* target, const Deletion& deletion);

/// Raises an error for overrides that no row took.
void require_used(const Overrides* overrides);

}  // namespace journal
