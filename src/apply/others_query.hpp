// What else the transaction has written since an entry, besides the rows of the sets: of each
// object the last entry, and what the first one did.
//
// Entries and rows come together by sorting: of how many there are the planner knows too little to
// join them. Parameters: the entry, and when the transaction began, a constant by which the planner
// leaves months out. Format: the keys of the sets' rows as further entries, each after UNION ALL.
#pragma once

#include "base/result_reader.hpp"

namespace journal {

constexpr const char* kOtherEntries = R"sql(
SELECT t.relation::oid AS root, o.*
FROM (SELECT DISTINCT ON (c.relation, c.object_id)
             c.relation, c.object_type, c.object_id, c.label, c.id, c.first, c.operation,
             c.account, c.occurred_at
      FROM (SELECT b.*, bool_or(b.own) OVER w AS is_own,
                   first_value(b.operation) OVER (w ORDER BY b.id) AS first
            FROM (SELECT e.relation, e.object_type, e.object_id, e.label, e.id, e.operation,
                         e.account, e.occurred_at, false AS own
                  FROM journal.entry e
                  WHERE e.id > $1 AND e.occurred_at >= $2
                    AND e.transaction_id = pg_current_xact_id()
                    AND e.operation IN ('i', 'u', 'd') AND e.change = e.id%s) b
            WINDOW w AS (PARTITION BY b.relation, b.object_id)) c
      WHERE NOT c.is_own
      ORDER BY c.relation, c.object_id, c.id DESC) o
LEFT JOIN journal.tracked_relation t ON t.id = o.relation
ORDER BY o.id)sql";

struct OtherEntry {
    Oid root;  // the table; InvalidOid if it is gone
    const char* object_type;
    const char* object_id;
    const char* label;  // or nullptr
    int64 id;
    char first;  // operations
    char last;
    const char* account;
    TimestampTz occurred_at;

    void bind(ResultReader* reader)
    {
        reader->bind("root", &root);
        reader->bind("object_type", &object_type);
        reader->bind("object_id", &object_id);
        reader->bind("label", &label);
        reader->bind("id", &id);
        reader->bind("first", &first);
        reader->bind("operation", &last);
        reader->bind("account", &account);
        reader->bind("occurred_at", &occurred_at);
    }
};

}  // namespace journal
