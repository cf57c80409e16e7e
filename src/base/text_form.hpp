// The text form of a value that reads back to the very same value, whatever the session's settings.
//
// Most types' output does not depend on settings and is called as it is; dates, floats and bytea
// are written directly; only what is left (ranges, arrays of dates, money, reg* types, composites,
// …) needs the settings switched around the call, which costs microseconds. Reading back is the
// type's input function under enter_exact_settings().
#pragma once

#include "base/pg.hpp"

namespace journal {

/// How the values of one type become text; prepared once, used for many values.
struct TextForm {
    Oid type;     // base type
    bool direct;  // written by ourselves
    bool exact;   // needs the exact settings around its output function
    FmgrInfo output;
};

/// Prepares a type's text form; function look-up data goes into context.
void prepare_text_form(TextForm* form, Oid type, MemoryContext context);

/// The text form of a value that is not NULL, in the current memory context.
char* text_form(TextForm* form, Datum value);

/// The same for a single value of a type.
char* text_form_once(Oid type, Datum value);

/// The key of an object: the text form of its one key column, or a JSON array of the text forms of
/// several. texts are not null.
char* object_key(int count, char* const* texts);

}  // namespace journal
