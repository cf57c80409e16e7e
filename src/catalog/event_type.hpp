// Event types: looking them up by code, and the hint for a code that does not exist.
#pragma once

#include "base/pg.hpp"

namespace journal {

struct EventType {
    int32 id;
    const char* code;
    const char* event_group;
    const char* kind;  // created, deleted, changed, other
    const char* object_type;
    const char* restore;  // journal, support or nullptr
    bool is_core;
};

/// The event type of that code, in the current memory context; raises JE001 with the nearest codes
/// as a hint.
EventType* event_type_by_code(const char* code);

/// The same by id; an internal error if there is none.
EventType* event_type_by_id(int32 id);

/// Id of the event type code, adding it (not core, in the group of that object type's core events
/// or 'other') if there is none yet, and setting *added then. kind as in EventType; a deletion that
/// is added may be restored, unless the shipped catalogue says of that object type what may. Runs
/// as the owner; safe against concurrent adders.
int32 ensure_event_type(const char* code, const char* kind, const char* object_type, bool* added);

/// Position in a list of known codes of one that is given, in any case of letters if none is
/// written the same; JE001 if it is not among them. what names the thing, as below.
int known_code(const char* what, const char* code, int known_count, const char* const* known);

/// Raises JE001 for a code that does not exist in a list of known ones; what names the thing
/// ("event type", "plan"). The nearest known codes (by Levenshtein distance) go into the hint.
[[noreturn]] void raise_unknown_code(const char* what, const char* code, int known_count,
                                     const char* const* known);

}  // namespace journal
