-- The history that was there before the journal.

CREATE FUNCTION journal.backfill(relation regclass) RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_backfill';
COMMENT ON FUNCTION journal.backfill(regclass) IS
    'adds the history that was there before: a created event per row and the last known changes; returns the number of '
    'entries added, and never doubles one';
