\i test/regress/fresh.sql
-- The past of tables whose columns, types, partitions and children have changed since.
CREATE SCHEMA crm;
CREATE TABLE crm.clients (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fullname text,
    phone text,
    points integer,
    balance numeric(10,2),
    doubled integer GENERATED ALWAYS AS (points * 2) STORED
);
SELECT journal.track('crm.clients', 'customer');
INSERT INTO crm.clients (fullname, phone, points, balance) VALUES ('Ann', '1', 1, 1.50), ('Bob', '2', 2, 2.00), ('Cid', '3', 3, 3);
SELECT journal.mark('first') IS NOT NULL AS marked;
UPDATE crm.clients SET points = 10, phone = '11', balance = 1.75 WHERE id = 1;
DELETE FROM crm.clients WHERE id = 2;
ALTER TABLE crm.clients RENAME COLUMN fullname TO name;
ALTER TABLE crm.clients DROP COLUMN phone;
ALTER TABLE crm.clients ADD COLUMN email text NOT NULL DEFAULT 'none';
ALTER TABLE crm.clients ALTER COLUMN balance TYPE text;
UPDATE crm.clients SET name = 'Anna', email = 'anna@example.org', points = 11 WHERE id = 1;
SELECT journal.mark('second') IS NOT NULL AS marked;
UPDATE crm.clients SET email = 'a@example.org' WHERE id = 1;
ALTER TABLE crm.clients RENAME TO customers;
ALTER TABLE crm.customers ADD COLUMN phone integer;
UPDATE crm.customers SET phone = 5;

-- A column that came since has the value that its addition gave to the row; a row gone before has none.
SELECT * FROM journal.table_as_of(NULL::crm.customers, mark => 'first') ORDER BY id;
SELECT * FROM journal.table_as_of(NULL::crm.customers, mark => 'second') ORDER BY id;
SELECT journal.row_as_of('crm.customers', '1', mark => 'first');
SELECT * FROM journal.verify_history('crm.customers');

-- A value that the column's present type does not take.
CREATE DOMAIN crm.figure AS text;
CREATE TABLE crm.notes (id integer PRIMARY KEY, body crm.figure);
SELECT journal.track('crm.notes', 'note');
INSERT INTO crm.notes VALUES (1, 'words'), (2, '2');
SELECT journal.mark('words') IS NOT NULL AS marked;
UPDATE crm.notes SET body = '1' WHERE id = 1;
SELECT journal.mark('figures') IS NOT NULL AS marked;
UPDATE crm.notes SET body = '12' WHERE id = 1;
ALTER DOMAIN crm.figure ADD CONSTRAINT figures CHECK (value ~ '^[0-9]+$');
SELECT * FROM journal.table_as_of(NULL::crm.notes, mark => 'figures') ORDER BY id;
SELECT * FROM journal.table_as_of(NULL::crm.notes, mark => 'words');

-- What the journal does not keep is NULL, and said.
CREATE TABLE crm.staff (id integer PRIMARY KEY, name text, password text, pin text, seen integer);
SELECT journal.track('crm.staff', 'worker', excluded => '{password}', masked => '{pin}', ignored => '{seen}');
INSERT INTO crm.staff VALUES (1, 'Ann', 'secret', '1234', 1), (2, 'Bob', 'secret', '1234', 1);
SELECT journal.mark('staff') IS NOT NULL AS marked;
UPDATE crm.staff SET name = 'Anna', password = 'x', pin = '0000' WHERE id = 1;
UPDATE crm.staff SET seen = 2 WHERE id = 1;
UPDATE crm.staff SET seen = 3, name = 'Anne' WHERE id = 1;
-- A change of an ignored column alone is in no entry: of it, the past says what the next entry found (seen was 1).
SELECT * FROM journal.table_as_of(NULL::crm.staff, mark => 'staff') ORDER BY id;

-- Partitions, one with its columns in another order, and a row that moves.
CREATE TABLE crm.calls (region text, id integer, note text, gone text, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
ALTER TABLE crm.calls DROP COLUMN gone;
CREATE TABLE crm.calls_north PARTITION OF crm.calls FOR VALUES IN ('north');
CREATE TABLE crm.calls_south (note text, id integer NOT NULL, region text NOT NULL);
ALTER TABLE crm.calls ATTACH PARTITION crm.calls_south FOR VALUES IN ('south');
SELECT journal.track('crm.calls', 'phone_call');
INSERT INTO crm.calls VALUES ('north', 1, 'n1'), ('north', 2, 'n2'), ('south', 1, 's1');
SELECT journal.mark('calls') IS NOT NULL AS marked;
UPDATE crm.calls SET region = 'south', note = 'moved' WHERE region = 'north' AND id = 2;
UPDATE crm.calls SET note = 'south again' WHERE id = 2;
UPDATE crm.calls SET note = 's1 changed' WHERE region = 'south' AND id = 1;
TRUNCATE crm.calls_north;
SELECT * FROM journal.table_as_of(NULL::crm.calls, mark => 'calls') ORDER BY region, id;
SELECT journal.row_as_of('crm.calls', '["north", "2"]', mark => 'calls');
SELECT * FROM journal.verify_history('crm.calls');
SELECT * FROM journal.table_as_of(NULL::crm.calls_south, mark => 'calls');

-- An empty partition that comes or goes is nothing; one with rows takes their past with it.
CREATE TABLE crm.calls_east PARTITION OF crm.calls FOR VALUES IN ('east');
ALTER TABLE crm.calls DETACH PARTITION crm.calls_east;
ALTER TABLE crm.calls ATTACH PARTITION crm.calls_east FOR VALUES IN ('east');
SELECT count(*) FROM journal.table_as_of(NULL::crm.calls, mark => 'calls');
ALTER TABLE crm.calls DETACH PARTITION crm.calls_south;
\set VERBOSITY terse
SELECT * FROM journal.diff(NULL::crm.calls, from_mark => 'calls');
SELECT journal.mark('detached') IS NOT NULL AS marked;
SELECT count(*) FROM journal.table_as_of(NULL::crm.calls, mark => 'detached');
ALTER TABLE crm.calls ATTACH PARTITION crm.calls_south FOR VALUES IN ('south');
SELECT count(*) FROM journal.table_as_of(NULL::crm.calls, mark => 'detached');
SELECT journal.mark('attached') IS NOT NULL AS marked;
DROP TABLE crm.calls_south;
SELECT count(*) FROM journal.table_as_of(NULL::crm.calls, mark => 'attached');
SELECT reason, other FROM journal.gap g JOIN journal.tracked_relation t ON t.id = g.relation
WHERE t.relation = 'crm.calls'::regclass ORDER BY g.at;

-- Inheritance: a key is unique within each table only.
CREATE TABLE crm.things (id integer PRIMARY KEY, name text);
CREATE TABLE crm.cars (wheels integer) INHERITS (crm.things);
SELECT journal.track('crm.things', 'thing');
INSERT INTO crm.things VALUES (1, 'thing');
INSERT INTO crm.cars VALUES (1, 'car', 4);
SELECT journal.mark('things') IS NOT NULL AS marked;
UPDATE crm.things SET name = name || '!';
UPDATE crm.cars SET id = 2, wheels = 3;
DELETE FROM ONLY crm.things;
SELECT * FROM journal.table_as_of(NULL::crm.things, mark => 'things') ORDER BY name;
SELECT * FROM journal.verify_history('crm.things');

-- While the trigger is off nothing is known, and later nothing of before.
SELECT journal.mark('on') IS NOT NULL AS marked;
ALTER TABLE crm.notes DISABLE TRIGGER ALL;
SELECT count(*) FROM journal.table_as_of(NULL::crm.notes, mark => 'on');
ALTER TABLE crm.notes ENABLE TRIGGER USER;
SELECT count(*) FROM journal.table_as_of(NULL::crm.notes, mark => 'on');
SELECT journal.mark('on again') IS NOT NULL AS marked;
ALTER TABLE crm.notes ENABLE TRIGGER ALL;
SELECT count(*) FROM journal.table_as_of(NULL::crm.notes, mark => 'on again');

-- Another key makes the past unknown, and so does a stretch without tracking.
ALTER TABLE crm.notes DROP CONSTRAINT notes_pkey, ADD PRIMARY KEY (body);
SELECT count(*) FROM journal.table_as_of(NULL::crm.notes, mark => 'on again');
SELECT journal.untrack('crm.staff');
SELECT count(*) FROM journal.table_as_of(NULL::crm.staff, mark => 'staff');
SELECT journal.track('crm.staff', 'worker');
SELECT count(*) FROM journal.table_as_of(NULL::crm.staff, mark => 'staff');
CREATE TABLE crm.keyless (a integer);
SELECT journal.track('crm.keyless');
SELECT count(*) FROM journal.table_as_of(NULL::crm.keyless, now());
