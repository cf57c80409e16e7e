-- Bringing back what was deleted.

CREATE FUNCTION journal.restore(entry bigint, reason text DEFAULT NULL, related text DEFAULT 'none',
                                overrides jsonb DEFAULT NULL, on_conflict text DEFAULT 'error',
                                exact boolean DEFAULT false)
    RETURNS TABLE (relation regclass, object_type text, object_id text, object_label text, restored_entry bigint,
                   deleted_entry bigint, outcome text, detail text, sqlstate text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1 AS 'MODULE_PATHNAME', 'journal_restore';
COMMENT ON FUNCTION journal.restore(bigint, text, text, jsonb, text, boolean) IS
    'brings the row back that a deletion''s entry holds, as the calling role, and what belonged to it; an order (support only) with its items, comments and files';

CREATE FUNCTION journal.restore_all(entries bigint[], reason text DEFAULT NULL, related text DEFAULT 'none',
                                    overrides jsonb DEFAULT NULL, on_conflict text DEFAULT 'error',
                                exact boolean DEFAULT false)
    RETURNS TABLE (relation regclass, object_type text, object_id text, object_label text, restored_entry bigint,
                   deleted_entry bigint, outcome text, detail text, sqlstate text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 100 AS 'MODULE_PATHNAME', 'journal_restore_all';
COMMENT ON FUNCTION journal.restore_all(bigint[], text, text, jsonb, text, boolean) IS
    'brings back the rows of many deletions at once, all or nothing; says what became of each';
