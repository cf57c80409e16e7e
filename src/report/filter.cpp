// See filter.hpp.
#include "report/filter.hpp"

#include "catalog/event_type.hpp"
#include "report/object_type.hpp"

namespace journal {

namespace {

constexpr const char* kKeys[] = {"object_types", "transaction"};

[[noreturn]] void raise_wrong_type(const char* key, const char* expected)
{
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("filter \"%s\" has to be %s", key, expected)));
}

const char* string_of(const JsonbValue& value)
{
    return pnstrdup(value.val.string.val, value.val.string.len);
}

/// The texts of an array, sorted, each once.
TextList list_of(const char* key, const JsonbValue& value)
{
    if (value.type != jbvBinary || !JsonContainerIsArray(value.val.binary.data))
        raise_wrong_type(key, "an array of strings");
    const uint32 count = JsonContainerSize(value.val.binary.data);
    TextList list{true, static_cast<int>(count),
                  make_array_in<const char*>(CurrentMemoryContext, count)};
    for (uint32 i = 0; i < count; i++) {
        const JsonbValue* item = getIthJsonbValueFromContainer(value.val.binary.data, i);
        if (item->type != jbvString)
            raise_wrong_type(key, "an array of strings");
        list.items[i] = string_of(*item);
    }
    sort_list(&list, key);
    return list;
}

uint64 transaction_of(const char* key, const JsonbValue& value)
{
    constexpr const char* kExpected = "a transaction_id of a row, as a string or a number";
    if (value.type != jbvString && value.type != jbvNumeric)
        raise_wrong_type(key, kExpected);
    const char* text =
        value.type == jbvString
            ? string_of(value)
            : DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value.val.numeric)));
    char* end = nullptr;
    errno = 0;
    const uint64 transaction = strtou64(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *text == '-')
        raise_wrong_type(key, kExpected);
    return transaction;
}

void read_key(const char* key, const JsonbValue& value, const char* account, RowFilter* filter)
{
    if (strcmp(key, "object_types") == 0) {
        filter->object_types = list_of(key, value);
        for (int i = 0; i < filter->object_types.count; i++)
            check_object_type(filter->object_types.items[i], account);
    } else if (strcmp(key, "transaction") == 0) {
        filter->has_transaction = true;
        filter->transaction = transaction_of(key, value);
    } else {
        raise_unknown_code("filter", key, lengthof(kKeys), kKeys);
    }
}

}  // namespace

RowFilter filter_argument(FunctionCallInfo fcinfo, int number, const char* account)
{
    RowFilter filter{};
    if (PG_ARGISNULL(number))
        return filter;
    Jsonb* argument = PG_GETARG_JSONB_P(number);
    if (!JB_ROOT_IS_OBJECT(argument))
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("filter has to be a JSON object"),
                 errhint("For example: filter => '{\"object_types\": [\"order\"]}'.")));
    filter.text = JsonbToCString(nullptr, &argument->root, VARSIZE(argument));
    JsonbIterator* iterator = JsonbIteratorInit(&argument->root);
    JsonbValue value;
    JsonbIteratorToken token = JsonbIteratorNext(&iterator, &value, true);
    const char* key = nullptr;
    while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE) {
        if (token == WJB_KEY)
            key = string_of(value);
        if (token == WJB_VALUE && value.type != jbvNull &&
            !(value.type == jbvString && value.val.string.len == 0))
            read_key(key, value, account, &filter);
    }
    return filter;
}

void append_row_filter(SqlText* sql, const RowFilter& filter)
{
    if (filter.object_types.given) {
        sql->append(" AND e.object_type = ANY (");
        sql->append(text_array_argument(filter.object_types.items, filter.object_types.count));
        sql->append(")");
    }
    if (filter.has_transaction) {
        sql->append(" AND e.transaction_id = ");
        sql->append(
            {XID8OID, FullTransactionIdGetDatum(FullTransactionIdFromU64(filter.transaction))});
    }
}

}  // namespace journal
