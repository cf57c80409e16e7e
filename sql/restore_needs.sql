\i test/regress/fresh.sql
\i test/regress/compare.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
-- What can be restored, and what that will ask for.

CREATE SCHEMA shop;
CREATE TABLE shop.city (id int PRIMARY KEY, name text);
CREATE TABLE shop.client (id int PRIMARY KEY, city int REFERENCES shop.city, leader int REFERENCES shop.client, name text);
CREATE TABLE shop.room (house int, number int, PRIMARY KEY (house, number));
CREATE TABLE shop.visit (id int PRIMARY KEY, client int REFERENCES shop.client, "the house" int, number int, FOREIGN KEY ("the house", number) REFERENCES shop.room);
CREATE TABLE shop.orders (id int PRIMARY KEY, client int REFERENCES shop.client);
CREATE TABLE shop.secret (id int PRIMARY KEY, word text NOT NULL, hint text NOT NULL DEFAULT '', note text);
CREATE TABLE shop.log (at int, text text);
CREATE TABLE shop.sms (id int PRIMARY KEY);
SELECT journal.track(format('shop.%I', t)::regclass, t) FROM unnest('{city,client,room,visit,log}'::text[]) t;
SELECT journal.track('shop.orders', 'order'), journal.track('shop.sms', 'sms');
SELECT journal.track('shop.secret', excluded => '{word,note}', masked => '{hint}');
SELECT journal.add_rule('shop.client', 'client.deleted', 'delete'), journal.add_rule('shop.orders', 'order.deleted', 'delete');
SELECT journal.add_event_type('sms.deleted_for_good', 'other', 'deleted', 'sms', '{"en": "gone"}');
SELECT journal.add_rule('shop.sms', 'sms.deleted_for_good', 'delete');
INSERT INTO shop.city VALUES (1, 'Moscow'), (2, 'Omsk');
INSERT INTO shop.client VALUES (1, 1, NULL, 'Ann'), (2, 2, 2, 'Bob'), (3, 2, 1, 'Cyd');
INSERT INTO shop.room VALUES (1, 1);
INSERT INTO shop.visit VALUES (1, 3, 1, 1), (2, NULL, 1, NULL);
INSERT INTO shop.orders VALUES (1, 3), (2, NULL);
INSERT INTO shop.secret VALUES (1, 'w', 'h', 'n');
INSERT INTO shop.log VALUES (1, 'x');
INSERT INTO shop.sms VALUES (1);
DELETE FROM shop.visit;
DELETE FROM shop.orders;
DELETE FROM shop.client;
DELETE FROM shop.room;
DELETE FROM shop.secret;
DELETE FROM shop.log;
DELETE FROM shop.sms;
DELETE FROM shop.city WHERE id = 2;
CREATE VIEW shop.deleted AS SELECT object_type, object_id, restorable, needs FROM journal.deleted_objects() ORDER BY 1, 2;
TABLE shop.deleted;
SELECT object_type, object_id, restorable, needs FROM journal.report(events => '{kind:deleted}') WHERE object_type IN ('log', 'client') ORDER BY 1, 2;
SELECT kind, restorable, needs FROM journal.history('visit', '1');

-- Whoever is not support needs them; what the role may not see of other tables it is not told.
CREATE ROLE regress_reader;
GRANT USAGE ON SCHEMA shop TO regress_reader;
SELECT journal.grant_access('reader', 'regress_reader');
GRANT SELECT ON shop.room TO regress_reader;
SET ROLE regress_reader;
SELECT object_type, object_id, restorable, needs FROM journal.deleted_objects('{order,visit}') ORDER BY 1, 2;
RESET ROLE;

-- What was asked for is what helps.
SELECT sqlstate, conflict FROM journal.restore_plan(test.deletion('client', '3'));
SELECT outcome FROM journal.restore(test.deletion('client', '3'), overrides => '{"client": {"city": 1, "leader": null}}');
SELECT outcome FROM journal.restore(test.deletion('secret', '1'), overrides => '{"secret": {"word": "new"}}');
SELECT outcome FROM journal.restore(test.deletion('city', '2'));
-- Renamed columns, a foreign key that is gone, a key that is gone, a table that is not tracked any more.
ALTER TABLE shop.visit RENAME COLUMN client TO guest;
ALTER TABLE shop.visit DROP CONSTRAINT "visit_the house_number_fkey";
DELETE FROM shop.client WHERE id = 3;
ALTER TABLE shop.orders DROP CONSTRAINT orders_pkey;
SELECT journal.untrack('shop.room');
TABLE shop.deleted;
DROP OWNED BY regress_reader;
DROP ROLE regress_reader;
