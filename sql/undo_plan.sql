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

-- The later transactions are taken back too, from one to the next.
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
-- And all of that is taken back at once.
SELECT count(*) FROM journal.undo(test.last(), on_conflict => 'force');
SELECT id, name, phone FROM shop.client ORDER BY id;
TABLE shop.visit ORDER BY id;
SELECT * FROM journal.undo_plan(NULL);
SELECT * FROM journal.undo_plan('1', 'perhaps');
SELECT * FROM journal.tracked_relations t, journal.verify_history(t.relation);
