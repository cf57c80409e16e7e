\i test/regress/fresh.sql
\i test/regress/compare.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
-- Rows whose references a transaction took away before it deleted them too come back with them, if what they referred to comes back.

CREATE SCHEMA shop;
CREATE TABLE shop.client (id int PRIMARY KEY, name text);
CREATE TABLE shop.task (
    id int PRIMARY KEY, client int REFERENCES shop.client ON DELETE SET NULL, payer int DEFAULT 9 REFERENCES shop.client ON DELETE SET DEFAULT,
    parent int REFERENCES shop.task ON DELETE SET NULL, note text
);
CREATE TABLE shop.flat (label text UNIQUE, house int, number int, PRIMARY KEY (house, number));
CREATE TABLE shop.visit (id int PRIMARY KEY, number int, house int, day date, FOREIGN KEY (house, number) REFERENCES shop.flat ON DELETE SET NULL (number));
CREATE TABLE shop.lease (id int PRIMARY KEY, house int, number int, former int,
    FOREIGN KEY (house, number) REFERENCES shop.flat ON DELETE SET NULL, FOREIGN KEY (house, former) REFERENCES shop.flat ON DELETE SET NULL);
SELECT journal.track_schema('shop');
-- Rules take the columns of an update apart.
SELECT count(journal.add_rule('shop.lease', 'shop.house_changed', 'update', '{house}')) FROM
    (SELECT journal.add_event_type('shop.house_changed', 'other', 'changed', 'lease', '{}')) t;
INSERT INTO shop.client VALUES (1, 'Ann'), (2, 'Bob'), (3, 'Cyd'), (9, 'House account');
INSERT INTO shop.task VALUES (10, 1, 1, NULL, 'first'), (11, 1, 2, 10, 'second'), (12, 2, 1, 11, 'third'), (13, 3, 9, 12, 'fourth');
INSERT INTO shop.flat VALUES ('a', 1, 1), ('b', 1, 2), ('c', 2, 1), ('d', 2, 2);
INSERT INTO shop.visit VALUES (1, 1, 1, '2024-01-01'), (2, 1, 2, '2024-01-01'), (3, 2, 2, NULL);
INSERT INTO shop.lease VALUES (1, 1, 1, 2), (2, 2, 1, NULL), (3, 1, 2, 1);
CREATE SCHEMA copy;
SELECT format('CREATE TABLE copy.%1$I AS SELECT * FROM shop.%1$I', relname) FROM pg_class
WHERE relnamespace = 'shop'::regnamespace AND relkind = 'r' ORDER BY relname \gexec
CREATE FUNCTION test.all_differences() RETURNS TABLE (name name, key text, "column" text, "is" text, should_be text) LANGUAGE sql AS $$
    SELECT t.relname, d.* FROM pg_class t, test.differences(t.oid, ('copy.' || t.relname)::regclass) d
    WHERE t.relnamespace = 'shop'::regnamespace AND t.relkind = 'r' ORDER BY t.relname, d."column", d.key
$$;

-- Whatever goes first, everything comes back as it was, the rows of the table itself too.
BEGIN;
DELETE FROM shop.client WHERE id IN (1, 2);
DELETE FROM shop.task WHERE id = 10;
DELETE FROM shop.task WHERE id = 11;
DELETE FROM shop.task WHERE id = 12;
COMMIT;
SELECT test.deletion('client', '1') AS ann, test.deletion('client', '2') AS bob, test.deletion('task', '11') AS task \gset
BEGIN;
SELECT action, object_type, object_id, new_values, old_values, conflict FROM journal.restore_plan(ARRAY[:ann, :bob], related => 'children');
SELECT object_type, object_id, outcome FROM journal.restore_all(ARRAY[:ann, :bob], related => 'children');
SELECT * FROM test.all_differences();
-- The journal says of the rows what they hold, and can take it back.
SELECT object_id, snapshot -> 'client' AS client, snapshot -> 'payer' AS payer, snapshot -> 'parent' AS parent FROM journal.entries
WHERE object_type = 'task' AND operation = 'insert' AND restores IS NOT NULL ORDER BY id;
ROLLBACK;
-- What does not come back is not referred to.
BEGIN;
SELECT object_type, object_id, outcome FROM journal.restore(:task);
SELECT * FROM shop.task ORDER BY id;
ROLLBACK;
BEGIN;
SELECT object_type, object_id, outcome FROM journal.restore(:task, related => 'children');
SELECT * FROM shop.task ORDER BY id;
ROLLBACK;
BEGIN;
SELECT object_type, object_id, outcome FROM journal.restore(:task, related => 'all');
SELECT * FROM test.all_differences();
ROLLBACK;
-- Overrides go before.
BEGIN;
SELECT object_type, object_id, outcome FROM journal.restore(:ann, related => 'children', overrides => '{"task": {"client": 3}}');
SELECT * FROM shop.task ORDER BY id;
ROLLBACK;
-- A row that was restored before, without its reference, gets it now; but no row gets one to what was restored before.
SELECT object_id FROM journal.restore(:task);
SELECT object_type, object_id, outcome FROM journal.restore(:ann, related => 'children');
SELECT object_type, object_id, outcome FROM journal.restore(:bob, related => 'all');
SELECT * FROM test.all_differences();

-- By the application: set to NULL twice, with another row in between; other columns before and after.
BEGIN;
UPDATE shop.task SET client = NULL, note = 'a' WHERE id = 11;
UPDATE shop.task SET client = 2, note = 'b' WHERE id = 11;
UPDATE shop.task SET client = NULL WHERE id = 11;
UPDATE shop.task SET note = 'c' WHERE id = 11;
UPDATE shop.task SET client = NULL WHERE id = 12;
UPDATE shop.task SET client = 3 WHERE id = 12;
DELETE FROM shop.task WHERE id IN (11, 12);
UPDATE shop.task SET client = NULL WHERE id = 13;
UPDATE shop.task SET client = 1 WHERE id = 13;
UPDATE shop.task SET client = NULL WHERE id = 13;
DELETE FROM shop.client WHERE id IN (1, 2);
COMMIT;
BEGIN;
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('client', '1'), related => 'children');
SELECT * FROM shop.task ORDER BY id;
ROLLBACK;
BEGIN;
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('client', '2'), related => 'children');
SELECT * FROM shop.task ORDER BY id;
ROLLBACK;
SELECT object_type, object_id, outcome FROM journal.restore_all(ARRAY[test.deletion('client', '1'), test.deletion('client', '2')], related => 'children');
SELECT * FROM shop.task ORDER BY id;
-- Another row under the same key; a row whose key has changed too.
TRUNCATE shop.task;
INSERT INTO shop.task TABLE copy.task;
UPDATE shop.task SET client = 1 WHERE id = 13;
BEGIN;
UPDATE shop.task SET client = NULL WHERE id IN (10, 13);
DELETE FROM shop.task WHERE id = 10;
INSERT INTO shop.task VALUES (10, NULL, NULL, NULL, 'new');
UPDATE shop.task SET id = 20 WHERE id = 13;
INSERT INTO shop.task VALUES (13, NULL, NULL, NULL, 'new');
DELETE FROM shop.client WHERE id IN (1, 2);
COMMIT;
SELECT object_type, object_id, outcome FROM journal.restore_all(ARRAY[test.deletion('client', '1'), test.deletion('client', '2')], related => 'children');
SELECT * FROM shop.task ORDER BY id;

-- Keys of several columns, also of such that the deletion leaves, and such that two keys share.
SELECT * FROM test.all_differences() WHERE name NOT IN ('task');
BEGIN;
DELETE FROM shop.flat;
DELETE FROM shop.visit WHERE id IN (1, 3);
DELETE FROM shop.lease WHERE id <> 2;
COMMIT;
BEGIN;
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('flat', '["2", "1"]'), related => 'children');
SELECT * FROM shop.visit ORDER BY id;
SELECT * FROM shop.lease ORDER BY id;
ROLLBACK;
-- With the shared column the other key would be a reference again, to what is not there.
SELECT object_type, object_id, sqlstate, detail FROM journal.restore_plan(test.deletion('flat', '["1", "1"]'), related => 'children') WHERE sqlstate IS NOT NULL;
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('flat', '["1", "1"]'), related => 'children');
SELECT object_type, object_id, outcome FROM journal.restore_all(ARRAY(SELECT test.deletion('flat', jsonb_build_array(house::text, number::text)::text) FROM copy.flat), related => 'children');
SELECT * FROM test.all_differences() WHERE name NOT IN ('task');
-- A column of the key that was set to another value, not to NULL: no reference taken away.
BEGIN;
UPDATE shop.lease SET number = NULL, former = NULL WHERE id = 1;
UPDATE shop.lease SET house = 2 WHERE id = 1;
UPDATE shop.lease SET number = NULL WHERE id = 3;
UPDATE shop.lease SET house = NULL WHERE id = 3;
DELETE FROM shop.lease WHERE id IN (1, 3);
DELETE FROM shop.flat WHERE house = 1;
COMMIT;
SELECT object_type, object_id, outcome FROM journal.restore_all(ARRAY[test.deletion('flat', '["1", "1"]'), test.deletion('flat', '["1", "2"]'), test.deletion('lease', '1')], related => 'children');
SELECT * FROM shop.lease ORDER BY id;
-- A living row whose other column names another key was not affected; one that was changed since is told.
UPDATE shop.visit SET house = 1, number = 1 WHERE id = 2;
DELETE FROM shop.flat WHERE number = 1;
SELECT * FROM shop.visit ORDER BY id;
BEGIN;
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('flat', '["2", "1"]'), related => 'children');
ROLLBACK;
UPDATE shop.visit SET number = 2 WHERE id = 2;
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('flat', '["1", "1"]'), related => 'children');
SELECT * FROM shop.visit ORDER BY id;

-- SET DEFAULT leaves the default; another value is another reference, and so is one that the column's default is not any more.
CREATE FUNCTION shop.default_client() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT min(id) FROM client WHERE name LIKE 'House%'); END $$;
GRANT USAGE ON SCHEMA shop TO PUBLIC;
ALTER FUNCTION shop.default_client() SET search_path = shop;
CREATE TABLE shop.bill (id int PRIMARY KEY, client int DEFAULT shop.default_client() REFERENCES shop.client ON DELETE SET DEFAULT,
    payer int DEFAULT 9 REFERENCES shop.client ON DELETE SET NULL, n int DEFAULT nextval('journal.entry_id_seq') REFERENCES shop.client ON DELETE SET DEFAULT);
SELECT journal.track('shop.bill');
INSERT INTO shop.bill VALUES (1, 1, 1, NULL), (2, 1, 1, NULL), (3, 1, 1, NULL), (4, NULL, NULL, 1);
BEGIN;
UPDATE shop.bill SET client = 3 WHERE id = 2;
UPDATE shop.bill SET payer = 9 WHERE id IN (2, 3);
UPDATE shop.bill SET n = 9 WHERE id = 4;
DELETE FROM shop.client WHERE id = 1;
DELETE FROM shop.bill WHERE id = 3;
COMMIT;
SELECT * FROM shop.bill ORDER BY id;
BEGIN;
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('client', '1'), related => 'children');
SELECT * FROM shop.bill ORDER BY id;
ROLLBACK;
ALTER TABLE shop.bill ALTER client SET DEFAULT 2;
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('client', '1'), related => 'children');
SELECT * FROM shop.bill ORDER BY id;
DROP TABLE shop.bill;

-- What the caller cannot see in the journal is neither used nor told.
CREATE TABLE shop.house (id int PRIMARY KEY, account text);
CREATE TABLE shop.room (id int PRIMARY KEY, house int REFERENCES shop.house ON DELETE SET NULL, account text);
SELECT journal.track('shop.house', account => 'account'), journal.track('shop.room', account => 'account');
INSERT INTO shop.house VALUES (1, 'north'), (2, 'north'), (3, 'north'), (4, 'north');
INSERT INTO shop.room VALUES (1, 1, ''), (2, 2, 'north'), (3, 3, ''), (4, 4, 'south');
DELETE FROM shop.house WHERE id = 1;
DELETE FROM shop.house WHERE id = 2;
BEGIN;
DELETE FROM shop.house WHERE id = 3;
UPDATE shop.room SET account = 'north' WHERE id = 3;
DELETE FROM shop.room WHERE id = 3;
COMMIT;
DELETE FROM shop.house WHERE id = 4;
CREATE ROLE regress_restorer;
GRANT USAGE ON SCHEMA journal, shop, test TO regress_restorer;
GRANT SELECT ON ALL TABLES IN SCHEMA journal TO regress_restorer;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA journal, test TO regress_restorer;
GRANT INSERT, SELECT, UPDATE ON ALL TABLES IN SCHEMA shop TO regress_restorer;
INSERT INTO journal.role_account (role, account) VALUES ('regress_restorer', 'north');
SET ROLE regress_restorer;
SELECT object_type, object_id, new_values FROM journal.restore_plan(test.deletion('house', '1'), related => 'children');
SELECT object_type, object_id FROM journal.restore(test.deletion('house', '1'), related => 'children');
SELECT object_type, object_id FROM journal.restore(test.deletion('house', '1'), related => 'children', on_conflict => 'skip');
SELECT object_type, object_id FROM journal.restore(test.deletion('house', '1'));
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('house', '2'), related => 'children');
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('house', '3'), related => 'children');
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('room', '3'), related => 'parents');
-- Another account's rows are none of this one's.
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('house', '4'), related => 'children');
SELECT * FROM shop.room ORDER BY id;
RESET ROLE;
DROP OWNED BY regress_restorer;
DROP ROLE regress_restorer;
