// The labels that objects had at some moments, out of journal.label: the one that was valid then,
// or if that is not known the first one since.
//
// Parameters: relations, keys and moments side by side, and accounts. n: the place in these;
// valid_from is NULL of the first label known.
#pragma once

namespace journal {

constexpr const char* kLabels = R"sql(
SELECT w.n, CASE WHEN before.valid_from IS NULL THEN after.label ELSE before.label END AS label,
       before.valid_from
FROM unnest($1, $2, $3) WITH ORDINALITY AS w (relation, key, at, n)
LEFT JOIN LATERAL (SELECT label, valid_from FROM journal.label l
                   WHERE l.relation = w.relation AND l.key = w.key AND l.valid_from <= w.at
                     AND l.account = ANY ($4)
                   ORDER BY l.valid_from DESC LIMIT 1) AS before ON true
LEFT JOIN LATERAL (SELECT label, valid_from FROM journal.label l
                   WHERE before.valid_from IS NULL AND l.relation = w.relation AND l.key = w.key
                     AND l.valid_from > w.at AND l.account = ANY ($4)
                   ORDER BY l.valid_from LIMIT 1) AS after ON true
WHERE before.valid_from IS NOT NULL OR after.valid_from IS NOT NULL)sql";

}  // namespace journal
