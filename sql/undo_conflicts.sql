\i test/regress/fresh.sql
\i test/regress/compare.sql
\i test/regress/undo.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
\pset tuples_only on
-- What stands in the way of taking a transaction back.

CREATE SCHEMA shop;
CREATE TABLE shop.city (id int PRIMARY KEY, name text);
CREATE TABLE shop.client (id int PRIMARY KEY, name text, phone text UNIQUE, city int REFERENCES shop.city, secret text, pin text);
CREATE TABLE shop.visit (id int PRIMARY KEY, client int REFERENCES shop.client ON DELETE CASCADE ON UPDATE CASCADE, note text);
CREATE TABLE shop.review (id int PRIMARY KEY, client int REFERENCES shop.client ON DELETE SET NULL, note text);
-- Nobody tracks this one.
CREATE TABLE shop.letter (id int PRIMARY KEY, client int REFERENCES shop.client ON DELETE CASCADE);
CREATE TABLE shop.place (id int PRIMARY KEY, position int UNIQUE, name text);
SELECT journal.track('shop.city'), journal.track('shop.client', masked => '{secret}', excluded => '{pin}'), journal.track('shop.visit'),
    journal.track('shop.review'), journal.track('shop.place');
INSERT INTO shop.city VALUES (1, 'Moscow'), (2, 'Tver');
INSERT INTO shop.client (id, name, phone, city) VALUES (1, 'Ann', '1', 1), (2, 'Bob', '2', 1);
INSERT INTO shop.place VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c');

-- A column that has changed since, and one that has not.
UPDATE shop.client SET name = 'Anna' WHERE id = 1;
SELECT test.last() AS one \gset
SELECT journal.set_context(employee => '7');
BEGIN; SELECT journal.set_context(employee => '7'); UPDATE shop.client SET name = 'Hanna' WHERE id = 1; COMMIT;
UPDATE shop.client SET city = 2 WHERE id = 1;
SELECT test.try(format('journal.undo(%L)', :'one'));
UPDATE shop.client SET name = 'Anna' WHERE id = 1;
SELECT test.try(format('journal.undo(%L)', :'one'));
SELECT name, city FROM shop.client WHERE id = 1;
-- A row that is gone.
UPDATE shop.place SET name = 'A' WHERE id < 3;
SELECT test.last() AS one \gset
DELETE FROM shop.place WHERE id = 1;
UPDATE shop.place SET id = 22 WHERE id = 2;
SELECT test.try(format('journal.undo(%L)', :'one'));
-- An inserted row that has been changed, or that others refer to: by keys that cascade, set NULL or refuse.
INSERT INTO shop.client (id, name) VALUES (3, 'Cid'), (4, 'Dan'), (5, 'Eve'), (6, 'Fay'), (7, 'Gus'), (8, 'Hal'), (9, 'Ivy');
SELECT test.last() AS one \gset
UPDATE shop.client SET secret = 'x' WHERE id = 3;
INSERT INTO shop.visit VALUES (1, 4, 'x');
INSERT INTO shop.review VALUES (1, 5, 'x'), (2, 6, 'y');
INSERT INTO shop.letter VALUES (1, 7);
UPDATE shop.client SET phone = '8' WHERE id = 8;
SELECT test.try(format('journal.undo(%L)', :'one'));
SELECT count(*) FROM shop.client;
INSERT INTO shop.city VALUES (3, 'Kazan');
SELECT test.last() AS one \gset
UPDATE shop.client SET city = 3 WHERE id = 9;
SELECT test.try(format('journal.undo(%L)', :'one'));
-- Unless what refers to them goes too.
BEGIN;
INSERT INTO shop.client (id, name) VALUES (10, 'Jim');
INSERT INTO shop.visit VALUES (10, 10, 'x');
INSERT INTO shop.review VALUES (10, 10, 'x'), (11, 1, 'y');
UPDATE shop.review SET client = 10 WHERE id = 1;
COMMIT;
SELECT test.try(format('journal.undo(%L)', test.last()));
-- A deleted row whose key, or another unique value, is in use, whose parent is missing, that is restored already.
DELETE FROM shop.place;
SELECT test.last() AS one \gset
INSERT INTO shop.place VALUES (3, 30, 'other');
SELECT test.try(format('journal.undo(%L)', :'one'));
UPDATE shop.place SET id = 30, position = 3;
SELECT test.try(format('journal.undo(%L)', :'one'));
DELETE FROM shop.place;
SELECT object_id FROM journal.restore(test.deletion('place', '3'));
SELECT object_id FROM journal.restore((SELECT id FROM journal.entry WHERE transaction_id = :'one' AND object_id = '3'));
SELECT test.try(format('journal.undo(%L)', :'one'));
INSERT INTO shop.city VALUES (4, 'Omsk');
INSERT INTO shop.place VALUES (4, 4, 'd');
CREATE TABLE shop.street (id int PRIMARY KEY, city int REFERENCES shop.city);
SELECT journal.track('shop.street');
INSERT INTO shop.street VALUES (1, 4);
DELETE FROM shop.street;
SELECT test.last() AS one \gset
DELETE FROM shop.city WHERE id = 4;
SELECT test.try(format('journal.undo(%L)', :'one'));
-- Values that the journal was told not to keep.
UPDATE shop.client SET secret = 'z', name = 'Ivi' WHERE id = 9;
SELECT test.try(format('journal.undo(%L)', test.last()));
UPDATE shop.client SET name = 'Ivo' WHERE id = 9;
SELECT test.try(format('journal.undo(%L)', test.last()));
DELETE FROM shop.client WHERE id = 9;
SELECT test.try(format('journal.undo(%L)', test.last()));

-- Which transactions: none of these.
SELECT test.try('journal.undo(NULL)');
SELECT test.try('journal.undo(''1'', on_conflict => ''perhaps'')');
SELECT test.try('journal.undo(''123456789012'')');
BEGIN;
INSERT INTO shop.city VALUES (5, 'Perm');
SELECT pg_current_xact_id() AS own \gset
SELECT test.try(format('journal.undo(%L)', :'own'));
ROLLBACK;
SELECT test.try(format('journal.undo(%L)', :'own'));
CREATE TABLE shop.other (id int);
BEGIN;
INSERT INTO shop.other VALUES (1);
SELECT pg_current_xact_id() AS own \gset
COMMIT;
SELECT test.try(format('journal.undo(%L)', :'own'));
SELECT journal.log('user.logged_in') > 0;
SELECT test.try(format('journal.undo(%L)', test.last()));
SELECT test.try('journal.revert(NULL)');
SELECT test.try('journal.revert(-1)');
SELECT test.try(format('journal.revert(%s)', (SELECT max(id) FROM journal.entry)));
INSERT INTO shop.other VALUES (2);
ALTER TABLE shop.other ADD PRIMARY KEY (id);
SELECT journal.track('shop.other', backfill => true);
SELECT test.try(format('journal.undo(%L)', test.last()));
BEGIN TRANSACTION READ ONLY;
SELECT * FROM journal.undo('1');
ROLLBACK;
SET session_replication_role = replica;
SELECT * FROM journal.undo('1');
RESET session_replication_role;

-- Tables that are not what they were.
INSERT INTO shop.other VALUES (3);
SELECT test.last() AS one \gset
SELECT journal.untrack('shop.other');
SELECT test.try(format('journal.undo(%L)', :'one'));
SELECT journal.track('shop.other');
ALTER TABLE shop.other DROP CONSTRAINT other_pkey;
SELECT test.try(format('journal.undo(%L)', :'one'));
DROP TABLE shop.other;
SELECT test.try(format('journal.undo(%L)', :'one'));
-- A renamed, retyped and a dropped column.
UPDATE shop.visit SET note = '10', client = 4 WHERE id = 1;
UPDATE shop.visit SET note = '20' WHERE id = 1;
SELECT test.last() AS one \gset
ALTER TABLE shop.visit RENAME note TO remark;
ALTER TABLE shop.visit ALTER remark TYPE int USING remark::int;
SELECT test.try(format('journal.undo(%L)', :'one'));
TABLE shop.visit;

TRUNCATE shop.place;
INSERT INTO shop.place VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c');
-- TRUNCATE deletes.
TRUNCATE shop.place;
SELECT test.try(format('journal.undo(%L)', test.last()));
TABLE shop.place ORDER BY name;

-- One change of one object.
BEGIN;
UPDATE shop.place SET name = 'B', position = 20 WHERE id = 2;
UPDATE shop.place SET name = 'C' WHERE id = 3;
COMMIT;
SELECT id AS change FROM journal.entry WHERE transaction_id = test.last() AND object_id = '2' \gset
UPDATE shop.place SET position = 21 WHERE id = 2;
SELECT test.try(format('journal.revert(%s)', :change));
UPDATE shop.place SET position = 20 WHERE id = 2;
SELECT test.try(format('journal.revert(%s, ''why not'')', :change));
TABLE shop.place ORDER BY id;
SELECT entry = :change AS entry, role = current_user AS role, reason FROM journal.undos WHERE entry IS NOT NULL;
DELETE FROM shop.place WHERE id = 1;
SELECT test.try(format('journal.revert(%s)', test.deletion('place', '1')));
SELECT test.try(format('journal.revert(%s)', (SELECT max(id) FROM journal.entry)));
TABLE shop.place ORDER BY id;

-- Triggers of the application.
CREATE FUNCTION shop.stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := NEW.name || '!'; RETURN NEW; END $$;
CREATE FUNCTION shop.keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
UPDATE shop.place SET name = 'bb' WHERE id = 2;
SELECT test.last() AS one \gset
CREATE TRIGGER stamp BEFORE UPDATE ON shop.place FOR EACH ROW EXECUTE FUNCTION shop.stamp();
SELECT test.try(format('journal.undo(%L, exact => true)', :'one'));
BEGIN;
SELECT test.try(format('journal.undo(%L)', :'one'));
SELECT * FROM shop.place WHERE id = 2;
ROLLBACK;
BEGIN;
SELECT test.try(format('journal.revert(%s)', (SELECT max(change) FROM journal.entry WHERE transaction_id = :'one')));
ROLLBACK;
SELECT test.try(format('journal.revert(%s, exact => true)', (SELECT max(change) FROM journal.entry WHERE transaction_id = :'one')));
DROP TRIGGER stamp ON shop.place;
CREATE TRIGGER keep BEFORE UPDATE ON shop.place FOR EACH ROW EXECUTE FUNCTION shop.keep();
SELECT test.try(format('journal.undo(%L)', :'one'));
DROP TRIGGER keep ON shop.place;
SELECT test.try(format('journal.undo(%L)', :'one'));
-- A row that cannot come back beside one of its table that goes: the plan and the undo say the same.
CREATE TABLE shop.road (id int PRIMARY KEY);
CREATE TABLE shop.house (id int PRIMARY KEY, road int REFERENCES shop.road);
SELECT journal.track('shop.road'), journal.track('shop.house');
INSERT INTO shop.road VALUES (1);
INSERT INTO shop.house VALUES (1, 1);
BEGIN; DELETE FROM shop.house; INSERT INTO shop.house VALUES (2, NULL); COMMIT;
SELECT test.last() AS one \gset
DELETE FROM shop.road;
SELECT object_id, action, sqlstate FROM journal.undo_plan(:'one') ORDER BY object_id;
SELECT test.try(format('journal.undo(%L)', :'one'));
SET client_min_messages = warning;  -- a column was retyped, which is a gap
SELECT t.*, v.* FROM (SELECT relation FROM journal.tracked_relations WHERE relation IS NOT NULL OFFSET 0) t, journal.verify_history(t.relation) v;
RESET client_min_messages;
-- Foreign keys that lead to another unique column than the key: of rows without a snapshot, and by force, too.
CREATE TABLE shop.town (name text PRIMARY KEY, number int UNIQUE, mayor text);
CREATE TABLE shop.bridge (id int PRIMARY KEY, town int REFERENCES shop.town (number) ON DELETE CASCADE);
CREATE TABLE shop.river (id int PRIMARY KEY, town int REFERENCES shop.town (number) ON DELETE SET NULL ON UPDATE SET NULL);
SELECT journal.track('shop.town', snapshot_on_create => false), journal.track('shop.bridge'), journal.track('shop.river');
INSERT INTO shop.town VALUES ('Ash', 1), ('Birch', 2);
SELECT test.last() AS founded \gset
UPDATE shop.town SET number = number + 10, mayor = 'Ann';
SELECT test.last() AS renumbered \gset
INSERT INTO shop.bridge VALUES (1, 11);
INSERT INTO shop.river VALUES (1, 12);
SELECT object_id, action, conflict, sqlstate FROM journal.undo_plan(:'founded', 'force') ORDER BY object_id, detail;
SELECT test.try(format('journal.undo(%L, on_conflict => ''force'')', :'founded'));
SELECT object_id, action, conflict, sqlstate FROM journal.undo_plan(:'renumbered', 'force') ORDER BY object_id, detail;
SELECT test.try(format('journal.undo(%L, on_conflict => ''force'')', :'renumbered'));
TABLE shop.bridge;
TABLE shop.river;
DELETE FROM shop.bridge;
UPDATE shop.river SET town = NULL;
SELECT test.try(format('journal.undo(%L, on_conflict => ''force'')', :'renumbered'));
INSERT INTO shop.town VALUES ('Cedar', 3);
SELECT test.last() AS cedar \gset
INSERT INTO shop.bridge VALUES (2, 3);
SELECT object_id, action, conflict, sqlstate FROM journal.undo_plan(:'cedar');
SELECT test.try(format('journal.undo(%L)', :'cedar'));
DELETE FROM shop.bridge;
SELECT test.try(format('journal.undo(%L)', :'cedar'));
TABLE shop.town;
-- One that leads to a computed column, and one to a column of another collation.
CREATE COLLATION shop.plain (provider = libc, locale = 'C');
CREATE TABLE shop.lane (id int PRIMARY KEY, name text COLLATE shop.plain UNIQUE, sort_name text GENERATED ALWAYS AS (lower(name)) STORED UNIQUE);
CREATE TABLE shop.stall (id int PRIMARY KEY, lane text REFERENCES shop.lane (sort_name) ON UPDATE SET NULL,
    address text REFERENCES shop.lane (name) ON UPDATE SET NULL, sign text REFERENCES shop.lane (name));
SELECT journal.track('shop.lane'), journal.track('shop.stall');
INSERT INTO shop.lane VALUES (1, 'Ash'), (2, 'Elm');
UPDATE shop.lane SET name = name || ' Lane';
SELECT test.last() AS renamed \gset
INSERT INTO shop.stall VALUES (1, 'ash lane', NULL, NULL), (2, NULL, 'Elm Lane', 'Elm Lane');
SELECT object_id, action, conflict, sqlstate FROM journal.undo_plan(:'renamed') ORDER BY object_id, detail;
SELECT test.try(format('journal.undo(%L)', :'renamed'));
DELETE FROM shop.stall;
SELECT test.try(format('journal.undo(%L)', :'renamed'));
-- Two lives of one row, of which another transaction ended the first.
CREATE TABLE shop.pole (id int PRIMARY KEY, height int);
CREATE TABLE shop.wire (id int PRIMARY KEY, pole int REFERENCES shop.pole);
SELECT journal.track('shop.pole'), journal.track('shop.wire');
INSERT INTO shop.pole VALUES (1, 5);
SELECT test.last() AS one \gset
UPDATE shop.pole SET height = 6;
SELECT test.last() AS higher \gset
DELETE FROM shop.pole;
BEGIN; INSERT INTO shop.pole VALUES (1, 6); INSERT INTO shop.wire VALUES (1, 1); COMMIT;
BEGIN;
SELECT object_type, object_id, action, sqlstate FROM journal.undo_plan(:'higher', 'cascade') ORDER BY object_type;
SELECT test.try(format('journal.undo(%L, on_conflict => ''cascade'')', :'higher'));
ROLLBACK;
SELECT object_type, object_id, action, sqlstate FROM journal.undo_plan(:'one', 'cascade') ORDER BY object_type;
SELECT test.try(format('journal.undo(%L, on_conflict => ''cascade'')', :'one'));
TABLE shop.pole;
TABLE shop.wire;
SET client_min_messages = warning;  -- a column was retyped, which is a gap
SELECT t.*, v.* FROM (SELECT relation FROM journal.tracked_relations WHERE relation IS NOT NULL OFFSET 0) t, journal.verify_history(t.relation) v;
RESET client_min_messages;
