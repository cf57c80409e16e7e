// Deletions of parts of documents, event_journal_documents, by the documents' transactions.
//
// Of each object the last that the transaction did: one that it deleted and created again is there.
// Entries without an account of their own belong to their document's.
#pragma once

#include "base/object_lookup.hpp"

namespace journal {

constexpr const char* kDeletedParts = R"sql(
SELECT e.id
FROM (SELECT DISTINCT ON (d.relation, d.object_id, d.transaction_id, s.incarnation,
             CASE WHEN d.object_id IS NULL THEN d.id END)
             d.id, d.operation
      FROM event_journal_documents o
      JOIN journal.entry d ON )sql" IS_DOCUMENT_IN("d", "(ARRAY[o.account, ''])", "o.object_type",
                                                   "o.object_id") R"sql(
           AND d.transaction_id = o.transaction_id AND %s
      JOIN journal.session s ON s.id = d.session AND s.incarnation = o.incarnation
      WHERE d.operation IN ('i', 'd') AND d.id = d.change
        AND d.document_id IS NOT NULL
      ORDER BY d.relation, d.object_id, d.transaction_id, s.incarnation,
               CASE WHEN d.object_id IS NULL THEN d.id END, d.command DESC, d.id DESC) AS e
WHERE e.operation = 'd'
  AND NOT EXISTS (SELECT FROM journal.restoration r WHERE r.entry = e.id))sql";

}  // namespace journal
