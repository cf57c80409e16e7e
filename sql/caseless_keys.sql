\i test/regress/fresh.sql
\i test/regress/compare.sql
\i test/regress/undo.sql
\pset format unaligned
\pset footer off
\pset tuples_only on
-- Unique values under a collation that takes different strings for equal: in plans, and where rows exchange them.
CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE coupon (id int PRIMARY KEY, code text COLLATE caseless UNIQUE);
SELECT journal.track('coupon');
INSERT INTO coupon VALUES (1, 'one'), (2, 'TWO');
DELETE FROM coupon;
SELECT test.last() AS deleted \gset
INSERT INTO coupon VALUES (3, 'ONE'), (4, 'three');
DELETE FROM coupon WHERE id = 4;
SELECT object_id, sqlstate, detail FROM journal.undo_plan(:'deleted') ORDER BY 1;
INSERT INTO coupon VALUES (5, 'Three');
SELECT p.object_id, p.sqlstate, p.detail FROM journal.entries e, journal.restore_plan(e.id) p WHERE e.operation = 'delete' ORDER BY 1;
BEGIN;
UPDATE coupon SET code = 'free' WHERE id = 3;
UPDATE coupon SET code = 'one' WHERE id = 5;
UPDATE coupon SET code = 'THREE' WHERE id = 3;
COMMIT;
SELECT object_id, outcome FROM journal.undo(test.last()) ORDER BY 1;
TABLE coupon ORDER BY id;
