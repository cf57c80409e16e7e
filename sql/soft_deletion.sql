\i test/regress/fresh.sql
-- Rows that an update makes count as deleted: deletions in the report, restorable, until they are taken back.

CREATE SCHEMA crm;
SET search_path = crm;
CREATE TABLE orders (id integer PRIMARY KEY, number text, note text, deleted_at timestamptz, deleted_by text, touched integer);
CREATE TABLE payment (id integer PRIMARY KEY, order_id integer REFERENCES orders, sum integer);
SELECT journal.track('orders', 'orders', deleted_when => 'new.deleted_at IS NOT NULL', ignored => '{deleted_at,touched}'), journal.track('payment');
CREATE VIEW seen AS SELECT event, kind, object_id, object_label, restorable, needs, details_text FROM journal.report(sort => 'asc', events => '{orders.created,orders.changed,orders.deleted,orders.restored}');
CREATE VIEW deleted AS SELECT event, object_id, object_label, restorable FROM journal.deleted_objects('{orders}');
INSERT INTO orders VALUES (1, 'A-1', 'x'), (2, 'A-2', 'y'), (3, 'A-3', 'z');
INSERT INTO payment VALUES (1, 1, 10), (2, 2, 20);
UPDATE orders SET deleted_at = '2024-05-05', deleted_by = '7', note = 'gone' WHERE id = 1;
UPDATE orders SET deleted_at = '2024-05-06' WHERE id = 2;
SELECT * FROM seen;
SELECT event, kind FROM journal.report(events => '{kind:deleted}');
SELECT * FROM deleted;
SELECT operation, event, reported, change = max(change) OVER () AS same_change, old, new, snapshot FROM journal.entries WHERE object_id = '1' AND object_type = 'orders' AND operation <> 'insert' ORDER BY id;
SELECT event, details_text FROM journal.history('orders', '1');
-- Whatever is done to it while it is deleted leaves it so; and another moment of deletion is no other deletion.
UPDATE orders SET note = 'late', touched = 1 WHERE id = 1;
UPDATE orders SET deleted_at = '2024-05-07' WHERE id = 2;
SELECT * FROM deleted;
SELECT object_id, links FROM journal.report(events => '{payment.created}', sort => 'asc');

-- It comes back by its update's old values; what has been changed since stays.
SELECT relation, object_id, action, old_values, new_values, conflict FROM journal.restore_plan((SELECT entry FROM journal.deleted_objects('{orders}') WHERE object_id = '2'));
SELECT journal.restore((SELECT entry FROM journal.deleted_objects('{orders}') WHERE object_id = '2'));
UPDATE orders SET deleted_at = '2024-05-06' WHERE id = 2;
UPDATE orders SET deleted_at = '2024-05-08' WHERE id = 1;
SELECT journal.restore((SELECT entry FROM journal.deleted_objects('{orders}') WHERE object_id = '1'));
UPDATE orders SET deleted_at = '2024-05-05' WHERE id = 1;
SELECT max(entry) AS deletion FROM journal.deleted_objects('{orders}') WHERE object_id = '1' \gset
SELECT relation, object_type, object_id, object_label, deleted_entry = :deletion AS same, restored_entry IS NOT NULL AS told, outcome, detail FROM journal.restore(:deletion, reason => 'by mistake');
SELECT * FROM orders ORDER BY id;
SELECT * FROM deleted;
SELECT restored_entry IS NOT NULL AS known, restored_by = session_user AS by_me, reason FROM journal.restoration;
SELECT operation, event, restores = :deletion AS restores, reason FROM journal.entries WHERE object_id = '1' AND object_type = 'orders' ORDER BY id DESC LIMIT 2;
SELECT object_id, links FROM journal.report(events => '{payment.created}', sort => 'asc', page_size => 1);
SELECT journal.restore(:deletion);
SELECT event, restorable FROM journal.history('orders', '1') WHERE event LIKE '%deleted';
-- By hand, too.
UPDATE orders SET deleted_at = NULL WHERE id = 2;
SELECT * FROM seen WHERE object_id = '2';
SELECT * FROM deleted;
UPDATE orders SET deleted_at = '2024-06-06' WHERE id = 2;
SELECT outcome FROM journal.restore((SELECT max(entry) FROM journal.deleted_objects('{orders}')));
SELECT count(*) FROM deleted;

-- Several at once, with deletions of rows; a row that is deleted for good is no more to be set back.
UPDATE orders SET deleted_at = now() WHERE id IN (1, 3);
DELETE FROM payment;
SELECT object_type, object_id, outcome FROM journal.restore_all((SELECT array_agg(entry) FROM journal.deleted_objects())) ORDER BY 1, 2;
UPDATE orders SET deleted_at = now() WHERE id = 3;
SELECT max(entry) AS deletion FROM journal.deleted_objects('{orders}') \gset
DELETE FROM orders WHERE id = 3;
SELECT event, object_id FROM deleted;
SELECT journal.restore(:deletion);
SELECT outcome, detail FROM journal.restore(:deletion, on_conflict => 'skip');
SELECT outcome FROM journal.restore((SELECT entry FROM journal.deleted_objects('{orders}')));
SELECT id, deleted_at IS NOT NULL AS is_deleted FROM orders ORDER BY id;
SELECT * FROM deleted;

-- Undone like any other transaction; the past is known.
UPDATE orders SET deleted_at = now(), note = 'wrong' WHERE id = 1;
SELECT transaction_id AS wrong, id AS entry FROM journal.entries ORDER BY id DESC LIMIT 1 \gset
SELECT object_id, action, outcome FROM journal.undo(:'wrong');
SELECT event FROM journal.history('orders', '1', page_size => 2);
UPDATE orders SET deleted_at = now(), note = 'wrong' WHERE id = 1;
SELECT max(id) AS entry FROM journal.entries \gset
SELECT object_id, action, outcome FROM journal.revert(:entry);
SELECT * FROM journal.verify_history('orders');
BEGIN;
UPDATE orders SET deleted_at = now() WHERE id = 1;
SAVEPOINT a;
UPDATE orders SET deleted_at = NULL WHERE id = 1;
ROLLBACK TO a;
UPDATE orders SET deleted_at = NULL WHERE id = 1;
COMMIT;
SELECT count(*) FROM deleted WHERE object_id = '1';

-- With rules: those of deletions say which event it is, those of updates stay.
CREATE TABLE task (id integer PRIMARY KEY, title text, state text);
SELECT journal.track('task', deleted_when => 'new.state = ''trash''');
SET client_min_messages = warning;
SELECT journal.add_rule('task', 'task.deleted', 'delete', condition => 'old.state <> ''draft''', details => '{title,state}') > 0;
SELECT journal.add_event_type('task.moved', 'tasks', 'changed', 'task', '{"en": "Task moved"}');
SELECT journal.add_rule('task', 'task.moved', 'update', '{state}') > 0;
INSERT INTO task VALUES (1, 'a', 'new'), (2, 'b', 'draft');
UPDATE task SET state = 'trash';
SELECT event, object_id, details_text FROM journal.report(sort => 'asc', events => '{group:tasks}');
SELECT object_id, outcome FROM journal.restore_all((SELECT array_agg(entry) FROM journal.deleted_objects('{task}'))) ORDER BY 1;
SELECT * FROM task ORDER BY id;

-- Of other accounts, without a key.
CREATE TABLE bare (tenant text, gone boolean);
SELECT journal.track('bare', account => 'tenant', deleted_when => 'new.gone');
INSERT INTO bare VALUES ('north', false);
UPDATE bare SET gone = true;
SELECT event, object_id, restorable FROM journal.report(events => '{bare.deleted}');
SET event_journal.account = 'north';
SELECT event, object_id, restorable FROM journal.report(events => '{bare.deleted}');
SELECT count(*) FROM journal.deleted_objects('{bare}');
UPDATE bare SET gone = NULL;
SELECT event FROM journal.report(page_size => 1);

-- A row that counts as deleted even so is not restored; nor is one of a table that has no deleted_when any more.
CREATE TABLE claim (id integer PRIMARY KEY, status text, deleted_at timestamptz);
SELECT journal.track('claim', deleted_when => 'new.deleted_at IS NOT NULL OR new.status = ''gone''');
INSERT INTO claim VALUES (1, 'new', NULL);
UPDATE claim SET status = 'gone';
UPDATE claim SET deleted_at = '2024-05-05';
SELECT entry AS deletion FROM journal.deleted_objects('{claim}') \gset
SELECT journal.restore(:deletion);
SELECT restored_entry, outcome, detail FROM journal.restore(:deletion, on_conflict => 'skip');
SELECT * FROM claim;
SELECT count(*) FROM journal.deleted_objects('{claim}');
UPDATE claim SET deleted_at = NULL;
SELECT count(*) FROM journal.deleted_objects('{claim}');
UPDATE claim SET status = 'gone';
SELECT max(entry) AS deletion FROM journal.deleted_objects('{claim}') \gset
SELECT journal.track('claim');
SELECT journal.restore(:deletion);
SELECT outcome, detail FROM journal.restore(:deletion, on_conflict => 'skip');
SELECT object_id, conflict FROM journal.restore_plan(:deletion);
SELECT journal.track('claim', deleted_when => 'new.status = ''gone''');
SELECT outcome FROM journal.restore(:deletion);
-- By who looks under another account than the deletion's.
CREATE TABLE plain (id integer PRIMARY KEY, gone boolean);
SELECT journal.track('plain', deleted_when => 'new.gone');
INSERT INTO plain VALUES (1, false);
UPDATE plain SET gone = true;
SELECT entry AS deletion FROM journal.deleted_objects('{plain}') \gset
RESET event_journal.account;
SELECT outcome, detail, restored_entry IS NOT NULL AS told FROM journal.restore(:deletion);
SELECT r.account, e.operation FROM journal.restoration r JOIN journal.entries e ON e.id = r.restored_entry WHERE e.object_type = 'plain';
SELECT journal.restore(:deletion);

-- What stands in several entries of the update comes back at once.
CREATE TABLE paired (id integer PRIMARY KEY, deleted_at timestamptz, deleted_by text, CHECK (num_nonnulls(deleted_at, deleted_by) <> 1));
SELECT journal.track('paired', deleted_when => 'new.deleted_at IS NOT NULL');
SELECT journal.add_event_type('paired.dated', 'tasks', 'changed', 'paired', '{"en": "Dated"}');
SELECT journal.add_rule('paired', 'paired.dated', 'update', '{deleted_at}') > 0;
INSERT INTO paired VALUES (1), (2);
UPDATE paired SET deleted_at = '2024-05-05', deleted_by = 'Ann';
SELECT operation, event, new FROM journal.entries WHERE object_type = 'paired' AND object_id = '1' ORDER BY id;
SELECT object_id, old_values, new_values FROM journal.restore_plan((SELECT array_agg(entry) FROM journal.deleted_objects('{paired}'))) ORDER BY 1;
SELECT object_id, outcome, detail FROM journal.restore_all((SELECT array_agg(entry) FROM journal.deleted_objects('{paired}'))) ORDER BY 1;
SELECT * FROM paired;

-- A rule says who deleted; else the table does, else the update's rule.
CREATE TABLE signed (id integer PRIMARY KEY, changed_by text, deleted_by text);
SELECT journal.track('signed', employee => 'changed_by', deleted_when => 'new.deleted_by IS NOT NULL');
SELECT journal.add_rule('signed', 'signed.deleted', 'delete', condition => 'old.id = 1', employee => 'deleted_by') > 0;
SELECT journal.add_rule('signed', 'signed.changed', 'update', '{deleted_by}', employee => 'deleted_by') > 0;
INSERT INTO signed VALUES (1, 'Ann'), (2, 'Ann');
UPDATE signed SET deleted_by = 'Bob', changed_by = 'Cid';
UPDATE signed SET deleted_by = NULL, changed_by = 'Dan';
INSERT INTO signed VALUES (3);
UPDATE signed SET deleted_by = 'Eve' WHERE id = 3;
SELECT object_id, operation, event, employee FROM journal.entries WHERE object_type = 'signed' ORDER BY id;

-- Noted though key or account change with it.
CREATE TABLE moved (id integer PRIMARY KEY, tenant text, gone boolean);
SELECT journal.track('moved', account => 'tenant', deleted_when => 'new.gone');
INSERT INTO moved VALUES (1, 'north', false), (2, 'north', false);
UPDATE moved SET gone = true;
UPDATE moved SET gone = false, id = 11 WHERE id = 1;
UPDATE moved SET gone = false, tenant = 'south' WHERE id = 2;
SELECT d.object_id AS deleted, d.account, e.object_id AS restored, e.account AS to_account, r.account AS noted FROM journal.restoration r JOIN journal.entries e ON e.id = r.restored_entry JOIN journal.entries d ON d.id = e.restores WHERE e.object_type = 'moved' ORDER BY 1;
