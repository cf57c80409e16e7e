// What the transactions of some deletions did: which objects they deleted, and which rows they
// changed on the way.
//
// Formats begin with the condition on an entry o that it is one of the deletions. The bounds of
// transactions are for the BRIN index, which knows stretches of them. Of entries that have no
// account of their own nobody knows whose they are; others belong to the accounts of the deletions.
#pragma once

#include "base/result_reader.hpp"

namespace journal {

#define TRANSACTIONS_OF_DELETIONS                                                           \
    "WITH gone AS MATERIALIZED ("                                                           \
    "  SELECT o.transaction_id, os.incarnation, array_agg(DISTINCT o.account) AS accounts " \
    "  FROM journal.entry o JOIN journal.session os ON os.id = o.session "                  \
    "  WHERE %s GROUP BY 1, 2)"

/// Deletions e of the same transactions, for a FROM clause. Of each object the last that the
/// transaction did: one that it deleted and created again is there. Format: as said, that e is in a
/// month that can hold one of theirs, and that e is one of the deletions.
constexpr const char* kDeletionsOfTransactions = "(" TRANSACTIONS_OF_DELETIONS R"sql(
 SELECT e.*, e.account = '' OR e.account = ANY (g.accounts) AS belongs,
        row_number() OVER (PARTITION BY s.incarnation, e.transaction_id, e.relation, e.object_id,
                                        CASE WHEN e.object_id IS NULL THEN e.id END
                           ORDER BY e.command DESC, e.id DESC) AS place
 FROM journal.entry e JOIN journal.session s ON s.id = e.session
      JOIN gone g ON g.transaction_id = e.transaction_id AND g.incarnation = s.incarnation
 WHERE e.operation IN ('i', 'd') AND e.id = e.change
      AND e.transaction_id BETWEEN (SELECT min(transaction_id) FROM gone)
                               AND (SELECT max(transaction_id) FROM gone) AND %s) e
WHERE e.place = 1 AND e.operation = 'd' AND e.belongs
  AND (NOT EXISTS (SELECT FROM journal.restoration r WHERE r.entry = e.id) OR %s))sql";

/// Their updates. Each is told with the deletion that followed it, by whoever it was. That a row's
/// key changed afterwards is told by the update that changed it, looked at under the key before.
/// Format: as said, the name of the transaction of an entry e and its session s, and that e is in a
/// month that can hold one of theirs.
constexpr const char* kUpdatesOfTransactions = TRANSACTIONS_OF_DELETIONS R"sql(
SELECT u.change, u.relation, u.layout, u.object_type, u.key, u.label, u.transaction, u.deletion,
       u.account, u.occurred_at, r.entry IS NOT NULL AS is_restored, u.data
FROM (SELECT e.id, e.change, e.command, e.operation, e.relation, e.layout, e.object_type, k.key,
             k.leaves, e.label, %s AS transaction, e.account, e.occurred_at,
             CASE WHEN e.operation = 'u' THEN e.data END AS data,
             e.account = '' OR e.account = ANY (g.accounts) AS belongs,
             min(e.change) FILTER (WHERE e.operation = 'd') OVER following AS deletion,
             min(e.change) FILTER (WHERE k.leaves) OVER following AS departure
      FROM journal.entry e JOIN journal.session s ON s.id = e.session
      JOIN gone g ON g.transaction_id = e.transaction_id AND g.incarnation = s.incarnation
      CROSS JOIN LATERAL (SELECT e.object_id AS key, false AS leaves
                          UNION ALL SELECT e.previous_id, true WHERE e.previous_id IS NOT NULL) k
      WHERE e.operation IN ('u', 'd') AND k.key IS NOT NULL AND NOT e.backfilled
        AND e.transaction_id BETWEEN (SELECT min(transaction_id) FROM gone)
                                 AND (SELECT max(transaction_id) FROM gone) AND %s
      WINDOW following AS (PARTITION BY s.incarnation, e.transaction_id, e.relation, k.key
                           ORDER BY e.command DESC, e.id DESC)) u
LEFT JOIN journal.restoration r ON r.entry = u.deletion
WHERE u.operation = 'u' AND u.data IS NOT NULL AND u.layout IS NOT NULL AND u.belongs
  AND NOT u.leaves AND (u.departure IS NULL OR u.departure > u.deletion)
ORDER BY u.deletion NULLS LAST, u.relation, u.key, u.transaction, u.command, u.id)sql";

struct TransactionUpdate {
    int64 change;
    int32 relation;
    int32 layout;
    const char* object_type;
    const char* key;
    const char* label;  // or nullptr
    const char* transaction;
    int64 deletion;  // 0: the row was not deleted
    const char* account;
    TimestampTz occurred_at;
    bool is_restored;
    Value data;  // jsonb

    void bind(ResultReader* reader)
    {
        reader->bind("change", &change);
        reader->bind("relation", &relation);
        reader->bind("layout", &layout);
        reader->bind("object_type", &object_type);
        reader->bind("key", &key);
        reader->bind("label", &label);
        reader->bind("transaction", &transaction);
        reader->bind("deletion", &deletion);
        reader->bind("account", &account);
        reader->bind("occurred_at", &occurred_at);
        reader->bind("is_restored", &is_restored);
        reader->bind("data", &data);
    }
};

}  // namespace journal
