// Live rows behind references: whether they exist, and what they are called now, as far as the
// caller may see. Keys come from the journal, where a table may have had another key type, and from
// what applications logged; one that cannot be a key of the table is the key of no row.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// A relation that references lead to.
struct Target {
    int32 id;  // tracked_relation.id
    Oid relation;
    const char* capture;
    const char* object_type;  // nullptr if it has only names kept
    int32 label_column;       // identity; 0 without one
    int32 account_column;     // identity; 0 without one
};

enum class Presence : char {
    kUnknown,  // the caller may not read the table, or there is none, or it has no key
    kAbsent,
    kPresent,
};

struct LiveRow {
    Presence presence;
    bool has_label;  // the caller may read the label column, and the row is of the account or none
    const char* label;
};

/// The label's attribute number in a target's table; InvalidAttrNumber without one, or if it is
/// gone.
AttrNumber label_attribute(const Target& target);

/// Looks up count keys of a target's live rows with the caller's rights. rows is allocated by the
/// caller. Where the target says a row's account, only rows of account, or of none, have labels.
/// Labels are allocated in context.
void look_up_live(const Target& target, const char* account, int count, const char* const* keys,
                  MemoryContext context, LiveRow* rows);

}  // namespace journal
