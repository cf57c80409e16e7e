// The entries of what is undone, each once under its key; one that changes the key under both.
//
// Parameters: transactions, the first and the last entry and their times, and a change, or 0 if
// whole transactions are undone.
#pragma once

#include "lineage/event_stream.hpp"

namespace journal {

constexpr const char* kUndoneEntries = R"sql(
SELECT pg_catalog.concat_ws(' ', e.relation, o.child, k.key) AS key, e.id, e.occurred_at,
       e.transaction_id, e.command, e.change, k.kind, e.layout,
       CASE WHEN k.kind <> 'l' THEN e.data END AS data,
       e.relation, e.event_type, e.object_type, e.label,
       CASE WHEN e.document_id IS NOT NULL
            THEN e.document_type || ' ' || e.document_id END AS document,
       e.derived
FROM journal.entry e JOIN journal.session s ON s.id = e.session
LEFT JOIN journal.layout l ON l.id = e.layout
LEFT JOIN journal.tracked_relation t ON t.id = e.relation
LEFT JOIN pg_catalog.pg_class c ON c.oid = t.relation
CROSS JOIN LATERAL (SELECT CASE WHEN l.is_root OR c.relkind = 'p' THEN 0
                                ELSE coalesce(l.relation_oid, 0) END) o (child)
CROSS JOIN LATERAL (
  SELECT e.object_id, CASE WHEN e.previous_id IS NULL THEN e.operation ELSE 'a'::"char" END
  UNION ALL SELECT e.previous_id, 'l'::"char" WHERE e.previous_id IS NOT NULL) k (key, kind)
WHERE e.transaction_id = ANY ($1) AND e.id BETWEEN $2 AND $3
  AND e.occurred_at BETWEEN $4 AND $5 AND ($6 = 0 OR e.change = $6)
  AND s.incarnation = (SELECT id FROM journal.incarnation)
  AND e.operation IN ('i', 'u', 'd') AND NOT e.backfilled
ORDER BY e.relation, o.child, k.key COLLATE "C", e.id)sql";

/// Further columns of the sorted events.
enum UndoColumn {
    kEventRelation = kEventColumns,
    kEventType,
    kEventObjectType,
    kEventLabel,
    kEventDocument,
    kEventDerived,
};

/// The columns of the entries, by these numbers.
inline TupleDesc describe_undone_entries()
{
    return describe_events({{"relation", INT4OID},
                            {"event_type", INT4OID},
                            {"object_type", TEXTOID},
                            {"label", TEXTOID},
                            {"document", TEXTOID},
                            {"derived", BOOLOID}});
}

}  // namespace journal
