// Rows of our own tables, read by an index without SQL: those whose indexed columns equal given
// values, in the index's order.
//
// What a trigger needs to know of a table stands in a few rows of a few small tables. Parsing and
// planning a statement for each of them would cost many times what reading them does, in every new
// session. No privileges are checked, and what is committed now is seen, as in Query::begin_latest.
//
// Like a Query it is no RAII: an error between begin and end leaves nothing behind.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// What an indexed column, by its number in the table, has to be equal to.
struct RowKey {
    AttrNumber column;
    RegProcedure equal;
    Oid collation;
    Datum value;
};

/// Keys of the types that our indexes have.
RowKey int4_key(AttrNumber column, int32 value);
RowKey int8_key(AttrNumber column, int64 value);
RowKey oid_key(AttrNumber column, Oid value);
RowKey text_key(AttrNumber column, const char* value);

class RowScan {
  public:
    /// Begins to read a table of ours; keys are for the leading columns of its index.
    static RowScan begin(const char* table, const char* index, std::initializer_list<RowKey> keys,
                         ScanDirection direction = ForwardScanDirection);

    /// Goes to the next row; false if there is none.
    bool next();

    /// Value of a column (from 1) of the present row; it lives until the next one.
    Datum value(int column, bool* is_null) const;
    bool is_null(int column) const;
    int32 int4(int column) const;    // 0 when NULL
    int64 int8(int column) const;    // 0 when NULL
    bool boolean(int column) const;  // false when NULL
    /// A text column's characters copied into context (nullptr when NULL).
    char* text(int column, MemoryContext context) const;

    void end();

  private:
    Relation table_ = nullptr;
    Relation index_ = nullptr;
    Snapshot snapshot_ = nullptr;
    SysScanDesc scan_ = nullptr;
    HeapTuple row_ = nullptr;
    ScanDirection direction_ = ForwardScanDirection;
};

}  // namespace journal
