// What values that entries are counted by are called now.
#pragma once

#include "find/tally.hpp"

namespace journal {

/// The names of objects of a type (location, employee), as of now, by the places of their keys;
/// nullptr where there is none. In the current memory context.
const char** object_names(const char* account, const char* type, const Tally& keys);

/// How event types, by their ids as texts, are called.
struct CountedEvent {
    const char* code;
    const char* title;
    const char* event_group;
    const char* group_title;
    const char* kind;
};
CountedEvent* counted_events(const char* language, const Tally& ids);

}  // namespace journal
