// One row of journal.entry: forming it and putting it into its month.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// What an entry says. Pointers are borrowed until write_entry returns; nullptr is SQL NULL.
struct Entry {
    int64 id;  // 0: one of its own
    TimestampTz occurred_at;
    TimestampTz recorded_at;  // 0: when it occurred
    int64 change;             // 0: the entry's own id
    int64 restores;           // 0: none
    CommandId command;
    int32 event_type;
    int32 relation;  // 0: none
    int32 layout;    // 0: none
    char operation;  // i, u, d, l
    bool reported;
    bool backfilled;
    const char* account;  // never null
    const char* location;
    const char* employee;
    const char* object_type;
    const char* object_id;
    const char* previous_id;
    const char* document_type;
    const char* document_id;
    const char* other_type;  // another object in whose history it stands
    const char* other_id;
    const char* label;
    const bytea* links;  // all three packed (values/packed_writer.hpp)
    const bytea* details;
    const bytea* data;
};

/// Writes the entry at once and returns its id. Transaction, session and context are those of the
/// moment.
int64 write_entry(const Entry& entry);

}  // namespace journal
