-- Undo of transactions, and of single changes.

CREATE FUNCTION journal.undo(transaction xid8, reason text DEFAULT NULL, on_conflict text DEFAULT 'error',
                             exact boolean DEFAULT false)
    RETURNS TABLE (relation regclass, object_type text, object_id text, object_label text, action text, entry bigint,
                   outcome text, detail text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 100 AS 'MODULE_PATHNAME', 'journal_undo';
COMMENT ON FUNCTION journal.undo(xid8, text, text, boolean) IS
    'undoes everything that a transaction did to tracked tables, as the calling role, all or nothing; says what became of each row';

CREATE FUNCTION journal.revert(entry bigint, reason text DEFAULT NULL, exact boolean DEFAULT false)
    RETURNS TABLE (relation regclass, object_type text, object_id text, object_label text, action text, entry bigint,
                   outcome text, detail text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1 AS 'MODULE_PATHNAME', 'journal_revert';
COMMENT ON FUNCTION journal.revert(bigint, text, boolean) IS
    'undoes one change of one object, as the calling role, unless it has been changed again since';
