\i test/regress/fresh.sql
\i test/regress/compare.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
-- Rows that belonged to each other come back together.

CREATE SCHEMA shop;
CREATE TABLE shop.city (id int PRIMARY KEY, name text);
CREATE TABLE shop.client (id int PRIMARY KEY, name text, city int REFERENCES shop.city);
CREATE TABLE shop.visit (
    client int REFERENCES shop.client ON DELETE CASCADE, day date, after date, note text,
    PRIMARY KEY (client, day), FOREIGN KEY (client, after) REFERENCES shop.visit ON DELETE CASCADE
);
CREATE TABLE shop.bill (id int PRIMARY KEY, client int, day date, total numeric, FOREIGN KEY (client, day) REFERENCES shop.visit);
-- A cycle that is checked at once.
CREATE TABLE shop.team (id int PRIMARY KEY, leader int);
CREATE TABLE shop.member (id int PRIMARY KEY, team int REFERENCES shop.team ON DELETE CASCADE);
ALTER TABLE shop.team ADD FOREIGN KEY (leader) REFERENCES shop.member ON DELETE CASCADE;
SELECT journal.track_schema('shop');
INSERT INTO shop.city VALUES (1, 'Moscow');
INSERT INTO shop.client VALUES (1, 'Ann', 1), (2, 'Bob', 1);
INSERT INTO shop.visit VALUES (1, '2024-01-02', NULL, 'first'), (1, '2024-01-01', '2024-01-02', 'second'), (2, '2024-01-01', NULL, 'other');
INSERT INTO shop.bill VALUES (10, 1, '2024-01-01', 1.10), (11, 2, '2024-01-01', 2.0);
INSERT INTO shop.team VALUES (1, NULL);
INSERT INTO shop.member VALUES (5, 1), (6, 1);
UPDATE shop.team SET leader = 5;
CREATE SCHEMA copy;
SELECT format('CREATE TABLE copy.%1$I AS SELECT * FROM shop.%1$I', relname) FROM pg_class
WHERE relnamespace = 'shop'::regnamespace AND relkind = 'r' ORDER BY relname \gexec

-- The application deletes the bill, and the client takes the visits along.
BEGIN;
DELETE FROM shop.bill WHERE id = 10;
DELETE FROM shop.client WHERE id = 1;
COMMIT;
-- Another transaction's deletion was its own.
DELETE FROM shop.bill WHERE id = 11;
BEGIN;
SELECT object_type, object_id FROM journal.restore(test.deletion('client', '1'), related => 'none');
ROLLBACK;
BEGIN;
SELECT object_type, object_id, outcome, deleted_entry < restored_entry AS later FROM journal.restore(test.deletion('client', '1'), related => 'children');
ROLLBACK;
-- From the other end: what the bill referred to, and no more.
BEGIN;
SELECT object_type, object_id FROM journal.restore(test.deletion('bill', '10'), related => 'parents');
ROLLBACK;
-- A parent that was deleted later, by another transaction.
DELETE FROM shop.client WHERE id = 2;
DELETE FROM shop.city WHERE id = 1;
SELECT object_type, object_id FROM journal.restore(test.deletion('bill', '11'), related => 'parents', reason => 'all of it');
-- Everything, in both directions.
SELECT object_type, object_id FROM journal.restore(test.deletion('bill', '10'), related => 'all');
SELECT t.relname, d.* FROM pg_class t, test.differences(t.oid, ('copy.' || t.relname)::regclass) d
WHERE t.relnamespace = 'shop'::regnamespace AND t.relkind = 'r' AND t.relname IN ('city', 'client', 'bill');
SELECT * FROM shop.visit EXCEPT TABLE copy.visit;
SELECT count(*) FROM shop.visit;

-- A cycle of references that are checked at once comes back by one statement.
DELETE FROM shop.team;
SELECT object_type, object_id FROM journal.restore(test.deletion('team', '1'), related => 'children');
SELECT t.relname, d.* FROM pg_class t, test.differences(t.oid, ('copy.' || t.relname)::regclass) d
WHERE t.relnamespace = 'shop'::regnamespace AND t.relname IN ('team', 'member');

-- Many deletions at once; each once, whether named twice or related to another.
DELETE FROM shop.bill;
DELETE FROM shop.visit;
SELECT object_type, object_id, outcome FROM journal.restore_all(ARRAY(SELECT id FROM journal.entry
    WHERE operation = 'd' AND object_type IN ('bill', 'visit') AND NOT EXISTS (SELECT FROM journal.restoration r WHERE r.entry = id)) || test.deletion('bill', '10'));
SELECT * FROM shop.visit EXCEPT TABLE copy.visit;
SELECT * FROM test.differences('shop.bill', 'copy.bill');
-- One that has been restored is an error, or skipped.
DELETE FROM shop.bill WHERE id = 10;
SELECT object_id FROM journal.restore_all(ARRAY[test.deletion('bill', '10'), test.deletion('bill', '11')]);
SELECT object_id, outcome, detail FROM journal.restore_all(ARRAY[test.deletion('bill', '10'), test.deletion('bill', '11')], on_conflict => 'skip');
SELECT journal.restore_all(NULL);
SELECT journal.restore_all('{}');
SELECT journal.restore_all('{1,NULL}');
SELECT journal.restore(1, related => 'cousins');
SELECT journal.restore(1, on_conflict => 'ignore');

-- Values to come back with in place of a row's own.
DELETE FROM shop.bill;
DELETE FROM shop.visit WHERE client = 2;
SELECT object_id FROM journal.restore(test.deletion('bill', '11'));
SELECT object_id FROM journal.restore(test.deletion('bill', '11'), overrides => '{"bill": {"client": null, "id": 12}}');
SELECT test.deletion('bill', '10') AS bill \gset
SELECT object_id FROM journal.restore(:bill, overrides => jsonb_build_object(:'bill', '{"total": 7.50}'::jsonb, 'bill', '{"total": 1}'::jsonb));
TABLE shop.bill;
DELETE FROM shop.bill;
SELECT journal.restore(test.deletion('bill', '10'), overrides => '[]');
SELECT journal.restore(test.deletion('bill', '10'), overrides => '{"total": 1}');
SELECT journal.restore(test.deletion('bill', '10'), overrides => '{"bill": {"sum": 1}}');
SELECT journal.restore(test.deletion('bill', '10'), overrides => '{"visit": {"note": ""}}');
SELECT journal.restore(test.deletion('bill', '10'), overrides => '{"bill": {"total": "much"}}');

-- Rows that do not fit into work_mem.
SET work_mem = '64kB';
INSERT INTO shop.bill SELECT 1000 + g, NULL, NULL, g / 100.0 FROM generate_series(1, 3000) g;
CREATE TABLE copy.bills AS TABLE shop.bill;
DELETE FROM shop.bill;
SELECT count(*), count(DISTINCT restored_entry), min(outcome) FROM journal.restore_all(ARRAY(SELECT id FROM journal.entry
    WHERE operation = 'd' AND object_type = 'bill' ORDER BY id DESC LIMIT 3000));
SELECT * FROM test.differences('shop.bill', 'copy.bills');
RESET work_mem;

-- A parent whose key another row has taken is there.
INSERT INTO shop.client VALUES (7, 'Gus', 1);
INSERT INTO shop.visit VALUES (7, '2024-02-01', NULL, 'last');
DELETE FROM shop.client WHERE id = 7;
INSERT INTO shop.client VALUES (8, 'Hal', 1);
UPDATE shop.client SET id = 7 WHERE id = 8;
SELECT object_type, object_id FROM journal.restore(test.deletion('visit', '["7", "2024-02-01"]'), related => 'parents');

-- What the caller cannot see in the journal does not come back with what he can.
CREATE TABLE shop.house (id int PRIMARY KEY, account text);
CREATE TABLE shop.flat (id int PRIMARY KEY, house int REFERENCES shop.house ON DELETE CASCADE);
SELECT journal.track('shop.house', account => 'account'), journal.track('shop.flat');
INSERT INTO shop.house VALUES (1, 'north');
INSERT INTO shop.flat VALUES (1, 1);
DELETE FROM shop.house;
CREATE ROLE regress_restorer;
GRANT USAGE ON SCHEMA journal, shop, test TO regress_restorer;
GRANT SELECT ON ALL TABLES IN SCHEMA journal TO regress_restorer;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA journal, test TO regress_restorer;
GRANT INSERT, SELECT ON ALL TABLES IN SCHEMA shop TO regress_restorer;
INSERT INTO journal.role_account (role, account) VALUES ('regress_restorer', 'north');
SET ROLE regress_restorer;
SELECT object_type, object_id FROM journal.restore(test.deletion('house', '1'), related => 'children');
SELECT object_type, object_id FROM journal.restore(test.deletion('house', '1'));
RESET ROLE;
DROP OWNED BY regress_restorer;
DROP ROLE regress_restorer;
