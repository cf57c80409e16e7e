// See feed_filter.hpp.
#include "feed/feed_filter.hpp"

#include "base/function.hpp"
#include "base/query.hpp"
#include "catalog/event_type.hpp"

namespace journal {

namespace {

constexpr const char* kKeys[] = {"accounts", "events", "object_types"};

/// What a key of the filter compares, and with what.
constexpr const char* kColumns[] = {"account", "event", "object_type"};

/// A list of texts as an array in SQL; the texts are in list.
const char* read_list(const char* key, const JsonbValue& value, Vector<const char*>* list)
{
    bool valid = value.type == jbvBinary && JsonContainerIsArray(value.val.binary.data) &&
                 JsonContainerSize(value.val.binary.data) > 0;
    StringInfoData array;
    initStringInfo(&array);
    appendStringInfoString(&array, "ARRAY[");
    const uint32 count = valid ? JsonContainerSize(value.val.binary.data) : 0;
    for (uint32 i = 0; i < count; i++) {
        const JsonbValue* item = getIthJsonbValueFromContainer(value.val.binary.data, i);
        valid = valid && item->type == jbvString;
        if (!valid)
            break;
        list->push_back(pnstrdup(item->val.string.val, item->val.string.len));
        appendStringInfo(&array, "%s%s", i == 0 ? "" : ", ", quote_literal_cstr(list->back()));
    }
    if (!valid)
        ereport(
            ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
             errmsg("key \"%s\" of the filter has to be a list of texts", key),
             errhint("For example {\"%s\": [\"one\", \"two\"]}; leave the key out for all.", key)));
    appendStringInfoString(&array, "]::pg_catalog.text[]");
    return array.data;
}

/// The codes of events, groups ("group:orders") and kinds ("kind:deleted"), as an array in SQL.
const char* event_codes(const Vector<const char*>& wanted)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 known = query.run(
        "SELECT code FROM journal.event_type UNION SELECT 'group:' || event_group FROM "
        "journal.event_type UNION SELECT 'kind:' || kind FROM journal.event_type ORDER BY 1",
        {}, true);
    auto** names = make_array_in<const char*>(context, known);
    for (uint64 i = 0; i < known; i++)
        names[i] = query.value(i).text(context);
    StringInfoData array;
    initStringInfo(&array);
    for (const char* one : wanted)
        appendStringInfo(
            &array, "%s%s", array.len == 0 ? "ARRAY[" : ", ",
            quote_literal_cstr(names[known_code("event", one, static_cast<int>(known), names)]));
    appendStringInfoString(&array, "]");
    query.run(psprintf("SELECT 'ARRAY[' || coalesce(string_agg(quote_literal(code), ', '), '') || "
                       "']::pg_catalog.text[]' FROM journal.event_type WHERE code = ANY (%s) OR "
                       "'group:' || event_group = ANY (%s) OR 'kind:' || kind = ANY (%s)",
                       array.data, array.data, array.data),
              {}, true);
    const char* codes = query.value(0).text(context);
    query.end();
    return codes;
}

}  // namespace

const char* feed_condition(const Jsonb* filter)
{
    if (filter == nullptr)
        return "";
    if (!JB_ROOT_IS_OBJECT(filter))
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the filter has to be an object"),
                 errhint("For example {\"events\": [\"group:orders\"]}.")));
    StringInfoData condition;
    initStringInfo(&condition);
    auto* container = const_cast<JsonbContainer*>(&filter->root);
    JsonbIterator* iterator = JsonbIteratorInit(container);
    JsonbValue value;
    const char* key = nullptr;
    for (JsonbIteratorToken token = JsonbIteratorNext(&iterator, &value, true); token != WJB_DONE;
         token = JsonbIteratorNext(&iterator, &value, true)) {
        if (token == WJB_KEY) {
            key = pnstrdup(value.val.string.val, value.val.string.len);
            continue;
        }
        if (token != WJB_VALUE)
            continue;
        std::size_t number = 0;
        while (number < lengthof(kKeys) && strcmp(kKeys[number], key) != 0)
            number++;
        if (number == lengthof(kKeys))
            raise_unknown_code("key of the filter", key, lengthof(kKeys), kKeys);
        Vector<const char*> list(CurrentMemoryContext);
        const char* array = read_list(key, value, &list);
        if (strcmp(key, "events") == 0)
            array = event_codes(list);
        appendStringInfo(&condition, " AND v.%s = ANY (%s)", kColumns[number], array);
    }
    return condition.data;
}

}  // namespace journal
