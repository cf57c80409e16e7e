// See encoder.hpp. The array is built by PostgreSQL's own JsonbParseState, so its binary form is
// the server's.
#include "capture/encoder.hpp"

#include "base/memory.hpp"
#include "base/text_form.hpp"

namespace journal {

namespace {

enum class ValueForm : char { kBoolean, kInt2, kInt4, kInt8, kNumeric, kString, kJsonb, kText };

ValueForm form_of(Oid type)
{
    switch (type) {
        case BOOLOID:
            return ValueForm::kBoolean;
        case INT2OID:
            return ValueForm::kInt2;
        case INT4OID:
            return ValueForm::kInt4;
        case INT8OID:
            return ValueForm::kInt8;
        case NUMERICOID:
            return ValueForm::kNumeric;
        case TEXTOID:
        case VARCHAROID:
        case BPCHAROID:
            return ValueForm::kString;
        case JSONBOID:
            return ValueForm::kJsonb;
        default:
            return ValueForm::kText;
    }
}

struct ColumnEncoder {
    ValueForm form;
    bool by_value;
    bool is_array;
    int16 length;
    TextForm text;
};

bool is_hidden(const PlanColumn& column)
{
    return column.mode == ColumnMode::kExcluded || column.mode == ColumnMode::kMasked ||
           column.mode == ColumnMode::kVirtual;
}

JsonbValue string_value(char* characters, int length)
{
    JsonbValue value;
    value.type = jbvString;
    value.val.string.val = characters;
    value.val.string.len = length;
    return value;
}

JsonbValue numeric_value(Numeric number)
{
    JsonbValue value;
    value.type = jbvNumeric;
    value.val.numeric = number;
    return value;
}

JsonbValue text_value(ColumnEncoder& encoder, Datum datum)
{
    char* text = text_form(&encoder.text, datum);
    return string_value(text, static_cast<int>(strlen(text)));
}

JsonbValue encode(ColumnEncoder& encoder, Datum datum)
{
    JsonbValue value;
    switch (encoder.form) {
        case ValueForm::kBoolean:
            value.type = jbvBool;
            value.val.boolean = DatumGetBool(datum);
            return value;
        case ValueForm::kInt2:
            return numeric_value(int64_to_numeric(DatumGetInt16(datum)));
        case ValueForm::kInt4:
            return numeric_value(int64_to_numeric(DatumGetInt32(datum)));
        case ValueForm::kInt8:
            return numeric_value(int64_to_numeric(DatumGetInt64(datum)));
        case ValueForm::kNumeric: {
            const Numeric number = DatumGetNumeric(datum);
            if (numeric_is_nan(number) || numeric_is_inf(number))
                return text_value(encoder, datum);
            return numeric_value(number);
        }
        case ValueForm::kString: {
            text* characters = DatumGetTextPP(datum);
            return string_value(VARDATA_ANY(characters),
                                static_cast<int>(VARSIZE_ANY_EXHDR(characters)));
        }
        case ValueForm::kJsonb: {
            Jsonb* document = DatumGetJsonbP(datum);
            if (JB_ROOT_IS_SCALAR(document))
                return text_value(encoder, datum);
            value.type = jbvBinary;
            value.val.binary.data = &document->root;
            value.val.binary.len = static_cast<int>(VARSIZE(document) - VARHDRSZ);
            return value;
        }
        case ValueForm::kText:
            break;
    }
    return text_value(encoder, datum);
}

void push_null(JsonbParseState** state)
{
    JsonbValue value;
    value.type = jbvNull;
    pushJsonbValue(state, WJB_ELEM, &value);
}

void push_integer(JsonbParseState** state, int number)
{
    JsonbValue value = numeric_value(int64_to_numeric(number));
    pushJsonbValue(state, WJB_ELEM, &value);
}

}  // namespace

struct RowEncoder {
    ColumnEncoder* columns;
};

namespace {

void push_column(JsonbParseState** state, const RelationPlan* plan, int position,
                 const RowImage& row)
{
    if (row.nulls[position] || is_hidden(plan->columns[position])) {
        push_null(state);
        return;
    }
    JsonbValue value = encode(plan->encoder->columns[position], row.values[position]);
    pushJsonbValue(state, WJB_ELEM, &value);
}

void push_columns(JsonbParseState** state, const RelationPlan* plan, const int* positions,
                  int count, const RowImage& row)
{
    pushJsonbValue(state, WJB_BEGIN_ARRAY, nullptr);
    for (int i = 0; i < count; i++)
        push_column(state, plan, positions[i], row);
    pushJsonbValue(state, WJB_END_ARRAY, nullptr);
}

void push_positions(JsonbParseState** state, const int* positions, int count)
{
    pushJsonbValue(state, WJB_BEGIN_ARRAY, nullptr);
    for (int i = 0; i < count; i++)
        push_integer(state, positions[i]);
    pushJsonbValue(state, WJB_END_ARRAY, nullptr);
}

Jsonb* finish(JsonbParseState** state)
{
    return JsonbValueToJsonb(pushJsonbValue(state, WJB_END_ARRAY, nullptr));
}

// Two pointers to the same out-of-line value.
bool same_toast(Datum a, Datum b)
{
    auto* x = reinterpret_cast<varlena*>(DatumGetPointer(a));
    auto* y = reinterpret_cast<varlena*>(DatumGetPointer(b));
    if (!VARATT_IS_EXTERNAL_ONDISK(x) || !VARATT_IS_EXTERNAL_ONDISK(y))
        return false;
    struct varatt_external p, q;
    VARATT_EXTERNAL_GET_POINTER(p, x);
    VARATT_EXTERNAL_GET_POINTER(q, y);
    return p.va_valueid == q.va_valueid && p.va_toastrelid == q.va_toastrelid;
}

// Whether two arrays are the same but for a bitmap of NULLs, which an array keeps when its last
// NULL is replaced.
bool same_array(ColumnEncoder& encoder, Datum a, Datum b)
{
    return ARR_HASNULL(DatumGetArrayTypeP(a)) != ARR_HASNULL(DatumGetArrayTypeP(b)) &&
           strcmp(text_form(&encoder.text, a), text_form(&encoder.text, b)) == 0;
}

}  // namespace

RowImage row_image(const RelationPlan* plan, TupleTableSlot* slot)
{
    slot_getallattrs(slot);
    RowImage image{make_array_in<Datum>(CurrentMemoryContext, plan->column_count),
                   make_array_in<bool>(CurrentMemoryContext, plan->column_count)};
    for (int i = 0; i < plan->column_count; i++) {
        const AttrNumber number = plan->columns[i].number;
        image.values[i] = slot->tts_values[number - 1];
        image.nulls[i] = slot->tts_isnull[number - 1];
    }
    return image;
}

RowEncoder* encoder_for(RelationPlan* plan)
{
    if (plan->encoder != nullptr)
        return plan->encoder;
    auto* encoder = make_in<RowEncoder>(plan->context);
    encoder->columns = make_array_in<ColumnEncoder>(plan->context, plan->column_count);
    for (int i = 0; i < plan->column_count; i++) {
        ColumnEncoder& column = encoder->columns[i];
        column.form = form_of(getBaseType(plan->columns[i].type));
        column.is_array = OidIsValid(get_element_type(getBaseType(plan->columns[i].type)));
        get_typlenbyval(plan->columns[i].type, &column.length, &column.by_value);
        prepare_text_form(&column.text, plan->columns[i].type, plan->context);
    }
    plan->encoder = encoder;
    return encoder;
}

Jsonb* encode_row(RelationPlan* plan, const RowImage& row)
{
    JsonbParseState* state = nullptr;
    pushJsonbValue(&state, WJB_BEGIN_ARRAY, nullptr);
    for (int i = 0; i < plan->column_count; i++)
        push_column(&state, plan, i, row);
    return finish(&state);
}

Jsonb* encode_changes(RelationPlan* plan, const int* positions, int count, const RowImage* old_row,
                      const RowImage& new_row)
{
    JsonbParseState* state = nullptr;
    pushJsonbValue(&state, WJB_BEGIN_ARRAY, nullptr);
    push_positions(&state, positions, count);
    if (old_row != nullptr)
        push_columns(&state, plan, positions, count, *old_row);
    else
        push_null(&state);
    push_columns(&state, plan, positions, count, new_row);
    return finish(&state);
}

Jsonb* encode_details(RelationPlan* plan, const int* positions, int count, const RowImage& row)
{
    JsonbParseState* state = nullptr;
    pushJsonbValue(&state, WJB_BEGIN_ARRAY, nullptr);
    push_positions(&state, positions, count);
    push_columns(&state, plan, positions, count, row);
    return finish(&state);
}

Jsonb* encode_links(RelationPlan* plan, const RowImage& row)
{
    if (plan->link_count == 0)
        return nullptr;
    JsonbParseState* state = nullptr;
    pushJsonbValue(&state, WJB_BEGIN_ARRAY, nullptr);
    for (int i = 0; i < plan->link_count; i++) {
        char* key = row_key(plan, plan->links[i]->positions, plan->links[i]->count, row);
        if (key == nullptr) {
            push_null(&state);
            continue;
        }
        JsonbValue value = string_value(key, static_cast<int>(strlen(key)));
        pushJsonbValue(&state, WJB_ELEM, &value);
    }
    return finish(&state);
}

char* column_text(RelationPlan* plan, int position, const RowImage& row)
{
    if (row.nulls[position])
        return nullptr;
    return text_form(&plan->encoder->columns[position].text, row.values[position]);
}

char* account_of(RelationPlan* plan, const RowImage& row)
{
    char* account = plan->account < 0 ? nullptr : column_text(plan, plan->account, row);
    return account == nullptr ? nullptr : shortened(account, kLongestAccount);
}

char* row_key(RelationPlan* plan, const int* positions, int count, const RowImage& row)
{
    if (count == 0)
        return nullptr;
    char* texts[INDEX_MAX_KEYS];
    for (int i = 0; i < count; i++) {
        texts[i] = column_text(plan, positions[i], row);
        if (texts[i] == nullptr)
            return nullptr;
    }
    return object_key(count, texts);
}

bool column_differs(RelationPlan* plan, int position, const RowImage& old_row,
                    const RowImage& new_row)
{
    ColumnEncoder& column = plan->encoder->columns[position];
    if (old_row.nulls[position] || new_row.nulls[position])
        return old_row.nulls[position] != new_row.nulls[position];
    const Datum a = old_row.values[position];
    const Datum b = new_row.values[position];
    if (column.length == -1 && same_toast(a, b))
        return false;
    if (datum_image_eq(a, b, column.by_value, column.length))
        return false;
    return !(column.is_array && column.length == -1 && same_array(column, a, b));
}

}  // namespace journal
