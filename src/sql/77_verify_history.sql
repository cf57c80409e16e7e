-- Whether the entries and the table agree.

CREATE FUNCTION journal.verify_history(relation regclass)
RETURNS TABLE (object_id text, entry bigint, column_name name, finding text)
LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 10 AS 'MODULE_PATHNAME', 'journal_verify_history';
COMMENT ON FUNCTION journal.verify_history(regclass) IS
    'where a tracked table''s entries contradict each other or the table; no row: every row''s history leads to its '
    'present state, but for gaps';
