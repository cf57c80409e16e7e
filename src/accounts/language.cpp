// See language.hpp.
#include "accounts/language.hpp"

#include "base/memory.hpp"
#include "base/query.hpp"
#include "catalog/event_type.hpp"

namespace journal {

const char* known_language(const char* language)
{
    MemoryContext caller = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    query.run(
        "SELECT EXISTS (SELECT FROM journal.term WHERE language = $1) "
        "OR EXISTS (SELECT FROM journal.event_title WHERE language = $1) "
        "OR EXISTS (SELECT FROM journal.event_type WHERE titles ? $1)",
        {text_argument(language)}, true);
    if (!query.value(0).boolean()) {
        const uint64 count = query.run(
            "SELECT language FROM journal.term "
            "UNION SELECT language FROM journal.event_title "
            "UNION SELECT jsonb_object_keys(titles) "
            "FROM journal.event_type ORDER BY 1",
            {}, true);
        auto** known = make_array_in<const char*>(caller, count);
        for (uint64 i = 0; i < count; i++)
            known[i] = query.value(i).text(caller);
        language = known[known_code("language", language, static_cast<int>(count), known)];
    }
    query.end();
    return language;
}

}  // namespace journal
