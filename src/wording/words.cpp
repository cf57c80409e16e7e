// See words.hpp.
#include "wording/words.hpp"

#include "request/entry_row.hpp"
#include "wording/title_query.hpp"

#include <algorithm>

namespace journal {

namespace {

constexpr const char* kFallbackLanguage = "en";

}  // namespace

Words Words::load(const char* language, MemoryContext context)
{
    Words words{};
    words.context_ = context;
    words.language_ = language;
    Query query = Query::begin(RunAs::kOwner);
    // In bytewise order, as find searches.
    const uint64 rows = query.run(
        "SELECT DISTINCT ON (code COLLATE \"C\") code, text FROM journal.term "
        "WHERE language IN ($1, $2) ORDER BY code COLLATE \"C\", language = $1 DESC, is_core",
        {text_argument(language), text_argument(kFallbackLanguage)}, true);
    words.count_ = static_cast<int>(rows);
    words.words_ = make_array_in<Word>(context, rows);
    for (uint64 i = 0; i < rows; i++)
        words.words_[i] = {query.value(i, "code").text(context),
                           query.value(i, "text").text(context)};
    query.end();
    return words;
}

const char* Words::find(const char* code) const
{
    const Word* begin = words_;
    const Word* end = words_ + count_;
    const Word* found = std::lower_bound(
        begin, end, code, [](const Word& word, const char* c) { return strcmp(word.code, c) < 0; });
    return found != end && strcmp(found->code, code) == 0 ? found->text : nullptr;
}

const char* Words::word(const char* code) const
{
    const char* text = find(code);
    return text == nullptr ? code : text;
}

const char* Words::find_name(const char* object_type, const char* name) const
{
    const char* text =
        object_type == nullptr ? nullptr : find(psprintf("%s.%s", object_type, name));
    return text == nullptr ? find(name) : text;
}

const char* Words::name(const char* object_type, const char* name) const
{
    const char* text = find_name(object_type, name);
    return text == nullptr ? name : text;
}

const char* Words::form(const char* object_type, const char* name) const
{
    return find_name(object_type, psprintf("%s.form", name));
}

EventTypeTitle* Words::event_types(const int32* ids, int count, int* found) const
{
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows = query.run(kEventTitles,
                                  {int4_array_argument(ids, count), text_argument(language_),
                                   text_argument(kFallbackLanguage)},
                                  true);
    auto* types = make_array_in<EventTypeTitle>(context_, rows);
    for (uint64 i = 0; i < rows; i++)
        types[i] = {query.value(i, "id").int4(),
                    query.value(i, "code").text(context_),
                    query.value(i, "title").text(context_),
                    query.value(i, "event_group").text(context_),
                    nullptr,
                    query.value(i, "kind").text(context_),
                    query.value(i, "restore").text(context_)};
    const uint64 groups =
        query.run(kGroupTitles, {text_argument(language_), text_argument(kFallbackLanguage)}, true);
    for (uint64 i = 0; i < rows; i++) {
        types[i].group_title = types[i].event_group;
        for (uint64 j = 0; j < groups; j++)
            if (strcmp(query.value(j, "code").text(context_), types[i].event_group) == 0)
                types[i].group_title = query.value(j, "title").text(context_);
    }
    query.end();
    *found = static_cast<int>(rows);
    return types;
}

}  // namespace journal
