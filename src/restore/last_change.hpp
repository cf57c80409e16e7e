// The last that happened to an object: a change that brought its row, or took it away.
#pragma once

#include "base/entry_ids.hpp"
#include "base/object_lookup.hpp"

namespace journal {

/// The last change of an object of a relation as a row "last" of id and operation, for FROM;
/// is_object: the condition that an entry e is about it. Format: that e is in one of some months.
#define LAST_CHANGE(is_object, relation)                                                 \
    "CROSS JOIN LATERAL (SELECT e.id, e.operation FROM journal.entry e WHERE " is_object \
    "   AND e.relation = " relation                                                      \
    " AND e.id = e.change AND NOT e.backfilled AND %s "                                  \
    "   AND (e.operation IN ('i', 'd') OR e.previous_id IS NOT NULL) "                   \
    " ORDER BY e.id DESC LIMIT 1) last "

/// An entry, the deletion that it restores, and the last change of its object.
struct LastChange {
    int64 entry;
    int64 restores;
    int64 last;
    char operation;

    void bind(ResultReader* reader)
    {
        reader->bind("id", &entry);
        reader->bind("restores", &restores);
        reader->bind("last", &last);
        reader->bind("operation", &operation);
    }
};

/// The last changes of the objects of some entries (sorted, not empty), in each entry's account;
/// accounts (text[]), unless it is 0: or in one of these. The reader is to be closed.
ResultReader read_last_changes(const Ids& entries, Datum accounts);

/// Has a query's rows looked up by index, whatever the server knows of how many entries there are.
void look_up_by_index(Query* query);

}  // namespace journal
