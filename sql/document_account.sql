\i test/regress/fresh.sql
-- A row that says no account, written without a context, is of its document's account.

CREATE SCHEMA crm;
SET search_path = crm;
CREATE TABLE orders (id bigint PRIMARY KEY, tenant text);
CREATE TABLE item (id integer PRIMARY KEY, order_id integer REFERENCES orders ON UPDATE CASCADE ON DELETE CASCADE, name text);
CREATE TABLE part (item_id integer REFERENCES item ON DELETE CASCADE, line varchar(9), name text, PRIMARY KEY (item_id, line));
CREATE TABLE photo (id integer PRIMARY KEY, item_id integer, line text, FOREIGN KEY (item_id, line) REFERENCES part ON DELETE SET NULL);
SELECT journal.track('orders', account => 'tenant'), journal.track('item', document => 'order_id'), journal.track('part', document => 'item_id'),
       journal.track('photo', document => 'line');
CREATE VIEW told AS SELECT event, object_id, account FROM journal.entries ORDER BY id;
INSERT INTO orders VALUES (1, 'north'), (2, 'south'), (3, NULL), (4, '');
INSERT INTO item VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c'), (4, 4, 'd'), (5, NULL, 'e');
INSERT INTO part VALUES (1, 'x', 'screw'), (2, 'y', 'nut');
INSERT INTO photo VALUES (1, 1, 'x'), (2, NULL, NULL);
SELECT * FROM told;
-- In one command with it, or changed with it; a key of its own, and what goes along.
WITH o AS (INSERT INTO orders VALUES (6, 'east') RETURNING id) INSERT INTO item SELECT 6, id, 'f' FROM o;
UPDATE orders SET id = 7 WHERE id = 6;
UPDATE item SET order_id = 2 WHERE id = 1;
SELECT * FROM told OFFSET 13;
TRUNCATE photo;
DELETE FROM orders WHERE id = 2;
DELETE FROM orders WHERE id = 7;
SELECT * FROM told OFFSET 18;
-- The context goes before it, and so does the row itself.
BEGIN;
SET LOCAL event_journal.account = 'west';
INSERT INTO item VALUES (8, 1, 'g');
COMMIT;
SELECT * FROM told ORDER BY 1 DESC, 2 DESC LIMIT 1;
SELECT event, object_id, account FROM journal.entries WHERE object_type = 'item' AND object_id = '8';
-- In the report of the account, with the document's history.
SET event_journal.account = 'north';
SELECT event, object_id FROM journal.report(sort => 'asc');
SELECT event, object_id FROM journal.history('orders', '1');
RESET event_journal.account;
-- A back-fill does the same; a stranger's table lends him nothing.
CREATE TABLE extra (id integer PRIMARY KEY, order_id integer REFERENCES orders);
INSERT INTO extra VALUES (1, 1);
SELECT journal.track('extra', document => 'order_id', backfill => true);
SELECT event, account FROM journal.entries WHERE object_type = 'extra';
CREATE ROLE regress_stranger;
GRANT USAGE, CREATE ON SCHEMA crm TO regress_stranger;
GRANT REFERENCES ON orders TO regress_stranger;
SET ROLE regress_stranger;
CREATE TABLE claim (id integer PRIMARY KEY, order_id integer REFERENCES orders);
RESET ROLE;
SELECT journal.track('claim', document => 'order_id');
INSERT INTO claim VALUES (1, 1);
GRANT SELECT ON orders TO regress_stranger;
INSERT INTO claim VALUES (2, 1);
SELECT event, object_id, account FROM journal.entries WHERE object_type = 'claim' ORDER BY id;
-- Itself in a circle.
CREATE TABLE node (id integer PRIMARY KEY, up integer REFERENCES node);
SELECT journal.track('node', document => 'up');
INSERT INTO node VALUES (1, 1), (2, 1), (3, NULL);
SELECT event, object_id, account FROM journal.entries WHERE object_type = 'node' ORDER BY id;
-- What the owner of the document's table has put into its conditions runs with his rights, whoever writes the child.
CREATE SCHEMA own AUTHORIZATION regress_stranger;
SET ROLE regress_stranger;
CREATE FUNCTION own.told(integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE NOTICE 'runs as %', current_user; RETURN 1; END $$;
CREATE TABLE own.parent (id integer PRIMARY KEY, account text);
RESET ROLE;
SELECT journal.track('own.parent', account => 'account');
INSERT INTO own.parent VALUES (1, 'south');
CREATE TABLE child (id integer PRIMARY KEY, parent_id integer REFERENCES own.parent);
SELECT journal.track('child', document => 'parent_id');
SELECT journal.add_rule('own.parent', 'parent.changed', 'update', condition => 'new.id = own.told(1)');
\connect -
SET search_path = crm, public;
INSERT INTO child VALUES (1, 1);
SELECT object_id, account FROM journal.entries WHERE object_type = 'child';
SET client_min_messages = error;
DROP OWNED BY regress_stranger CASCADE;
DROP ROLE regress_stranger;
