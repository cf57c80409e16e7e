// What a row of a report leads to: the document, what the row refers to or was said to refer to,
// and the row itself.
#pragma once

#include "catalog/layout.hpp"
#include "names/reference.hpp"

namespace journal {

struct Link {
    const char* type;
    const char* id;
    const char* label;   // as it was logged, else nullptr
    const char* column;  // that refers to it; nullptr: none does, or it is not known
    Reference* reference;
};

struct Links {
    int count;
    Link* items;
    const Link* document;  // nullptr: the object is its own document
    const Link* own;       // nullptr: an event without an object
};

/// Asks references for the names and the presence of what an entry leads to: the document first,
/// the object itself last.
Links collect_links(const EntryRow& entry, References* references);

/// [{"type", "id", "label", "exists", "column"}]. References have to be resolved.
Jsonb* links_json(const Links& links);

}  // namespace journal
