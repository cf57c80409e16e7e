// See value_names.hpp.
#include "find/value_names.hpp"

#include "names/reference.hpp"
#include "wording/words.hpp"

#include <algorithm>

namespace journal {

const char** object_names(const char* account, const char* type, const Tally& keys)
{
    References references(CurrentMemoryContext);
    const int count = keys.value_count();
    auto** asked = make_array_in<Reference*>(CurrentMemoryContext, count);
    // An entry later than all others: names are as of now.
    EntryRow now{};
    now.id = PG_INT64_MAX - 1;
    now.occurred_at = GetCurrentTimestamp();
    now.transaction_id = FullTransactionIdGetDatum(ReadNextFullTransactionId());
    for (int i = 0; i < count; i++) {
        if (keys.value(i) == nullptr)
            continue;
        asked[i] = references.to_object(now, type, keys.value(i));
        asked[i]->wants_label = true;
    }
    references.resolve(account);
    auto** names = make_array_in<const char*>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++)
        if (asked[i] != nullptr)
            names[i] = asked[i]->label;
    return names;
}

CountedEvent* counted_events(const char* language, const Tally& ids)
{
    MemoryContext context = CurrentMemoryContext;
    const int count = ids.value_count();
    auto* numbers = make_array_in<int32>(context, count);
    for (int i = 0; i < count; i++)
        numbers[i] = pg_strtoint32(ids.value(i));
    int found = 0;
    const EventTypeTitle* titles =
        Words::load(language, context).event_types(numbers, count, &found);
    auto* events = make_array_in<CountedEvent>(context, count);
    for (int i = 0; i < count; i++) {
        const EventTypeTitle* title =
            std::lower_bound(titles, titles + found, numbers[i],
                             [](const EventTypeTitle& one, int32 id) { return one.id < id; });
        if (title == titles + found || title->id != numbers[i])
            ereport(ERROR,
                    (errcode(ERRCODE_DATA_CORRUPTED),
                     errmsg("event type %d is missing from journal.event_type", numbers[i])));
        events[i] = {title->code, title->title, title->event_group, title->group_title,
                     title->kind};
    }
    return events;
}

}  // namespace journal
