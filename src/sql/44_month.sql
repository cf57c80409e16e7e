-- Which partitions journal.entry has had: one that is gone, with entries in it, makes the past before its end unknown.

CREATE TABLE journal.month (
    relation_name text NOT NULL,
    relation_oid  oid NOT NULL,
    incarnation   uuid NOT NULL,
    from_moment   timestamptz NOT NULL,
    to_moment     timestamptz NOT NULL,
    attached_at   timestamptz NOT NULL,
    gone_at       timestamptz,
    was_empty     boolean NOT NULL DEFAULT false
);
ALTER TABLE journal.month REPLICA IDENTITY FULL;
COMMENT ON TABLE journal.month IS
    'partitions that journal.entry has, or has had: a row for each, and another one for what a dump''s restore attached anew';
COMMENT ON COLUMN journal.month.relation_name IS 'the partition''s qualified name when it was attached';
COMMENT ON COLUMN journal.month.relation_oid IS 'the very table; meaningful within the same incarnation';
COMMENT ON COLUMN journal.month.incarnation IS 'the incarnation of the journal in which it was attached';
COMMENT ON COLUMN journal.month.from_moment IS 'the first moment that it holds; -infinity: of the default partition';
COMMENT ON COLUMN journal.month.to_moment IS 'the end of what it holds, exclusive';
COMMENT ON COLUMN journal.month.attached_at IS 'when it was seen for the first time';
COMMENT ON COLUMN journal.month.gone_at IS 'when it was detached or dropped; NULL: it is attached';
COMMENT ON COLUMN journal.month.was_empty IS 'it held no entry when it went, so that nothing is lost';
