// The relations that a page refers to: by id ($1), by object type ($2), or as those of the entries
// that refer to them ($3), with what is noted of their names.
#pragma once

namespace journal {

constexpr const char* kTargets = R"sql(
WITH target AS MATERIALIZED (
  SELECT * FROM journal.tracked_relation
  WHERE id = ANY ($1) OR object_type = ANY ($2) OR id = ANY ($3))
SELECT t.id, t.relation::oid, t.capture, t.object_type, t.label_column, t.account_column,
       t.operations IS NULL AND t.condition IS NULL AND t.deleted_when IS NULL AS records_all,
       greatest(coalesce(gap.last, 9223372036854775807), rename.last) AS named_since,
       gap.count IS NOT DISTINCT FROM 1 AND rename.last IS NULL
       AND t.operations IS NULL AND t.condition IS NULL
       AND (type.first IS NULL OR (type.first = t.id AND type.last = t.id)) AS is_whole
FROM target t
LEFT JOIN (SELECT relation, max(last_entry) AS last, count(*) FROM journal.gap
           WHERE relation = ANY (ARRAY(SELECT id FROM target)) GROUP BY relation) gap
       ON gap.relation = t.id
LEFT JOIN (SELECT name, min(id) AS first, max(id) AS last
           FROM (SELECT id, unnest(object_types) AS name FROM journal.tracked_relation) o
           GROUP BY name) type
       ON type.name = t.object_type,
LATERAL (SELECT max(r.until_change) AS last FROM journal.rename r
         WHERE r.object = journal.object_hash('', t.id::text, '') AND r.relation = t.id
         AND r.key IS NULL) rename)sql";

}  // namespace journal
