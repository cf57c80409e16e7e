-- What must hold whatever happens in between: rollbacks, DDL, errors, roles that change, values of any size.
\i test/regress/fresh.sql
SET client_min_messages = warning;
CREATE SCHEMA robust;
SET search_path = robust;

-- A layout that was rolled back is written again, also when a later savepoint wrote another one.
CREATE TABLE part (id integer, area integer, name text, PRIMARY KEY (id, area)) PARTITION BY LIST (area);
CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1);
CREATE TABLE part_2 PARTITION OF part FOR VALUES IN (2);
SELECT journal.track('part', object_type => 'robust_part');
BEGIN;
INSERT INTO part VALUES (1, 1, 'gone');
SAVEPOINT later;
INSERT INTO part VALUES (2, 2, 'gone');
ROLLBACK TO later;
ROLLBACK;
BEGIN;
SAVEPOINT outer_one;
INSERT INTO part VALUES (1, 1, 'gone');
SAVEPOINT inner_one;
INSERT INTO part VALUES (2, 2, 'gone');
ROLLBACK TO inner_one;
INSERT INTO part VALUES (3, 1, 'gone');
ROLLBACK TO outer_one;
INSERT INTO part VALUES (1, 1, 'kept');
INSERT INTO part VALUES (2, 2, 'kept');
COMMIT;
INSERT INTO part VALUES (3, 1, 'kept');
SELECT object_id, snapshot FROM journal.entries WHERE object_type = 'robust_part' ORDER BY id;

-- A row that moves to a partition that is dropped or refuses it, with or without the statement's trigger.
CREATE FUNCTION refuse_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER refuse BEFORE INSERT ON part_2 FOR EACH ROW EXECUTE FUNCTION refuse_row();
CREATE FUNCTION has_area(area integer) RETURNS boolean LANGUAGE sql STABLE
    AS 'SELECT EXISTS (SELECT FROM pg_catalog.pg_class WHERE relname = ''part_'' || area)';
SELECT journal.add_event_type('robust_part.lost', 'other', 'deleted', 'robust_part', '{}');
SELECT journal.add_rule('part', 'robust_part.lost', 'delete', condition => 'robust.has_area(old.area)') > 0 AS added;
UPDATE part SET area = 2 WHERE id = 1;
ALTER TABLE part DISABLE TRIGGER "00_event_journal_moved";
UPDATE part SET area = 2 WHERE id = 3;
INSERT INTO part VALUES (5, 1, 'kept');
BEGIN;
UPDATE part SET area = 2 WHERE id = 5;
DROP TABLE part_1;
COMMIT;
SELECT object_id, event, operation FROM journal.entries WHERE object_type = 'robust_part' ORDER BY id;

-- A condition's function that writes to the same table is told so; it cannot disturb an evaluation in progress.
CREATE TABLE loop (id integer PRIMARY KEY, name text);
CREATE FUNCTION write_again(n integer) RETURNS text LANGUAGE plpgsql VOLATILE AS
    'BEGIN IF n < 3 THEN INSERT INTO robust.loop VALUES (n + 1, repeat(''x'', 1000)); END IF; RETURN n; END';
CREATE FUNCTION pretend(n integer) RETURNS text LANGUAGE plpgsql STABLE AS
    'DECLARE t text; BEGIN SELECT robust.write_again(n) INTO t; RETURN t; END';
CREATE FUNCTION pretend_constant(n integer) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
    'DECLARE t text; BEGIN SELECT robust.write_again(n) INTO t; RETURN t; END';
SELECT journal.track('loop', object_type => 'robust_loop');
SELECT journal.add_rule('loop', 'robust_part.lost', 'insert', condition => 'new.name || robust.pretend(new.id) <> '''' ')
       AS number \gset
\set VERBOSITY terse
INSERT INTO loop VALUES (1, 'one');
INSERT INTO loop VALUES (3, 'three');
SELECT journal.drop_rule(:number);
-- While a plan is made, a constant part of a condition runs.
SELECT journal.add_rule('loop', 'robust_part.lost', 'insert', condition => 'robust.pretend_constant(1) <> new.name');
\set VERBOSITY default
INSERT INTO loop VALUES (4, 'four');
SELECT object_id, event FROM journal.entries WHERE object_type = 'robust_loop' ORDER BY id;

-- Sessions of two roles that write in turn are written once each.
CREATE ROLE regress_robust_writer;
GRANT USAGE ON SCHEMA robust TO regress_robust_writer;
CREATE TABLE task (id integer PRIMARY KEY);
CREATE TABLE reminder (task integer PRIMARY KEY);
GRANT INSERT ON task TO regress_robust_writer;
CREATE FUNCTION remind() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
    'BEGIN INSERT INTO robust.reminder VALUES (new.id); RETURN NULL; END';
CREATE TRIGGER remind AFTER INSERT ON task FOR EACH ROW EXECUTE FUNCTION remind();
SELECT journal.track('task', object_type => 'robust_task');
SELECT journal.track('reminder', object_type => 'robust_reminder');
SET ROLE regress_robust_writer;
INSERT INTO robust.task SELECT generate_series(1, 20);
RESET ROLE;
SELECT e.object_type, count(*), count(DISTINCT s.id) AS sessions, s.acting_role = 'regress_robust_writer' AS is_writer
FROM journal.entry e JOIN journal.session s ON s.id = e.session
WHERE e.object_type IN ('robust_task', 'robust_reminder') GROUP BY 1, 4 ORDER BY 1;

DROP SCHEMA robust CASCADE;
RESET search_path;
DROP ROLE regress_robust_writer;

-- The extension dropped and created again in one session: numbers begin again, and nothing of the former one is left.
DROP EXTENSION event_journal CASCADE;
CREATE EXTENSION event_journal;
CREATE TABLE again (id integer PRIMARY KEY, first text);
SELECT journal.track('again', object_type => 'robust_again');
INSERT INTO again VALUES (1, 'one');
SELECT object_id, snapshot FROM journal.entries;
DROP EXTENSION event_journal CASCADE;
DROP TABLE again;
CREATE TABLE again (number integer PRIMARY KEY, second text, third integer);
CREATE EXTENSION event_journal;
SELECT journal.track('again', object_type => 'robust_again');
INSERT INTO again VALUES (1, 'two', 3);
SELECT object_id, snapshot FROM journal.entries;
SELECT count(*) FROM journal.entry e JOIN journal.session s ON s.id = e.session;
-- Also within one transaction.
BEGIN;
SELECT journal.set_context(reason => 'first');
INSERT INTO again VALUES (2, 'two', 3);
DROP EXTENSION event_journal CASCADE;
CREATE EXTENSION event_journal;
SELECT journal.track('again', object_type => 'robust_again');
INSERT INTO again VALUES (3, 'two', 3);
COMMIT;
SELECT e.object_id, c.reason, s.id IS NOT NULL AS has_session FROM journal.entry e
LEFT JOIN journal.context c ON c.id = e.context LEFT JOIN journal.session s ON s.id = e.session;
DROP TABLE again;
