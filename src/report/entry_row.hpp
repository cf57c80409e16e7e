// Reading entries, a page at a time, as the caller: privileges and row-level security apply.
//
// The journal has a partition a month. A query over all of them would look for its first row in
// every month, though a page mostly comes from one; so a page is read from stretches of time, the
// first one short and each further one longer, until it is full. What a page costs follows from
// where its rows are, not from how old the journal is.
#pragma once

#include "base/query.hpp"
#include "report/arguments.hpp"

namespace journal {

/// What a report needs of an entry.
struct EntryRow {
    int64 id;
    TimestampTz occurred_at;
    Datum transaction_id;  // xid8
    int64 change;
    int32 event_type;
    int32 relation;  // tracked_relation.id; 0 for a logged event
    int32 layout;    // 0 for a logged event
    char operation;  // i, u, d, l
    bool backfilled;
    const char* location;
    const char* employee;
    const char* object_type;
    const char* object_id;
    const char* document_type;
    const char* document_id;
    const char* label;
    Jsonb* links;
    Jsonb* details;
    Jsonb* changes;     // data of an update, else nullptr
    Jsonb* row;         // data of an insertion or deletion with details, else nullptr
    bool has_snapshot;  // a deletion that holds the whole row
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
    static constexpr int kMostArguments = 24;

    StringInfoData text_;
    int count_ = 0;
    QueryArgument arguments_[kMostArguments];
};

/// A condition on journal.entry e, appended to a query: "AND …".
using AppendCondition = void (*)(SqlText* sql, const void* filter);

/// Appends up to limit entries of the request's account and bounds that satisfy the condition, in
/// the request's direction, behind (occurred_at, id) if has_position. Rows and what they point at
/// are allocated in context.
void read_entries(const PageRequest& request, int limit, AppendCondition condition,
                  const void* filter, MemoryContext context, EntryRows* rows);

/// The columns of entry e that read_row takes, in its order: "e.id, …".
const char* entry_columns();

/// An entry out of a query for entry_columns; what it points at is allocated in context.
EntryRow read_row(const Query& query, uint64 row, MemoryContext context);

/// A text[] parameter.
QueryArgument text_array_argument(const char* const* items, int count);

/// An integer[] and a bigint[] parameter.
QueryArgument int4_array_argument(const int32* items, int count);
QueryArgument int8_array_argument(const int64* items, int count);

QueryArgument timestamp_argument(TimestampTz value);

}  // namespace journal
