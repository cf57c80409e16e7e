\i test/regress/fresh.sql
-- A row that somebody changed without the journal's knowledge, and without a gap being noted: where that row is asked for, what
-- the last change before the moment left is held against what comes after it.
\set VERBOSITY terse
CREATE TABLE t (id integer PRIMARY KEY, x integer, note text);
SELECT journal.track('t', 't');
INSERT INTO t VALUES (1, 1, 'a'), (2, 1, 'a'), (3, 1, 'a'), (4, 1, 'a'), (5, 1, 'a'), (6, 1, 'a'), (7, 1, 'a');
UPDATE t SET x = 2 WHERE id <> 7;
SELECT journal.mark('before') IS NOT NULL AS marked;
SELECT clock_timestamp() AS before \gset
-- As surgery on the catalogue does it.
CREATE PROCEDURE unseen(statement text) LANGUAGE plpgsql AS $$
BEGIN
    UPDATE pg_trigger SET tgenabled = 'D' WHERE tgrelid = 't'::regclass AND NOT tgisinternal;
    UPDATE pg_class SET relhastriggers = relhastriggers WHERE oid = 't'::regclass;
    COMMIT;
    EXECUTE statement;
    COMMIT;
    UPDATE pg_trigger SET tgenabled = CASE WHEN tgname LIKE '%unrecorded%' THEN 'R' ELSE 'O' END
    WHERE tgrelid = 't'::regclass AND NOT tgisinternal;
    UPDATE pg_class SET relhastriggers = relhastriggers WHERE oid = 't'::regclass;
    COMMIT;
END
$$;
CALL unseen('UPDATE t SET x = 77 WHERE id IN (1, 2)');
CALL unseen('DELETE FROM t WHERE id = 3');
CALL unseen('UPDATE t SET note = ''b'' WHERE id = 5');
SELECT count(*) FROM journal.gap WHERE reason <> 'tracked';
UPDATE t SET x = 3 WHERE id IN (1, 5, 6);
SELECT journal.mark('after') IS NOT NULL AS marked;

-- The next change found another value; the row has another value; the row is gone; another column has.
SELECT journal.row_as_of('t', '1', mark => 'before');
SELECT journal.row_as_of('t', '1', moment => :'before');
SELECT journal.row_as_of('t', '2', mark => 'before');
SELECT journal.row_as_of('t', '2', moment => :'before');
SELECT journal.row_as_of('t', '3', mark => 'before');
SELECT journal.row_as_of('t', '5', mark => 'before');
SELECT * FROM journal.table_as_of(NULL::t, mark => 'before', key => '2');
-- From the next change on it is known.
SELECT journal.row_as_of('t', '1', mark => 'after');
-- Rows that nobody changed unseen.
SELECT journal.row_as_of('t', '4', mark => 'before');
SELECT journal.row_as_of('t', '6', mark => 'before');
SELECT journal.row_as_of('t', '7', mark => 'before');

-- Around a moment: the same transaction before and after it, a key that is used anew, one that moves on.
BEGIN;
UPDATE t SET x = 10 WHERE id = 4;
UPDATE t SET x = 11 WHERE id = 4;
SELECT journal.mark('midst') IS NOT NULL AS marked;
UPDATE t SET x = 12 WHERE id = 4;
COMMIT;
SELECT journal.row_as_of('t', '4', mark => 'midst');
DELETE FROM t WHERE id = 6;
SELECT journal.mark('gone') IS NOT NULL AS marked;
INSERT INTO t VALUES (6, 60, 'new');
UPDATE t SET id = 8 WHERE id = 7;
SELECT journal.mark('moved') IS NOT NULL AS marked;
INSERT INTO t VALUES (7, 70, 'new');
UPDATE t SET x = 80 WHERE id = 8;
SELECT journal.row_as_of('t', '6', mark => 'gone'), journal.row_as_of('t', '7', mark => 'moved'),
       journal.row_as_of('t', '8', mark => 'moved'), journal.row_as_of('t', '7', mark => 'gone');
SELECT max(transaction_id::text::bigint) AS last FROM journal.entries WHERE object_id = '8' \gset
SELECT journal.row_as_of('t', '8', before_transaction => :'last'), journal.row_as_of('t', '8', after_transaction => :'last');

-- What was ignored may differ; behind a gap nothing is compared.
SELECT journal.track('t', 't', ignored => '{x}');
UPDATE t SET x = 100, note = 'c' WHERE id = 4;
UPDATE t SET x = 101 WHERE id = 4;
SELECT journal.track('t', 't');
SELECT journal.mark('told') IS NOT NULL AS marked;
UPDATE t SET x = 102 WHERE id = 4;
SELECT journal.row_as_of('t', '4', mark => 'told');
ALTER TABLE t DISABLE TRIGGER USER;
UPDATE t SET x = 200 WHERE id = 8;
ALTER TABLE t ENABLE TRIGGER USER;
SELECT journal.mark('behind') IS NOT NULL AS marked;
UPDATE t SET x = 201 WHERE id = 8;
SELECT journal.row_as_of('t', '8', mark => 'behind');
