-- Bringing back what was deleted.

CREATE FUNCTION journal.restore(entry bigint, reason text DEFAULT NULL)
    RETURNS TABLE (relation regclass, object_type text, object_id text, object_label text, restored_entry bigint)
    LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1 AS 'MODULE_PATHNAME', 'journal_restore';
COMMENT ON FUNCTION journal.restore(bigint, text) IS
    'brings the row back that a deletion''s entry holds, as the calling role; an order (support only) with its items, comments and files';
