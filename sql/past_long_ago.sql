\i test/regress/fresh.sql
-- The past of one row is held against its changes of earlier months, back to where it was inserted: of months that are closed, of others,
-- and of none that there is a partition for.
\set VERBOSITY terse
CREATE TABLE t (id integer PRIMARY KEY, x integer, note text);
SELECT journal.track('t', 't');
SELECT setval('journal.entry_id_seq', 1000001);
-- As if it had happened so many months ago; of the entries that statements make only some operations.
CREATE PROCEDURE long_ago(months integer, statements text, operations "char"[] DEFAULT '{i,u,d}') LANGUAGE plpgsql AS $$
DECLARE
    taken journal.entry[];
    e journal.entry;
    last bigint := (SELECT last_value FROM journal.entry_id_seq);
    session bigint := (SELECT min(id) FROM journal.session);
    n integer := 0;
BEGIN
    BEGIN
        EXECUTE statements;
        taken := ARRAY(SELECT j FROM journal.entry j WHERE j.id > last AND j.operation = ANY (operations) ORDER BY j.id);
        RAISE SQLSTATE 'TAKEN';
    EXCEPTION WHEN SQLSTATE 'TAKEN' THEN
        NULL;
    END;
    FOREACH e IN ARRAY taken LOOP
        n := n + 1;
        e.id := 1000000 - months * 10000 + n;
        e.change := e.id;
        e.session := session;
        e.transaction_id := (200 - months)::text::xid8;
        e.occurred_at := date_trunc('month', now()) - months * interval '1 month' + interval '10 days' + n * interval '1 minute';
        INSERT INTO journal.entry SELECT e.*;
    END LOOP;
END $$;
-- As surgery on the catalogue does it, see past_unseen.
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
INSERT INTO t VALUES (0, 0, 'the first of the session');
CALL long_ago(50, $$INSERT INTO t VALUES (1, 1, 'a'), (2, 1, 'a')$$);
CALL long_ago(45, $$INSERT INTO t VALUES (4, 4, 'old')$$);
CALL long_ago(40, $$INSERT INTO t VALUES (4, 4, 'old'); DELETE FROM t WHERE id = 4$$, '{d}');
CALL long_ago(35, $$INSERT INTO t VALUES (6, 1, 'a'); DELETE FROM t WHERE id = 6$$, '{d}');
CALL long_ago(30, $$INSERT INTO t VALUES (1, 1, 'a'), (2, 1, 'a'); UPDATE t SET x = 2 WHERE id > 0$$, '{u}');
CALL long_ago(25, $$INSERT INTO t VALUES (5, 1, 'a'); UPDATE t SET id = 105 WHERE id = 5$$, '{u}');
CALL long_ago(20, $$INSERT INTO t VALUES (103, 1, 'a'); UPDATE t SET id = 3 WHERE id = 103$$, '{u}');
CALL long_ago(10, $$INSERT INTO t VALUES (4, 5, 'new')$$);
CALL unseen($$INSERT INTO t VALUES (1, 2, 'a'), (2, 2, 'b'), (3, 1, 'a'), (4, 5, 'new'), (5, 1, 'a'), (6, 1, 'a'), (7, 1, 'a')$$);
SELECT count(*) FROM journal.gap WHERE reason <> 'tracked';
SELECT journal.mark('now') IS NOT NULL AS marked;
CREATE FUNCTION past(key text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN journal.row_as_of('t', key, mark => 'now');
EXCEPTION WHEN SQLSTATE 'JE050' OR SQLSTATE 'JE051' OR SQLSTATE 'JE052' THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE VIEW pasts AS
SELECT key, what, past(key) FROM (VALUES
    ('1', 'as its entries say'), ('2', 'unlike its insertion'), ('3', 'it came from another key'), ('4', 'the key is another row''s now'),
    ('5', 'it left for another key'), ('6', 'it was deleted'), ('7', 'it was there before')) v (key, what) ORDER BY key;
-- In the default partition.
SELECT DISTINCT tableoid::regclass FROM journal.entry WHERE occurred_at < date_trunc('month', now()) - interval '1 month';
TABLE pasts;
-- In months, which are not closed.
SET client_min_messages = warning;
SELECT journal.maintain() IS NOT NULL AS maintained;
RESET client_min_messages;
SELECT count(DISTINCT tableoid) FROM journal.entry WHERE occurred_at < date_trunc('month', now()) - interval '1 month';
SELECT count(*) FROM journal.closed_month;
TABLE pasts;
-- Closed.
SET client_min_messages = warning;
CALL journal.maintenance(0);
RESET client_min_messages;
SELECT count(*) FROM journal.closed_month;
TABLE pasts;
-- An index that somebody dropped does not change what is found.
SELECT indexrelid::regclass AS index FROM pg_index
WHERE pg_get_indexdef(indexrelid) LIKE '%entry_hash%' AND indrelid = (SELECT DISTINCT tableoid FROM journal.entry WHERE transaction_id = '150') \gset
DROP INDEX :index;
TABLE pasts;
