\i test/regress/fresh.sql
\i test/regress/compare.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
-- References that a deletion set to NULL are set back with the row; rows that something stands in the way of can be skipped.

CREATE SCHEMA shop;
CREATE TABLE shop.client (id int PRIMARY KEY, name text UNIQUE);
CREATE TABLE shop.task (
    id int PRIMARY KEY, client int REFERENCES shop.client ON DELETE SET NULL, payer int DEFAULT 9 REFERENCES shop.client ON DELETE SET DEFAULT,
    parent int REFERENCES shop.task ON DELETE SET NULL, note text
);
CREATE TABLE shop.flat (house int, number int, label text, PRIMARY KEY (house, number));
CREATE TABLE shop.visit (id int PRIMARY KEY, house int, number int, day date, FOREIGN KEY (house, number) REFERENCES shop.flat ON DELETE SET NULL (number));
CREATE TABLE shop.lease (id int, day date, house int, number int, PRIMARY KEY (id, day),
    FOREIGN KEY (house, number) REFERENCES shop.flat ON DELETE SET NULL) PARTITION BY RANGE (day);
CREATE TABLE shop.lease_24 PARTITION OF shop.lease FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
SELECT journal.track_schema('shop');
-- Rules take the columns of an update apart.
SELECT count(journal.add_rule('shop.lease', 'shop.house_changed', 'update', '{house}')) FROM
    (SELECT journal.add_event_type('shop.house_changed', 'other', 'changed', 'lease', '{}')) t;
INSERT INTO shop.client VALUES (1, 'Ann'), (2, 'Bob'), (9, 'House account');
INSERT INTO shop.task VALUES (10, 1, 1, NULL, 'first'), (11, 1, 2, 10, 'second'), (12, 2, 1, 10, 'third'), (13, 1, 9, 11, 'fourth'), (14, 1, NULL, NULL, 'fifth');
INSERT INTO shop.flat VALUES (1, 1, 'a'), (1, 2, 'b'), (2, 1, 'c');
INSERT INTO shop.visit VALUES (1, 1, 1, '2024-01-01'), (2, 2, 1, '2024-01-01');
INSERT INTO shop.lease VALUES (1, '2024-01-01', 1, 1), (2, '2024-01-01', 2, 1);
CREATE SCHEMA copy;
SELECT format('CREATE TABLE copy.%1$I AS SELECT * FROM shop.%1$I', relname) FROM pg_class
WHERE relnamespace = 'shop'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname \gexec

-- SET NULL and SET DEFAULT, by the deletion.
DELETE FROM shop.client WHERE id = 1;
TABLE shop.task ORDER BY id;
SELECT test.deletion('client', '1') AS ann \gset
SELECT action, object_type, object_id, new_values, old_values, conflict FROM journal.restore_plan(:ann, related => 'children');
BEGIN;
SELECT object_type, object_id, outcome, detail FROM journal.restore(:ann);
TABLE shop.task ORDER BY id;
ROLLBACK;
BEGIN;
SELECT object_type, object_id, outcome, restored_entry IS NOT NULL AS entry, detail FROM journal.restore(:ann, related => 'children');
SELECT * FROM test.differences('shop.task', 'copy.task');
-- The updates are ordinary changes.
SELECT event, object_id, old, new FROM journal.entries WHERE id > :ann AND operation = 'update' AND transaction_id = pg_current_xact_id() ORDER BY id;
ROLLBACK;
-- What somebody changed since is left alone, and said; so is a row that is gone.
UPDATE shop.task SET client = 2 WHERE id = 10;
DELETE FROM shop.task WHERE id = 14;
SELECT object_id, sqlstate, conflict FROM journal.restore_plan(:ann, related => 'all') WHERE conflict IS NOT NULL;
SELECT object_type, object_id, outcome, detail FROM journal.restore(:ann, related => 'all') WHERE outcome <> 'updated';
TABLE shop.task ORDER BY id;

-- The application nulls the references itself, among other changes; one that it gives to another is no reference taken away.
BEGIN;
UPDATE shop.task SET client = NULL, note = 'x' WHERE id IN (11, 13);
UPDATE shop.task SET payer = NULL WHERE payer = 2;
UPDATE shop.task SET client = 1 WHERE id = 10;
UPDATE shop.task SET note = 'y' WHERE id = 11;
UPDATE shop.task SET client = NULL WHERE client = 2;
DELETE FROM shop.client WHERE id = 2;
COMMIT;
BEGIN;
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('client', '2'), related => 'children');
TABLE shop.task ORDER BY id;
ROLLBACK;

-- A row of the table itself.
DELETE FROM shop.task WHERE id = 10;
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('task', '10'), related => 'children');
SELECT id, parent FROM shop.task ORDER BY id;

-- Keys of several columns, of which the deletion may null some; partitions.
DELETE FROM shop.flat;
SELECT * FROM shop.visit ORDER BY id;
SELECT object_type, object_id, outcome FROM journal.restore_all(ARRAY[test.deletion('flat', '["1", "1"]'), test.deletion('flat', '["2", "1"]')], related => 'children');
SELECT * FROM test.differences('shop.visit', 'copy.visit');
SELECT * FROM test.differences('shop.lease', 'copy.lease');

-- Who may not update the row gets an error, and nothing else.
DELETE FROM shop.flat WHERE house = 1 AND number = 1;
CREATE ROLE regress_restorer;
GRANT USAGE ON SCHEMA journal, shop TO regress_restorer;
GRANT SELECT ON journal.entry TO regress_restorer;
GRANT EXECUTE ON FUNCTION journal.restore_plan(bigint, text, jsonb), journal.restore, journal.visible_since TO regress_restorer;
GRANT INSERT ON ALL TABLES IN SCHEMA shop TO regress_restorer;
SELECT test.deletion('flat', '["1", "1"]') AS flat \gset
SET ROLE regress_restorer;
SELECT object_type, sqlstate, detail FROM journal.restore_plan(:flat, related => 'children');
SELECT journal.restore(:flat, related => 'children');
SELECT journal.restore(:flat, related => 'children', on_conflict => 'skip');
SELECT object_type, outcome FROM journal.restore(:flat);
RESET ROLE;
DROP OWNED BY regress_restorer;
DROP ROLE regress_restorer;

-- Skipping: every row that something stands in the way of, and what refers to it; the rest comes back.
CREATE TABLE shop.bill (id int PRIMARY KEY, client int REFERENCES shop.client, total numeric CHECK (total > 0), part_of int REFERENCES shop.bill);
SELECT journal.track('shop.bill');
INSERT INTO shop.client VALUES (20, 'Gus'), (21, 'Hal'), (22, 'Ida');
INSERT INTO shop.bill VALUES (1, 20, 1, NULL), (2, 21, 2, 1), (3, 22, 3, 2), (4, 22, 4, NULL), (5, NULL, 5, NULL);
BEGIN;
DELETE FROM shop.bill;
DELETE FROM shop.client WHERE id >= 20;
COMMIT;
INSERT INTO shop.client VALUES (30, 'Gus');
ALTER TABLE shop.bill ADD CHECK (total <> 5);
SELECT array_agg(id) AS deleted FROM journal.entry WHERE operation = 'd' AND transaction_id = (SELECT transaction_id FROM journal.entry WHERE id = test.deletion('bill', '1')) \gset
SELECT object_type, object_id, outcome, detail FROM journal.restore_all(:'deleted', on_conflict => 'error');
SELECT object_type, object_id, outcome, detail FROM journal.restore_all(:'deleted', on_conflict => 'skip');
TABLE shop.client ORDER BY id;
TABLE shop.bill ORDER BY id;
SELECT count(*) FROM journal.restoration WHERE entry = ANY (:'deleted'::bigint[]);
-- What was skipped can be restored later, what was restored is skipped then.
UPDATE shop.client SET name = 'Gus II' WHERE id = 30;
SELECT object_type, object_id, outcome, detail FROM journal.restore_all(:'deleted', on_conflict => 'skip');
-- A value that does not fit.
DELETE FROM shop.bill WHERE id IN (3, 4);
ALTER TABLE shop.bill ALTER total TYPE int;
SELECT object_id, outcome, detail FROM journal.restore_all(ARRAY[test.deletion('bill', '3'), test.deletion('bill', '4')], on_conflict => 'skip',
    overrides => jsonb_build_object(test.deletion('bill', '3'), '{"total": "much"}'::jsonb));
