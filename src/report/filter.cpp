// See filter.hpp.
#include "report/filter.hpp"

#include "base/settings.hpp"
#include "catalog/entry_data.hpp"
#include "catalog/event_type.hpp"
#include "report/object_type.hpp"
#include "values/server_text.hpp"
#include "values/text_form.hpp"

#include <algorithm>

namespace journal {

namespace {

constexpr const char* kKeys[] = {"object_types", "documents",   "columns",     "from",        "to",
                                 "search",       "actor_kinds", "transaction", "on_behalf_of"};

constexpr const char* kDocumentsExpected =
    "an array of objects like {\"type\": \"order\", \"id\": \"17\"}";

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

/// A string or number of an object by its key.
const char* member_of(const char* key, JsonbContainer* object, const char* name)
{
    JsonbValue storage;
    const JsonbValue* value =
        getKeyJsonValueFromContainer(object, name, static_cast<int>(strlen(name)), &storage);
    if (value == nullptr || (value->type != jbvString && value->type != jbvNumeric))
        raise_wrong_type(key, kDocumentsExpected);
    return value_text(value);
}

void read_documents(const char* key, const JsonbValue& value, const char* account,
                    RowFilter* filter)
{
    if (value.type != jbvBinary || !JsonContainerIsArray(value.val.binary.data))
        raise_wrong_type(key, kDocumentsExpected);
    const uint32 count = JsonContainerSize(value.val.binary.data);
    if (count == 0)
        raise_empty_list(key);
    filter->documents = make_array_in<ObjectName>(CurrentMemoryContext, count);
    for (uint32 i = 0; i < count; i++) {
        const JsonbValue* item = getIthJsonbValueFromContainer(value.val.binary.data, i);
        if (item->type != jbvBinary || !JsonContainerIsObject(item->val.binary.data) ||
            JsonContainerSize(item->val.binary.data) != 2)
            raise_wrong_type(key, kDocumentsExpected);
        ObjectName& document = filter->documents[filter->document_count++];
        document.type = member_of(key, item->val.binary.data, "type");
        document.id = shortened(pstrdup(member_of(key, item->val.binary.data, "id")), kLongestKey);
        check_object_type(document.type, account);
    }
}

const char* text_of(const char* key, const JsonbValue& value)
{
    if (value.type != jbvString && value.type != jbvNumeric && value.type != jbvBool)
        raise_wrong_type(key, "a string");
    return value_text(&value);
}

/// Raises JE001 for a column that no layout of a table has.
void check_columns(const TextList& columns)
{
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows = query.run(
        "SELECT DISTINCT c ->> 'name' FROM journal.layout, jsonb_array_elements(columns) c "
        "ORDER BY 1",
        {}, true);
    auto** known = make_array_in<const char*>(CurrentMemoryContext, rows);
    for (uint64 i = 0; i < rows; i++)
        known[i] = query.value(i).text(CurrentMemoryContext);
    for (int i = 0; i < columns.count; i++)
        if (std::none_of(known, known + rows,
                         [&](const char* name) { return strcmp(name, columns.items[i]) == 0; }))
            raise_unknown_code("column", columns.items[i], static_cast<int>(rows), known);
    query.end();
}

void know_actor_kinds(TextList* kinds)
{
    for (int i = 0; i < kinds->count; i++)
        kinds->items[i] = kActorKinds[known_code("kind of actor", kinds->items[i],
                                                 lengthof(kActorKinds), kActorKinds)];
    sort_list(kinds, "actor_kinds");
}

void read_search(const char* key, const JsonbValue& value, SearchQuery* search)
{
    const char* text = text_of(key, value);
    const bool are_few = search->add(utf8_text(text));
    if (search->count == 0 || !are_few)
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                 errmsg("filter \"%s\" has to have 1 to %d words", key, SearchQuery::kMostWords),
                 errdetail("A word is made of letters and digits.")));
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
    } else if (strcmp(key, "documents") == 0) {
        read_documents(key, value, account, filter);
    } else if (strcmp(key, "columns") == 0) {
        filter->columns = list_of(key, value);
        check_columns(filter->columns);
    } else if (strcmp(key, "from") == 0) {
        filter->from = text_of(key, value);
    } else if (strcmp(key, "to") == 0) {
        filter->to = text_of(key, value);
    } else if (strcmp(key, "search") == 0) {
        read_search(key, value, &filter->search);
    } else if (strcmp(key, "actor_kinds") == 0) {
        filter->actor_kinds = list_of(key, value);
        know_actor_kinds(&filter->actor_kinds);
    } else if (strcmp(key, "on_behalf_of") == 0) {
        filter->on_behalf_of = list_of(key, value);
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
    const char* key = nullptr;
    // Nested values come whole.
    for (JsonbIteratorToken token = JsonbIteratorNext(&iterator, &value, false); token != WJB_DONE;
         token = JsonbIteratorNext(&iterator, &value, true)) {
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
    if (filter.document_count > 0) {
        auto** types = make_array_in<const char*>(CurrentMemoryContext, filter.document_count);
        auto** ids = make_array_in<const char*>(CurrentMemoryContext, filter.document_count);
        for (int i = 0; i < filter.document_count; i++) {
            types[i] = filter.documents[i].type;
            ids[i] = filter.documents[i].id;
        }
        sql->append(" AND EXISTS (SELECT FROM unnest(");
        sql->append(text_array_argument(types, filter.document_count));
        sql->append(", ");
        sql->append(text_array_argument(ids, filter.document_count));
        sql->append(
            ") AS d (type, id) WHERE e.object_type = d.type AND e.object_id = d.id "
            "OR e.document_type = d.type AND e.document_id = d.id)");
    }
    if (filter.has_transaction) {
        sql->append(" AND e.transaction_id = ");
        sql->append(
            {XID8OID, FullTransactionIdGetDatum(FullTransactionIdFromU64(filter.transaction))});
    }
}

}  // namespace journal
