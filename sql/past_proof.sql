\i test/regress/fresh.sql
-- What the proof of a history makes of gaps: nothing is proved over them, and all the rest is. A NOTICE tells of them.
\set VERBOSITY terse
CREATE TABLE pt (id integer, d integer, v integer, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (0) TO (10);
CREATE TABLE pt2 PARTITION OF pt FOR VALUES FROM (10) TO (20);
CREATE TABLE pt3 PARTITION OF pt FOR VALUES FROM (20) TO (30);
SELECT journal.track('pt');
INSERT INTO pt VALUES (1, 1, 0), (2, 12, 0), (3, 2, 0), (4, 22, 0);
UPDATE pt SET d = d + 10 WHERE id = 3;
SELECT * FROM journal.verify_history('pt');

-- A partition that was detached takes its rows with it; the others are still proved.
ALTER TABLE pt DETACH PARTITION pt1;
SELECT * FROM journal.verify_history('pt');
UPDATE pt1 SET v = 7;
INSERT INTO pt1 VALUES (5, 5, 5);
ALTER TABLE pt ATTACH PARTITION pt1 FOR VALUES FROM (0) TO (10);
SELECT * FROM journal.verify_history('pt');
UPDATE pt SET v = v + 1;
SELECT * FROM journal.verify_history('pt');
DROP TABLE pt3;
SELECT * FROM journal.verify_history('pt');
-- What is wrong elsewhere, or since, is found.
ALTER EVENT TRIGGER event_journal_ddl DISABLE;
ALTER TABLE pt2 DISABLE TRIGGER ALL;
UPDATE pt SET v = 100 WHERE id = 2;
ALTER TABLE pt2 ENABLE TRIGGER ALL;
ALTER TABLE pt1 DISABLE TRIGGER ALL;
UPDATE pt SET v = 100 WHERE id = 1;
ALTER TABLE pt1 ENABLE TRIGGER ALL;
ALTER EVENT TRIGGER event_journal_ddl ENABLE ALWAYS;
SELECT * FROM journal.verify_history('pt');

-- Triggers disabled for fixtures.
CREATE TABLE f (id integer PRIMARY KEY, v integer);
SELECT journal.track('f');
INSERT INTO f VALUES (1, 1), (2, 1), (3, 1);
ALTER TABLE f DISABLE TRIGGER ALL;
INSERT INTO f VALUES (4, 1);
UPDATE f SET v = 2;
UPDATE f SET id = 5 WHERE id = 2;
DELETE FROM f WHERE id = 3;
ALTER TABLE f ENABLE TRIGGER ALL;
SELECT * FROM journal.verify_history('f');
UPDATE f SET v = 3;
INSERT INTO f VALUES (3, 3);
UPDATE f SET id = 6 WHERE id = 5;
SELECT * FROM journal.verify_history('f');
SELECT id, v FROM journal.table_as_of(NULL::f, clock_timestamp()) ORDER BY id;

-- A composite type altered, of which a column is, or an array, or what another type is made of.
CREATE TYPE pair AS (a integer, b integer);
CREATE TYPE outer_pair AS (p pair, n integer);
CREATE TABLE c (id integer PRIMARY KEY, p pair);
CREATE TABLE cs (id integer PRIMARY KEY, p outer_pair[]);
CREATE TABLE other (id integer PRIMARY KEY, p text);
SELECT journal.track('c'), journal.track('cs'), journal.track('other');
INSERT INTO cs VALUES (1, ARRAY[ROW(ROW(1, 2), 3)::outer_pair]);
INSERT INTO other VALUES (1, 'x');
INSERT INTO c VALUES (1, (1, 2)), (2, (3, 4));
UPDATE c SET p = (5, 6) WHERE id = 1;
ALTER TYPE pair ADD ATTRIBUTE c text;
SELECT * FROM journal.verify_history('c');
UPDATE c SET p = (7, 8, 'x') WHERE id = 2;
SELECT * FROM journal.verify_history('c');
ALTER TYPE pair DROP ATTRIBUTE a;
SELECT * FROM journal.verify_history('c');
SELECT * FROM journal.verify_history('cs');
SELECT * FROM journal.verify_history('other');
-- A table's row type is one, too.
CREATE TABLE whole (id integer PRIMARY KEY, c other);
SELECT journal.track('whole');
INSERT INTO whole SELECT 1, other FROM other;
ALTER TABLE other ADD COLUMN q integer;
SELECT * FROM journal.verify_history('whole');
SELECT * FROM journal.verify_history('other');

-- A clock that was set back: entries of a tracked table that are older than its tracking.
CREATE TABLE k (id integer PRIMARY KEY, v integer);
SELECT journal.track('k');
INSERT INTO k VALUES (1, 1);
UPDATE k SET v = 2;
UPDATE journal.tracked_relation SET tracked_since = tracked_since + interval '1 hour' WHERE relation = 'k'::regclass;
ALTER TABLE journal.gap DISABLE TRIGGER refuse_change;
UPDATE journal.gap SET at = at + interval '1 hour' WHERE relation = (SELECT id FROM journal.tracked_relation WHERE relation = 'k'::regclass);
ALTER TABLE journal.gap ENABLE ALWAYS TRIGGER refuse_change;
UPDATE k SET v = 3;
SELECT * FROM journal.verify_history('k');
\set VERBOSITY sqlstate
SELECT * FROM journal.table_as_of(NULL::k, clock_timestamp());
\set VERBOSITY terse

-- Nothing is no table.
SELECT * FROM journal.verify_history(NULL);
