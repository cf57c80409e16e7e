\i test/regress/fresh.sql
\i test/regress/compare.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
-- A document comes back with its parts, whatever its type and theirs; children of what has been restored follow.

CREATE SCHEMA shop;
CREATE TABLE shop.client (id int PRIMARY KEY, name text);
CREATE TABLE shop.bill (id int PRIMARY KEY, client int REFERENCES shop.client ON DELETE CASCADE, total numeric);
CREATE TABLE shop.line (id int PRIMARY KEY, bill int NOT NULL REFERENCES shop.bill ON DELETE CASCADE, name text);
CREATE TABLE shop.batch (id int PRIMARY KEY, line int NOT NULL REFERENCES shop.line ON DELETE CASCADE);
CREATE TABLE shop.payment (id int PRIMARY KEY, bill int REFERENCES shop.bill ON DELETE CASCADE);
CREATE TABLE shop.orders (id int PRIMARY KEY, client int REFERENCES shop.client ON DELETE CASCADE);
CREATE TABLE shop.visit (id int PRIMARY KEY, orders int REFERENCES shop.orders, employee int);
SELECT journal.track('shop.client', 'client'), journal.track('shop.bill', 'invoice'), journal.track('shop.payment', 'payment');
SELECT journal.track('shop.line', 'invoice_line', document => 'bill'), journal.track('shop.batch', 'batch', document => 'line');
SELECT journal.track('shop.orders', 'order'), journal.track('shop.visit', 'visit');
-- What nobody restores by itself.
SELECT journal.add_event_type(t || '.lost', 'other', 'deleted', t, '{"en": "lost"}') FROM unnest('{invoice_line,batch}'::text[]) t;
SELECT journal.add_rule('shop.bill', 'invoice.deleted', 'delete'), journal.add_rule('shop.line', 'invoice_line.lost', 'delete'),
    journal.add_rule('shop.batch', 'batch.lost', 'delete');
SELECT journal.add_rule('shop.client', 'client.deleted', 'delete'), journal.add_rule('shop.orders', 'order.deleted', 'delete');
INSERT INTO shop.client VALUES (1, 'Ann'), (2, 'Bob');
INSERT INTO shop.bill VALUES (1, 1, 1.10), (2, 1, 2), (3, 2, 3);
INSERT INTO shop.line VALUES (1, 1, 'one'), (2, 1, 'two'), (3, 2, 'three'), (4, 3, 'four'), (5, 3, 'five');
INSERT INTO shop.batch VALUES (1, 1), (2, 4);
INSERT INTO shop.payment VALUES (1, 1), (2, 3);
INSERT INTO shop.orders VALUES (1, 2);
INSERT INTO shop.visit VALUES (1, 1, NULL);

-- The parts, and the parts of these; what another transaction deleted stays so, and so does what is no part.
DELETE FROM shop.line WHERE id = 2;
DELETE FROM shop.bill WHERE id = 1;
SELECT test.refused(test.deletion('invoice_line', '1'));
SELECT test.refused(test.deletion('batch', '1'));
BEGIN;
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('invoice', '1'));
ROLLBACK;
SELECT object_type, object_id, action, conflict FROM journal.restore_plan(test.deletion('invoice', '1'));
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('invoice', '1'), related => 'children');
-- Undo says the same.
DELETE FROM shop.bill WHERE id = 1;
SELECT object_type, object_id, outcome FROM journal.undo((SELECT transaction_id FROM journal.entry WHERE id = test.deletion('invoice', '1')));
DELETE FROM shop.line WHERE id = 1;
SELECT object_type, object_id, outcome FROM journal.undo((SELECT transaction_id FROM journal.entry WHERE id = test.deletion('invoice_line', '1')));
-- Many documents, of which another holds a part again.
DELETE FROM shop.bill;
SELECT object_type, object_id, outcome FROM journal.restore_all(ARRAY[test.deletion('invoice', '1'), test.deletion('invoice', '2'), test.deletion('invoice', '3')]);
TABLE shop.line;

-- A child that is a document comes with its parts. What a row refers to comes only where the role could restore it.
BEGIN;
DELETE FROM shop.visit;
DELETE FROM shop.client WHERE id = 2;
COMMIT;
CREATE ROLE regress_restorer;
GRANT USAGE ON SCHEMA shop, test TO regress_restorer;
SELECT journal.grant_access('restorer', 'regress_restorer');
GRANT ALL ON ALL TABLES IN SCHEMA shop TO regress_restorer;
SET ROLE regress_restorer;
SELECT journal.restore(test.deletion('client', '2'), related => 'children');
SELECT journal.restore(test.deletion('visit', '1'), related => 'parents');
RESET ROLE;
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('client', '2'), related => 'children', reason => 'all of it');
DELETE FROM shop.visit;
DELETE FROM shop.client WHERE id = 2;
SELECT object_type, object_id FROM journal.restore(test.deletion('payment', '2'), related => 'parents');
DELETE FROM shop.bill WHERE id = 3;
CREATE TABLE shop.mail (id int PRIMARY KEY, line int REFERENCES shop.line ON DELETE CASCADE);
SELECT journal.track('shop.mail');
INSERT INTO shop.mail VALUES (1, 3);
DELETE FROM shop.line WHERE id = 3;
SELECT journal.restore(test.deletion('mail', '1'), related => 'parents');
SELECT journal.restore(test.deletion('mail', '1'), related => 'all');

-- With skip, and in a plan, entries that may not be restored are told, each with its SQLSTATE; else the first is an error.
SELECT ARRAY[test.deletion('invoice_line', '3'), test.deletion('mail', '1'), test.deletion('order', '1'), test.deletion('client', '2'),
    (SELECT min(id) FROM journal.entry), 0] AS entries, test.deletion('mail', '1') AS mail \gset
GRANT ALL ON shop.mail TO regress_restorer;
SET ROLE regress_restorer;
SELECT journal.restore_all(:'entries');
SELECT relation, object_type, object_id, action, sqlstate, conflict, detail, hint FROM journal.restore_plan(:'entries'::bigint[]);
BEGIN;
SELECT relation, object_type, object_id, outcome, sqlstate, detail FROM journal.restore_all(:'entries', on_conflict => 'skip');
SELECT object_type, object_id, outcome, sqlstate FROM journal.restore_all(:'entries', on_conflict => 'skip', overrides => '{"mail": {"line": null}}');
ROLLBACK;
-- So are those that would come along.
SELECT object_type, object_id, outcome, sqlstate, detail FROM journal.restore(:mail, related => 'parents', on_conflict => 'skip');
SELECT object_type, object_id, sqlstate, conflict, detail FROM journal.restore_plan(:mail, related => 'parents');
SELECT object_type, object_id, sqlstate, detail FROM journal.restore_plan(test.deletion('visit', '1'), related => 'all');
RESET ROLE;
SELECT journal.restore_all(ARRAY[test.deletion('order', '1')], on_conflict => 'skip');

-- Children follow what has been restored, while it is there: an error without them, and when it is gone.
TRUNCATE shop.client CASCADE;
INSERT INTO shop.client VALUES (5, 'Eve');
INSERT INTO shop.bill VALUES (50, 5, 1), (51, 5, 2);
INSERT INTO shop.payment VALUES (60, 50), (61, 51);
CREATE TABLE shop.card (id int PRIMARY KEY, client int REFERENCES shop.client ON DELETE SET NULL);
SELECT journal.track('shop.card');
INSERT INTO shop.card VALUES (1, 5);
DELETE FROM shop.client;
SELECT test.deletion('client', '5') AS eve \gset
SELECT object_type, object_id, outcome FROM journal.restore(:eve);
SELECT test.refused(:eve);
SELECT object_type, object_id, action, conflict FROM journal.restore_plan(:eve);
SELECT object_type, object_id, outcome FROM journal.restore(test.deletion('payment', '61'), related => 'parents');
SELECT object_type, object_id, action, conflict FROM journal.restore_plan(:eve, related => 'children');
SELECT object_type, object_id, outcome FROM journal.restore(:eve, related => 'children');
SELECT object_type, object_id, outcome FROM journal.restore(:eve, related => 'children');
DELETE FROM shop.client;
SELECT journal.restore(:eve, related => 'children');
SELECT object_type, object_id, outcome, sqlstate FROM journal.restore(:eve, related => 'all', on_conflict => 'skip');

-- What was deleted along and cannot come back is told: rows without a key, of tables that are gone or not tracked any more, of tables that never were.
CREATE TABLE shop.scan (bill int REFERENCES shop.bill ON DELETE CASCADE, body text);
CREATE TABLE shop.page (id int PRIMARY KEY, bill int REFERENCES shop.bill ON DELETE CASCADE);
CREATE TABLE shop.stamp (bill int PRIMARY KEY REFERENCES shop.bill ON DELETE CASCADE);
CREATE TABLE shop.reader (bill int REFERENCES shop.bill ON DELETE CASCADE);
CREATE TABLE shop.mark (bill int REFERENCES shop.bill ON DELETE SET NULL);
SELECT journal.track('shop.scan', document => 'bill'), journal.track('shop.page'), journal.track('shop.stamp');
INSERT INTO shop.bill VALUES (70);
INSERT INTO shop.scan VALUES (70, 'front'), (70, 'back');
INSERT INTO shop.page VALUES (1, 70);
INSERT INTO shop.stamp VALUES (70);
INSERT INTO shop.reader VALUES (70);
DELETE FROM shop.bill WHERE id = 70;
SELECT journal.untrack('shop.stamp');
DROP TABLE shop.page;
SELECT test.deletion('invoice', '70') AS bill \gset
SELECT relation, object_type, object_id, action, sqlstate, conflict, detail FROM journal.restore_plan(:bill);
SELECT relation, object_type, object_id, action, sqlstate, conflict, detail FROM journal.restore_plan(:bill, related => 'children');
BEGIN;
SELECT relation, object_type, object_id, outcome, sqlstate, detail FROM journal.restore(:bill, related => 'children');
ROLLBACK;
SELECT relation, object_type, object_id, outcome, sqlstate, detail FROM journal.restore(:bill, on_conflict => 'skip');
-- What is tracked again follows.
SELECT journal.track('shop.stamp');
SELECT relation, object_type, object_id, outcome, sqlstate FROM journal.restore(:bill, related => 'children') WHERE object_type = 'stamp';

DROP OWNED BY regress_restorer;
DROP ROLE regress_restorer;
