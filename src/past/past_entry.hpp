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

constexpr NamedColumn kReadColumns[] = {
    {"id", INT8OID},
    {"occurred_at", TIMESTAMPTZOID},
    {"transaction_id", XID8OID},
    {"command", INT4OID},
    {"session", INT8OID},
    {"change", INT8OID},
    {"operation", CHAROID},
    {"relation", INT4OID},
    {"layout", INT4OID},
    {"account", TEXTOID},
    {"object_id", TEXTOID},
    {"previous_id", TEXTOID},
    {"data", BYTEAOID},
    {"is_previous_wanted", BOOLOID},
};

/// The columns of journal.entry e that they are, up to kReadIsPreviousWanted.
#define ENTRY_COLUMNS                                                                      \
    "e.id, e.occurred_at, e.transaction_id, e.command, e.session, e.change, e.operation, " \
    "e.relation, e.layout, e.account, e.object_id, e.previous_id, e.data"

}  // namespace journal
