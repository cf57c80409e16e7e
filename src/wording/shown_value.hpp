// How values are written for people: times in a zone, money and percent, texts not too long.
//
// What differs from language to language are terms (src/sql/13_shipped_terms.sql): the forms of a
// date and of a time (as to_char has them), what groups the digits of a number, and the form of a
// column's numbers ("order_item.price.form": "# EUR"; # is the number).
#pragma once

#include "wording/words.hpp"

namespace journal {

/// What a value is of: the type of its column as layouts name it, nullptr if it was logged, and the
/// form of its column's numbers, nullptr without.
struct ValueKind {
    const char* type;
    const char* form;
};

/// What values are written by.
struct Writing {
    const Words* words;
    pg_tz* time_zone;
};

/// Appends a value on one line.
void append_value(StringInfo line, const JsonbValue* value, const ValueKind& kind,
                  const Writing& writing);

/// The same of a change's two values, with an arrow: of two long texts what differs.
void append_values(StringInfo line, const JsonbValue* old_value, const JsonbValue* new_value,
                   const ValueKind& kind, const Writing& writing);

/// Appends a text on one line, cut if it is long.
void append_text(StringInfo line, const char* text);

/// Appends the arrow between an old and a new value.
void append_arrow(StringInfo line);

/// Appends "name: ", after a semicolon if the line has begun.
void append_name(StringInfo line, const char* name);

/// Whether values of a column may be objects of JSON.
bool has_keys(const ValueKind& kind);

/// Appends the keys that differ between the old and the new object of a column of JSON, with the
/// values of each; false if they are not two objects that differ.
bool append_changed_keys(StringInfo line, const char* name, const JsonbValue* old_value,
                         const JsonbValue* new_value, const ValueKind& kind,
                         const Writing& writing);

}  // namespace journal
