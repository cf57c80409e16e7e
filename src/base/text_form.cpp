// See text_form.hpp.
#include "base/text_form.hpp"

#include "base/function.hpp"
#include "base/memory.hpp"
#include "base/settings.hpp"

namespace journal {

namespace {

bool is_direct(Oid type)
{
    switch (type) {
        case DATEOID:
        case TIMESTAMPOID:
        case TIMESTAMPTZOID:
        case FLOAT4OID:
        case FLOAT8OID:
        case BYTEAOID:
            return true;
        default:
            return false;
    }
}

// Whether a type's output depends on no setting. Unknown types count as dependent: that costs time,
// never exactness.
bool is_independent(Oid type)
{
    switch (type) {
        case BOOLOID:
        case INT2OID:
        case INT4OID:
        case INT8OID:
        case NUMERICOID:
        case OIDOID:
        case XIDOID:
        case XID8OID:
        case CIDOID:
        case TIDOID:
        case PG_LSNOID:
        case TEXTOID:
        case VARCHAROID:
        case BPCHAROID:
        case NAMEOID:
        case CHAROID:
        case UUIDOID:
        case TIMEOID:
        case TIMETZOID:
        case INETOID:
        case CIDROID:
        case MACADDROID:
        case MACADDR8OID:
        case BITOID:
        case VARBITOID:
        case JSONOID:
        case JSONBOID:
        case JSONPATHOID:
        case TSVECTOROID:
        case TSQUERYOID:
            return true;
        default:
            break;
    }
    if (type_is_enum(type))
        return true;
    const Oid element = get_element_type(type);
    return OidIsValid(element) && is_independent(getBaseType(element));
}

char* float_text(double value, bool is_single)
{
    if (std::isnan(value))
        return pstrdup("NaN");
    if (std::isinf(value))
        return pstrdup(value > 0 ? "Infinity" : "-Infinity");
    char* text = static_cast<char*>(
        palloc(std::max(DOUBLE_SHORTEST_DECIMAL_LEN, FLOAT_SHORTEST_DECIMAL_LEN)));
    if (is_single)
        float_to_shortest_decimal_buf(static_cast<float>(value), text);
    else
        double_to_shortest_decimal_buf(value, text);
    return text;
}

char* bytea_text(Datum value)
{
    bytea* bytes = DatumGetByteaPP(value);
    const auto length = static_cast<std::size_t>(VARSIZE_ANY_EXHDR(bytes));
    auto* text = static_cast<char*>(palloc(2 * length + 3));
    text[0] = '\\';
    text[1] = 'x';
    text[2 + hex_encode(VARDATA_ANY(bytes), length, text + 2)] = '\0';
    return text;
}

char* direct_text(Oid type, Datum value)
{
    switch (type) {
        case FLOAT4OID:
            return float_text(DatumGetFloat4(value), true);
        case FLOAT8OID:
            return float_text(DatumGetFloat8(value), false);
        case BYTEAOID:
            return bytea_text(value);
        default: {
            const int utc = 0;
            auto* text = static_cast<char*>(palloc(MAXDATELEN + 1));
            return JsonEncodeDateTime(text, value, type, type == TIMESTAMPTZOID ? &utc : nullptr);
        }
    }
}

}  // namespace

void prepare_text_form(TextForm* form, Oid type, MemoryContext context)
{
    form->type = getBaseType(type);
    form->direct = is_direct(form->type);
    form->exact = !form->direct && !is_independent(form->type);
    if (form->direct)
        return;
    Oid output = InvalidOid;
    bool is_varlena = false;
    getTypeOutputInfo(form->type, &output, &is_varlena);
    fmgr_info_cxt(output, &form->output, context);
}

char* text_form(TextForm* form, Datum value)
{
    if (form->direct)
        return direct_text(form->type, value);
    if (!form->exact)
        return OutputFunctionCall(&form->output, value);
    const int level = enter_exact_settings();
    char* text = OutputFunctionCall(&form->output, value);
    leave_exact_settings(level);
    return text;
}

char* text_form_once(Oid type, Datum value)
{
    TextForm form{};
    prepare_text_form(&form, type, CurrentMemoryContext);
    return text_form(&form, value);
}

char* object_key(int count, char* const* texts)
{
    if (count == 1)
        return texts[0];
    StringInfoData key;
    initStringInfo(&key);
    appendStringInfoChar(&key, '[');
    for (int i = 0; i < count; i++) {
        if (i > 0)
            appendStringInfoString(&key, ", ");
        escape_json(&key, texts[i]);
    }
    appendStringInfoChar(&key, ']');
    return key.data;
}

/// journal.object_key(VARIADIC "any"): the key of an object whose key columns have these values;
/// NULL if one is NULL.
JOURNAL_FUNCTION(journal_object_key)
{
    const int count = PG_NARGS();
    auto** texts = make_array_in<char*>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++) {
        if (PG_ARGISNULL(i))
            PG_RETURN_NULL();
        const Oid type = get_fn_expr_argtype(fcinfo->flinfo, i);
        texts[i] = type == UNKNOWNOID ? DatumGetCString(PG_GETARG_DATUM(i))
                                      : text_form_once(type, PG_GETARG_DATUM(i));
    }
    PG_RETURN_TEXT_P(cstring_to_text(object_key(count, texts)));
}

}  // namespace journal
