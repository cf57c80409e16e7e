-- journal.track_schema: what it takes, what it leaves out and what it warns of; and what track() says when it is called again.
\i test/regress/fresh.sql
CREATE SCHEMA shop;
SET search_path = shop;

-- Tables that are called like types of the catalogue are of types of their own, and come back.
CREATE TABLE employee (id int PRIMARY KEY, name text);
CREATE TABLE sale (id int PRIMARY KEY, employee int REFERENCES employee);
CREATE TABLE order_item (id int PRIMARY KEY);
CREATE TABLE goods (id int PRIMARY KEY);
CREATE SCHEMA "my shop";
CREATE TABLE "my shop".employee (id int PRIMARY KEY);
SELECT journal.track_schema('shop');
SELECT journal.track_schema('my shop');
SELECT relation, object_type FROM journal.tracked_relations ORDER BY object_type;
INSERT INTO employee VALUES (1, 'Eve');
INSERT INTO sale VALUES (1, 1);
DELETE FROM sale;
DELETE FROM employee;
SELECT object_type, object_id, restorable FROM journal.deleted_objects();
SELECT object_type, object_id, outcome FROM journal.restore_all((SELECT array_agg(id) FROM journal.entries WHERE operation = 'delete'));
SELECT * FROM sale JOIN employee ON employee.id = sale.employee;

-- What is to be left out, of tables and of columns. Nothing is tracked where a name is misspelt.
CREATE SCHEMA crm;
CREATE TABLE crm.log (at int);
CREATE TABLE crm."Log ""2""" (at int);
CREATE TABLE crm.client (id int PRIMARY KEY, name text, note text);
CREATE TABLE crm.product (id int PRIMARY KEY, note text);
CREATE TABLE crm.parted (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE crm.parted_1 PARTITION OF crm.parted FOR VALUES FROM (0) TO (9);
SELECT journal.track_schema('crm', "except" => '{logs,client,tasks}');
SELECT journal.track_schema('crm', "except" => '{parted_1}');
SELECT journal.track_schema('crm', excluded => '{notes}');
SELECT journal.track_schema('crm', excluded => '{id}');
SELECT journal.track_schema('crm', "except" => '{NULL}');
SELECT count(*) FROM journal.tracked_relations WHERE relation::text LIKE 'crm.%';
SELECT journal.track_schema('crm', "except" => '{log,"Log \"2\""}', excluded => '{note}');
SELECT relation, object_type, excluded FROM journal.tracked_relations WHERE relation::text LIKE 'crm.%' ORDER BY 1::text;
INSERT INTO crm.client VALUES (1, 'Ann', 'private');
SELECT snapshot FROM journal.entries WHERE relation = 'crm.client'::regclass;
-- What is tracked already keeps its options, and what was left out may be taken in later.
SELECT journal.track_schema('crm', NULL, NULL, NULL);
SELECT relation, excluded FROM journal.tracked_relations WHERE relation::text LIKE 'crm.%' ORDER BY 1::text;

-- Tables without a key and columns that may hold secrets are told, and recorded all the same.
CREATE SCHEMA site;
CREATE TABLE site.visits (at int);
CREATE TABLE site."Hits" (at int);
CREATE TABLE site.users (id int PRIMARY KEY, login text, password text, "apiKey" text, pin int, salt bytea, spin int, pinned text,
                         token_expires_at timestamptz, must_change_password boolean);
SELECT journal.track_schema('site', backfill => true);
INSERT INTO site.visits VALUES (1);
INSERT INTO site.users (id, password) VALUES (1, 'p');
SELECT relation, snapshot FROM journal.entries WHERE relation::text LIKE 'site.%' ORDER BY id;
CREATE SCHEMA many;
SELECT format('CREATE TABLE many.m%s (password text)', to_char(n, 'FM00')) FROM generate_series(1, 23) n \gexec
SELECT journal.track_schema('many', excluded => '{password}');
CREATE TABLE many.more (id int PRIMARY KEY, password text, card_number text);
SELECT journal.track_schema('many', excluded => '{password}');

-- track() of a table that is tracked already says what it changes.
CREATE TABLE thing (id int PRIMARY KEY, name text, code text, secret text, goods int REFERENCES goods);
SELECT journal.track('thing', 'part', ignored => '{code}');
SELECT journal.track('thing', 'part', ignored => '{code}');
SELECT journal.track('thing', 'part', label => 'code', excluded => '{secret}');
ALTER TABLE thing RENAME COLUMN code TO sign;
SELECT journal.track('thing', 'part', label => 'sign', links => '{goods}', document => 'goods', excluded => '{secret}', snapshot_on_create => false);
SELECT journal.track('thing');
SELECT journal.track('thing');
-- So does one that is tracked anew under another type.
SELECT journal.untrack('thing');
SELECT journal.track('thing', excluded => '{secret}');
SELECT journal.untrack('thing');
SELECT journal.track('thing', 'Заказ''s');
-- A type that was given to another table meanwhile is not its any more.
SELECT journal.untrack('thing');
CREATE TABLE other (id int PRIMARY KEY);
SELECT journal.track('other', 'Заказ''s');
SELECT journal.track('thing', 'part');
