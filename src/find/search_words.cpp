// The words of an entry, as the index for searches holds them (months/search_index.hpp).
//
// They are those of all stored values, so they have whatever report/row_judge.cpp may find. The
// function depends on nothing but its arguments: an index is made of what it says.
#include "report/search_words.hpp"
#include "base/function.hpp"
#include "base/memory.hpp"
#include "report/search_text.hpp"
#include "values/packed_values.hpp"

#include <set>

namespace journal {

namespace {

enum WordsArgument { kLabel, kObjectId, kDetails, kData, kOperation };

/// A tsvector has 1 MB; of an entry with more words it is only known that it has many.
constexpr std::size_t kMostBytes = 256 * 1024;

/// No word, so no search has it by itself.
constexpr const char* kAnything = "*";

class Words {
  public:
    explicit Words(MemoryContext context) : words_(ContextAllocator<std::string_view>(context)) {}

    void add(std::string_view text)
    {
        SearchWords rest(text);
        while (bytes_ <= kMostBytes && rest.next()) {
            const std::string_view word = rest.word().text();
            if (words_.find(word) != words_.end())
                continue;
            words_.insert({pnstrdup(word.data(), word.size()), word.size()});
            bytes_ += word.size() + sizeof(int64);
        }
    }

    /// As a tsvector.
    Datum finish() const
    {
        Datum* elements = make_array_in<Datum>(CurrentMemoryContext, words_.size());
        int count = 0;
        if (bytes_ > kMostBytes)
            elements[count++] = CStringGetTextDatum(kAnything);
        else
            for (const std::string_view word : words_)
                elements[count++] = PointerGetDatum(
                    cstring_to_text_with_len(word.data(), static_cast<int>(word.size())));
        return DirectFunctionCall1(
            array_to_tsvector,
            PointerGetDatum(construct_array(elements, count, TEXTOID, -1, false, TYPALIGN_INT)));
    }

  private:
    std::set<std::string_view, std::less<>, ContextAllocator<std::string_view>> words_;
    std::size_t bytes_ = 0;
};

}  // namespace

/// search_words(label, object_id, details, data, operation)
JOURNAL_FUNCTION(journal_search_words)
{
    Words words(CurrentMemoryContext);
    const auto add = [&](std::string_view text) { words.add(text); };
    for (const int number : {kLabel, kObjectId})
        if (!PG_ARGISNULL(number))
            add(text_to_cstring(PG_GETARG_TEXT_PP(number)));
    if (!PG_ARGISNULL(kDetails))
        for_each_text(unpacked_values(PG_GETARG_DATUM(kDetails)), add);
    // Of a row that was inserted or deleted, reports show a rule's details only.
    const bool is_shown =
        !PG_ARGISNULL(kDetails) || (!PG_ARGISNULL(kOperation) && PG_GETARG_CHAR(kOperation) == 'u');
    if (!PG_ARGISNULL(kData) && is_shown)
        for_each_text(unpacked_values(PG_GETARG_DATUM(kData)), add);
    return words.finish();
}

}  // namespace journal
