// The rows of a query, read one after the other out of a tuplestore that spills beyond work_mem.
//
//     Query query = Query::begin(RunAs::kOwner);
//     ResultReader reader = ResultReader::open(context, sql, describe_columns({INT8OID, TEXTOID}));
//     query.end();
//     while (reader.next())
//         use(reader.int8(1), reader.text(2));
//     reader.close();
#pragma once

#include "base/query.hpp"

namespace journal {

/// The rows of a SELECT, in a tuplestore that spills beyond work_mem; query is connected.
Tuplestorestate* select_rows(const char* sql, int count, const Oid* types, const Datum* values);

/// A descriptor of columns of these types, in the current memory context.
TupleDesc describe_columns(std::initializer_list<Oid> types);

/// The same with names, of rows that are to be registered with a query.
struct NamedColumn {
    const char* name;
    Oid type;
};
TupleDesc describe_named(std::initializer_list<NamedColumn> columns);

/// Not RAII on purpose: after an error the rows go with their memory context and their transaction.
class ResultReader {
  public:
    /// Runs a statement by the connected query; what is read stays valid in context after the
    /// query's end. columns: those of the result.
    static ResultReader open(MemoryContext context, const char* sql, TupleDesc columns,
                             std::initializer_list<QueryArgument> arguments = {});

    /// Reads rows, which close() ends, in the current memory context.
    static ResultReader of(Tuplestorestate* rows, TupleDesc columns);

    /// Goes to the next row; false after the last. Checks for interrupts.
    bool next();

    /// Goes back to before the first row.
    void rewind() { tuplestore_rescan(rows_); }

    /// Memory that is reset by next().
    MemoryContext row_memory() const { return row_; }

    /// A column (from 1) of the row; texts (nullptr when NULL) are in row_memory().
    Datum value(int column, bool* is_null) const;
    bool is_null(int column) const;
    int32 int4(int column) const;  // 0 when NULL
    int64 int8(int column) const;  // 0 when NULL
    bool boolean(int column) const;
    char character(int column) const;
    const char* text(int column) const;

    void close();

  private:
    Tuplestorestate* rows_ = nullptr;
    TupleTableSlot* slot_ = nullptr;
    MemoryContext context_ = nullptr;
    MemoryContext row_ = nullptr;
};

}  // namespace journal
