\i test/regress/fresh.sql
\i test/regress/compare.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
\pset tuples_only on
-- What belongs to a row by a foreign key to other unique columns than its key: as in databases whose tables have a natural key
-- and a number besides.
CREATE SCHEMA ledger;
SET search_path = ledger;
-- The referring tables are made, and tracked, before what they refer to.
CREATE TABLE account (code text PRIMARY KEY, id int NOT NULL UNIQUE, heading int, active boolean, UNIQUE (id, active));
CREATE TABLE line (id int PRIMARY KEY, account int, amount numeric);
CREATE TABLE budget (id int PRIMARY KEY, account int, active boolean, note text);
SELECT journal.track('account'), journal.track('line'), journal.track('budget');
CREATE TABLE heading (name text PRIMARY KEY, gone int, id int UNIQUE);
ALTER TABLE heading DROP COLUMN gone;
SELECT journal.track('heading');
ALTER TABLE account ADD FOREIGN KEY (heading) REFERENCES heading (id) ON DELETE CASCADE;
ALTER TABLE line ADD FOREIGN KEY (account) REFERENCES account (id) ON DELETE CASCADE;
ALTER TABLE budget ADD FOREIGN KEY (account, active) REFERENCES account (id, active) ON DELETE SET NULL;
INSERT INTO heading VALUES ('assets', 7), ('costs', 8);
INSERT INTO account VALUES ('1000', 1, 7, true), ('1100', 2, 7, false), ('5000', 3, 8, true);
INSERT INTO line VALUES (10, 1, 1.5), (11, 2, 2), (12, 3, 3);
INSERT INTO budget VALUES (20, 1, true, 'a'), (21, 2, false, 'b'), (22, 3, true, 'c');
CREATE SCHEMA copy;
SELECT format('CREATE TABLE copy.%1$I AS SELECT * FROM ledger.%1$I', relname) FROM pg_class
WHERE relnamespace = 'ledger'::regnamespace AND relkind = 'r' ORDER BY relname \gexec
CREATE FUNCTION differing() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT t.relname || ' ' || d FROM pg_class t, test.differences(t.oid, ('copy.' || t.relname)::regclass) d
    WHERE t.relnamespace = 'ledger'::regnamespace AND t.relkind = 'r' ORDER BY 1
$$;

-- Children by cascade, and references that were set to NULL, of one and of two columns.
DELETE FROM heading WHERE name = 'assets';
SELECT object_type, object_id, action, conflict FROM journal.restore_plan(test.deletion('heading', 'assets'), related => 'children');
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('heading', 'assets'), related => 'children') ORDER BY 1, 2;
SELECT differing();

-- From the other end. What the same transaction deleted is found by other values than the key, what another did is not.
DELETE FROM heading WHERE name = 'assets';
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('line', '10'), related => 'parents') ORDER BY 1, 2;
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('account', '1100'), related => 'all') ORDER BY 1, 2;
SELECT differing();
UPDATE budget b SET account = c.account, active = c.active FROM copy.budget c WHERE c.id = b.id AND b.account IS NULL;
DELETE FROM line WHERE id = 12;
DELETE FROM account WHERE code = '5000';
SELECT object_type, object_id, conflict, sqlstate FROM journal.restore_plan(test.deletion('line', '12'), related => 'parents');
SELECT object_type, object_id, outcome FROM journal.restore_all(ARRAY[test.deletion('line', '12'), test.deletion('account', '5000')], related => 'children') ORDER BY 1, 2;
SELECT differing();

-- A parent that is there again does not come back.
DELETE FROM heading WHERE name = 'assets';
INSERT INTO account VALUES ('1000', 1, NULL, true);
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('line', '10'), related => 'parents');
DELETE FROM line WHERE id = 10;
DELETE FROM account WHERE code = '1000';
SELECT object_type, object_id, outcome FROM journal.restore((SELECT id FROM journal.entry WHERE object_id = 'assets' AND operation = 'd' ORDER BY id DESC LIMIT 1), related => 'children', on_conflict => 'skip') ORDER BY 1, 2;
INSERT INTO line VALUES (10, 1, 1.5);
UPDATE budget b SET account = c.account, active = c.active FROM copy.budget c WHERE c.id = b.id AND b.account IS NULL;
SELECT differing();

-- The number was another before, under another name.
ALTER TABLE account RENAME COLUMN id TO number;
BEGIN;
UPDATE line SET account = NULL WHERE account = 1;
UPDATE budget SET account = NULL WHERE account = 1;
UPDATE account SET number = 100 WHERE code = '1000';
UPDATE line SET account = 100 WHERE id = 10;
DELETE FROM account WHERE code = '1000';
COMMIT;
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('account', '1000'), related => 'children') ORDER BY 1, 2;
TABLE line ORDER BY id;
TABLE budget ORDER BY id;

-- Of two foreign keys over the same columns each is followed.
CREATE TABLE person (id int PRIMARY KEY);
CREATE TABLE worker (id int PRIMARY KEY REFERENCES person ON DELETE CASCADE);
CREATE TABLE badge (id int PRIMARY KEY, holder int REFERENCES person ON DELETE CASCADE REFERENCES worker ON DELETE CASCADE);
SELECT journal.track('person'), journal.track('worker'), journal.track('badge');
INSERT INTO person VALUES (1);
INSERT INTO worker VALUES (1);
INSERT INTO badge VALUES (1, 1);
DELETE FROM worker;
SELECT object_type, object_id FROM journal.restore_plan(test.deletion('worker', '1'), related => 'children') ORDER BY 1, 2;
SELECT object_type, object_id FROM journal.restore(test.deletion('badge', '1'), related => 'parents') ORDER BY 1, 2;

-- The number becomes the key, and is it no longer, while a session knows the referring table.
CREATE TABLE gate (number int NOT NULL UNIQUE, name text NOT NULL);
CREATE TABLE guard (id int PRIMARY KEY, gate int REFERENCES gate (number) ON DELETE CASCADE);
SELECT journal.track('gate'), journal.track('guard');
INSERT INTO gate VALUES (1, 'north'), (2, 'south');
INSERT INTO guard VALUES (1, 1), (2, 2);
ALTER TABLE gate ADD PRIMARY KEY (name);
DELETE FROM gate WHERE number = 1;
SELECT object_type, object_id FROM journal.restore(test.deletion('gate', 'north'), related => 'children') ORDER BY 1, 2;

-- A foreign key to a partition, by the key: from a table, which is tracked before, and from a partition. By values that are unique
-- in the partition only, rows are not known.
CREATE TABLE room (floor int, number int, id int, PRIMARY KEY (floor, number)) PARTITION BY LIST (floor);
CREATE TABLE room_1 (number int NOT NULL, id int UNIQUE, floor int NOT NULL, PRIMARY KEY (floor, number));
CREATE TABLE room_2 PARTITION OF room (UNIQUE (id)) FOR VALUES IN (2);
ALTER TABLE room ATTACH PARTITION room_1 FOR VALUES IN (1);
CREATE TABLE desk (id int PRIMARY KEY, floor int, number int, room int REFERENCES room_1 (id) ON DELETE CASCADE,
    FOREIGN KEY (number, floor) REFERENCES room_1 (number, floor) ON DELETE CASCADE);
CREATE TABLE chair (id int, floor int, number int, kind int,
    FOREIGN KEY (floor, number) REFERENCES room_1 (floor, number) ON DELETE SET NULL, PRIMARY KEY (id, kind)) PARTITION BY LIST (kind);
CREATE TABLE chair_1 PARTITION OF chair FOR VALUES IN (1);
SELECT journal.track('desk'), journal.track('chair');
INSERT INTO room VALUES (1, 1, 5), (1, 2, 6), (2, 1, 5);
INSERT INTO desk VALUES (1, 1, 1, NULL), (2, 1, 2, NULL), (3, NULL, NULL, 5);
INSERT INTO chair VALUES (1, 1, 1, 1), (2, 1, 2, 1);
SELECT journal.track('room');
DELETE FROM room WHERE floor = 1 AND number = 1;
TABLE desk;
TABLE chair ORDER BY id;
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('room', '["1", "1"]'), related => 'children') ORDER BY 1, 2;
TABLE desk ORDER BY id;
TABLE chair ORDER BY id;
-- Nor does a row of another partition keep one with the same number from being undone.
INSERT INTO desk VALUES (3, NULL, NULL, 5);
DELETE FROM room WHERE floor = 2;
INSERT INTO room VALUES (2, 1, 5);
SELECT max(transaction_id::text::bigint) AS other FROM journal.entry \gset
INSERT INTO room VALUES (1, 3, 7);
SELECT max(transaction_id::text::bigint) AS one FROM journal.entry \gset
INSERT INTO desk VALUES (4, NULL, NULL, 7);
SELECT object_id, action, conflict FROM journal.undo_plan(:'one');
SELECT object_id, action, outcome FROM journal.undo(:'other', on_conflict => 'force');
-- Columns with another collation than those that they refer to are compared by that of these.
CREATE TABLE part (code text COLLATE "C" PRIMARY KEY);
CREATE TABLE stock (id int PRIMARY KEY, part text COLLATE "POSIX" REFERENCES part);
SELECT journal.track('part'), journal.track('stock');
INSERT INTO part VALUES ('bolt');
INSERT INTO stock VALUES (1, 'bolt');
DELETE FROM stock;
DELETE FROM part;
SELECT conflict, detail FROM journal.restore_plan(test.deletion('stock', '1'));
SELECT object_type, outcome FROM journal.restore(test.deletion('stock', '1'), related => 'parents') ORDER BY 1;
SELECT * FROM journal.tracked_relations t, journal.verify_history(t.relation) WHERE t.tracked;
