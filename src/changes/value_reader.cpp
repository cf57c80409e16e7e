// See value_reader.hpp. Numbers, booleans and texts are taken as they stand; everything else goes
// through its type's input function.
#include "changes/value_reader.hpp"

#include "catalog/entry_data.hpp"
#include "values/exact_form.hpp"

namespace journal {

void prepare_value_reader(ValueReader* reader, Oid type, int32 typmod, MemoryContext context)
{
    Oid input = InvalidOid;
    getTypeInputInfo(type, &input, &reader->parameter);
    reader->type = type;
    reader->typmod = typmod;
    reader->is_domain = get_typtype(type) == TYPTYPE_DOMAIN;
    fmgr_info_cxt(input, &reader->input, context);
}

Datum read_value(ValueReader* reader, const JsonbValue* value, bool* is_null)
{
    *is_null = false;
    if (value->type == jbvNumeric) {
        const Datum number = NumericGetDatum(value->val.numeric);
        switch (reader->type) {
            case INT2OID:
                return DirectFunctionCall1(numeric_int2, number);
            case INT4OID:
                return DirectFunctionCall1(numeric_int4, number);
            case INT8OID:
                return DirectFunctionCall1(numeric_int8, number);
            case NUMERICOID:
                return DirectFunctionCall2(numeric, number, Int32GetDatum(reader->typmod));
            default:
                break;
        }
    } else if (value->type == jbvBool && reader->type == BOOLOID) {
        return BoolGetDatum(value->val.boolean);
    } else if (value->type == jbvString && reader->type == TEXTOID) {
        return PointerGetDatum(
            cstring_to_text_with_len(value->val.string.val, value->val.string.len));
    } else if (value->type == jbvNull && !reader->is_domain) {
        *is_null = true;
        return Datum{0};
    }
    if (value->type == jbvBinary && getBaseType(reader->type) != JSONBOID && is_exact_form(value)) {
        const Datum datum = read_exact_form(reader->type, value);
        if (reader->is_domain)
            domain_check(datum, false, reader->type, nullptr, nullptr);
        return datum;
    }
    return read_text_form(reader, value_text(value), is_null);
}

Datum read_text_form(ValueReader* reader, char* text, bool* is_null)
{
    *is_null = text == nullptr;
    // Also for NULL: a domain that forbids it says so here.
    return InputFunctionCall(&reader->input, text, reader->parameter, reader->typmod);
}

}  // namespace journal
