-- Names at event time, of tracked relations: where they differ from the names that the rows have now.

-- A row for each name that ended: by an update that gave the row another label, key or account, or by a deletion whose entry
-- lies under another account than the row's. Of a table without names, but with an account column, for each row that left its
-- key or account so. relation with key NULL: until then the relation's names, keys, accounts or object type were those of
-- other columns, so that present rows tell nothing of them.
CREATE TABLE journal.rename (
    object         bigint NOT NULL,
    until_change   bigint NOT NULL,
    transaction_id xid8 NOT NULL,
    session        bigint NOT NULL,
    relation       integer NOT NULL,
    command        integer NOT NULL,
    account        text NOT NULL,
    key            text,
    label          text
);
CREATE INDEX rename_object_idx ON journal.rename (object, until_change);
COMMENT ON TABLE journal.rename IS 'names that rows of tracked relations had, where an update or a deletion took them away; append-only';
COMMENT ON COLUMN journal.rename.object IS
    'the number of (relation, key): journal.object_hash('''', relation::text, key) of a key in UTF-8, for key NULL that of an empty one';
COMMENT ON COLUMN journal.rename.until_change IS 'the change that took the name away, as in journal.entry.change';
COMMENT ON COLUMN journal.rename.transaction_id IS 'of that change; names are in the order of changes, within a transaction of commands';
COMMENT ON COLUMN journal.rename.session IS 'of that change, which says whose transaction it is';
COMMENT ON COLUMN journal.rename.relation IS 'tracked_relation.id';
COMMENT ON COLUMN journal.rename.command IS 'of that change, as in journal.entry.command';
COMMENT ON COLUMN journal.rename.account IS 'of the row until then, where its table has one; only its readers see the name; empty: of none';
COMMENT ON COLUMN journal.rename.key IS 'of the row until then; NULL: all rows of the relation';
COMMENT ON COLUMN journal.rename.label IS 'the name until then; NULL: it had none';
