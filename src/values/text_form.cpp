// See text_form.hpp.
#include "values/text_form.hpp"

#include "base/function.hpp"
#include "base/memory.hpp"
#include "base/settings.hpp"
#include "values/text_in_place.hpp"

namespace journal {

namespace {

// In every encoding.
constexpr const char* kEllipsis = "...";
constexpr int kMd5Length = 32;
constexpr int kShortenedEnd = 3 + kMd5Length;

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

// Whether the present settings are the exact ones, as far as a type's output depends on them.
bool has_exact_settings(Oid type)
{
    switch (type) {
        case INTERVALOID:
            return IntervalStyle == INTSTYLE_POSTGRES;
        case POINTOID:
        case LSEGOID:
        case PATHOID:
        case BOXOID:
        case POLYGONOID:
        case LINEOID:
        case CIRCLEOID:
            return extra_float_digits == 1;
        default:
            return false;
    }
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

// The text of an array of a reg* type: as of one of OIDs, which are stored alike.
char* object_names_text(FmgrInfo* output, Datum value)
{
    ArrayType* oids = DatumGetArrayTypePCopy(value);
    ARR_ELEMTYPE(oids) = OIDOID;
    return OutputFunctionCall(output, PointerGetDatum(oids));
}

}  // namespace

bool is_object_name(Oid type)
{
    switch (type) {
        case REGPROCOID:
        case REGPROCEDUREOID:
        case REGOPEROID:
        case REGOPERATOROID:
        case REGCLASSOID:
        case REGTYPEOID:
        case REGROLEOID:
        case REGNAMESPACEOID:
        case REGCONFIGOID:
        case REGDICTIONARYOID:
        case REGCOLLATIONOID:
            return true;
        default:
            return false;
    }
}

void prepare_text_form(TextForm* form, Oid type, MemoryContext context)
{
    form->type = getBaseType(type);
    form->room = room_in_place(form->type);
    if (form->room > 0 || form->type == BYTEAOID)
        return;
    const Oid element = get_element_type(form->type);
    form->has_object_names = OidIsValid(element) && is_object_name(getBaseType(element));
    const bool is_name = is_object_name(form->type);
    form->exact = !is_name && !form->has_object_names && !is_independent(form->type);
    Oid output = InvalidOid;
    bool is_varlena = false;
    getTypeOutputInfo(is_name ? OIDOID : form->type, &output, &is_varlena);
    fmgr_info_cxt(output, &form->output, context);
}

char* text_form(TextForm* form, Datum value)
{
    if (form->room > 0) {
        char* text = static_cast<char*>(palloc(form->room + 1));
        *write_in_place(form->type, value, text) = '\0';
        return text;
    }
    if (form->type == BYTEAOID)
        return bytea_text(value);
    if (form->has_object_names)
        return object_names_text(&form->output, value);
    if (!form->exact || has_exact_settings(form->type))
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

bool is_shortened(const char* text, int limit)
{
    const auto length = static_cast<int>(strlen(text));
    const int kept = length - kShortenedEnd;
    // The beginning ends before a character that would have gone beyond the limit.
    return length > limit && kept <= limit && kept > limit - MAX_MULTIBYTE_CHAR_LEN &&
           strncmp(text + kept, kEllipsis, strlen(kEllipsis)) == 0 &&
           strspn(text + kept + strlen(kEllipsis), "0123456789abcdef") == kMd5Length;
}

char* shortened(char* text, int limit)
{
    const auto length = static_cast<int>(strlen(text));
    if (length <= limit || is_shortened(text, limit))
        return text;
    char sum[kMd5Length + 1];
    const char* error = nullptr;
    if (!pg_md5_hash(text, length, sum, &error))
        ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR),
                        errmsg("could not shorten a key of %d bytes: %s", length, error)));
    return psprintf("%.*s%s%s", pg_mbcliplen(text, length, limit), text, kEllipsis, sum);
}

void check_object_type(const char* object_type)
{
    if (strlen(object_type) > kLongestObjectType)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("object type is too long"),
                        errdetail("It has %zu bytes; an object type has at most %d.",
                                  strlen(object_type), kLongestObjectType),
                        errhint("Choose a short name, such as the table's.")));
}

char* object_key(int count, char* const* texts)
{
    if (count == 1)
        return shortened(texts[0], kLongestKey);
    StringInfoData key;
    initStringInfo(&key);
    appendStringInfoChar(&key, '[');
    for (int i = 0; i < count; i++) {
        if (i > 0)
            appendStringInfoString(&key, ", ");
        escape_json(&key, texts[i]);
    }
    appendStringInfoChar(&key, ']');
    return shortened(key.data, kLongestKey);
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
