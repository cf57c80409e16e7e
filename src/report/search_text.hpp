// The texts in which a search looks for words: of stored values, all that is in them.
#pragma once

#include "base/pg.hpp"
#include "values/server_text.hpp"

namespace journal {

template <typename Take>
void for_each_text(const JsonbValue& value, const Take& take);

/// Calls take(text), in UTF-8, for each key, string and number of a jsonb container.
template <typename Take>
void for_each_text(JsonbContainer* container, const Take& take)
{
    JsonbIterator* iterator = JsonbIteratorInit(container);
    JsonbValue item;
    for (JsonbIteratorToken token = JsonbIteratorNext(&iterator, &item, false); token != WJB_DONE;
         token = JsonbIteratorNext(&iterator, &item, false))
        if (token == WJB_KEY || token == WJB_VALUE || token == WJB_ELEM)
            for_each_text(item, take);
}

template <typename Take>
void for_each_text(Jsonb* jsonb, const Take& take)
{
    for_each_text(&jsonb->root, take);
}

/// The same for a value of one. true, false and null are no texts.
template <typename Take>
void for_each_text(const JsonbValue& value, const Take& take)
{
    if (value.type == jbvString) {
        take(utf8_text({value.val.string.val, static_cast<std::size_t>(value.val.string.len)}));
    } else if (value.type == jbvNumeric) {
        take(std::string_view(
            DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value.val.numeric)))));
    } else if (value.type == jbvBinary) {
        for_each_text(value.val.binary.data, take);
    }
}

}  // namespace journal
