\i test/regress/fresh.sql
\i test/regress/compare.sql
\i test/regress/undo.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
\pset tuples_only on
-- Who may take a transaction back.

SET client_min_messages = warning;
DROP ROLE IF EXISTS regress_undoer, regress_confined;
RESET client_min_messages;
CREATE ROLE regress_undoer;
CREATE ROLE regress_confined;
CREATE SCHEMA shop;
CREATE TABLE shop.client (id int PRIMARY KEY, name text, account text);
CREATE TABLE shop.orders (id int PRIMARY KEY, number text);
CREATE TABLE shop.item (id int PRIMARY KEY, name text, orders int REFERENCES shop.orders ON DELETE CASCADE);
CREATE TABLE shop.note (id int PRIMARY KEY, client int REFERENCES shop.client ON DELETE CASCADE);
SELECT journal.track('shop.client', account => 'account'), journal.track('shop.orders', 'order'),
    journal.track('shop.item', 'order_item', document => 'orders'), journal.track('shop.note');
GRANT USAGE ON SCHEMA shop, journal, test TO regress_undoer, regress_confined;
GRANT SELECT ON journal.entry TO regress_undoer, regress_confined;
GRANT EXECUTE ON FUNCTION journal.visible_since TO regress_undoer, regress_confined;
INSERT INTO shop.client VALUES (1, 'Ann', ''), (2, 'Bob', '');
INSERT INTO shop.orders VALUES (1, 'A-1'), (2, 'A-2');
INSERT INTO shop.item VALUES (1, 'pen', 1), (2, 'ink', 1), (3, 'paper', 2);
UPDATE shop.client SET name = 'Anna' WHERE id = 1;
SELECT test.last() AS one \gset

SET ROLE regress_undoer;
SELECT * FROM journal.undo(:'one');
RESET ROLE;
GRANT EXECUTE ON FUNCTION journal.undo, journal.revert TO regress_undoer, regress_confined;
-- Without a right on the table: an error, and nothing else.
SET ROLE regress_undoer;
SELECT test.try(format('journal.undo(%L)', :'one'));
RESET ROLE;
GRANT SELECT ON shop.client TO regress_undoer;
SET ROLE regress_undoer;
SELECT test.try(format('journal.undo(%L)', :'one'));
RESET ROLE;
TABLE shop.client ORDER BY id;
SELECT count(*) FROM journal.undos;
-- The plan says so too, to whoever may see the entries and the table.
SET ROLE regress_undoer;
SELECT object_id, action FROM journal.undo_plan(:'one');
RESET ROLE;
GRANT EXECUTE ON FUNCTION journal.undo_plan TO regress_undoer;
SET ROLE regress_undoer;
SELECT object_id, action, conflict, sqlstate, detail, hint FROM journal.undo_plan(:'one');
SELECT object_id, action, outcome FROM journal.undo(:'one', on_conflict => 'skip');
SELECT object_id, action, outcome FROM journal.undo(:'one', on_conflict => 'cascade');
SELECT object_id, action, outcome FROM journal.undo(:'one', on_conflict => 'force');
SELECT * FROM journal.undo_plan('123456789012');
RESET ROLE;
REVOKE SELECT ON shop.client FROM regress_undoer;
SET ROLE regress_undoer;
SELECT object_id, action, conflict, sqlstate FROM journal.undo_plan(:'one');
RESET ROLE;
GRANT SELECT ON shop.client TO regress_undoer;
REVOKE SELECT ON journal.entry FROM regress_undoer;
SET ROLE regress_undoer;
SELECT object_id, action FROM journal.undo_plan(:'one');
SELECT object_id, action FROM journal.undo(:'one');
RESET ROLE;
GRANT SELECT ON journal.entry TO regress_undoer;
GRANT UPDATE ON shop.client TO regress_undoer;
SET ROLE regress_undoer;
SELECT test.try(format('journal.undo(%L)', :'one'));
RESET ROLE;
SELECT role, reason FROM journal.undos;
INSERT INTO shop.client VALUES (3, 'Cid', '');
SET ROLE regress_undoer;
SELECT test.try(format('journal.undo(%L)', test.last()));
RESET ROLE;
-- Rows that row-level security hides are not there.
UPDATE shop.client SET name = 'Anne' WHERE id = 1;
SELECT test.last() AS one \gset
ALTER TABLE shop.client ENABLE ROW LEVEL SECURITY;
SET ROLE regress_undoer;
SELECT test.try(format('journal.undo(%L)', :'one'));
RESET ROLE;
CREATE POLICY look ON shop.client FOR SELECT TO regress_undoer USING (true);
SET ROLE regress_undoer;
SELECT test.try(format('journal.undo(%L)', :'one'));
RESET ROLE;
CREATE POLICY change ON shop.client FOR UPDATE TO regress_undoer USING (name <> 'Ann') WITH CHECK (name <> 'Ann');
SET ROLE regress_undoer;
SELECT test.try(format('journal.undo(%L)', :'one'));
RESET ROLE;
DROP POLICY change ON shop.client;
ALTER TABLE shop.client DISABLE ROW LEVEL SECURITY;

-- What journal.restore would refuse to bring back.
GRANT SELECT, INSERT, UPDATE, DELETE ON shop.orders, shop.item TO regress_undoer;
DELETE FROM shop.orders WHERE id = 1;
SELECT test.last() AS one \gset
DELETE FROM shop.item WHERE id = 3;
SELECT test.last() AS item \gset
SET ROLE regress_undoer;
SELECT test.try(format('journal.undo(%L)', :'one'));
SELECT test.try(format('journal.undo(%L)', :'item'));
SELECT test.try(format('journal.revert(%L)', (SELECT max(id) FROM journal.entry WHERE transaction_id = :'item')));
RESET ROLE;
GRANT EXECUTE ON FUNCTION journal.support TO regress_undoer;
SET ROLE regress_undoer;
SELECT test.try(format('journal.undo(%L)', :'one'));
SELECT test.try(format('journal.undo(%L, ''ticket 4711'')', :'one'));
RESET ROLE;
TABLE shop.item;

-- A transaction of which the role sees a part is not undone.
INSERT INTO journal.role_account VALUES ('regress_confined', 'one');
BEGIN;
INSERT INTO shop.client VALUES (11, 'of one', 'one'), (12, 'of two', 'two');
COMMIT;
SELECT test.last() AS one \gset
GRANT ALL ON shop.client TO regress_confined;
SET ROLE regress_confined;
SELECT test.try(format('journal.undo(%L)', :'one'));
SELECT test.try(format('journal.revert(%s)', (SELECT max(id) FROM journal.entry)));
RESET ROLE;
SELECT id AS other FROM journal.entry WHERE object_id = '12' AND object_type = 'client' \gset
SET ROLE regress_confined;
SELECT test.try(format('journal.revert(%s)', :other));
RESET ROLE;
-- Nor is somebody of another account named.
INSERT INTO shop.client VALUES (13, 'of one', 'one');
SELECT test.last() AS one \gset
UPDATE shop.client SET account = 'two' WHERE id = 13;
SET ROLE regress_confined;
SELECT test.try(format('journal.undo(%L)', :'one'));
RESET ROLE;

-- What was undone stands fast.
UPDATE journal.undone SET reason = 'another';
DELETE FROM journal.undone;
TRUNCATE journal.undone;
DROP OWNED BY regress_undoer, regress_confined;
DROP ROLE regress_undoer, regress_confined;
