// The relations that a page refers to: by id ($1), by object type ($2), or as those of the entries
// that refer to them ($3), with what is noted of their names.
#pragma once

namespace journal {

constexpr const char* kTargets = R"sql(
WITH target AS MATERIALIZED (
  SELECT * FROM journal.tracked_relation
  WHERE id = ANY ($1) OR object_type = ANY ($2) OR id = ANY ($3))
SELECT t.id, t.relation::oid, t.capture, t.object_type, t.label_column, t.account_column,
       greatest(coalesce(gap.last, 9223372036854775807), rename.last) AS named_since,
       gap.count IS NOT DISTINCT FROM 1 AND rename.last IS NULL
       AND NOT EXISTS (SELECT FROM journal.tracked_relation o
                       WHERE o.id <> t.id AND t.object_type = ANY (o.object_types)) AS is_whole
FROM target t
LEFT JOIN (SELECT relation, max(last_entry) AS last, count(*) FROM journal.gap
           WHERE relation = ANY (ARRAY(SELECT id FROM target)) GROUP BY relation) gap
       ON gap.relation = t.id,
LATERAL (SELECT max(r.until_change) AS last FROM journal.rename r
         WHERE r.object = journal.object_hash('', t.id::text, '') AND r.relation = t.id
         AND r.key IS NULL) rename)sql";

}  // namespace journal
