\i test/regress/fresh.sql
\i test/regress/compare.sql
\i test/regress/undo.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
\pset tuples_only on
\pset null -
-- What an undo would do, and what else than an error a conflict can be.

CREATE SCHEMA shop;
CREATE TABLE shop.client (id int PRIMARY KEY, name text, phone text, secret text, born timestamptz);
CREATE TABLE shop.visit (id int PRIMARY KEY, client int REFERENCES shop.client ON DELETE CASCADE, note text);
SELECT journal.track('shop.client', masked => '{secret}'), journal.track('shop.visit');
-- The plan, with transactions as T and moments left out.
CREATE FUNCTION test.plan(transaction text, on_conflict text DEFAULT 'error') RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws(' | ', p.relation, p.object_type || ' ' || p.object_id, p.object_label, p.action, p.old_values, p.new_values, p.conflict, p.sqlstate,
        regexp_replace(p.detail, 'transaction \d+ \(([^,]*), [^)]*\)', 'T (\1)', 'g'),
        CASE WHEN p.later_transaction IS NOT NULL THEN 'later' END)
    FROM journal.undo_plan(transaction::xid8, on_conflict) p ORDER BY p.relation::text, p.object_id COLLATE "C", p.conflict
$$;
INSERT INTO shop.client VALUES (1, 'Ann', '1', 'x', '2024-01-01 10:00+00'), (2, 'Bob', '2', NULL, NULL), (3, 'Cid', '3', NULL, NULL);
INSERT INTO shop.visit VALUES (1, 1, 'a'), (2, 2, 'b');
BEGIN;
UPDATE shop.client SET name = 'Anna', phone = '11' WHERE id = 1;
UPDATE shop.client SET name = 'Bobby' WHERE id = 2;
UPDATE shop.client SET secret = 'z' WHERE id = 3;
INSERT INTO shop.client VALUES (4, 'Dan'), (5, 'Eve'), (6, 'Fay');
INSERT INTO shop.visit VALUES (6, 6, 'of Fay');
DELETE FROM shop.visit WHERE id = 1;
COMMIT;
SELECT test.last() AS one \gset
SELECT test.plan(:'one');
-- Later: a column changed, a row gone, a row that refers to another, one that is there again.
UPDATE shop.client SET name = 'Hanna' WHERE id = 1;
DELETE FROM shop.visit WHERE id = 2;
DELETE FROM shop.client WHERE id = 2;
INSERT INTO shop.visit VALUES (5, 5, 'of Eve');
UPDATE shop.visit SET note = 'of Fay, later' WHERE id = 6;
SELECT object_id FROM journal.restore(test.deletion('visit', '1'));
SELECT test.plan(:'one');
SELECT count(*) FROM journal.undos;

-- Left alone: what has been changed, and what depends on it.
BEGIN;
SELECT test.try(format('journal.undo(%L, on_conflict => ''skip'')', :'one'));
SELECT id, name, phone FROM shop.client ORDER BY id;
TABLE shop.visit ORDER BY id;
SELECT on_conflict FROM journal.undos;
ROLLBACK;
-- Overwritten: but nothing goes to which others refer, and what is there again is there.
SELECT test.try(format('journal.undo(%L, on_conflict => ''force'')', :'one'));
DELETE FROM shop.visit WHERE id IN (1, 5);
BEGIN;
UPDATE shop.client SET name = 'Anny', phone = '12', secret = 'z' WHERE id = 1;
UPDATE shop.client SET name = 'Cidney' WHERE id = 3;
INSERT INTO shop.client VALUES (7, 'Gus');
COMMIT;
SELECT test.last() AS two \gset
UPDATE shop.client SET name = 'Annabel' WHERE id = 1;
DELETE FROM shop.client WHERE id = 3;
UPDATE shop.client SET name = 'Gustav' WHERE id = 7;
SELECT test.plan(:'two', 'force');
SELECT test.try(format('journal.undo(%L, on_conflict => ''force'')', :'two'));
SELECT id, name, phone, secret FROM shop.client ORDER BY id;

-- The later transactions are undone too, from one to the next.
INSERT INTO shop.client VALUES (10, 'Jim');
SELECT test.last() AS three \gset
UPDATE shop.client SET name = 'James' WHERE id = 10;
INSERT INTO shop.visit VALUES (10, 10, 'x');
BEGIN;
UPDATE shop.visit SET note = 'y' WHERE id = 10;
UPDATE shop.client SET name = 'Eva' WHERE id = 5;
COMMIT;
UPDATE shop.client SET name = 'Evita' WHERE id = 5;
UPDATE shop.client SET phone = '6' WHERE id = 6;
SELECT test.plan(:'three');
SELECT test.plan(:'three', 'cascade');
SELECT test.try(format('journal.undo(%L)', :'three'));
SELECT test.try(format('journal.undo(%L, on_conflict => ''cascade'')', :'three'));
SELECT id, name, phone FROM shop.client ORDER BY id;
TABLE shop.visit ORDER BY id;
SELECT count(*), count(DISTINCT undone_by), min(on_conflict) FROM journal.undos WHERE on_conflict = 'cascade';
-- And all of that is undone at once.
SELECT count(*) FROM journal.undo(test.last(), on_conflict => 'force');
SELECT id, name, phone FROM shop.client ORDER BY id;
TABLE shop.visit ORDER BY id;

-- What else would keep rows from being written: a key that another row has since, another unique value, a row referred to that is
-- gone, a constraint and a column of today, a value that its type knows no more.
CREATE TYPE shop.state AS ENUM ('new', 'done');
CREATE TABLE shop.place (id int PRIMARY KEY, number text UNIQUE, state shop.state, seats int);
CREATE TABLE shop.booking (id int PRIMARY KEY, place int REFERENCES shop.place, guests int);
SELECT journal.track('shop.place'), journal.track('shop.booking');
INSERT INTO shop.place VALUES (1, 'A-1', 'new', 1), (2, 'A-2', 'new', 2), (3, 'A-3', 'new', 3), (4, 'A-4', 'done', 4), (5, 'A-5', 'new', NULL), (6, 'A-6', 'new', 6);
INSERT INTO shop.booking VALUES (1, 1, 1), (2, 2, 2), (3, 3, 30), (4, 6, 4);
BEGIN;
DELETE FROM shop.booking;
UPDATE shop.place SET id = 20 WHERE id = 2;
UPDATE shop.place SET number = 'A-30' WHERE id = 3;
UPDATE shop.place SET state = NULL WHERE id = 4;
UPDATE shop.place SET seats = 5 WHERE id = 5;
DELETE FROM shop.place WHERE id = 6;
COMMIT;
SELECT test.last() AS four \gset
-- In the order in which a cascade comes to them: the key of 2; the number of 3; the place of booking 1; booking 4, and the key of 6.
INSERT INTO shop.place VALUES (2, 'B-2');
INSERT INTO shop.place VALUES (30, 'A-3');
DELETE FROM shop.place WHERE id = 1;
INSERT INTO shop.place VALUES (6, 'B-6');
SELECT test.plan(:'four');
SELECT test.plan(:'four', 'cascade');
SELECT test.try(format('journal.undo(%L)', :'four'));
SELECT test.try(format('journal.undo(%L, on_conflict => ''cascade'')', :'four'));
BEGIN;
UPDATE shop.place SET seats = 0 WHERE seats IS NULL;
ALTER TABLE shop.place ALTER seats SET NOT NULL;
ALTER TABLE shop.booking ADD CHECK (guests < 10);
ALTER TYPE shop.state RENAME TO old_state;
CREATE TYPE shop.state AS ENUM ('new', 'ended');
ALTER TABLE shop.place ALTER state TYPE shop.state USING state::text::shop.state;
SELECT test.plan(:'four');
SELECT test.try(format('journal.undo(%L, on_conflict => ''skip'')', :'four'));
TABLE shop.place ORDER BY id;
TABLE shop.booking ORDER BY id;
ROLLBACK;
DELETE FROM shop.place WHERE id = 30;
BEGIN;
SELECT test.try(format('journal.undo(%L, on_conflict => ''cascade'')', :'four'));
TABLE shop.place ORDER BY id;
TABLE shop.booking ORDER BY id;
ROLLBACK;
-- Nothing is written, not even what the journal knows of a table.
ALTER TABLE shop.booking ADD paid boolean;
BEGIN READ ONLY;
SELECT count(*) > 0 FROM journal.undo_plan(:'four');
ROLLBACK;
-- A row of a table, and one of its child that has the same key.
CREATE TABLE shop.item (id int PRIMARY KEY, name text);
CREATE TABLE shop.special_item (UNIQUE (id)) INHERITS (shop.item);
SELECT journal.track('shop.item');
INSERT INTO shop.item VALUES (1, 'pen');
INSERT INTO shop.special_item VALUES (1, 'golden pen');
UPDATE shop.item SET name = 'x';
SELECT test.plan(test.last()::text);
-- Whoever came in between goes, too: a later transaction has overwritten what it did, and it did other things. Who changed another
-- column of the row stays.
CREATE TABLE shop.purse (id int PRIMARY KEY, amount int, owner text);
CREATE TABLE shop.payment (id int PRIMARY KEY, amount int);
SELECT journal.track('shop.purse'), journal.track('shop.payment');
INSERT INTO shop.purse VALUES (1, 0, 'Ann'), (2, 0, 'Bob');
UPDATE shop.purse SET amount = 10;
SELECT test.last() AS five \gset
BEGIN;
UPDATE shop.purse SET amount = 20 WHERE id = 1;
INSERT INTO shop.payment VALUES (1, 10);
COMMIT;
BEGIN;
UPDATE shop.purse SET owner = owner || 'a';
INSERT INTO shop.payment VALUES (2, 0);
COMMIT;
BEGIN;
UPDATE shop.purse SET amount = 30 WHERE id = 2;
INSERT INTO shop.payment VALUES (3, 20);
COMMIT;
UPDATE shop.purse SET amount = 40 WHERE id = 1;
DELETE FROM shop.purse WHERE id = 2;
SELECT test.plan(:'five', 'cascade');
SELECT test.try(format('journal.undo(%L, on_conflict => ''cascade'')', :'five'));
TABLE shop.purse ORDER BY id;
TABLE shop.payment ORDER BY id;
-- Rows that do not fit into work_mem, of which some are told about.
CREATE TABLE shop.stamp (id int PRIMARY KEY, value text UNIQUE);
SELECT journal.track('shop.stamp');
INSERT INTO shop.stamp SELECT i, repeat('stamp', 20) || i FROM generate_series(1, 2000) i;
UPDATE shop.stamp SET value = 'x' || id;
SELECT test.last() AS six \gset
INSERT INTO shop.stamp VALUES (0, repeat('stamp', 20) || 1950);
UPDATE shop.stamp SET value = 'y' || id WHERE id BETWEEN 1 AND 1899;
SET work_mem = '64kB';
SELECT count(*), count(conflict) FROM journal.undo_plan(:'six');
SELECT outcome, count(*) FROM journal.undo(:'six', on_conflict => 'skip') GROUP BY 1 ORDER BY 1;
RESET work_mem;
-- Columns called like what the query has names for.
CREATE TABLE shop.letter (id int PRIMARY KEY, r int, t int, e int, i int, now int, planned int);
SELECT journal.track('shop.letter');
INSERT INTO shop.letter VALUES (1, 1, 1, 1, 1, 1, 1);
SELECT test.plan(test.last()::text);
UPDATE shop.letter SET r = 2, t = 2, e = 2, i = 2, now = 2, planned = 2;
SELECT test.plan(test.last()::text);
SELECT * FROM journal.undo_plan(NULL);
SELECT * FROM journal.undo_plan('1', 'perhaps');
SELECT * FROM journal.tracked_relations t, journal.verify_history(t.relation) WHERE t.tracked;
