// A column's value in a row, as every reader of rows gives it: readers ask for columns by their
// names, and for values by their types.
//
// A column that a query or table does not have, or has by another type, is an error that names it,
// whatever else has been added.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// The number of a column in a descriptor; an internal error without one of that name.
AttrNumber column_number(TupleDesc descriptor, const char* name);

/// What a row has in a column; it lives as long as the row. NULL reads as 0, false and nullptr.
struct Value {
    Datum datum;
    bool is_null;
    Oid type;

    bool boolean() const { return DatumGetBool(checked(BOOLOID)); }
    char character() const { return DatumGetChar(checked(CHAROID)); }
    int32 int4() const { return DatumGetInt32(checked(INT4OID)); }
    int64 int8() const { return DatumGetInt64(checked(INT8OID)); }
    TimestampTz time() const { return DatumGetTimestampTz(checked(TIMESTAMPTZOID)); }
    FullTransactionId transaction() const
    {
        return FullTransactionIdFromU64(DatumGetUInt64(checked(XID8OID)));
    }
    /// An OID, also as regclass, regtype or regproc.
    Oid oid() const;
    /// The characters of any type, copied into context.
    char* text(MemoryContext context) const;
    /// The elements of an integer[], in context; nullptr when NULL.
    int32* int4_array(MemoryContext context, int* count) const;
    /// Puts the elements of a smallint[] into numbers, and returns how many they are.
    int int2_array(int16* numbers) const;
    /// A copy of a value by reference in context.
    Datum copy(MemoryContext context) const;

  private:
    /// The datum, 0 when NULL, of a column that has to be of that type.
    Datum checked(Oid expected) const;
};

/// A column of a tuple.
Value value_in(HeapTuple row, TupleDesc descriptor, const char* column);

}  // namespace journal
