// See arguments.hpp.
#include "request/arguments.hpp"

#include "base/function.hpp"
#include "base/memory.hpp"

#include <algorithm>

namespace journal {

namespace {

constexpr int kDefaultPageSize = 50;

}  // namespace

const char* text_or_null(FunctionCallInfo fcinfo, int number)
{
    if (PG_ARGISNULL(number))
        return nullptr;
    const char* given = text_to_cstring(PG_GETARG_TEXT_PP(number));
    return *given == '\0' ? nullptr : given;
}

TextList list_argument(FunctionCallInfo fcinfo, int number, const char* name)
{
    TextList list{};
    if (PG_ARGISNULL(number))
        return list;
    list.given = true;
    Datum* elements = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(number), TEXTOID, -1, false, TYPALIGN_INT, &elements,
                      &nulls, &count);
    list.items = make_array_in<const char*>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++) {
        if (nulls[i])
            ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                            errmsg("list \"%s\" contains NULL", name),
                            errhint("NULL in place of the whole list means all.")));
        const char* item = TextDatumGetCString(elements[i]);
        if (*item != '\0')
            list.items[list.count++] = item;
    }
    if (count > 0 && list.count == 0)
        return {};
    sort_list(&list, name);
    return list;
}

void raise_empty_list(const char* name)
{
    ereport(ERROR, (errcode(kEmptyList), errmsg("list \"%s\" is empty", name),
                    errhint("NULL means all.")));
}

void sort_list(TextList* list, const char* name)
{
    if (list->count == 0)
        raise_empty_list(name);
    std::sort(list->items, list->items + list->count,
              [](const char* a, const char* b) { return strcmp(a, b) < 0; });
    const char** end = std::unique(list->items, list->items + list->count,
                                   [](const char* a, const char* b) { return strcmp(a, b) == 0; });
    list->count = static_cast<int>(end - list->items);
}

int page_size_argument(FunctionCallInfo fcinfo, int number)
{
    const int size = PG_ARGISNULL(number) ? kDefaultPageSize : PG_GETARG_INT32(number);
    if (size < 1)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("page_size %d is less than 1", size)));
    return size;
}

void add_to_fingerprint(Fingerprint* fingerprint, const TextList& list)
{
    if (!list.given) {
        fingerprint->add_absent();
        return;
    }
    fingerprint->add(std::int64_t{list.count});
    for (int i = 0; i < list.count; i++)
        fingerprint->add(std::string_view(list.items[i]));
}

void add_to_fingerprint(Fingerprint* fingerprint, const char* value)
{
    if (value == nullptr)
        fingerprint->add_absent();
    else
        fingerprint->add(std::string_view(value));
}

void apply_cursor(PageRequest* request, const char* text)
{
    if (text == nullptr)
        return;
    Cursor cursor{};
    if (!decode_cursor(text, &cursor))
        ereport(ERROR, (errcode(kCursorDoesNotFit), errmsg("the page cursor is damaged"),
                        errdetail("It is not what page_cursor of a row was."),
                        errhint("Begin again without a cursor.")));
    if (cursor.descending != request->descending || cursor.fingerprint != request->fingerprint)
        ereport(ERROR, (errcode(kCursorDoesNotFit), errmsg("the page cursor does not fit"),
                        errdetail("It comes from another function, another account, another sort "
                                  "or other filters."),
                        errhint("Repeat all arguments of the first page, but for page_size and "
                                "language, or begin again without a cursor.")));
    request->has_position = true;
    request->occurred_at = cursor.occurred_at;
    request->id = cursor.id;
    request->bounds = {cursor.from, cursor.to};
}

CursorText cursor_of_row(const PageRequest& request, TimestampTz occurred_at, int64 id)
{
    return encode_cursor({request.descending, occurred_at, id, request.bounds.from,
                          request.bounds.to, request.fingerprint});
}

}  // namespace journal
