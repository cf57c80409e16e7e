\i test/regress/fresh.sql
\i test/regress/recorded.sql
-- Changes are recorded while the server discards its caches whenever it could have to: what is kept of them for too long
-- shows. Everything that is read is made ready before, since nothing takes longer than making it so.
CREATE SCHEMA crm;
SET search_path = crm;
CREATE TABLE status (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE client (id integer PRIMARY KEY, name text NOT NULL, phone text, discount numeric(5, 2), tags jsonb, seen timestamptz);
CREATE TABLE "order" (id integer PRIMARY KEY, number text NOT NULL, client_id integer NOT NULL REFERENCES client ON DELETE CASCADE,
                      status_id integer NOT NULL REFERENCES status, note text);
CREATE TABLE visit (id integer, place text, note text, PRIMARY KEY (id, place)) PARTITION BY LIST (place);
CREATE TABLE visit_a PARTITION OF visit FOR VALUES IN ('a');
CREATE TABLE visit_b (note text, place text NOT NULL, id integer NOT NULL);
ALTER TABLE visit ATTACH PARTITION visit_b FOR VALUES IN ('b');
INSERT INTO status VALUES (1, 'New'), (2, 'Ready');
SELECT journal.track('client', 'client', ignored => '{phone}'), journal.track('"order"', 'order'), journal.track('visit', 'visit');
SELECT journal.add_rule('"order"', 'order.status_changed', 'update', '{status_id}');
SELECT journal.add_rule('client', 'client.discount_changed', 'update', '{discount}', condition => 'new.discount > 10', details => '{name}');

SET debug_discard_caches = 1;
INSERT INTO client VALUES (1, 'Ann', '1', 0, '{"a": [1, null]}', '2024-02-29 12:00+03'), (2, 'Bob', '2', 5, NULL, NULL);
INSERT INTO "order" VALUES (10, 'A-10', 1, 1, NULL), (20, 'A-20', 2, 1, 'x');
UPDATE "order" SET status_id = 2, note = 'y' WHERE id = 10;
UPDATE client SET discount = 20 WHERE id = 1;
UPDATE status SET name = 'Done' WHERE id = 2;
BEGIN;
SET LOCAL event_journal.employee = '7';
SET LOCAL event_journal.reason = 'by phone';
SAVEPOINT one;
UPDATE client SET name = 'Bobby' WHERE id = 2;
ROLLBACK TO one;
UPDATE client SET name = 'Rob', phone = '3', tags = '{}' WHERE id = 2;
COMMIT;
-- Both orders of columns, and the way from one to the other.
INSERT INTO visit VALUES (1, 'a', 'first'), (2, 'b', 'second');
UPDATE visit SET place = 'b' WHERE id = 1;
TRUNCATE visit_b;
DELETE FROM client WHERE id = 1;
SELECT journal.log('user.logged_in', 'employee', '7', details => '{"minutes": 3}') > 0 AS logged;
RESET debug_discard_caches;
SELECT * FROM test.recorded();
SELECT count(DISTINCT session) AS sessions, count(DISTINCT context) AS contexts FROM journal.entry;
SELECT key, label, valid_to = 'infinity' AS open FROM journal.label ORDER BY key, valid_from;
