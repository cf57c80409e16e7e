\i test/regress/fresh.sql
-- What differs between two moments of every kind, in either order; rows of one key in several inheritance children.
CREATE SCHEMA crm;
CREATE TABLE crm.orders (id integer PRIMARY KEY, status text);
SELECT journal.track('crm.orders', 'shop_order');
INSERT INTO crm.orders VALUES (1, 'new'), (2, 'new'), (3, 'new');
SELECT journal.mark('first') IS NOT NULL AS marked;
SELECT clock_timestamp() AS early \gset
BEGIN;
UPDATE crm.orders SET status = 'work' WHERE id < 3;
DELETE FROM crm.orders WHERE id = 3;
SELECT journal.mark('within') IS NOT NULL AS marked;
INSERT INTO crm.orders VALUES (4, 'new');
SELECT pg_current_xact_id() AS import \gset
COMMIT;
SELECT journal.mark('second') IS NOT NULL AS marked;
SELECT clock_timestamp() AS late \gset
UPDATE crm.orders SET status = 'done' WHERE id = 1;

-- From the later moment to the earlier one it is what going back would change.
SELECT object_id, operation, old_row, new_row, changed FROM journal.diff(NULL::crm.orders, from_mark => 'first', to_mark => 'second') ORDER BY object_id;
SELECT object_id, operation, old_row, new_row, changed FROM journal.diff(NULL::crm.orders, from_mark => 'second', to_mark => 'first') ORDER BY object_id;
SELECT object_id, operation, old_row, new_row, changed FROM journal.diff(NULL::crm.orders, from_moment => :'late', to_moment => :'early') ORDER BY object_id;
-- A moment against itself, in each of its forms.
SELECT * FROM journal.diff(NULL::crm.orders, from_mark => 'second', to_moment => :'late');
SELECT * FROM journal.diff(NULL::crm.orders, from_moment => :'late', to_mark => 'second');
SELECT * FROM journal.diff(NULL::crm.orders, from_mark => 'second', to_transaction => :'import');
SELECT * FROM journal.diff(NULL::crm.orders, from_transaction => :'import', to_mark => 'first');
SELECT * FROM journal.diff(NULL::crm.orders, from_mark => 'within', to_mark => 'within');
-- Into a transaction and out of it.
SELECT object_id, operation, old_row, new_row FROM journal.diff(NULL::crm.orders, from_mark => 'within', to_transaction => :'import') ORDER BY object_id;
SELECT object_id, operation, old_row, new_row FROM journal.diff(NULL::crm.orders, from_transaction => :'import', to_mark => 'within') ORDER BY object_id;
-- A moment to come is now.
SELECT * FROM journal.diff(NULL::crm.orders, from_moment => 'infinity');
SELECT object_id, operation, old_row, new_row FROM journal.diff(NULL::crm.orders, from_moment => 'infinity', to_mark => 'second') ORDER BY object_id;

-- Back-filled entries are of the time that they tell of, and of no transaction's edge.
CREATE TABLE crm.clients (id integer PRIMARY KEY, name text, created_at timestamptz);
INSERT INTO crm.clients VALUES (1, 'Ann', '2020-01-01');
SELECT journal.track('crm.clients', 'customer', created_at => 'created_at');
UPDATE crm.clients SET name = 'Anna';
BEGIN;
SELECT journal.backfill('crm.clients') > 0 AS filled;
UPDATE crm.clients SET name = 'Anne';
SELECT pg_current_xact_id() AS fill \gset
COMMIT;
SELECT * FROM journal.table_as_of(NULL::crm.clients, before_transaction => :'fill');
SELECT object_id, operation, old_row, new_row FROM journal.diff(NULL::crm.clients, from_transaction => :'fill', to_transaction => :'fill');
CREATE TABLE crm.cities (id integer PRIMARY KEY);
INSERT INTO crm.cities VALUES (1);
BEGIN;
SELECT journal.track('crm.cities', 'city', backfill => true);
SELECT pg_current_xact_id() AS only_filled \gset
COMMIT;
\set VERBOSITY sqlstate
SELECT * FROM journal.table_as_of(NULL::crm.cities, before_transaction => :'only_filled');
\set VERBOSITY default

-- Inheritance: rows of one key in the table and in its children are different rows.
CREATE TABLE crm.things (id integer PRIMARY KEY, name text);
CREATE TABLE crm.cars (wheels integer, UNIQUE (id)) INHERITS (crm.things);
CREATE TABLE crm.bikes (UNIQUE (id)) INHERITS (crm.things);
SELECT journal.track('crm.things', 'thing');
INSERT INTO crm.things VALUES (1, 'thing'), (2, 'thing');
INSERT INTO crm.cars VALUES (1, 'car', 4), (2, 'car', 4);
SELECT journal.mark('things') IS NOT NULL AS marked;
UPDATE ONLY crm.things SET name = name || '!' WHERE id = 1;
UPDATE crm.cars SET name = name || '?';
DELETE FROM ONLY crm.things WHERE id = 2;
INSERT INTO crm.bikes VALUES (1, 'bike'), (2, 'bike');
SELECT object_id, operation, old_row, new_row, changed FROM journal.diff(NULL::crm.things, from_mark => 'things')
ORDER BY object_id, old_row::text, new_row::text;
SELECT * FROM journal.table_as_of(NULL::crm.things, mark => 'things', key => '1') ORDER BY name;
-- One row by its key is asked for where there is one.
SELECT journal.row_as_of('crm.things', '1', mark => 'things');
