// The keys that an object had, and from which entry to which: $1 account, $2 type, $3 key.
//
// A stretch is what an object did at one key. Where it begins or ends with a change of the key, it
// is followed to where the other end is, and to the key beyond.
#pragma once

#include "base/object_lookup.hpp"

namespace journal {

// Where a row began to have a key, by an INSERT or a change of its key, and where it left the key.
// Each is looked up by index, in months that %1$s says.
#define HAS_LEFT(key) "FROM journal.entry e WHERE " HAS_LEFT_KEY("e", "$1", "$2", key) " AND "
#define IS_MOVE "e.previous_id IS NOT NULL AND e.previous_id <> e.object_id "
#define IS_FIRST "AND e.id = e.change AND NOT e.backfilled AND %1$s "
#define HAS_KEY(key) "FROM journal.entry e WHERE " IS_OBJECT_UNDELETED("e", "$1", "$2", key) " AND "
#define BEGINNING HAS_KEY("s.key") "(e.operation = 'i' OR " IS_MOVE ") " IS_FIRST
#define LEAVING HAS_LEFT("s.key") IS_MOVE IS_FIRST

/// The stretch at key s.key that begins (forward) or ends with the change s.id: where its other end
/// is, and the key that the row had beyond it; NULL where it was created there, or where another
/// row began to have the key.
#define OTHER_END                                                                     \
    "LATERAL (SELECT n.id, n.key FROM ("                                              \
    " (SELECT e.id, e.object_id AS key " LEAVING                                      \
    " AND s.forward AND e.id > s.id ORDER BY e.id LIMIT 1) "                          \
    " UNION ALL (SELECT e.id, NULL " BEGINNING                                        \
    " AND s.forward AND e.id > s.id ORDER BY e.id LIMIT 1) "                          \
    " UNION ALL (SELECT e.id, NULL " LEAVING                                          \
    " AND NOT s.forward AND e.id < s.id ORDER BY e.id DESC LIMIT 1) "                 \
    " UNION ALL (SELECT e.id, e.previous_id " BEGINNING                               \
    " AND NOT s.forward AND e.id < s.id ORDER BY e.id DESC LIMIT 1)) AS n (id, key) " \
    "ORDER BY CASE WHEN s.forward THEN n.id ELSE -n.id END LIMIT 1) AS o "

/// When the object's key changed first, of what is at the key asked for; NULL: it never did.
/// Format: that entry e is in a month that can have a change.
constexpr const char* kFirstMove =
    "SELECT min(m.occurred_at) AS first FROM (SELECT e.occurred_at " HAS_LEFT("$3") IS_MOVE IS_FIRST
    " UNION ALL (SELECT e.occurred_at " HAS_KEY("$3") IS_MOVE IS_FIRST "ORDER BY e.id)) m";

/// The keys, and the least id that a stretch reaches: 0 if none of the months has the beginning of
/// one. Format: that entry e is in one of some months.
constexpr const char* kKeysOfObject = R"sql(
WITH RECURSIVE stretch (key, id, forward) AS (
  SELECT e.object_id, e.id, true )sql" HAS_LEFT("$3") IS_MOVE IS_FIRST R"sql(
  UNION ALL
  -- Its order keeps the search away from the index of all changes of keys.
  (SELECT e.previous_id, e.id, false )sql" HAS_KEY("$3") IS_MOVE IS_FIRST R"sql( ORDER BY e.id)
  UNION
  SELECT o.key, o.id, s.forward FROM stretch s, )sql" OTHER_END R"sql(
  WHERE o.key IS NOT NULL),
ends (key, since, before) AS (
  SELECT $3::text, NULL::bigint, 9223372036854775807
  UNION ALL
  SELECT s.key, CASE WHEN s.forward THEN s.id ELSE coalesce(o.id, 0) END,
         CASE WHEN s.forward THEN coalesce(o.id, 9223372036854775807) ELSE s.id END
  FROM stretch s LEFT JOIN )sql" OTHER_END R"sql( ON true)
SELECT key, CASE WHEN key = $3 THEN 0 ELSE min(since) END AS since, max(before) AS before,
       min(min(since)) OVER () AS reached
FROM ends GROUP BY key ORDER BY key <> $3, min(since) DESC)sql";

}  // namespace journal
