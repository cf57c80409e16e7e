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
    AttrNumber label;  // the present columns; InvalidAttrNumber without one, or if it is gone
    AttrNumber account;
    bool records_all;  // every change gives an entry, and what is there does not count as deleted
    // Names that rows have now were theirs after the entry of this number, but for what
    // journal.rename and deletions say, and after this moment; PG_INT64_MAX: never.
    int64 named_since;
    TimestampTz lost_until;
    // The journal has seen all that happened to its rows since it began with them, under one object
    // type that no other table has had.
    bool is_whole;
    // Policies may hide rows from the caller, and their names with them: the journal does not know
    // whose the rows are.
    bool may_hide_rows;
};

enum class Presence : char {
    kUnknown,  // the caller may not read the table, or there is none, or it has no key
    kAbsent,
    kPresent,
};

struct LiveRow {
    Presence presence;
    bool is_deleted;  // it is there and counts as deleted (track's deleted_when)
    bool is_others;   // the row is of another account than the one that is read
    bool has_label;   // the label column may be read, and the row is not another's
    const char* label;
};

/// Whether the caller may read the names of all of a target's rows by himself.
bool sees_names(const Target& target);

/// With whose rights rows are looked up.
enum class LookUpAs {
    kCaller,
    kOwner,  // the table's; all rows are seen, and code of the table runs restricted
};

/// Looks up count keys of a target's live rows. rows is allocated by the caller. Where the target
/// says a row's account, only rows of account, or of none, have labels. Labels are allocated in
/// context.
void look_up_live(const Target& target, LookUpAs rights, const char* account, int count,
                  const char* const* keys, MemoryContext context, LiveRow* rows);

}  // namespace journal
