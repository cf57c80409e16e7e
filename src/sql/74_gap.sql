-- What makes the past of a relation unknown: not before its tracking began, not before its trigger was on again, and the like.
CREATE TABLE journal.gap (
    relation       integer NOT NULL,
    at             timestamptz NOT NULL,
    incarnation    uuid NOT NULL,
    transaction_id xid8 NOT NULL,
    command        integer NOT NULL,
    last_entry     bigint NOT NULL,
    reason         text NOT NULL,
    other          text
);
CREATE INDEX gap_relation_idx ON journal.gap (relation, at);
CREATE INDEX gap_entry_idx ON journal.gap (relation, last_entry);
COMMENT ON TABLE journal.gap IS 'moments before which the past of a tracked relation is unknown, and why';
COMMENT ON COLUMN journal.gap.other IS 'the partition, child or column that is the reason';

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON journal.gap FOR EACH ROW
    EXECUTE FUNCTION journal.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON journal.gap FOR EACH STATEMENT
    EXECUTE FUNCTION journal.refuse_change();
ALTER TABLE journal.gap ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE journal.gap ENABLE ALWAYS TRIGGER refuse_truncate;
ALTER TABLE journal.gap REPLICA IDENTITY FULL;
