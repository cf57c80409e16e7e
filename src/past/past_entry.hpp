// The sorted entries of a past: their columns, and what each did to the row of its key.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// What happened at a key.
enum class PastKind : char {
    kInserted = 'i',
    kUpdated = 'u',
    kDeleted = 'd',
    kArrived = 'a',  // a row of another key took this one
    kLeft = 'l',     // the row took another key
};

/// Columns of the sort, from 0. Sorted by the first two.
enum EntryColumn {
    kEntryKey,
    kEntryId,
    kEntryOccurredAt,
    kEntryTransaction,
    kEntryCommand,
    kEntryChange,
    kEntryKind,
    kEntryLayout,
    kEntryHidden,
    kEntryLaterThanFrom,
    kEntryLaterThanTo,
    kEntryData,
    kEntryColumns,
};

}  // namespace journal
