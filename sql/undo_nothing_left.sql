\i test/regress/fresh.sql
\i test/regress/compare.sql
\i test/regress/undo.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
-- Changes of columns that are gone, or that the journal does not keep: nothing of them is left to take back.

CREATE SCHEMA shop;
CREATE TABLE shop.client (id int PRIMARY KEY, name text, phone text, secret text);
SELECT journal.track('shop.client', excluded => '{}', masked => '{secret}');
INSERT INTO shop.client VALUES (1, 'Ann', '1', 's'), (2, 'Bob', '2', 's'), (3, 'Cyd', '3', 's');
UPDATE shop.client SET phone = '11' WHERE id = 1;
SELECT test.last() AS phone \gset
BEGIN;
UPDATE shop.client SET phone = '22' WHERE id = 2;
UPDATE shop.client SET name = 'Cid', phone = '33' WHERE id = 3;
COMMIT;
SELECT test.last() AS both \gset
UPDATE shop.client SET secret = 'x' WHERE id = 1;
SELECT test.last() AS secret \gset
-- Back and forth is no change, whatever becomes of the column.
BEGIN;
UPDATE shop.client SET name = 'Anna' WHERE id = 1;
UPDATE shop.client SET name = 'Ann' WHERE id = 1;
COMMIT;
SELECT test.last() AS nothing \gset
ALTER TABLE shop.client DROP COLUMN phone;

-- If that is all, nothing is recorded, and it can be asked for again.
SELECT object_id, action, conflict, sqlstate, detail FROM journal.undo_plan(:'phone');
SELECT object_id, action, outcome, detail FROM journal.undo(:'phone');
SELECT object_id, action, outcome FROM journal.undo(:'phone');
SELECT object_id, action, outcome FROM journal.undo(:'phone', on_conflict => 'cascade');
SELECT object_id, outcome FROM journal.revert((SELECT change FROM journal.entry WHERE transaction_id = :'phone'));
SELECT count(*) FROM journal.undone;
SELECT object_id, action, outcome FROM journal.undo(:'nothing');
SELECT count(*) FROM journal.undone;
-- With other changes.
SELECT object_id, action, conflict FROM journal.undo_plan(:'both');
SELECT object_id, action, outcome, detail FROM journal.undo(:'both');
SELECT count(*) FROM journal.undone;
-- Values that are not kept are an error, or forced: nothing is left then.
SELECT object_id FROM journal.undo(:'secret');
SELECT object_id, action, outcome, detail FROM journal.undo(:'secret', on_conflict => 'force');
SELECT object_id, action, conflict FROM journal.undo_plan(:'secret', on_conflict => 'force');
SELECT count(*) FROM journal.undone;
TABLE shop.client ORDER BY id;
