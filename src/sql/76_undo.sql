-- Taking transactions, and single changes, back.

CREATE TABLE journal.undone (
    incarnation    uuid NOT NULL,
    transaction_id xid8 NOT NULL,
    entry          bigint,
    undone_by      xid8 NOT NULL,
    role           name NOT NULL,
    reason         text,
    on_conflict    text NOT NULL,
    at             timestamptz NOT NULL
);
CREATE INDEX undone_transaction_idx ON journal.undone (transaction_id);
COMMENT ON TABLE journal.undone IS 'which transaction took which transaction, or change, back';
COMMENT ON COLUMN journal.undone.entry IS 'of journal.revert: the change (its first entry) that was taken back, no other';
COMMENT ON COLUMN journal.undone.undone_by IS 'the transaction that did it; its entries are ordinary ones';

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON journal.undone FOR EACH ROW
    EXECUTE FUNCTION journal.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON journal.undone FOR EACH STATEMENT
    EXECUTE FUNCTION journal.refuse_change();
ALTER TABLE journal.undone ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE journal.undone ENABLE ALWAYS TRIGGER refuse_truncate;
ALTER TABLE journal.undone REPLICA IDENTITY FULL;

CREATE VIEW journal.undos AS
SELECT incarnation, transaction_id, entry, undone_by, role, reason, on_conflict, at FROM journal.undone;
COMMENT ON VIEW journal.undos IS 'what was taken back: the transaction (or one change of it), by which transaction, who and why';

CREATE FUNCTION journal.undo(transaction xid8, reason text DEFAULT NULL, on_conflict text DEFAULT 'error')
    RETURNS TABLE (relation regclass, object_type text, object_id text, object_label text, action text, entry bigint,
                   outcome text, detail text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 100 AS 'MODULE_PATHNAME', 'journal_undo';
COMMENT ON FUNCTION journal.undo(xid8, text, text) IS
    'takes everything back that a transaction did to tracked tables, as the calling role, all or nothing; says what became of each row';

CREATE FUNCTION journal.revert(entry bigint, reason text DEFAULT NULL)
    RETURNS TABLE (relation regclass, object_type text, object_id text, object_label text, action text, entry bigint,
                   outcome text, detail text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1 AS 'MODULE_PATHNAME', 'journal_revert';
COMMENT ON FUNCTION journal.revert(bigint, text) IS
    'takes one change of one object back, as the calling role, unless it has been changed again since';

CREATE FUNCTION journal.undo_plan(transaction xid8, on_conflict text DEFAULT 'error')
    RETURNS TABLE (relation regclass, object_type text, object_id text, object_label text, action text, entry bigint,
                   old_values jsonb, new_values jsonb, conflict text, sqlstate text, detail text, hint text,
                   later_transaction xid8)
    LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 100 AS 'MODULE_PATHNAME', 'journal_undo_plan';
COMMENT ON FUNCTION journal.undo_plan(xid8, text) IS
    'what journal.undo would do to which rows, as they are and as they would be, and what stands in their way; changes nothing';
