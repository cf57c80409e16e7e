// Months of the journal that are gone (journal.month), as a part of a query.
#pragma once

/// In the place of a table: relation_name, to_moment, was_empty, gone_at, the latter NULL where the
/// month is there. One of a former incarnation that never came back went with the restore: it was
/// left out then, or of the dump.
#define JOURNAL_MONTHS                                                                     \
    "(SELECT relation_name, to_moment, was_empty, CASE WHEN incarnation <> i.id "          \
    "AND gone_at IS NULL AND NOT EXISTS (SELECT FROM journal.month l "                     \
    "WHERE l.from_moment = m.from_moment AND l.to_moment = m.to_moment "                   \
    "AND l.attached_at > m.attached_at) THEN (SELECT min(attached_at) FROM journal.month " \
    "WHERE incarnation = i.id) ELSE gone_at END AS gone_at "                               \
    "FROM journal.month m, journal.incarnation i)"
