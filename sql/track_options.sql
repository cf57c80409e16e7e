\i test/regress/fresh.sql
\i test/regress/recorded.sql
-- What track takes, guesses and refuses; track again, and untrack.

CREATE SCHEMA crm;
SET search_path = crm;
CREATE VIEW options AS
SELECT relation, object_type, label, account, location, author, created_at, document, links, ignored, excluded, masked, snapshot_on_create AS snapshot,
       always, tracked
FROM journal.tracked_relations ORDER BY relation::text;
CREATE TABLE client (id integer PRIMARY KEY, full_name text, name text, email text);
CREATE TABLE employee (id integer PRIMARY KEY, login text);
CREATE TABLE place (id integer PRIMARY KEY, place_name text);
CREATE TABLE "Order" (
    id integer PRIMARY KEY, number text, tenant text, branch integer REFERENCES place, author integer REFERENCES employee, made date,
    client_id integer REFERENCES client, noise text, secret text, pin text);
CREATE TABLE item (order_id integer REFERENCES "Order" ON UPDATE CASCADE, line integer, client_id integer REFERENCES client, title text, PRIMARY KEY (order_id, line));
CREATE TABLE plain (a integer, b integer);
SELECT journal.track('client'), journal.track('employee'), journal.track('place', 'location'), journal.track('plain', snapshot_on_create => false);
SELECT journal.track('"Order"', 'order', account => 'tenant', location => 'branch', author => 'author', created_at => 'made',
                     ignored => '{noise}', excluded => '{secret}', masked => '{pin}');
SELECT journal.track('item', 'order_item', document => 'order_id', label => 'line');
SELECT * FROM options;
INSERT INTO client VALUES (1, 'Ann Full', 'Ann', 'a@b');
INSERT INTO place VALUES (1, 'North');
INSERT INTO "Order" VALUES (1, 'O-1', 't', 1, NULL, '2024-01-01', 1, 'n', 's', 'p');
INSERT INTO item VALUES (1, 1, 1, 'bolt');
INSERT INTO plain VALUES (1, 2);
SELECT * FROM test.recorded();
SELECT event, account, location, document_type, document_id, links FROM journal.entries ORDER BY id;

-- Once more with other options: those not given are the defaults again.
SELECT journal.track('"Order"', 'order', label => 'noise', links => '{branch}', masked => '{number}', snapshot_on_create => false, always => true);
SELECT journal.track('item', 'order_item', links => '{}');
SELECT journal.track('client', 'customer');
SELECT * FROM options;
SET session_replication_role = replica;
INSERT INTO "Order" VALUES (2, 'O-2', 't', 1, NULL, '2024-01-01', 1, 'n', 's', 'p');
RESET session_replication_role;
UPDATE "Order" SET secret = 'seen', number = 'O-3', noise = 'm' WHERE id = 2;
INSERT INTO item VALUES (2, 1, 1, 'nut');
UPDATE client SET name = 'Anna';
SELECT * FROM test.recorded();
SELECT event, account, location, document_type, links FROM journal.entries ORDER BY id DESC LIMIT 4;
SELECT event, object_type, object_id FROM journal.history('client', '1');

-- Untracked, it leaves its history; its object type is free; tracked again, it goes on.
SELECT journal.untrack('plain');
SELECT journal.untrack('"Order"');
UPDATE "Order" SET number = 'unseen';
TRUNCATE plain;
SELECT count(*) FROM test.recorded();
SELECT relation, object_type, tracked FROM options;
SELECT event, object_id FROM journal.history('order', '1');
CREATE TABLE other (id integer PRIMARY KEY);
SELECT journal.track('other', 'order');
SELECT journal.track('"Order"', 'order');
SELECT journal.track('"Order"', 'old_order');
SELECT journal.untrack('other');
SELECT journal.track('"Order"', 'order');
UPDATE "Order" SET number = 'seen again' WHERE id = 1;
SELECT event, object FROM test.recorded();
SELECT count(*) FROM journal.history('order', '1');
-- A dropped table hands its object type to the next of that kind.
DROP TABLE plain;
CREATE TABLE plain (a integer PRIMARY KEY);
SELECT journal.track('plain');
INSERT INTO plain VALUES (1);
SELECT event, object, data FROM test.recorded();

-- In a transaction that is rolled back, wholly or in part.
CREATE TABLE once (id integer PRIMARY KEY, name text);
BEGIN;
SELECT journal.track('once');
INSERT INTO once VALUES (1, 'a');
ROLLBACK;
INSERT INTO once VALUES (1, 'a');
BEGIN;
SAVEPOINT a;
SELECT journal.track('once', excluded => '{name}');
INSERT INTO once VALUES (2, 'b');
ROLLBACK TO a;
INSERT INTO once VALUES (3, 'c');
SELECT journal.track('once');
INSERT INTO once VALUES (4, 'd');
SAVEPOINT b;
SELECT journal.untrack('once');
INSERT INTO once VALUES (5, 'e');
ROLLBACK TO b;
INSERT INTO once VALUES (6, 'f');
COMMIT;
SELECT event, object, data FROM test.recorded();

-- What is refused.
CREATE VIEW seen AS SELECT 1 AS id;
CREATE MATERIALIZED VIEW kept AS SELECT 1 AS id;
CREATE SEQUENCE counter;
CREATE TYPE pair AS (a integer);
CREATE FOREIGN DATA WRAPPER nothing;
CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing;
CREATE FOREIGN TABLE far (id integer) SERVER nowhere;
CREATE TEMP TABLE brief (id integer);
CREATE TABLE parent (id integer PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE parent_1 PARTITION OF parent FOR VALUES FROM (0) TO (9);
CREATE TABLE base (id integer PRIMARY KEY);
CREATE TABLE derived () INHERITS (base);
SELECT journal.track('seen');
SELECT journal.track('kept');
SELECT journal.track('counter');
SELECT journal.track('pair');
SELECT journal.track('far');
\set VERBOSITY sqlstate
SELECT journal.track('brief');
\set VERBOSITY default
SELECT journal.track('client_pkey');
SELECT journal.track('pg_class');
SELECT journal.track('pg_catalog.pg_authid');
SELECT journal.track('information_schema.sql_features');
SELECT journal.track('journal.entry');
SELECT journal.track('journal.entry_default');
SELECT journal.track('journal.account');
SELECT journal.track('journal.entries');
SELECT journal.track(NULL);
SELECT journal.track(0);
SELECT journal.track('nothing_there');
SELECT journal.track('once', '');
SELECT journal.track('once', 'a b');
SELECT journal.track('once', '.a');
SELECT journal.track('once', 'kind:a');
SELECT journal.track('once', 'client', label => 'nme');
SELECT journal.track('once', 'customer');
SELECT journal.track('once', 'order');
SELECT journal.track('"Order"', 'order', account => 'nothing');
SELECT journal.track('"Order"', 'order', ignored => '{nothing}');
SELECT journal.track('"Order"', 'order', excluded => '{NULL}');
SELECT journal.track('"Order"', 'order', excluded => '{ctid}');
SELECT journal.track('"Order"', 'order', masked => '{id}');
SELECT journal.track('"Order"', 'order', excluded => '{id}');
SELECT journal.track('"Order"', 'order', label => 'number', masked => '{number}');
SELECT journal.track('"Order"', 'order', account => 'tenant', excluded => '{tenant}');
SELECT journal.track('"Order"', 'order', location => 'branch', masked => '{branch}');
SELECT journal.track('"Order"', 'order', author => 'author', masked => '{author}');
SELECT journal.track('"Order"', 'order', document => 'client_id', masked => '{client_id}');
SELECT journal.track('"Order"', 'order', links => '{client_id}', masked => '{client_id}');
SELECT journal.track('"Order"', 'order', document => 'number');
SELECT journal.track('"Order"', 'order', links => '{number}');
SELECT journal.track('"Order"', 'order', created_at => 'number');
SELECT journal.track('"Order"', 'order', excluded => '{pin}', masked => '{pin}');
SELECT * FROM options WHERE object_type = 'order';
SELECT journal.track('parent');
SELECT journal.track('parent_1');
SELECT journal.track('derived');
SELECT journal.track('base');
SELECT journal.untrack('derived');
SELECT journal.track('base');
SELECT journal.untrack('parent_1');
SELECT journal.untrack('client');
SELECT journal.untrack('client');
SELECT journal.untrack('seen');
SELECT journal.untrack(NULL);
CREATE ROLE regress_other;
GRANT USAGE ON SCHEMA crm, journal TO regress_other;
GRANT ALL ON once TO regress_other;
GRANT EXECUTE ON FUNCTION journal.track, journal.untrack, journal.track_schema TO regress_other;
SET ROLE regress_other;
SELECT journal.track('once', 'once', masked => '{name}');
SELECT journal.untrack('once');
RESET ROLE;

-- A whole schema.
CREATE SCHEMA shop;
CREATE TABLE shop.a (id integer PRIMARY KEY, name text);
CREATE TABLE shop.b (id integer, a_id integer REFERENCES shop.a);
CREATE TABLE shop.client (id integer PRIMARY KEY, name text);
CREATE TABLE shop.once (id integer PRIMARY KEY, name text);
CREATE TABLE shop.p (id integer PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE shop.p_1 PARTITION OF shop.p FOR VALUES FROM (0) TO (9);
CREATE VIEW shop.v AS SELECT 1;
CREATE TABLE shop."in two words" (id integer PRIMARY KEY);
INSERT INTO shop.a VALUES (1, 'one');
SELECT journal.track_schema('shop', backfill => true);
SELECT journal.track_schema('shop');
SELECT relation, object_type, label, links FROM options WHERE relation::text LIKE 'shop.%';
SELECT journal.track_schema('nothing_there');
SELECT journal.track_schema(NULL);
SELECT journal.track_schema('journal');
SELECT journal.track_schema('pg_catalog');
SELECT journal.track_schema('information_schema');
SET ROLE regress_other;
SELECT journal.track_schema('shop');
RESET ROLE;
CREATE TABLE shop.late (id integer PRIMARY KEY);
SET ROLE regress_other;
SELECT journal.track_schema('shop');
RESET ROLE;
DROP OWNED BY regress_other;
DROP ROLE regress_other;
