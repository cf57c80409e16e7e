// See value.hpp.
#include "base/value.hpp"

#include "base/memory.hpp"

#include <algorithm>

namespace journal {

namespace {

[[noreturn]] void raise_type(Oid type, Oid expected)
{
    elog(ERROR, "a column of type %s was read as %s", format_type_be(type),
         format_type_be(expected));
    pg_unreachable();
}

/// The characters of a text, or those that its type's output function writes.
char* characters_of(Datum value, Oid type)
{
    if (type == TEXTOID || type == VARCHAROID)
        return TextDatumGetCString(value);
    Oid output = InvalidOid;
    bool is_varlena = false;
    getTypeOutputInfo(type, &output, &is_varlena);
    return OidOutputFunctionCall(output, value);
}

}  // namespace

AttrNumber column_number(TupleDesc descriptor, const char* name)
{
    for (int i = 0; i < descriptor->natts; i++) {
        const auto* column = TupleDescAttr(descriptor, i);
        if (!column->attisdropped && strcmp(NameStr(column->attname), name) == 0)
            return column->attnum;
    }
    elog(ERROR, "there is no column \"%s\"", name);
    pg_unreachable();
}

Datum Value::checked(Oid expected) const
{
    if (type != expected)
        raise_type(type, expected);
    return is_null ? Datum{0} : datum;
}

Oid Value::oid() const
{
    if (type != OIDOID && type != REGCLASSOID && type != REGTYPEOID && type != REGPROCOID)
        raise_type(type, OIDOID);
    return is_null ? InvalidOid : DatumGetObjectId(datum);
}

char* Value::text(MemoryContext context) const
{
    return is_null ? nullptr : in_context(context, [this] { return characters_of(datum, type); });
}

int32* Value::int4_array(MemoryContext context, int* count) const
{
    *count = 0;
    if (checked(INT4ARRAYOID) == 0)
        return nullptr;
    Datum* elements = nullptr;
    deconstruct_array(DatumGetArrayTypeP(datum), INT4OID, sizeof(int32), true, TYPALIGN_INT,
                      &elements, nullptr, count);
    auto* integers = make_array_in<int32>(context, *count);
    std::transform(elements, elements + *count, integers,
                   [](Datum element) { return DatumGetInt32(element); });
    return integers;
}

int Value::int2_array(int16* numbers) const
{
    if (checked(INT2ARRAYOID) == 0)
        return 0;
    ArrayType* array = DatumGetArrayTypeP(datum);
    const int count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
    memcpy(numbers, ARR_DATA_PTR(array), sizeof(int16) * count);
    return count;
}

Datum Value::copy(MemoryContext context) const
{
    if (is_null)
        return Datum{0};
    int16 length = 0;
    bool by_value = false;
    get_typlenbyval(type, &length, &by_value);
    return in_context(context, [&] { return datumCopy(datum, by_value, length); });
}

Value value_in(HeapTuple row, TupleDesc descriptor, const char* column)
{
    const AttrNumber number = column_number(descriptor, column);
    Value value{};
    value.type = TupleDescAttr(descriptor, number - 1)->atttypid;
    value.datum = heap_getattr(row, number, descriptor, &value.is_null);
    return value;
}

}  // namespace journal
