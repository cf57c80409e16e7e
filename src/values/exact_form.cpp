// See exact_form.hpp.
#include "values/exact_form.hpp"

#include "base/function.hpp"
#include "base/memory.hpp"
#include "base/settings.hpp"
#include "base/transaction.hpp"

namespace journal {

struct ExactForm {
    Oid type;  // base type
    bool is_container;
    bool reads_back;  // its text form may say all
    bool has_binary;
    int16 length;
    bool by_value;
    TextForm text;
    FmgrInfo input;
    Oid input_parameter;
    FmgrInfo send;
    FmgrInfo receive;
    Oid receive_parameter;
};

namespace {

constexpr const char* kBinary = "binary";
constexpr const char* kBytes = "bytes";
constexpr const char* kText = "text";

/// What is in a type.
struct Parts {
    bool objects = false;         // names of objects
    bool foreign = false;         // base types that are not PostgreSQL's own
    bool without_binary = false;  // base types that cannot be sent or received
};

/// Whether a type of an extension is known to have a text form that says all.
bool has_exact_text(Oid type)
{
    static constexpr std::string_view kTypes[][2] = {{"citext", "citext"}, {"postgis", "geometry"}};
    const Oid extension = getExtensionOfObject(TypeRelationId, type);
    if (!OidIsValid(extension))
        return false;
    const char* name = get_extension_name(extension);
    const char* type_name = format_type_extended(type, -1, 0);
    // It may stand behind its schema.
    const char* dot = strrchr(type_name, '.');
    return std::any_of(std::begin(kTypes), std::end(kTypes), [&](const auto& known) {
        return known[0] == name && known[1] == (dot == nullptr ? type_name : dot + 1);
    });
}

void look_into(Oid type, Parts* parts);

void look_into_columns(Oid type, Parts* parts)
{
    TupleDesc columns = lookup_rowtype_tupdesc(type, -1);
    for (int i = 0; i < columns->natts; i++)
        if (!TupleDescAttr(columns, i)->attisdropped)
            look_into(TupleDescAttr(columns, i)->atttypid, parts);
    ReleaseTupleDesc(columns);
}

void look_into(Oid type, Parts* parts)
{
    check_stack_depth();
    type = getBaseType(type);
    const Oid element = get_element_type(type);
    if (OidIsValid(element))
        return look_into(element, parts);
    switch (get_typtype(type)) {
        case TYPTYPE_COMPOSITE:
            return look_into_columns(type, parts);
        case TYPTYPE_RANGE:
            return look_into(get_range_subtype(type), parts);
        case TYPTYPE_MULTIRANGE:
            return look_into(get_multirange_range(type), parts);
        case TYPTYPE_BASE:
            break;
        default:
            return;
    }
    parts->objects |= is_object_name(type);
    if (type >= FirstNormalObjectId && !has_exact_text(type)) {
        HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
        if (!HeapTupleIsValid(tuple))
            elog(ERROR, "cache lookup failed for type %u", type);
        const auto* row = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple));
        parts->foreign = true;
        parts->without_binary |= !OidIsValid(row->typsend) || !OidIsValid(row->typreceive);
        ReleaseSysCache(tuple);
    }
}

bool is_container(Oid type)
{
    return OidIsValid(get_element_type(type)) || get_typtype(type) != TYPTYPE_BASE;
}

void prepare_binary(ExactForm* form, MemoryContext context)
{
    Oid send = InvalidOid;
    Oid receive = InvalidOid;
    bool is_varlena = false;
    getTypeBinaryOutputInfo(form->type, &send, &is_varlena);
    getTypeBinaryInputInfo(form->type, &receive, &form->receive_parameter);
    fmgr_info_cxt(send, &form->send, context);
    fmgr_info_cxt(receive, &form->receive, context);
}

ExactForm* make_form(Oid type, const Parts& parts, MemoryContext context)
{
    auto* form = make_in<ExactForm>(context);
    form->type = type;
    form->is_container = is_container(type);
    form->has_binary = !parts.without_binary;
    form->reads_back = !parts.objects;
    get_typlenbyval(type, &form->length, &form->by_value);
    prepare_text_form(&form->text, type, context);
    Oid input = InvalidOid;
    getTypeInputInfo(type, &input, &form->input_parameter);
    fmgr_info_cxt(input, &form->input, context);
    if (form->has_binary)
        prepare_binary(form, context);
    return form;
}

bool is_same(const ExactForm* form, Datum a, Datum b)
{
    return datum_image_eq(a, b, form->by_value, form->length);
}

/// Whether reading gives the value; a function that refuses what the type has written does not.
template <typename Read>
bool comes_back(const ExactForm* form, Datum value, const Read& read)
{
    bool same = false;
    ErrorData* error = run_in_subtransaction([&] { same = is_same(form, value, read()); });
    if (error != nullptr && ERRCODE_TO_CATEGORY(error->sqlerrcode) ==
                                ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION))
        ReThrowError(error);
    return error == nullptr && same;
}

Datum receive(FmgrInfo* function, Oid parameter, const char* bytes, std::size_t size)
{
    StringInfoData buffer;
    initStringInfo(&buffer);
    appendBinaryStringInfo(&buffer, bytes, static_cast<int>(size));
    return ReceiveFunctionCall(function, &buffer, parameter, -1);
}

JsonbValue string_value(const char* text, std::size_t length)
{
    JsonbValue value{};
    value.type = jbvString;
    value.val.string.val = const_cast<char*>(text);
    value.val.string.len = static_cast<int>(length);
    return value;
}

/// {"text": …, kind: bytes in hexadecimal digits}, or null in their place.
Jsonb* make_object(const char* text, const char* kind, const char* bytes, std::size_t size)
{
    JsonbParseState* state = nullptr;
    const auto push = [&state](const char* key, JsonbValue value) {
        JsonbValue name = string_value(key, strlen(key));
        pushJsonbValue(&state, WJB_KEY, &name);
        pushJsonbValue(&state, WJB_VALUE, &value);
    };
    pushJsonbValue(&state, WJB_BEGIN_OBJECT, nullptr);
    push(kText, string_value(text, strlen(text)));
    JsonbValue content{};
    content.type = jbvNull;
    if (bytes != nullptr) {
        auto* digits = static_cast<char*>(palloc(2 * size + 1));
        content = string_value(digits, hex_encode(bytes, size, digits));
    }
    push(kind, content);
    return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, nullptr));
}

/// nullptr if the binary form does not come back.
Jsonb* binary_of(ExactForm* form, Datum value, const char* text)
{
    const bytea* sent = SendFunctionCall(&form->send, value);
    const char* bytes = VARDATA(sent);
    const std::size_t size = VARSIZE(sent) - VARHDRSZ;
    return comes_back(form, value,
                      [&] { return receive(&form->receive, form->receive_parameter, bytes, size); })
               ? make_object(text, kBinary, bytes, size)
               : nullptr;
}

Jsonb* bytes_of(const ExactForm* form, Datum value, const char* text)
{
    if (form->by_value) {
        alignas(Datum) char bytes[sizeof(Datum)];
        store_att_byval(bytes, value, form->length);
        return make_object(text, kBytes, bytes, form->length);
    }
    if (form->length != -1)
        return make_object(text, kBytes, DatumGetPointer(value),
                           datumGetSize(value, false, form->length));
    varlena* plain = PG_DETOAST_DATUM_PACKED(value);
    return make_object(text, kBytes, VARDATA_ANY(plain), VARSIZE_ANY_EXHDR(plain));
}

/// The datum of a base type that has these bytes.
Datum datum_of(Oid type, char* bytes, std::size_t size)
{
    int16 length = 0;
    bool by_value = false;
    get_typlenbyval(type, &length, &by_value);
    if (length >= 0 && static_cast<std::size_t>(length) != size)
        ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
                        errmsg("type %s has another length now", format_type_be(type))));
    if (length >= 0)
        return fetch_att(bytes, by_value, length);
    if (length == -2)
        return CStringGetDatum(bytes);
    return PointerGetDatum(cstring_to_text_with_len(bytes, static_cast<int>(size)));
}

/// A member of an object; nullptr if there is none.
const JsonbValue* member(const JsonbValue* object, const char* key)
{
    return getKeyJsonValueFromContainer(object->val.binary.data, key, static_cast<int>(strlen(key)),
                                        nullptr);
}

bool is_string(const JsonbValue* value)
{
    return value != nullptr && value->type == jbvString;
}

}  // namespace

ExactForm* prepare_exact_form(Oid type, MemoryContext context)
{
    type = getBaseType(type);
    Parts parts;
    look_into(type, &parts);
    // A reg* type, and an array of them, has a text form of OIDs.
    const Oid element = get_element_type(type);
    if (is_object_name(OidIsValid(element) ? getBaseType(element) : type))
        return nullptr;
    return parts.foreign || parts.objects ? make_form(type, parts, context) : nullptr;
}

Jsonb* exact_form(ExactForm* form, Datum value, char** text)
{
    const int level = enter_exact_settings();
    *text = text_form(&form->text, value);
    // What is no text of the database's encoding can be kept nowhere as one.
    const bool is_text = pg_verifymbstr(*text, static_cast<int>(strlen(*text)), true);
    const char* shown = is_text ? *text : "";
    Jsonb* result = nullptr;
    if (!is_text || !form->reads_back || !comes_back(form, value, [&] {
            return InputFunctionCall(&form->input, *text, form->input_parameter, -1);
        })) {
        if (form->has_binary)
            result = binary_of(form, value, shown);
        if (result == nullptr)
            result = form->is_container ? make_object(shown, kBytes, nullptr, 0)
                                        : bytes_of(form, value, shown);
    }
    leave_exact_settings(level);
    return result;
}

bool is_exact_form(const JsonbValue* value)
{
    if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data) ||
        JsonContainerSize(value->val.binary.data) != 2 || !is_string(member(value, kText)))
        return false;
    const JsonbValue* bytes = member(value, kBytes);
    return is_string(member(value, kBinary)) || is_string(bytes) ||
           (bytes != nullptr && bytes->type == jbvNull);
}

const JsonbValue* shown_text(const JsonbValue* value)
{
    return member(value, kText);
}

Datum read_exact_form(Oid type, const JsonbValue* value)
{
    type = getBaseType(type);
    const JsonbValue* binary = member(value, kBinary);
    const JsonbValue* content = binary == nullptr ? member(value, kBytes) : binary;
    if (!is_string(content))
        ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
                        errmsg("the text form of type %s does not say what the value was",
                               format_type_be(type))));
    auto* bytes = static_cast<char*>(palloc(content->val.string.len / 2 + 1));
    const uint64 size = hex_decode(content->val.string.val, content->val.string.len, bytes);
    if (binary == nullptr) {
        bytes[size] = '\0';
        return datum_of(type, bytes, size);
    }
    Oid function = InvalidOid;
    Oid parameter = InvalidOid;
    getTypeBinaryInputInfo(type, &function, &parameter);
    FmgrInfo received;
    fmgr_info(function, &received);
    return receive(&received, parameter, bytes, size);
}

bool has_telling_text(Oid type)
{
    Parts parts;
    look_into(type, &parts);
    return !parts.foreign;
}

bool names_objects(Oid type)
{
    Parts parts;
    look_into(type, &parts);
    return parts.objects;
}

const char* object_name(const char* type_name, const char* text)
{
    Oid type = InvalidOid;
    int32 typmod = -1;
    // Most columns are known by their type's name to be of none.
    if (strncmp(type_name, "pg_catalog.reg", strlen("pg_catalog.reg")) != 0 ||
        !find_type(type_name, &type, &typmod) || !is_object_name(type))
        return nullptr;
    Oid output = InvalidOid;
    bool is_varlena = false;
    getTypeOutputInfo(type, &output, &is_varlena);
    const char* name = OidOutputFunctionCall(
        output, ObjectIdGetDatum(static_cast<Oid>(strtoul(text, nullptr, 10))));
    return strcmp(name, text) == 0 ? nullptr : name;
}

bool is_fixed_object(const char* text)
{
    char* end = nullptr;
    const unsigned long oid = strtoul(text, &end, 10);
    return *end == '\0' && oid < FirstGenbkiObjectId;
}

}  // namespace journal

/// has_exact_text(type): NULL if there is no such type.
JOURNAL_FUNCTION(journal_has_exact_text)
{
    const Oid type = PG_GETARG_OID(0);
    if (!SearchSysCacheExists1(TYPEOID, ObjectIdGetDatum(type)))
        PG_RETURN_NULL();
    PG_RETURN_BOOL(journal::has_telling_text(type));
}
