-- The past: rows and tables as they were, named marks, and what makes the past unknown.

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

-- What makes the past of a relation unknown: not before its tracking began, not before its trigger was on again, …
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
COMMENT ON TABLE journal.gap IS 'moments before which the past of a tracked relation is unknown, and why';
COMMENT ON COLUMN journal.gap.other IS 'the partition, child or column that is the reason';

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['mark', 'gap'] LOOP
        EXECUTE pg_catalog.format(
            'CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON journal.%I FOR EACH ROW '
            'EXECUTE FUNCTION journal.refuse_change()', guarded);
        EXECUTE pg_catalog.format(
            'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON journal.%I FOR EACH STATEMENT '
            'EXECUTE FUNCTION journal.refuse_change()', guarded);
        EXECUTE pg_catalog.format('ALTER TABLE journal.%I ENABLE ALWAYS TRIGGER refuse_change', guarded);
        EXECUTE pg_catalog.format('ALTER TABLE journal.%I ENABLE ALWAYS TRIGGER refuse_truncate', guarded);
    END LOOP;
END
$$;
ALTER TABLE journal.gap REPLICA IDENTITY FULL;

CREATE FUNCTION journal.mark(name text) RETURNS timestamptz
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_mark';
COMMENT ON FUNCTION journal.mark(text) IS
    'gives a name to what is committed now (and to what the calling transaction did), so that the past can be asked for by it';

CREATE VIEW journal.marks AS
SELECT name, made_at, made_by FROM journal.mark;
COMMENT ON VIEW journal.marks IS 'the named marks';

-- A moment is one of four things, of which exactly one is given: a time, a mark, or the beginning or end of a transaction.
CREATE FUNCTION journal.table_as_of(row_type anyelement, moment timestamptz DEFAULT NULL, mark text DEFAULT NULL,
                                    before_transaction xid8 DEFAULT NULL, after_transaction xid8 DEFAULT NULL,
                                    key text DEFAULT NULL)
RETURNS SETOF anyelement
LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 1000 AS 'MODULE_PATHNAME', 'journal_table_as_of';
COMMENT ON FUNCTION journal.table_as_of(anyelement, timestamptz, text, xid8, xid8, text) IS
    'the rows of a tracked table, given as NULL::table, as they were at a moment; with a key, that row alone';

CREATE FUNCTION journal.row_as_of(relation regclass, key text, moment timestamptz DEFAULT NULL, mark text DEFAULT NULL,
                                  before_transaction xid8 DEFAULT NULL, after_transaction xid8 DEFAULT NULL)
RETURNS jsonb
LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'journal_row_as_of';
COMMENT ON FUNCTION journal.row_as_of(regclass, text, timestamptz, text, xid8, xid8) IS
    'one row of a tracked table, by its object key, as it was at a moment; NULL: it was not there';

CREATE FUNCTION journal.diff(row_type anyelement, from_moment timestamptz DEFAULT NULL, to_moment timestamptz DEFAULT NULL,
                             from_mark text DEFAULT NULL, to_mark text DEFAULT NULL,
                             from_transaction xid8 DEFAULT NULL, to_transaction xid8 DEFAULT NULL)
RETURNS TABLE (key text, operation text, old_row anyelement, new_row anyelement, changed name[])
LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 1000 AS 'MODULE_PATHNAME', 'journal_diff';
COMMENT ON FUNCTION journal.diff(anyelement, timestamptz, timestamptz, text, text, xid8, xid8) IS
    'what differs between a tracked table at one moment and at another (or now): from the beginning of from_transaction, to the '
    'end of to_transaction';

CREATE FUNCTION journal.verify_history(relation regclass)
RETURNS TABLE (key text, entry bigint, column_name name, finding text)
LANGUAGE C STABLE STRICT PARALLEL UNSAFE COST 10000 ROWS 10 AS 'MODULE_PATHNAME', 'journal_verify_history';
COMMENT ON FUNCTION journal.verify_history(regclass) IS
    'where a tracked table''s entries contradict each other or the table; no row: every row''s history leads to its present state';
