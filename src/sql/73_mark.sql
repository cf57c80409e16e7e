-- Named marks of the past.

-- A mark is a snapshot under a name. What its snapshot shows is the state at the mark, exactly, whatever was in flight.
CREATE TABLE journal.mark (
    name           text PRIMARY KEY,
    made_at        timestamptz NOT NULL,
    made_by        name NOT NULL,
    incarnation    uuid NOT NULL,
    snapshot       pg_snapshot NOT NULL,
    transaction_id xid8 NOT NULL,
    command        integer NOT NULL,
    last_entry     bigint NOT NULL,
    older_sessions bigint NOT NULL,
    earliest       timestamptz NOT NULL
);
COMMENT ON TABLE journal.mark IS 'named marks: what was committed when journal.mark was called';
COMMENT ON COLUMN journal.mark.command IS
    'of the mark''s own transaction, what it did in earlier commands belongs to the mark';
COMMENT ON COLUMN journal.mark.last_entry IS 'every entry of a greater number is later than the mark';
COMMENT ON COLUMN journal.mark.older_sessions IS
    'entries of sessions up to this one are of an older incarnation: committed long before';
COMMENT ON COLUMN journal.mark.earliest IS 'no entry that is later than the mark occurred before this moment';

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON journal.mark FOR EACH ROW
    EXECUTE FUNCTION journal.refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON journal.mark FOR EACH STATEMENT
    EXECUTE FUNCTION journal.refuse_change();
ALTER TABLE journal.mark ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE journal.mark ENABLE ALWAYS TRIGGER refuse_truncate;

CREATE FUNCTION journal.mark(name text) RETURNS timestamptz
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_mark';
COMMENT ON FUNCTION journal.mark(text) IS
    'gives a name to what is committed now (and to what the calling transaction did), so that the past can be asked for by it';

CREATE VIEW journal.marks AS
SELECT name, made_at, made_by FROM journal.mark;
COMMENT ON VIEW journal.marks IS 'the named marks';
COMMENT ON COLUMN journal.marks.name IS 'what the past is asked for by';
COMMENT ON COLUMN journal.marks.made_at IS 'when it was made';
COMMENT ON COLUMN journal.marks.made_by IS 'by which role';
