// The text form of a value that reads back to the very same value, whatever the session's settings.
//
// Objects are named by their OIDs (reg* types): a name may be another object's tomorrow, and means
// nothing without a search_path. Their types' input functions take OIDs too.
//
// Numbers, dates, enums and the like are written directly (values/text_in_place.hpp), and so is
// bytea. Most other types' output does not depend on settings and is called as it is; only what is
// left (ranges, arrays of dates, money, composites, …) needs the settings switched
// around the call, which costs microseconds. Reading back is the type's input function under
// enter_exact_settings().
#pragma once

#include "base/pg.hpp"

namespace journal {

/// How the values of one type become text; prepared once, used for many values.
struct TextForm {
    Oid type;               // base type
    int room;               // as room_in_place has it
    bool has_object_names;  // an array of a reg* type
    bool exact;             // needs the exact settings around its output function
    FmgrInfo output;
};

/// Whether a type is a reg* type.
bool is_object_name(Oid type);

/// Prepares a type's text form; function look-up data goes into context.
void prepare_text_form(TextForm* form, Oid type, MemoryContext context);

/// The text form of a value that is not NULL, in the current memory context.
char* text_form(TextForm* form, Datum value);

/// The same for a single value of a type.
char* text_form_once(Oid type, Datum value);

/// The longest texts, in bytes, that indexes of the journal hold: an index row has to fit into a
/// third of a page, and a change must not fail because of a long key.
inline constexpr int kLongestKey = 1000;
inline constexpr int kLongestObjectType = 200;

/// The key of an object: the text form of its one key column, or a JSON array of the text forms of
/// several, shortened to kLongestKey. texts are not null.
char* object_key(int count, char* const* texts);

/// A text as the journal's indexes hold it: of one that is longer than limit bytes the beginning,
/// followed by an ellipsis and the MD5 of the whole. What was shortened stays as it is.
char* shortened(char* text, int limit);

/// Whether a text is what shortened made of a longer one.
bool is_shortened(const char* text, int limit);

/// Raises an error for an object type that is longer than kLongestObjectType.
void check_object_type(const char* object_type);

}  // namespace journal
