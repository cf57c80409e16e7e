\i test/regress/fresh.sql
\i test/regress/compare.sql
-- A deleted row comes back from the journal.

CREATE SCHEMA shop;
CREATE TABLE shop.city (code char(3) PRIMARY KEY, name text NOT NULL);
CREATE TABLE shop.client (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL, city char(3) REFERENCES shop.city, discount numeric(5, 2) DEFAULT 1.10,
    full_name text GENERATED ALWAYS AS (upper(name)) STORED,
    settings jsonb, note text DEFAULT 'none'
);
SELECT journal.track_schema('shop');
INSERT INTO shop.city VALUES ('MOW', 'Moscow');
INSERT INTO shop.client (name, city, settings) VALUES ('Ann', 'MOW', '{"a": [1, null]}'), ('Bob', NULL, 'null');
UPDATE shop.client SET note = NULL WHERE id = 1;
CREATE SCHEMA copy;
CREATE TABLE copy.client AS TABLE shop.client;

BEGIN;
SET LOCAL event_journal.employee = '7';
DELETE FROM shop.client;
COMMIT;
SELECT relation, object_type, object_id, object_label, restored_entry > test.deletion('client', '1') AS new_entry
FROM journal.restore(test.deletion('client', '1'), reason => 'deleted by mistake');
SELECT object_id FROM journal.restore(entry => test.deletion('client', '2'));
SELECT * FROM test.differences('shop.client', 'copy.client');

-- The restore is an event of its own, linked to the deletion, which says so; the reason is kept, and goes no further.
SELECT event, kind, operation, object_id, label, restores = test.deletion('client', '1') AS restores_it, reason, snapshot
FROM journal.entries WHERE id > test.deletion('client', '2') ORDER BY id;
SELECT d.event, d.object_id, d.employee, d.restores, r.event AS restored_by, r.reported, r.change = r.id AS first
FROM journal.entries d JOIN journal.entries r ON r.id = d.restored_entry ORDER BY d.id;
SELECT restored_entry IS NOT NULL AS restored, restored_by, reason FROM journal.restoration ORDER BY entry;
SHOW event_journal.reason;
INSERT INTO shop.city VALUES ('LED', 'Saint Petersburg');
SELECT reason FROM journal.entries WHERE object_id = 'LED';

-- What the application gave as its reason holds unless another is given.
DELETE FROM shop.city WHERE code = 'LED';
BEGIN;
SELECT journal.set_context(reason => 'from the context');
SELECT object_id FROM journal.restore(test.deletion('city', 'LED'));
COMMIT;
SELECT event, reason FROM journal.entries WHERE object_id = 'LED' ORDER BY id DESC LIMIT 1;
SELECT reason FROM journal.restoration ORDER BY entry DESC LIMIT 1;

-- Deleted again, it can be restored again: each deletion once.
DELETE FROM shop.client WHERE id = 2;
SELECT object_id FROM journal.restore(test.deletion('client', '2'));
SELECT count(*) FROM journal.entries WHERE event = 'client.restored' AND object_id = '2';

-- Within the transaction of the deletion, and in a savepoint that is rolled back.
BEGIN;
DELETE FROM shop.client WHERE id = 2;
SELECT object_id FROM journal.restore(test.deletion('client', '2'));
DELETE FROM shop.client WHERE id = 2;
SAVEPOINT before;
SELECT object_id FROM journal.restore(test.deletion('client', '2'), 'rolled back');
ROLLBACK TO before;
SELECT count(*) FROM shop.client WHERE id = 2;
SELECT count(*) FROM journal.restoration WHERE reason = 'rolled back';
SELECT object_id FROM journal.restore(test.deletion('client', '2'), 'second try');
COMMIT;
SELECT * FROM test.differences('shop.client', 'copy.client');
-- After a rolled-back restore an ordinary insert of the same key is no restore.
BEGIN;
DELETE FROM shop.client WHERE id = 2;
SAVEPOINT before;
SELECT object_id FROM journal.restore(test.deletion('client', '2'));
ROLLBACK TO before;
INSERT INTO shop.client (id, name) OVERRIDING SYSTEM VALUE VALUES (2, 'Another');
SELECT event, restores FROM journal.entries ORDER BY id DESC LIMIT 1;
ROLLBACK;

-- Many at once.
DELETE FROM shop.client;
SELECT r.object_id FROM (SELECT id FROM journal.entry WHERE object_type = 'client' AND operation = 'd' ORDER BY id DESC LIMIT 2) d,
                        journal.restore(d.id) r ORDER BY 1;
SELECT * FROM test.differences('shop.client', 'copy.client');

-- Keys of other kinds.
CREATE TABLE shop.rate (city char(3), day date, flag boolean, rate numeric, PRIMARY KEY (day, city, flag));
CREATE TABLE shop.device (id uuid PRIMARY KEY, serial text);
CREATE TABLE shop.word (word text PRIMARY KEY, n int);
CREATE TABLE shop.big (id bigint PRIMARY KEY, n int);
CREATE TABLE shop.computed (a int, b int GENERATED ALWAYS AS (a * 2) STORED PRIMARY KEY);
CREATE TABLE shop.log (line text);
SELECT journal.track_schema('shop');
INSERT INTO shop.rate VALUES ('MOW', '2024-02-29', true, 1.10), ('MOW', '2024-02-29', false, 1.1);
INSERT INTO shop.device VALUES ('00000000-0000-0000-0000-00000000000A', 'x');
INSERT INTO shop.word VALUES ('it''s "quoted", [1]', 1), ('', 2);
INSERT INTO shop.big VALUES (9223372036854775807, 1);
INSERT INTO shop.computed VALUES (21);
CREATE TABLE copy.rate AS SELECT *, rate AS r FROM shop.rate;
DELETE FROM shop.rate; DELETE FROM shop.device; DELETE FROM shop.word; DELETE FROM shop.big; DELETE FROM shop.computed;
SELECT r.relation, r.object_id FROM (SELECT id FROM journal.entry e WHERE operation = 'd'
    AND NOT EXISTS (SELECT FROM journal.restoration WHERE entry = e.id) ORDER BY id) d, journal.restore(d.id) r;
TABLE shop.rate; TABLE shop.device; TABLE shop.word; TABLE shop.big; TABLE shop.computed;

-- Two deletion events of one change are one deletion.
CREATE TABLE shop.payment (id int PRIMARY KEY, amount numeric);
SELECT journal.track('shop.payment');
SELECT journal.add_event_type('payment.undone', 'finance', 'deleted', 'payment', '{"en": "Payment undone"}', 'journal');
SELECT journal.add_event_type('payment.lost', 'finance', 'deleted', 'payment', '{"en": "Money lost"}', 'journal');
SELECT count(journal.add_rule('shop.payment', e, 'delete')) FROM unnest('{payment.undone,payment.lost}'::text[]) e;
INSERT INTO shop.payment VALUES (1, 10.00);
DELETE FROM shop.payment;
SELECT event, snapshot IS NOT NULL AS has_row, restored_entry FROM journal.entries WHERE object_type = 'payment' AND kind = 'deleted' ORDER BY id;
SELECT object_id FROM journal.restore(test.deletion('payment', '1'));
SELECT event, restored_entry IS NOT NULL AS restored FROM journal.entries WHERE object_type = 'payment' AND kind = 'deleted' ORDER BY id;
SELECT test.refused(test.deletion('payment', '1') - 1);
TABLE shop.payment;

-- The application's triggers run, under the caller's settings and search_path.
CREATE SCHEMA app;
CREATE TABLE app.seen (client int, style text, path text, role name, reason text);
CREATE FUNCTION app.note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO seen VALUES (new.id, current_setting('DateStyle'), current_setting('search_path'), current_user, current_setting('event_journal.reason'));
    RETURN NULL;
END $$;
CREATE TRIGGER note AFTER INSERT ON shop.client FOR EACH ROW EXECUTE FUNCTION app.note();
DELETE FROM shop.client WHERE id = 1;
SET search_path = app, public;
SET DateStyle = 'German';
SELECT object_id FROM journal.restore(test.deletion('client', '1'), 'seen by triggers');
RESET search_path; RESET DateStyle;
TABLE app.seen;
DROP TRIGGER note ON shop.client;

-- A trigger may restore what the row needs.
CREATE FUNCTION app.bring_city() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM shop.city WHERE code = new.city) THEN
        PERFORM journal.restore(test.deletion('city', new.city));
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER bring_city BEFORE INSERT ON shop.client FOR EACH ROW EXECUTE FUNCTION app.bring_city();
DELETE FROM shop.client WHERE id = 1;
DELETE FROM shop.city WHERE code = 'MOW';
SELECT object_id FROM journal.restore(test.deletion('client', '1'), 'both');
SELECT event, object_id, restores IN (test.deletion('client', '1'), test.deletion('city', 'MOW')) AS linked, reason
FROM journal.entries ORDER BY id DESC LIMIT 2;
SELECT * FROM test.differences('shop.client', 'copy.client');
DROP TRIGGER bring_city ON shop.client;

-- The table has changed since: renamed, columns renamed, dropped, added and of other types.
CREATE TABLE shop.product (id int PRIMARY KEY, sku text, title text, size numeric(10, 3), amount int, sold date, gone text, empty text, kind text);
SELECT journal.track('shop.product');
INSERT INTO shop.product VALUES (1, 'A-1', 'Screw', 1.125, 7, '2024-02-29', 'lost', NULL, 'x');
DELETE FROM shop.product;
ALTER TABLE shop.product RENAME TO item;
ALTER TABLE shop.item RENAME title TO name;
ALTER TABLE shop.item RENAME sku TO title;
ALTER TABLE shop.item DROP gone, DROP empty, DROP kind;
ALTER TABLE shop.item ADD kind text DEFAULT 'new', ADD added timestamptz;
ALTER TABLE shop.item ALTER size TYPE numeric(10, 2), ALTER amount TYPE text, ALTER sold TYPE timestamp;
ALTER TABLE shop.item SET SCHEMA app;
SELECT relation, object_type, object_id FROM journal.restore(test.deletion('product', '1'));
TABLE app.item;

-- Excluded and masked columns were never in the journal: they get their defaults.
CREATE TABLE shop.login (id int PRIMARY KEY, password text DEFAULT 'changeme', pin int, note text);
SELECT journal.track('shop.login', excluded => '{password}', masked => '{pin}');
INSERT INTO shop.login VALUES (1, 'secret', 1234, 'a');
DELETE FROM shop.login;
SELECT object_id FROM journal.restore(test.deletion('login', '1'));
TABLE shop.login;

-- Partitions: through the root, whatever partition and order of columns.
CREATE TABLE shop.visit (id int, day date, note text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE shop.visit_23 PARTITION OF shop.visit FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE shop.visit_24 (junk int, note text, day date NOT NULL, id int NOT NULL);
ALTER TABLE shop.visit_24 DROP junk;
SELECT journal.track('shop.visit');
ALTER TABLE shop.visit ATTACH PARTITION shop.visit_24 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
INSERT INTO shop.visit VALUES (1, '2023-05-05', 'a'), (2, '2024-05-05', 'b');
DELETE FROM shop.visit_24;
DELETE FROM shop.visit;
SELECT relation, object_id FROM journal.restore(test.deletion('visit', '["1", "2023-05-05"]'));
SELECT relation, object_id FROM journal.restore(test.deletion('visit', '["2", "2024-05-05"]'));
SELECT tableoid::regclass, * FROM shop.visit ORDER BY id;

-- A row goes back into the inheritance child that it came from.
CREATE TABLE shop.document (id int PRIMARY KEY, title text);
CREATE TABLE shop.contract (amount numeric) INHERITS (shop.document);
SELECT journal.track('shop.document');
INSERT INTO shop.contract VALUES (1, 'Contract', 1.10);
DELETE FROM shop.document;
SELECT relation, object_id FROM journal.restore(test.deletion('document', '1'));
SELECT tableoid::regclass, * FROM shop.contract;
