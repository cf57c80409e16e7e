// What an entry says beyond its title: the values that changed, or that a rule names, with the
// names of what foreign keys refer to; as jsonb, and as one line in a language.
#pragma once

#include "catalog/entry_data.hpp"
#include "names/reference.hpp"
#include "wording/shown_value.hpp"
#include "wording/titles.hpp"

namespace journal {

struct DetailValue {
    const LayoutColumn* column;
    bool masked;                  // that it is one is told, its values are not
    const JsonbValue* old_value;  // nullptr: unknown, or none
    const JsonbValue* new_value;
    Reference* old_name;  // nullptr: refers to nothing
    Reference* new_name;
};

struct Details {
    int change_count;
    DetailValue* changes;
    int value_count;
    DetailValue* values;  // new_value only
    bool is_generic;      // its title does not say which column: each is named
};

/// Reads an entry's changes and values and asks references for the names in them.
Details collect_details(const EntryRow& entry, const EventTypeTitle& event, References* references);

/// The details as api.md describes them; nullptr if there are none. Names have to be resolved.
Jsonb* details_json(const EntryRow& entry, const Details& details);

/// The details as one line; nullptr if there are none.
const char* details_text(const EntryRow& entry, const Details& details, Titles* titles,
                         const Writing& writing);

}  // namespace journal
