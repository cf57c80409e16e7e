// The titles of event types ($1) and of their groups in a language ($2), else in another ($3), else
// their codes: an account's own before the shipped ones.
#pragma once

namespace journal {

constexpr const char* kEventTitles = R"sql(
SELECT e.id, e.code, e.event_group, e.kind, e.restore,
       coalesce(own.title, e.titles ->> $2, other.title, e.titles ->> $3, e.code) AS title,
       coalesce(own_group.title, g.titles ->> $2, other_group.title, g.titles ->> $3,
                e.event_group) AS group_title
FROM journal.event_type e
LEFT JOIN journal.event_title own ON own.code = e.code AND own.language = $2
LEFT JOIN journal.event_title other ON other.code = e.code AND other.language = $3
LEFT JOIN journal.event_group g ON g.code = e.event_group
LEFT JOIN journal.event_title own_group
       ON own_group.code = e.event_group AND own_group.language = $2
LEFT JOIN journal.event_title other_group
       ON other_group.code = e.event_group AND other_group.language = $3
WHERE e.id = ANY ($1) ORDER BY e.id)sql";

}  // namespace journal
