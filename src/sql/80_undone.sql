-- What was undone, and by what.

CREATE TABLE journal.undone (
    incarnation    uuid NOT NULL,
    transaction_id xid8 NOT NULL,
    entry          bigint,
    undone_by      xid8 NOT NULL,
    role           name NOT NULL,
    reason         text,
    on_conflict    text NOT NULL,
    at             timestamptz NOT NULL,
    accounts       text[] NOT NULL
);
CREATE INDEX undone_transaction_idx ON journal.undone (transaction_id);
COMMENT ON TABLE journal.undone IS 'which transaction took which transaction, or change, back';
COMMENT ON COLUMN journal.undone.entry IS 'of journal.revert: the change (its first entry) that was undone, no other';
COMMENT ON COLUMN journal.undone.accounts IS 'of what was undone: who may read one of them, may read this';
COMMENT ON COLUMN journal.undone.undone_by IS 'the transaction that did it; its entries are ordinary ones';

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON journal.undone FOR EACH ROW
    EXECUTE FUNCTION journal.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON journal.undone FOR EACH STATEMENT
    EXECUTE FUNCTION journal.refuse_change();
ALTER TABLE journal.undone ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE journal.undone ENABLE ALWAYS TRIGGER refuse_truncate;
ALTER TABLE journal.undone REPLICA IDENTITY FULL;

ALTER TABLE journal.undone ENABLE ROW LEVEL SECURITY;
CREATE POLICY account_window ON journal.undone FOR SELECT
    USING (EXISTS (SELECT FROM pg_catalog.unnest(accounts) AS account WHERE at >= journal.visible_since(account)));

CREATE VIEW journal.undos WITH (security_invoker = true) AS
SELECT incarnation, transaction_id, entry, undone_by, role, reason, on_conflict, at FROM journal.undone;
COMMENT ON VIEW journal.undos IS 'what was undone: the transaction (or one change of it), by which transaction, who and why';
COMMENT ON COLUMN journal.undos.incarnation IS 'the life of the journal in which it was done';
COMMENT ON COLUMN journal.undos.transaction_id IS 'the transaction that was undone';
COMMENT ON COLUMN journal.undos.entry IS 'of journal.revert: the change that was undone, no other';
COMMENT ON COLUMN journal.undos.undone_by IS 'the transaction that did it; its entries are ordinary ones';
COMMENT ON COLUMN journal.undos.role IS 'who did it';
COMMENT ON COLUMN journal.undos.reason IS 'why';
COMMENT ON COLUMN journal.undos.on_conflict IS 'what was to be done about conflicts';
COMMENT ON COLUMN journal.undos.at IS 'when';
