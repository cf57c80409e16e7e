// Entries later than the rows found, event_journal_issues, newest first.
//
// Nothing is looked up by id in what is found: of how much that is the planner knows too little.
// Parameters: the first entry of what is undone and its time, its transactions, and its change, or
// 0 if whole transactions are undone. Format: twice, that entry j is in a month that can hold a
// later one.
#pragma once

#include "base/result_reader.hpp"

namespace journal {

constexpr const char* kLaterEntries = R"sql(
SELECT e.place, e.transaction_id, e.occurred_at, e.employee, s.acting_role::text AS role,
       e.account, e.operation, e.layout, e.data, e.previous_id IS NOT NULL AS moves, e.derived
FROM (SELECT f.place, f.since, j.*
      FROM event_journal_issues f
      JOIN journal.entry j ON j.relation = f.relation AND j.object_id = f.key
      WHERE j.id > $1 AND j.occurred_at >= $2 AND %s
      UNION ALL
      SELECT f.place, f.since, j.*
      FROM event_journal_issues f
      JOIN journal.entry j
        ON j.relation = f.relation AND j.previous_id = f.key AND j.object_id <> f.key
      WHERE j.id > $1 AND j.occurred_at >= $2 AND %s) e
JOIN journal.session s ON s.id = e.session
WHERE e.id > e.since AND NOT e.backfilled AND e.operation IN ('i', 'u', 'd')
  AND CASE WHEN $4 = 0 THEN e.transaction_id <> ALL ($3) ELSE e.change <> $4 END
ORDER BY e.place, e.id DESC)sql";

struct LaterEntry {
    int64 place;  // of the row found
    FullTransactionId transaction;
    TimestampTz occurred_at;
    const char* employee;  // or nullptr
    const char* role;
    const char* account;
    char operation;
    int32 layout;
    Value data;  // jsonb
    bool moves;  // to another key
    bool derived;

    void bind(ResultReader* reader)
    {
        reader->bind("place", &place);
        reader->bind("transaction_id", &transaction);
        reader->bind("occurred_at", &occurred_at);
        reader->bind("employee", &employee);
        reader->bind("role", &role);
        reader->bind("account", &account);
        reader->bind("operation", &operation);
        reader->bind("layout", &layout);
        reader->bind("data", &data);
        reader->bind("moves", &moves);
        reader->bind("derived", &derived);
    }
};

}  // namespace journal
