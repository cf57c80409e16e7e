// Which deletions of a page can be brought back, and what their return will ask for.
#pragma once

#include "catalog/layout.hpp"
#include "names/reference.hpp"
#include "request/entry_row.hpp"

namespace journal {

/// A reference of a deleted row, whose target may be gone.
struct DeletedReference {
    const LayoutForeignKey* key;
    Reference* reference;
};

struct Restorable {
    bool possible;  // the type and the table allow it, the row is kept, and nobody has restored it
    bool support;   // by support only
    Oid table;      // of what is possible
    int reference_count;
    DeletedReference* references;
};

/// Finds what can be brought back of count entries, by whoever it is; restore is what their event
/// types say of that. In the current memory context.
Restorable* find_restorable(const EntryRows& rows, const char* const* restore);

/// Asks whether the rows are there to which those that can be brought back referred.
void ask_references(const EntryRows& rows, Restorable* restorable, References* references);

/// What bringing the row back will ask for, as text[]: support, reason, override:column. When the
/// references are resolved.
ArrayType* needs_of(const EntryRow& entry, const Restorable& restorable);

}  // namespace journal
