// See entry_data.hpp.
#include "catalog/entry_data.hpp"

#include "base/memory.hpp"
#include "values/text_form.hpp"

namespace journal {

namespace {

[[noreturn]] void raise_corrupted(const Layout* layout)
{
    ereport(ERROR,
            (errcode(ERRCODE_DATA_CORRUPTED), errmsg("an entry of %s does not fit its layout %d",
                                                     layout->relation_name, layout->id)));
    pg_unreachable();
}

/// The elements of a JSON array, nested ones as jbvBinary.
struct Elements {
    int count;
    JsonbValue* values;
};

Elements read_elements(const Layout* layout, JsonbContainer* container)
{
    if (!JsonContainerIsArray(container) || JsonContainerIsScalar(container))
        raise_corrupted(layout);
    Elements elements{static_cast<int>(JsonContainerSize(container)), nullptr};
    elements.values = make_array_in<JsonbValue>(CurrentMemoryContext, elements.count);
    JsonbIterator* iterator = JsonbIteratorInit(container);
    JsonbValue value;
    int count = 0;
    // Asked to skip what is nested, the iterator still opens the outermost array.
    for (JsonbIteratorToken token = JsonbIteratorNext(&iterator, &value, true); token != WJB_DONE;
         token = JsonbIteratorNext(&iterator, &value, true))
        if (token == WJB_ELEM)
            elements.values[count++] = value;
    return elements;
}

Elements read_nested(const Layout* layout, const JsonbValue& value)
{
    if (value.type != jbvBinary)
        raise_corrupted(layout);
    return read_elements(layout, value.val.binary.data);
}

int* read_positions(const Layout* layout, const Elements& elements)
{
    int* positions = make_array_in<int>(CurrentMemoryContext, elements.count);
    for (int i = 0; i < elements.count; i++) {
        if (elements.values[i].type != jbvNumeric)
            raise_corrupted(layout);
        positions[i] = DatumGetInt32(
            DirectFunctionCall1(numeric_int4, NumericGetDatum(elements.values[i].val.numeric)));
        if (positions[i] < 0 || positions[i] >= layout->column_count)
            raise_corrupted(layout);
    }
    return positions;
}

/// The values of a row whose positions a text names: "0 2 5".
EntryValues details_in_row(const Layout* layout, const JsonbValue& names, Jsonb* row)
{
    const EntryValues snapshot = read_snapshot(layout, row);
    if (names.type != jbvString || snapshot.count == 0)
        raise_corrupted(layout);
    const char* text = pnstrdup(names.val.string.val, names.val.string.len);
    EntryValues result{0, nullptr, nullptr};
    result.positions = make_array_in<int>(CurrentMemoryContext, names.val.string.len);
    result.values = make_array_in<JsonbValue>(CurrentMemoryContext, names.val.string.len);
    while (*text != '\0') {
        char* end = nullptr;
        const long position = strtol(text, &end, 10);
        if (end == text || position < 0 || position >= snapshot.count)
            raise_corrupted(layout);
        result.positions[result.count] = static_cast<int>(position);
        result.values[result.count++] = snapshot.values[position];
        text = end;
    }
    return result;
}

/// Values at some positions as object keys are written; nullptr if one is NULL.
char* key_of(int count, const int* positions, const EntryValues& row)
{
    char** texts = make_array_in<char*>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++) {
        texts[i] = key_text(&row.values[positions[i]]);
        if (texts[i] == nullptr)
            return nullptr;
    }
    return object_key(count, texts);
}

}  // namespace

EntryChanges read_changes(const Layout* layout, Jsonb* data)
{
    EntryChanges result{0, nullptr};
    if (data == nullptr)
        return result;
    // Of each column position, old and new value; or of one column, whose old value is unknown.
    constexpr int kParts = 3;
    constexpr int kPartsUnknown = 2;
    const Elements parts = read_elements(layout, &data->root);
    const bool old_known = parts.count % kParts == 0;
    if (!old_known && parts.count != kPartsUnknown)
        raise_corrupted(layout);
    result.count = old_known ? parts.count / kParts : 1;
    const JsonbValue* old_values = parts.values + result.count;
    const JsonbValue* new_values = parts.values + parts.count - result.count;
    const int* positions = read_positions(layout, {result.count, parts.values});
    result.changes = make_array_in<EntryChange>(CurrentMemoryContext, result.count);
    for (int i = 0; i < result.count; i++)
        result.changes[i] = {positions[i], old_known ? &old_values[i] : nullptr, &new_values[i]};
    return result;
}

EntryValues read_snapshot(const Layout* layout, Jsonb* data)
{
    EntryValues result{0, nullptr, nullptr};
    if (data == nullptr)
        return result;
    const Elements elements = read_elements(layout, &data->root);
    if (elements.count != layout->column_count)
        raise_corrupted(layout);
    result.count = elements.count;
    result.values = elements.values;
    result.positions = make_array_in<int>(CurrentMemoryContext, elements.count);
    for (int i = 0; i < elements.count; i++)
        result.positions[i] = i;
    return result;
}

EntryValues read_details(const Layout* layout, Jsonb* details, Jsonb* row)
{
    EntryValues result{0, nullptr, nullptr};
    if (details == nullptr)
        return result;
    if (JB_ROOT_IS_SCALAR(details))
        return details_in_row(layout, *getIthJsonbValueFromContainer(&details->root, 0), row);
    const Elements parts = read_elements(layout, &details->root);
    if (parts.count != 2)
        raise_corrupted(layout);
    const Elements where = read_nested(layout, parts.values[0]);
    const Elements values = read_nested(layout, parts.values[1]);
    if (values.count != where.count)
        raise_corrupted(layout);
    result.count = where.count;
    result.positions = read_positions(layout, where);
    result.values = values.values;
    return result;
}

char* value_text(const JsonbValue* value)
{
    switch (value->type) {
        case jbvNull:
            return nullptr;
        case jbvString:
            // Bytes of a damaged page, which no character function may meet.
            if (!pg_verifymbstr(value->val.string.val, value->val.string.len, true))
                ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
                                errmsg("a text of the journal is damaged"),
                                errhint("Look for damaged storage.")));
            return pnstrdup(value->val.string.val, value->val.string.len);
        case jbvNumeric:
            return DatumGetCString(
                DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
        case jbvBool:
            return pstrdup(value->val.boolean ? "true" : "false");
        case jbvBinary:
            return JsonbToCString(nullptr, value->val.binary.data, value->val.binary.len);
        default:
            elog(ERROR, "unexpected kind of JSON value: %d", static_cast<int>(value->type));
    }
    pg_unreachable();
}

bool same_value(const JsonbValue* a, const JsonbValue* b)
{
    if (a->type != b->type)
        return false;
    switch (a->type) {
        case jbvNull:
            return true;
        case jbvBool:
            return a->val.boolean == b->val.boolean;
        case jbvString:
            return a->val.string.len == b->val.string.len &&
                   memcmp(a->val.string.val, b->val.string.val, a->val.string.len) == 0;
        case jbvBinary:
            if (a->val.binary.len == b->val.binary.len &&
                memcmp(a->val.binary.data, b->val.binary.data, a->val.binary.len) == 0)
                return true;
            break;
        default:
            break;
    }
    return strcmp(value_text(a), value_text(b)) == 0;
}

Jsonb* value_jsonb(const JsonbValue* value)
{
    return JsonbValueToJsonb(const_cast<JsonbValue*>(value));
}

Datum value_datum(const JsonbValue* value, Oid type, int32 typmod, bool* is_null)
{
    Oid input = InvalidOid;
    Oid parameter = InvalidOid;
    getTypeInputInfo(type, &input, &parameter);
    char* text = value_text(value);
    *is_null = text == nullptr;
    // Also for NULL: a domain that forbids it says so here.
    return OidInputFunctionCall(input, text, parameter, typmod);
}

char* key_text(const JsonbValue* value)
{
    return value->type == jbvBool ? pstrdup(value->val.boolean ? "t" : "f") : value_text(value);
}

char* referenced_key(const LayoutForeignKey& foreign_key, const EntryValues& row)
{
    return key_of(foreign_key.count, foreign_key.positions, row);
}

char* referenced_values(const LayoutForeignKey& foreign_key, const Layout* layout,
                        const EntryValues& row)
{
    int* positions = make_array_in<int>(CurrentMemoryContext, foreign_key.count);
    for (int i = 0; i < foreign_key.count; i++) {
        positions[i] = layout_position(layout, foreign_key.referenced[i]);
        if (positions[i] < 0)
            return nullptr;
    }
    return key_of(foreign_key.count, positions, row);
}

bool same_referenced(const LayoutForeignKey& a, const LayoutForeignKey& b)
{
    if (a.relation != b.relation || (a.referenced == nullptr) != (b.referenced == nullptr))
        return false;
    return a.referenced == nullptr ||
           (a.count == b.count && memcmp(a.referenced, b.referenced, sizeof(int) * a.count) == 0);
}

}  // namespace journal
