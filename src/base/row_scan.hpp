// Rows of our own tables, read by an index without SQL: those whose indexed columns equal given
// values, in the index's order.
//
// What a trigger needs to know of a table stands in a few rows of a few small tables. Parsing and
// planning a statement for each of them would cost many times what reading them does, in every new
// session. No privileges are checked, and what is committed now is seen, as in Query::begin_latest.
//
// Like a Query it is no RAII: an error between begin and end leaves nothing behind.
#pragma once

#include "base/value.hpp"

namespace journal {

/// What an indexed column has to be equal to.
struct RowKey {
    const char* column;
    RegProcedure equal;
    Oid collation;
    Datum value;
};

/// Keys of the types that our indexes have.
RowKey int4_key(const char* column, int32 value);
RowKey int8_key(const char* column, int64 value);
RowKey oid_key(const char* column, Oid value);
RowKey text_key(const char* column, const char* value);

class RowScan {
  public:
    /// Begins to read a table of ours; keys are for the leading columns of its index.
    static RowScan begin(const char* table, const char* index, std::initializer_list<RowKey> keys,
                         ScanDirection direction = ForwardScanDirection);

    /// Goes to the next row; false if there is none.
    bool next();

    /// A column of the present row; it lives until the next one.
    Value value(const char* column) const;

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
