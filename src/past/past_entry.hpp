// The entries of a past: their columns as they are read and as they are sorted.
#pragma once

#include "lineage/event_stream.hpp"

namespace journal {

/// Further columns of the sorted events.
enum PastColumns {
    kEventHidden = kEventColumns,
    kEventLaterThanFrom,
    kEventLaterThanTo,
    kPastColumns,
};

/// Columns of the query that reads them, from 0.
enum ReadColumn {
    kReadId,
    kReadOccurredAt,
    kReadTransaction,
    kReadCommand,
    kReadSession,
    kReadChange,
    kReadOperation,
    kReadRelation,
    kReadLayout,
    kReadAccount,
    kReadObject,
    kReadPrevious,
    kReadData,
    kReadIsPreviousWanted,  // false: the key that the row left is another row's
};

/// Their names, up to kReadIsPreviousWanted.
constexpr const char* kReadColumns[] = {
    "id",       "occurred_at", "transaction_id", "command",   "session",     "change", "operation",
    "relation", "layout",      "account",        "object_id", "previous_id", "data"};

/// The columns of journal.entry e that they are, up to kReadIsPreviousWanted.
#define ENTRY_COLUMNS                                                                      \
    "e.id, e.occurred_at, e.transaction_id, e.command, e.session, e.change, e.operation, " \
    "e.relation, e.layout, e.account, e.object_id, e.previous_id, e.data"

}  // namespace journal
