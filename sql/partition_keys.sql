\i test/regress/fresh.sql
\i test/regress/compare.sql
\i test/regress/undo.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
-- Foreign keys that only partitions have order rows like any other, also where the columns have other numbers there.

CREATE SCHEMA shop;
SET search_path = shop;
CREATE TABLE cust (id int PRIMARY KEY, name text);
CREATE TABLE area (code text UNIQUE, id int PRIMARY KEY);
CREATE TABLE pay (id int, day date, cust int, area text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE pay_23 PARTITION OF pay FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE pay_24 (dropped int, area text, cust int, day date NOT NULL, id int NOT NULL);
ALTER TABLE pay_24 DROP COLUMN dropped;
ALTER TABLE pay ATTACH PARTITION pay_24 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE pay_25 PARTITION OF pay FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (id);
CREATE TABLE pay_25_all PARTITION OF pay_25 DEFAULT;
ALTER TABLE pay_24 ADD FOREIGN KEY (cust) REFERENCES cust, ADD FOREIGN KEY (area) REFERENCES area (code) ON UPDATE CASCADE;
ALTER TABLE pay_25 ADD FOREIGN KEY (cust) REFERENCES cust ON DELETE SET NULL;
SELECT journal.track_schema('shop');
INSERT INTO cust VALUES (1, 'Ann'), (2, 'Bob');
INSERT INTO area VALUES ('N', 1), ('S', 2);
INSERT INTO pay VALUES (1, '2024-05-05', 1, 'N'), (2, '2024-05-05', 2, 'S'), (3, '2025-05-05', 1, NULL), (4, '2023-05-05', 1, 'N');
CREATE SCHEMA copy;
SELECT format('CREATE TABLE copy.%1$I AS SELECT * FROM shop.%1$I', relname) FROM pg_class
WHERE relnamespace = 'shop'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname \gexec
CREATE VIEW differences AS SELECT t.name, d.* FROM (VALUES ('cust'), ('area'), ('pay')) t (name), test.differences('shop.' || t.name, 'copy.' || t.name) d;

-- Everything is deleted, restored and undone.
BEGIN;
DELETE FROM pay;
DELETE FROM cust;
DELETE FROM area;
COMMIT;
SELECT array_agg(id) AS entries FROM journal.entries WHERE operation = 'delete' \gset
SELECT transaction_id AS gone FROM journal.entries WHERE id = (:'entries'::bigint[])[1] \gset
SELECT object_type, object_id, conflict FROM journal.restore_plan(:'entries'::bigint[]);
BEGIN;
SELECT object_type, object_id, outcome FROM journal.restore_all(:'entries');
SELECT * FROM differences;
ROLLBACK;
-- A row with what it refers to; without it, it is refused.
SELECT test.deletion('pay', '["2", "2024-05-05"]') AS entry \gset
BEGIN;
SELECT object_type, object_id, outcome FROM journal.restore(:entry, related => 'parents');
ROLLBACK;
SELECT test.refused(:entry);
-- Payments stay out with the area whose key is in use; which partition they will go to is not asked.
BEGIN;
INSERT INTO area VALUES ('X', 1);
SELECT object_type, object_id, conflict, sqlstate FROM journal.restore_plan(:'entries'::bigint[]) WHERE conflict IS NOT NULL;
SELECT object_type, object_id, outcome, detail FROM journal.restore_all(:'entries', on_conflict => 'skip');
ROLLBACK;
SELECT object_type, object_id, outcome FROM journal.undo(:'gone');
SELECT * FROM differences;

-- What inserted all goes again; what refers to it stands in the way.
BEGIN;
INSERT INTO cust VALUES (5, 'Cyd');
INSERT INTO area VALUES ('W', 5);
INSERT INTO pay VALUES (5, '2024-06-06', 5, 'W'), (6, '2025-06-06', 5, 'W');
COMMIT;
SELECT object_type, object_id, outcome FROM journal.undo(test.last());
SELECT * FROM differences;
INSERT INTO cust VALUES (6, 'Dan');
SELECT test.last() AS dan \gset
INSERT INTO pay VALUES (7, '2024-07-07', 6, NULL);
SELECT object_type, object_id, action, conflict, sqlstate FROM journal.undo_plan(:'dan');
SELECT object_type, object_id, action, outcome FROM journal.undo(:'dan', on_conflict => 'cascade');
SELECT * FROM differences;

-- References that were changed and set to NULL, and keys that were.
BEGIN;
INSERT INTO cust VALUES (8, 'Eve');
UPDATE pay SET cust = 8;
DELETE FROM cust WHERE id <> 8;
COMMIT;
SELECT object_type, object_id, action, outcome FROM journal.undo(test.last());
SELECT * FROM differences;
DELETE FROM pay WHERE day < '2025-01-01' AND cust = 1;
DELETE FROM cust WHERE id = 1;
SELECT object_type, object_id, action, outcome FROM journal.undo(test.last());
SELECT * FROM pay WHERE id = 3;
SELECT count(*) FROM journal.restore_all((SELECT array_agg(entry) FROM journal.deleted_objects('{pay}') WHERE object_id ~ '2023|"1", "2024'));
SELECT * FROM differences;
UPDATE area SET code = lower(code);
SELECT object_type, object_id, action, outcome FROM journal.undo(test.last());
SELECT * FROM differences;
