// The rows of a query, read one after the other out of a tuplestore that spills beyond work_mem,
// into the fields of a row:
//
//     Query query = Query::begin(RunAs::kOwner);
//     ResultReader reader = ResultReader::open(context, "SELECT id, label FROM ...");
//     query.end();
//     int64 id = 0;
//     const char* label = nullptr;
//     reader.bind("id", &id);
//     reader.bind("label", &label);
//     while (reader.next())
//         use(id, label);
//     reader.close();
//
// A row of more fields is a struct beside the text of its query, with a bind(ResultReader*) of its
// own.
#pragma once

#include "base/query.hpp"

namespace journal {

/// The rows of a SELECT, in a tuplestore that spills beyond work_mem; query is connected. Its
/// columns are described, if that is asked for, in the current memory context too.
Tuplestorestate* select_rows(const char* sql, std::initializer_list<QueryArgument> arguments = {},
                             TupleDesc* columns = nullptr);

/// A descriptor of columns, in the current memory context: of rows that are to be registered with a
/// query.
struct NamedColumn {
    const char* name;
    Oid type;
};
TupleDesc describe_named(std::initializer_list<NamedColumn> columns);
TupleDesc describe_named(const NamedColumn* columns, int count);

/// An internal error unless a result has just these columns, in their order: for many rows that
/// are read without being bound.
void require_columns(TupleDesc result, TupleDesc columns);

/// Not RAII on purpose: after an error the rows go with their memory context and their transaction.
class ResultReader {
  public:
    /// Runs a statement by the connected query; what is read stays valid in context after the
    /// query's end.
    static ResultReader open(MemoryContext context, const char* sql,
                             std::initializer_list<QueryArgument> arguments = {});

    /// Reads rows, which close() ends, in the current memory context.
    static ResultReader of(Tuplestorestate* rows, TupleDesc columns);

    /// Has next() put a column into a field: 0, false and nullptr for NULL. Texts are in
    /// row_memory(), other values by reference live until next() too. The column has to have the
    /// field's type; an int64 may be a time as well.
    void bind(const char* column, bool* field) { bind(column, Field::kBoolean, field); }
    void bind(const char* column, char* field) { bind(column, Field::kCharacter, field); }
    void bind(const char* column, int32* field) { bind(column, Field::kInt4, field); }
    void bind(const char* column, int64* field) { bind(column, Field::kInt8, field); }
    void bind(const char* column, Oid* field) { bind(column, Field::kOid, field); }
    void bind(const char* column, FullTransactionId* field)
    {
        bind(column, Field::kTransaction, field);
    }
    void bind(const char* column, const char** field) { bind(column, Field::kText, field); }
    void bind(const char* column, Value* field) { bind(column, Field::kValue, field); }

    /// The same for a result of one column.
    void bind_only(int64* field) { bind(only_column(), field); }
    void bind_only(Value* field) { bind(only_column(), field); }

    /// Goes to the next row; false after the last. Checks for interrupts.
    bool next();

    /// Goes back to before the first row.
    void rewind() { tuplestore_rescan(rows_); }

    /// Memory that is reset by next().
    MemoryContext row_memory() const { return row_; }

    void close();

  private:
    enum class Field : char {
        kBoolean,
        kCharacter,
        kInt4,
        kInt8,
        kOid,
        kTransaction,
        kText,
        kValue
    };
    /// A column and the field that it goes to.
    struct Binding {
        AttrNumber column;
        Field kind;
        void* field;
    };

    void bind(const char* column, Field kind, void* field);
    const char* only_column() const;
    void fill(const Binding& binding) const;
    Value value_of(AttrNumber column) const;

    Tuplestorestate* rows_ = nullptr;
    TupleTableSlot* slot_ = nullptr;
    MemoryContext context_ = nullptr;
    MemoryContext row_ = nullptr;
    Binding* bindings_ = nullptr;
    int count_ = 0;
};

}  // namespace journal
