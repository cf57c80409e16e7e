\i test/regress/fresh.sql
\i test/regress/compare.sql
\i test/regress/undo.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
\pset tuples_only on
-- Rows that an undo, or a restore, leaves alone since something stands in the way of them, and those that cannot go or come because of these.

CREATE SCHEMA shop;
CREATE TABLE shop.node (id int PRIMARY KEY, up int REFERENCES shop.node, name text UNIQUE);
CREATE TABLE shop.other (id int PRIMARY KEY, node int REFERENCES shop.node ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE shop.place (id int PRIMARY KEY, position int UNIQUE DEFERRABLE INITIALLY DEFERRED);
SELECT count(*) FROM journal.track_schema('shop');
CREATE FUNCTION test.named(detail text) RETURNS text LANGUAGE sql AS $$ SELECT regexp_replace(detail, 'transaction \d+ \(([^,]*), [^)]*\)', 'T (\1)') $$;

-- Long chains: rows that go, of which the last is referred to.
INSERT INTO shop.node SELECT i, nullif(i - 1, 0), 'n' || i FROM generate_series(1, 2000) i;
SELECT test.last() AS one \gset
INSERT INTO shop.other VALUES (1, 1500);
BEGIN;
SELECT object_id, outcome, test.named(detail) FROM journal.undo(:'one', on_conflict => 'skip') WHERE object_id IN ('1', '1499', '1501', '2000') ORDER BY object_id::int;
SELECT count(*), max(id) FROM shop.node;
ROLLBACK;
SELECT count(*) FROM journal.undo_plan(:'one', 'skip') WHERE conflict IS NOT NULL;
-- Rows that come back, of which the first does not, as its name is in use.
DELETE FROM shop.other;
DELETE FROM shop.node;
SELECT test.last() AS one \gset
INSERT INTO shop.node VALUES (0, NULL, 'n1000');
BEGIN;
SELECT object_id, outcome, test.named(detail) FROM journal.undo(:'one', on_conflict => 'skip') WHERE object_id IN ('1', '999', '1000', '1001', '2000') ORDER BY object_id::int;
SELECT count(*), max(id) FROM shop.node;
ROLLBACK;
SELECT array_agg(id) AS deletions FROM journal.entry WHERE transaction_id = :'one' AND object_type = 'node' \gset
BEGIN;
SELECT object_id, outcome, detail FROM journal.restore_all(:'deletions', on_conflict => 'skip') WHERE object_id IN ('1', '999', '1000', '1001', '2000') ORDER BY object_id::int;
SELECT count(*), max(id) FROM shop.node;
ROLLBACK;
-- But not since its key is in use: what is there can be referred to.
DELETE FROM shop.node;
INSERT INTO shop.node VALUES (1000, NULL, 'another');
BEGIN;
SELECT object_id, outcome, test.named(detail) FROM journal.undo(:'one', on_conflict => 'skip') WHERE outcome <> 'undone' OR object_id = '1001';
SELECT count(*) FROM shop.node;
ROLLBACK;
BEGIN;
SELECT object_id, outcome, detail FROM journal.restore_all(:'deletions', on_conflict => 'skip') WHERE outcome <> 'restored';
SELECT count(*) FROM shop.node;
ROLLBACK;
-- Numbers that were moved along: each row has the number that another gets.
INSERT INTO shop.place SELECT i, i FROM generate_series(1, 2000) i;
UPDATE shop.place SET position = position + 1;
SELECT test.last() AS two \gset
UPDATE shop.place SET position = 0 WHERE id = 1899;
INSERT INTO shop.place VALUES (-1, 1);
SELECT object_id, outcome, test.named(detail) FROM journal.undo(:'two', on_conflict => 'skip') WHERE object_id IN ('1', '2', '1898', '1899', '1900', '2000') ORDER BY object_id::int;
SELECT count(*) FILTER (WHERE position = id), count(*) FILTER (WHERE position = id + 1) FROM shop.place;

-- Of several kinds at once, from table to table: a node cannot get its old key, which another has now; what refers to it goes on
-- doing so; the node that those referred to does come back, and one that only came for their sake goes.
TRUNCATE shop.node, shop.other;
INSERT INTO shop.node VALUES (1, NULL, 'a'), (2, NULL, 'b'), (3, 2, 'c'), (4, NULL, 'd');
INSERT INTO shop.other VALUES (1, 1), (2, 2), (3, 4);
BEGIN;
INSERT INTO shop.node VALUES (10, NULL, 'new'), (11, 10, 'newer'), (12, 11, 'newest');
UPDATE shop.other SET node = 11 WHERE id = 1;
UPDATE shop.other SET node = 12 WHERE id = 3;
UPDATE shop.node SET up = 12 WHERE id = 3;
DELETE FROM shop.node WHERE id = 4;
DELETE FROM shop.other WHERE id = 2;
UPDATE shop.node SET name = 'A' WHERE id = 1;
COMMIT;
SELECT test.last() AS three \gset
INSERT INTO shop.node VALUES (5, NULL, 'd');
SELECT object_type, object_id, action, outcome, detail FROM journal.undo(:'three', on_conflict => 'skip') ORDER BY object_type, object_id::int;
TABLE shop.node ORDER BY id;
TABLE shop.other ORDER BY id;
-- A key that another row takes over: what refers to it goes on referring to that, unless that row is left alone.
CREATE TABLE shop.code (id int NOT NULL UNIQUE, code text PRIMARY KEY);
CREATE TABLE shop.use (id int PRIMARY KEY, code text REFERENCES shop.code DEFERRABLE INITIALLY DEFERRED);
SELECT journal.track('shop.code'), journal.track('shop.use');
INSERT INTO shop.code VALUES (1, 'k');
INSERT INTO shop.use VALUES (1, 'k');
BEGIN;
UPDATE shop.code SET code = 'm';
INSERT INTO shop.code VALUES (2, 'k');
COMMIT;
SELECT test.last() AS four \gset
SELECT object_type, object_id, action, conflict FROM journal.undo_plan(:'four', 'skip') ORDER BY 1, 2, 3;
BEGIN;
SELECT object_type, object_id, action, outcome, test.named(detail) FROM journal.undo(:'four', on_conflict => 'skip') ORDER BY 1, 2, 3;
TABLE shop.code ORDER BY code;
ROLLBACK;
UPDATE shop.code SET code = 'mm' WHERE id = 1;
SELECT object_type, object_id, action, outcome, test.named(detail) FROM journal.undo(:'four', on_conflict => 'skip') ORDER BY 1, 2, 3;
TABLE shop.code ORDER BY code;
SELECT * FROM journal.tracked_relations t, journal.verify_history(t.relation) WHERE t.tracked;
