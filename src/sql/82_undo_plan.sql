-- What an undo would do.

CREATE FUNCTION journal.undo_plan(transaction xid8, on_conflict text DEFAULT 'error')
    RETURNS TABLE (relation regclass, object_type text, object_id text, object_label text, action text, entry bigint,
                   old_values jsonb, new_values jsonb, conflict text, sqlstate text, detail text, hint text,
                   later_transaction xid8, triggers text[])
    LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 100 AS 'MODULE_PATHNAME', 'journal_undo_plan';
COMMENT ON FUNCTION journal.undo_plan(xid8, text) IS
    'what journal.undo would do to which rows, as they are and as they would be, and what stands in their way; changes nothing';
