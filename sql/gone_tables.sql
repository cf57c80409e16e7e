-- A tracked table that is dropped, and a part of one that is dropped or detached, is one entry, and what was deleted before is found.
\i test/regress/fresh.sql
CREATE SCHEMA shop;
SET search_path = shop;
-- What the newest transaction has told.
CREATE FUNCTION told(OUT event text, OUT object_id text, OUT details jsonb) RETURNS SETOF record LANGUAGE sql AS
    $$ SELECT event, object_id, details FROM journal.entries WHERE transaction_id = (SELECT max(transaction_id) FROM journal.entries) ORDER BY id $$;

CREATE TABLE buyer (id int PRIMARY KEY, name text);
CREATE TABLE "Order ""2""" (year int, "No" int, buyer int REFERENCES buyer, PRIMARY KEY (year, "No"));
CREATE TABLE line_of_log (text text);
SELECT journal.track_schema('shop');
INSERT INTO buyer SELECT n, 'buyer ' || n FROM generate_series(1, 100) n;
INSERT INTO "Order ""2""" SELECT 2024, n, n FROM generate_series(1, 30) n;
DELETE FROM "Order ""2""" WHERE "No" = 30;
DELETE FROM buyer WHERE id = 100;
ANALYZE buyer, "Order ""2""";
BEGIN;
SET LOCAL event_journal.employee = '7';
SET LOCAL event_journal.reason = 'no orders any more';
DROP TABLE "Order ""2""";
COMMIT;
SELECT * FROM told();
SELECT employee, title, object_type, object_id, object_label, kind, restorable, details_text FROM journal.report(page_size => 1);
SELECT title, details FROM journal.history('table', 'shop."Order ""2"""', language => 'ru');
SELECT object_type, object_id, object_label, restorable FROM journal.deleted_objects();
-- Of a table that nobody counted no number is told, nor a key where there is none. What is not tracked is not told.
DROP TABLE line_of_log;
SELECT * FROM told();
CREATE TABLE nobody (id int);
SELECT journal.untrack('buyer');
DROP TABLE buyer, nobody;
SELECT * FROM told();
SELECT object_type, object_id, restorable FROM journal.deleted_objects();
-- A table of that name comes back empty, and so does what was deleted from the one before.
CREATE TABLE buyer (id int PRIMARY KEY, name text);
SELECT journal.track('buyer');
SELECT object_type, object_id, restorable FROM journal.deleted_objects('{buyer}');
SELECT object_type, object_id, outcome FROM journal.restore_all((SELECT array_agg(entry) FROM journal.deleted_objects('{buyer}')));
TABLE buyer;

-- Partitions, of two levels.
CREATE TABLE visit (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE visit_2023 PARTITION OF visit FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE visit_2024 PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST (id);
CREATE TABLE visit_2024_1 PARTITION OF visit_2024 FOR VALUES IN (1);
CREATE TABLE visit_2024_rest PARTITION OF visit_2024 DEFAULT;
CREATE TABLE visit_2025 PARTITION OF visit FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE visit_2026 PARTITION OF visit FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (id);
CREATE TABLE visit_2026_rest PARTITION OF visit_2026 DEFAULT;
SELECT journal.track('visit');
INSERT INTO visit SELECT n, date '2023-03-01' + 365 * y FROM generate_series(1, 20) n, generate_series(0, 3) y;
DELETE FROM visit WHERE id = 20;
ANALYZE visit;
DROP TABLE visit_2023;
SELECT * FROM told();
BEGIN;
DROP TABLE visit_2024_1;
DROP TABLE visit_2024;
COMMIT;
SELECT * FROM told();
ALTER TABLE visit DETACH PARTITION visit_2025;
SELECT * FROM told();
-- What was detached is no part any more.
DROP TABLE visit_2025;
SELECT * FROM told();
ALTER TABLE visit DETACH PARTITION visit_2026 CONCURRENTLY;
SELECT * FROM told();
SELECT object_id FROM journal.deleted_objects('{visit}') ORDER BY 1;
-- In one transaction, and rolled back.
ALTER TABLE visit ATTACH PARTITION visit_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
BEGIN;
ALTER TABLE visit DETACH PARTITION visit_2026;
DROP TABLE visit_2026;
SELECT * FROM told();
ROLLBACK;
BEGIN;
SAVEPOINT before;
DROP TABLE visit;
ROLLBACK TO before;
DROP TABLE visit_2026_rest;
SELECT * FROM told();
ROLLBACK;
-- The whole goes with its parts, and by a cascade.
CREATE TABLE base (id int PRIMARY KEY);
CREATE TABLE derived (more int) INHERITS (base);
CREATE TABLE apart (more int) INHERITS (base);
SELECT journal.track('base');
INSERT INTO base VALUES (1);
INSERT INTO derived VALUES (2), (3);
INSERT INTO apart VALUES (4), (5), (6);
ANALYZE base, derived, apart;
ALTER TABLE apart NO INHERIT base;
SELECT * FROM told();
ANALYZE buyer;
SET client_min_messages = warning;
DROP SCHEMA shop CASCADE;
RESET client_min_messages;
SET search_path = public;
SELECT event, object_id, details FROM journal.entries WHERE transaction_id = (SELECT max(transaction_id) FROM journal.entries) ORDER BY object_id;
SELECT object_type, count(*) FROM journal.deleted_objects() GROUP BY 1 ORDER BY 1;

-- A table of a partitioned one that is tracked by itself; and dropping needs no rights on the journal.
CREATE ROLE regress_owner;
GRANT CREATE, USAGE ON SCHEMA public TO regress_owner;
SET ROLE regress_owner;
CREATE TABLE whole (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE part PARTITION OF whole FOR VALUES FROM (0) TO (9);
RESET ROLE;
SELECT journal.track('part');
INSERT INTO whole VALUES (1), (2);
ANALYZE part;
SET ROLE regress_owner;
DROP TABLE whole;
RESET ROLE;
SELECT event, object_id, details FROM journal.entries ORDER BY id DESC LIMIT 1;
DROP OWNED BY regress_owner;
DROP ROLE regress_owner;
-- Without the extension nothing is told.
CREATE TABLE last (id int PRIMARY KEY);
SELECT journal.track('last');
DROP EXTENSION event_journal CASCADE;
DROP TABLE last;
