// The first column of each table that is of a type, or of an array, a domain, a range or another
// composite of it.
#pragma once

namespace journal {

constexpr const char* kColumnsOfType = R"sql(
WITH RECURSIVE made (type) AS (SELECT $1 UNION SELECT m.type FROM made t, LATERAL (
  SELECT y.oid FROM pg_type y WHERE y.typelem = t.type AND y.typlen = -1
  UNION ALL SELECT y.oid FROM pg_type y WHERE y.typtype = 'd' AND y.typbasetype = t.type
  UNION ALL SELECT r.rngtypid FROM pg_range r WHERE r.rngsubtype = t.type
  UNION ALL SELECT r.rngmultitypid FROM pg_range r WHERE r.rngsubtype = t.type
  UNION ALL SELECT c.reltype FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE a.atttypid = t.type AND NOT a.attisdropped AND c.reltype <> 0) m (type))
SELECT DISTINCT ON (a.attrelid) a.attrelid, a.attname::text FROM made t
JOIN pg_attribute a ON a.atttypid = t.type AND NOT a.attisdropped
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
ORDER BY a.attrelid, a.attnum)sql";

}  // namespace journal
