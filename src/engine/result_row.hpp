// Rows of what a function returns, by the names of their columns: the results of restore and undo,
// and their plans, tell much the same, each in its own order.
#pragma once

#include "changes/row_set.hpp"

namespace journal {

class ResultRow {
  public:
    /// A row of NULLs, in context until it is stored.
    ResultRow(const ReturnSetInfo* result, MemoryContext context);

    /// Puts a value into a column; nothing where the result has none of that name, or for nullptr.
    void put(const char* column, Datum value);
    void put(const char* column, const char* text);

    void store() const;

  private:
    const ReturnSetInfo* result_;
    MemoryContext context_;
    Datum* values_;
    bool* nulls_;
};

/// Puts a row's facts, and what is to be done or was done with it.
void put_row(ResultRow* result, Oid root, RowOperation action, const SetRow& row);

}  // namespace journal
