// The keys of a table as the catalogues have them, each with a row for each of its columns.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Foreign keys. Of a constraint that the server has copied for partitions, the one that stands for
/// all of the other side. Format: the column of pg_constraint that holds the table, $1.
constexpr const char* kForeignKeys = R"sql(
SELECT c.oid AS id, c.conname::text AS name, c.conrelid, c.confrelid,
       c.confmatchtype = 'f' AS is_full,
       )sql" SQL_IS_KEPT_UP("c") R"sql(
         AND NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgconstraint = c.oid
                         AND g.tgrelid = $1 AND g.tgenabled = 'D') AS is_checked,
       c.confdeltype, c.confupdtype, own.attname::text AS own,
       referenced.attname::text AS referenced,
       c.conpfeqop[k] AS equal, c.conppeqop[k] AS same,
       CASE WHEN referenced.attcollation <> own.attcollation AND referenced.attcollation <> 0
            THEN format(' COLLATE %%I.%%I', n.nspname, o.collname) ELSE '' END AS collation
FROM (SELECT $1 UNION SELECT relid FROM pg_partition_tree($1)) t (oid)
JOIN pg_constraint c ON c.%1$s = t.oid AND c.contype = 'f'
LEFT JOIN pg_constraint u ON u.oid = c.conparentid
CROSS JOIN LATERAL generate_series(1, cardinality(c.conkey)) k
JOIN pg_attribute own ON own.attrelid = c.conrelid AND own.attnum = c.conkey[k]
JOIN pg_attribute referenced ON referenced.attrelid = c.confrelid
     AND referenced.attnum = c.confkey[k]
LEFT JOIN pg_collation o ON o.oid = referenced.attcollation
LEFT JOIN pg_namespace n ON n.oid = o.collnamespace
WHERE u.oid IS NULL OR (t.oid = $1 AND u.%1$s <> c.%1$s)
ORDER BY c.oid, k)sql";

/// Unique and exclusion constraints and unique indexes. An index may keep its values in another
/// form; its operators compare them in the column's, or in the one that the operator class is for.
constexpr const char* kUniqueKeys = R"sql(
SELECT i.indexrelid, c.relname::text AS name, i.indisprimary, i.indimmediate, i.indisexclusion,
       i.indnullsnotdistinct, pg_get_expr(i.indpred, i.indrelid) AS predicate,
       ta.attname::text, d.text AS definition,
       format('(%s)%s', d.text, CASE WHEN co.oid IS NOT NULL THEN
              format(' COLLATE %I.%I', cn.nspname, co.collname) END) AS expression,
       CASE WHEN i.indkey[k - 1] <> 0 THEN ta.atttypid
            WHEN oc.opckeytype = 0 THEN ia.atttypid ELSE oc.opcintype END AS type,
       o.match, o.ordering
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.conrelid = i.indrelid
     AND con.contype IN ('p', 'u', 'x')
CROSS JOIN generate_series(1, i.indnkeyatts::int) k
CROSS JOIN LATERAL (SELECT pg_get_indexdef(i.indexrelid, k, false)) d (text)
JOIN pg_opclass oc ON oc.oid = i.indclass[k - 1]
JOIN pg_attribute ia ON ia.attrelid = i.indexrelid AND ia.attnum = k
LEFT JOIN pg_attribute ta ON ta.attrelid = i.indrelid AND ta.attnum = i.indkey[k - 1]
CROSS JOIN LATERAL (SELECT
     CASE WHEN i.indisexclusion THEN con.conexclop[k]
          ELSE max(a.amopopr) FILTER (WHERE a.amopstrategy = 3) END,
     max(a.amopopr) FILTER (WHERE a.amopstrategy = 1)
     FROM pg_amop a WHERE a.amopfamily = oc.opcfamily AND a.amopmethod = oc.opcmethod
     AND a.amoplefttype = oc.opcintype AND a.amoprighttype = oc.opcintype)
     o (match, ordering)
LEFT JOIN pg_collation co ON co.oid = i.indcollation[k - 1]
LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
WHERE i.indrelid = $1 AND (i.indisunique OR i.indisexclusion) AND i.indisready
  AND i.indislive
ORDER BY i.indisprimary DESC, 2, k)sql";

}  // namespace journal
