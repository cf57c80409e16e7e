\i test/regress/fresh.sql
-- Changes made under session_replication_role = replica, which no trigger records unless it fires always: the past before
-- them is unknown.
\set VERBOSITY terse
CREATE TABLE g (id integer PRIMARY KEY, x integer);
SELECT journal.track('g', 'g');
INSERT INTO g VALUES (1, 2);
SELECT journal.mark('a') IS NOT NULL AS marked;
SET session_replication_role = replica;
UPDATE g SET x = 77;
RESET session_replication_role;
UPDATE g SET x = 78;
SELECT * FROM journal.table_as_of(NULL::g, mark => 'a');
SELECT journal.row_as_of('g', '1', mark => 'a');
SELECT * FROM journal.diff(NULL::g, from_mark => 'a');
SELECT * FROM journal.verify_history('g');
SELECT count(*), min(reason) FILTER (WHERE reason <> 'tracked') FROM journal.gap;
-- From then on it is known.
SELECT journal.mark('b') IS NOT NULL AS marked;
UPDATE g SET x = 79;
SELECT * FROM journal.table_as_of(NULL::g, mark => 'b');

-- One gap for each transaction and table, whatever it does; what was rolled back is none.
SET session_replication_role = replica;
BEGIN;
INSERT INTO g SELECT i, i FROM generate_series(2, 100) i;
UPDATE g SET x = x + 1;
DELETE FROM g WHERE id > 90;
COMMIT;
BEGIN;
SAVEPOINT s;
DELETE FROM g;
ROLLBACK TO s;
COMMIT;
BEGIN;
DELETE FROM g;
ROLLBACK;
SELECT count(*) FROM journal.gap WHERE reason = 'unrecorded';
TRUNCATE g;
SELECT count(*) FROM journal.gap WHERE reason = 'unrecorded';
RESET session_replication_role;

-- The transaction itself knows before it commits.
INSERT INTO g VALUES (1, 1) ON CONFLICT DO NOTHING;
BEGIN;
SELECT journal.mark('c') IS NOT NULL AS marked;
SET LOCAL session_replication_role = replica;
UPDATE g SET x = 5;
SET LOCAL session_replication_role = origin;
SELECT * FROM journal.verify_history('g');
SAVEPOINT s;
SELECT * FROM journal.table_as_of(NULL::g, mark => 'c');
ROLLBACK TO s;
COMMIT;

-- Partitions and children, those that come later too.
CREATE TABLE p (id integer PRIMARY KEY, x integer) PARTITION BY RANGE (id);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE parent (id integer PRIMARY KEY, x integer);
SELECT journal.track('p'), journal.track('parent');
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent);
SET session_replication_role = replica;
INSERT INTO p VALUES (11, 1);
INSERT INTO child VALUES (1, 1);
RESET session_replication_role;
SELECT t.relation, g.reason FROM journal.gap g JOIN journal.tracked_relation t ON t.id = g.relation
WHERE g.reason = 'unrecorded' AND t.object_type <> 'g' ORDER BY t.relation::text;

-- Where everything is recorded always, nothing is missed.
CREATE TABLE a (id integer PRIMARY KEY, x integer);
SELECT journal.track('a', always => true);
SET session_replication_role = replica;
INSERT INTO a VALUES (1, 1);
RESET session_replication_role;
SELECT count(*) FROM journal.gap g JOIN journal.tracked_relation t ON t.id = g.relation WHERE g.reason = 'unrecorded' AND t.object_type = 'a';
SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'a'::regclass AND tgname ~ 'event_journal' ORDER BY 1;
SELECT journal.track('a');
SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'a'::regclass AND tgname ~ 'event_journal' ORDER BY 1;
ALTER TABLE a DISABLE TRIGGER ALL;
ALTER TABLE a ENABLE TRIGGER ALL;
SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'a'::regclass AND tgname ~ 'event_journal' ORDER BY 1;
INSERT INTO a VALUES (2, 2);
SELECT count(*) FROM journal.gap g JOIN journal.tracked_relation t ON t.id = g.relation WHERE g.reason = 'unrecorded' AND t.object_type = 'a';
SELECT journal.untrack('a');
SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'a'::regclass AND tgname ~ 'event_journal' ORDER BY 1;
