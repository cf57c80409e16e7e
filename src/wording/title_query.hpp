// Titles in a language, else in another, else their codes: an account's own before the shipped
// ones.
#pragma once

namespace journal {

/// Of event types by their ids ($1), in a language ($2), else another ($3).
constexpr const char* kEventTitles = R"sql(
SELECT e.id, e.code, e.event_group, e.kind, e.restore,
       coalesce(own.title, e.titles ->> $2, other.title, e.titles ->> $3, e.code) AS title
FROM journal.event_type e
LEFT JOIN journal.event_title own ON own.code = e.code AND own.language = $2
LEFT JOIN journal.event_title other ON other.code = e.code AND other.language = $3
WHERE e.id = ANY ($1) ORDER BY e.id)sql";

/// Of all groups, in a language ($1), else another ($2). There are few of both: each table is read
/// once.
constexpr const char* kGroupTitles = R"sql(
SELECT g.code, coalesce(own.titles ->> $1, g.titles ->> $1, own.titles ->> $2, g.titles ->> $2,
                        g.code) AS title
FROM journal.event_group g
LEFT JOIN (SELECT code, jsonb_object_agg(language, title) AS titles FROM journal.event_title
           WHERE language IN ($1, $2) GROUP BY code) AS own USING (code))sql";

}  // namespace journal
