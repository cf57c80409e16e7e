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

-- Texts of any length in what the journal indexes: a long key is shortened, and found by the whole and the short one.
CREATE FUNCTION noise(seed text, length integer) RETURNS text LANGUAGE sql IMMUTABLE
    AS $$ SELECT left(string_agg(md5(seed || n), ''), length) FROM generate_series(1, length / 32 + 1) n $$;
CREATE TABLE wide (id text PRIMARY KEY, area text, name text, tenant text);
CREATE TABLE wide_part (wide text REFERENCES wide ON UPDATE CASCADE, line integer, PRIMARY KEY (wide, line));
SELECT journal.track('wide', object_type => 'robust_wide', account => 'tenant');
SELECT journal.track('wide_part', object_type => 'robust_wide_part', document => 'wide');
INSERT INTO wide VALUES (noise('key', 2600), 'a', noise('name', 5000), noise('tenant', 3000));
INSERT INTO wide_part VALUES (noise('key', 2600), 1);
UPDATE wide SET id = noise('other', 2600), area = noise('area', 5000);
DELETE FROM wide_part;
DELETE FROM wide;
SELECT event, operation, length(object_id) AS key, length(document_id) AS document, length(previous_id) AS previous,
       length(account) AS account, length(label) AS label
FROM journal.entries WHERE object_type LIKE 'robust_wide%' ORDER BY id;
SELECT count(*) FROM journal.entry e WHERE e.object_id = journal.object_key(noise('key', 2600));
SELECT journal.object_key(journal.object_key(noise('key', 2600))) = journal.object_key(noise('key', 2600)) AS is_stable,
       journal.object_key(repeat('я', 501)) = repeat('я', 500) || '...' || md5(repeat('я', 501)) AS whole_characters,
       journal.object_key(repeat('x', 1000)) = repeat('x', 1000) AS is_kept,
       length(journal.object_key(noise('one', 900), noise('two', 900))) AS composite;
SELECT journal.log('robust_part.lost', 'robust_part', noise('logged', 4000), noise('label', 4000)) > 0 AS logged;
SELECT event, length(object_label) FROM journal.history('robust_part', noise('logged', 4000));
SELECT journal.log('robust_part.lost', repeat('x', 201), '1');
SET event_journal.account = 'acme';
\set VERBOSITY sqlstate
SELECT set_config('event_journal.account', repeat('x', 501), false);
\set VERBOSITY default
RESET event_journal.account;
-- The widest of tables.
DO $$ BEGIN
    EXECUTE (SELECT 'CREATE TABLE widest (id integer PRIMARY KEY, ' || string_agg('c' || n || ' smallint', ', ') || ')'
             FROM generate_series(2, 1600) n);
END $$;
SELECT journal.track('widest', object_type => 'robust_widest');
INSERT INTO widest (id, c1600) VALUES (1, 1600);
UPDATE widest SET c2 = 2, c1600 = 0;
DELETE FROM widest;
SELECT e.operation, old, new, snapshot ->> 'c1600' AS c1600, jsonb_array_length(journal.unpacked(e.data)) AS length
FROM journal.entries JOIN journal.entry e USING (id) WHERE e.object_type = 'robust_widest' ORDER BY id;

-- Without a partition there is a clear error, and no crash.
DELETE FROM widest;
BEGIN;
DO $$ DECLARE p regclass; BEGIN
    FOR p IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'journal.entry'::regclass AND inhrelid <> 'journal.entry_default'::regclass LOOP
        EXECUTE 'DROP TABLE ' || p;
    END LOOP;
END $$;
INSERT INTO widest (id) VALUES (1);
SELECT tableoid::regclass FROM journal.entry WHERE object_type = 'robust_widest' AND object_id = '1' AND operation = 'i' ORDER BY id DESC LIMIT 1;
ALTER TABLE journal.entry DETACH PARTITION journal.entry_default;
\set VERBOSITY sqlstate
INSERT INTO widest (id) VALUES (2);
\set VERBOSITY default
ROLLBACK;

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
