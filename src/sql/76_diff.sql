-- What differs between two moments.

CREATE FUNCTION journal.diff(row_type anyelement, from_moment timestamptz DEFAULT NULL, to_moment timestamptz DEFAULT NULL,
                             from_mark text DEFAULT NULL, to_mark text DEFAULT NULL,
                             from_transaction xid8 DEFAULT NULL, to_transaction xid8 DEFAULT NULL)
RETURNS TABLE (object_id text, operation text, old_row anyelement, new_row anyelement, changed name[])
LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 1000 AS 'MODULE_PATHNAME', 'journal_diff';
COMMENT ON FUNCTION journal.diff(anyelement, timestamptz, timestamptz, text, text, xid8, xid8) IS
    'what differs between a tracked table at one moment and at another (or now): from the beginning of from_transaction, to the '
    'end of to_transaction';
