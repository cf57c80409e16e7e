// Entries as a report reads them, and what its queries are made of.
#pragma once

#include "base/query.hpp"
#include "request/arguments.hpp"

namespace journal {

/// What a report needs of an entry.
struct EntryRow {
    ItemPointerData place;
    int64 id;
    TimestampTz occurred_at;
    Datum transaction_id;  // xid8
    int64 change;
    int64 session;
    int64 context;  // 0: nothing was said
    int32 command;  // within the transaction
    int32 event_type;
    int32 relation;  // tracked_relation.id; 0 for a logged event
    int32 layout;    // 0 for a logged event
    char operation;  // i, u, d, l
    bool backfilled;
    TimestampTz recorded_at;  // when it was entered
    bool imported;            // log() was told when it had occurred
    const char* location;
    const char* employee;
    const char* object_type;
    const char* object_id;
    const char* document_type;
    const char* document_id;
    const char* other_type;  // another object in whose history it stands
    const char* other_id;
    const char* label;
    Jsonb* links;
    Jsonb* details;
    Jsonb* changes;  // data of an update, else nullptr
    Jsonb* row;      // data of an insertion or deletion with details, else nullptr
    Jsonb* deleted;  // the whole row that a deletion holds, else nullptr
};

using EntryRows = Vector<EntryRow>;

/// The text of a query under construction, and its parameters.
class SqlText {
  public:
    SqlText();
    void append(const char* text);
    /// Appends "$n" for a further parameter.
    void append(const QueryArgument& argument);
    uint64 run(Query& query) const;

  private:
    static constexpr int kMostArguments = 32;

    StringInfoData text_;
    int count_ = 0;
    QueryArgument arguments_[kMostArguments];
};

/// The columns of entry e that read_row takes: "e.id, …".
const char* entry_columns();

/// An entry out of a query for entry_columns; what it points at is allocated in context.
EntryRow read_row(const Query& query, uint64 row, MemoryContext context);

/// A text[] parameter.
QueryArgument text_array_argument(const char* const* items, int count);

/// An integer[] parameter.
QueryArgument int4_array_argument(const int32* items, int count);

QueryArgument timestamp_argument(TimestampTz value);

/// Appends a comparison with a moment, unless that lies beyond all of them.
void append_moment(SqlText* sql, const char* comparison, TimestampTz moment);

}  // namespace journal
