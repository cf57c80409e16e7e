\i test/regress/fresh.sql
\i test/regress/recorded.sql
-- Names at event time: of tables that are only referenced, and of tracked ones; a report shows what was true then.

CREATE SCHEMA crm;
SET search_path = crm;
CREATE TABLE status (id integer PRIMARY KEY, name text, position integer);
CREATE TABLE kind (code text PRIMARY KEY, title text);
CREATE TABLE zone (a integer, b text, number text, PRIMARY KEY (b, a));
CREATE TABLE nameless (id integer PRIMARY KEY, amount integer);
CREATE TABLE location (id integer PRIMARY KEY, name text);
CREATE TABLE employee (id integer PRIMARY KEY, full_name text);
CREATE TABLE client (id integer PRIMARY KEY, name text);
CREATE TABLE ticket (
    id integer PRIMARY KEY, number text, status_id integer REFERENCES status ON DELETE SET NULL ON UPDATE CASCADE,
    kind text REFERENCES kind ON UPDATE CASCADE, zone_a integer, zone_b text, nameless integer REFERENCES nameless, location_id integer REFERENCES location,
    manager integer REFERENCES employee ON DELETE SET NULL, client_id integer REFERENCES client, parent integer REFERENCES ticket,
    FOREIGN KEY (zone_b, zone_a) REFERENCES zone (b, a) ON DELETE SET NULL);
INSERT INTO status VALUES (1, 'new', 1), (2, 'at work', 2), (3, NULL, 3);
INSERT INTO kind VALUES ('r', 'repair'), ('s', 'sale');
INSERT INTO zone VALUES (1, 'x', 'zone 1'), (2, 'x', 'zone 2');
INSERT INTO nameless VALUES (1, 1), (2, 2);
INSERT INTO location VALUES (1, 'North'), (2, 'South');
INSERT INTO employee VALUES (1, 'Ann'), (2, 'Bob');
INSERT INTO client VALUES (1, 'Cid'), (2, 'Dan');
SELECT journal.track('client', 'client'), journal.track('location', 'location'), journal.track('employee', 'employee');
SELECT journal.track('ticket', 'ticket', location => 'location_id');
SELECT relation, capture FROM journal.tracked_relation ORDER BY id;
SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text !~ 'journal' ORDER BY 1, 2;
CREATE VIEW label AS
SELECT t.relation, l.key, l.label, l.valid_from = '-infinity' AS always, l.valid_to = 'infinity' AS present
FROM journal.label l JOIN journal.tracked_relation t ON t.id = l.relation ORDER BY t.id, l.key, l.valid_from;
SELECT * FROM label;

-- What happens today …
BEGIN;
SELECT journal.set_context(employee => '1', location => '1');
INSERT INTO ticket VALUES (1, 'T-1', 1, 'r', 1, 'x', 1, 1, 1, 1, NULL), (2, 'T-2', NULL, NULL, NULL, NULL, NULL, 2, NULL, NULL, 1);
UPDATE ticket SET status_id = 2, kind = 's', zone_a = 2, nameless = 2, location_id = 2, manager = 2, client_id = 2, parent = 2 WHERE id = 1;
COMMIT;
CREATE VIEW shown AS
SELECT row_number() OVER () AS n, event, location_name, employee_name, object_id, object_label, details_text,
       (SELECT string_agg(concat_ws(' ', l ->> 'type', l ->> 'id', l ->> 'label', CASE WHEN NOT (l ->> 'exists')::boolean THEN 'gone' END), ', ')
        FROM jsonb_array_elements(links) l) AS links
FROM journal.report(sort => 'asc', page_size => 1000);
SELECT * FROM shown;
CREATE TABLE yesterday AS SELECT n, event, location_name, employee_name, object_label, details_text FROM shown;

-- … is told tomorrow with the names of today, whatever becomes of the rows.
UPDATE status SET name = upper(name), position = 9;
UPDATE status SET position = 10;
UPDATE status SET name = 'other' WHERE id = 3;
UPDATE status SET id = 20, name = 'key changed' WHERE id = 2;
UPDATE status SET id = 2, name = 'key taken' WHERE id = 3;
DELETE FROM status WHERE id = 1;
INSERT INTO status VALUES (1, 'another new', 1);
UPDATE kind SET title = 'SALE', code = 'sale' WHERE code = 's';
UPDATE zone SET number = 'renamed';
DELETE FROM zone;
UPDATE location SET name = 'renamed';
UPDATE employee SET full_name = 'renamed';
DELETE FROM employee;
UPDATE client SET name = 'renamed';
UPDATE ticket SET number = 'renamed';
SELECT * FROM label WHERE relation IN ('status'::regclass, 'kind', 'zone');
SELECT y.* FROM yesterday y EXCEPT SELECT n, event, location_name, employee_name, object_label, details_text FROM shown;
SELECT event, location_name, employee_name, object_label, details_text FROM shown WHERE n > (SELECT max(n) FROM yesterday);
-- A rename in the transaction of the change: each line has the name of its moment.
BEGIN;
UPDATE ticket SET status_id = 1 WHERE id = 1;
UPDATE status SET name = 'renamed on the way' WHERE id = 1;
UPDATE ticket SET status_id = 1 WHERE id = 2;
COMMIT;
SELECT event, object_id, details_text FROM journal.report(page_size => 2, sort => 'desc');
BEGIN;
SAVEPOINT a;
UPDATE status SET name = 'never' WHERE id = 1;
ROLLBACK TO a;
COMMIT;
SELECT label FROM label WHERE label = 'never';
-- Emptied.
TRUNCATE status, kind CASCADE;
SELECT y.* FROM yesterday y EXCEPT SELECT n, event, location_name, employee_name, object_label, details_text FROM shown;
SELECT count(*) FROM label WHERE relation IN ('status'::regclass, 'kind') AND present;

-- Tracked later, and untracked again: no name is lost.
INSERT INTO status VALUES (1, 'again', 1), (2, 'and again', 2);
INSERT INTO ticket (id, number, status_id) VALUES (10, 'T-10', 1);
SELECT journal.track('status', 'status');
UPDATE status SET name = 'tracked' WHERE id = 1;
UPDATE ticket SET status_id = 2 WHERE id = 10;
UPDATE ticket SET status_id = 1 WHERE id = 10;
SELECT journal.untrack('status');
UPDATE ticket SET status_id = 2 WHERE id = 10;
UPDATE status SET name = 'untracked';
UPDATE ticket SET status_id = 1 WHERE id = 10;
INSERT INTO status VALUES (5, 'brand new', 5);
UPDATE ticket SET status_id = 5 WHERE id = 10;
SELECT event, object_id, details_text FROM journal.history('ticket', '10');
SELECT y.* FROM yesterday y EXCEPT SELECT n, event, location_name, employee_name, object_label, details_text FROM shown;
DROP TABLE status CASCADE;
SELECT y.* FROM yesterday y EXCEPT SELECT n, event, location_name, employee_name, object_label, details_text FROM shown;

-- A foreign key that comes later; a partitioned table that is referenced.
CREATE TABLE rank (id integer PRIMARY KEY, name text) PARTITION BY RANGE (id);
CREATE TABLE rank_1 PARTITION OF rank FOR VALUES FROM (0) TO (10);
CREATE TABLE rank_2 PARTITION OF rank FOR VALUES FROM (10) TO (20);
INSERT INTO rank VALUES (1, 'low'), (11, 'high');
ALTER TABLE ticket ADD COLUMN rank integer REFERENCES rank ON UPDATE CASCADE;
UPDATE ticket SET rank = 1 WHERE id = 10;
UPDATE rank SET name = 'lower' WHERE id = 1;
UPDATE rank SET id = 12 WHERE id = 1;
UPDATE ticket SET rank = 11 WHERE id = 10;
SELECT * FROM label WHERE relation = 'rank'::regclass;
SELECT event, details_text FROM journal.history('ticket', '10', page_size => 3);
