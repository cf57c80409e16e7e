\i test/regress/fresh.sql
SET DateStyle = 'ISO, YMD';
-- The report: names as of the event, links, details in both forms, what is restorable, on tables that are tracked.

CREATE SCHEMA shop;
SET search_path = shop, public;
CREATE TABLE status (id smallint PRIMARY KEY, name text NOT NULL);
INSERT INTO status VALUES (1, 'New'), (2, 'In work'), (3, 'Done');
CREATE TABLE location (id integer PRIMARY KEY, name text);
CREATE TABLE employee (id integer PRIMARY KEY, name text, salary numeric, password text);
CREATE TABLE client (id integer PRIMARY KEY, name text, vip boolean NOT NULL DEFAULT false);
CREATE TABLE device (id integer PRIMARY KEY, brand text, name text);
CREATE TABLE orders (id integer PRIMARY KEY, number text, status_id smallint REFERENCES status, client_id integer REFERENCES client,
                     device_id integer REFERENCES device, manager_id integer REFERENCES employee ON DELETE SET NULL,
                     location_id integer REFERENCES location, due timestamptz, note text, extra jsonb, updated_at timestamptz);
CREATE TABLE item (id integer PRIMARY KEY, order_id integer REFERENCES orders ON DELETE CASCADE, name text, quantity numeric,
                   price numeric(10, 2));

-- Already there before anything is tracked.
INSERT INTO client VALUES (1, 'Ann'), (2, 'Bob');
SELECT journal.track('location', label => 'name');
SELECT journal.track('employee', label => 'name', masked => '{salary}', excluded => '{password}');
SELECT journal.track('client');
SELECT journal.track('device');
SELECT journal.track('orders', 'order', label => 'number', location => 'location_id', ignored => '{updated_at}');
SELECT journal.track('item', 'order_item', document => 'order_id');
SELECT journal.add_rule('orders', 'order.created', 'insert', details => '{status_id,client_id,due,extra}');
SELECT journal.add_rule('orders', 'order.status_changed', 'update', '{status_id}');
SELECT journal.add_rule('orders', 'order.manager_changed', 'update', '{manager_id}');
SELECT journal.add_rule('orders', 'order.deadline_changed', 'update', '{due}');
SELECT journal.add_rule('orders', 'order.deleted', 'delete', details => '{note}');
SELECT journal.add_rule('client', 'client.deleted', 'delete');
SELECT journal.add_rule('item', 'order.item_added', 'insert', details => '{name,quantity,price}');
SELECT journal.add_rule('item', 'order.item_removed', 'delete', details => '{name,quantity,price}');
SELECT journal.set_account('', time_zone => 'Europe/Moscow', language => 'en');

CREATE VIEW line AS
SELECT entry, coalesce(location_name, location) AS location, coalesce(employee_name, employee) AS employee,
       concat_ws(' ', object_type, object_id, object_label) AS object, event, details_text
FROM journal.report(sort => 'asc', page_size => 1000);

INSERT INTO location VALUES (1, 'Centre'), (2, 'North');
INSERT INTO employee VALUES (7, 'Eve', 1000, 'secret'), (8, 'Max', 2000, 'secret');
INSERT INTO device VALUES (1, 'Acer', 'Swift');
SET event_journal.employee = '7';
INSERT INTO orders VALUES (1, 'N-1', 1, 1, 1, 7, 1, '2024-05-15 09:30+00', 'handle with care', '{"a": [1, {"b": null}]}');
-- Two events of one update, each with its own column; what an ignored column did is not told.
UPDATE orders SET status_id = 2, manager_id = 8, updated_at = now();
INSERT INTO item VALUES (1, 1, E'Screen\nrepair', 1.50, 99.90);
SELECT journal.log('sms.sent', 'sms', '1', '+70000000001', '{"text": "Your order is ready"}', '2') > 0;
SELECT journal.log('user.logged_in', 'employee', '8', details => '{"ip": "192.0.2.1", "new": true, "agent": null}') > 0;
SELECT journal.log('fiscal_receipt.printed', links => '[{"type": "order", "id": "1"}, {"type": "order", "id": 99, "label": "gone"},
    {"type": "spaceship", "id": "1"}, {"type": "client", "id": "no number"}]') > 0;
SELECT * FROM line;

-- The past stays as it was told: renamed and deleted statuses, clients, employees, locations change no earlier line.
CREATE TABLE told AS SELECT * FROM line;
UPDATE status SET name = 'Newest' WHERE id = 1;
UPDATE orders SET status_id = 3, due = '2024-06-01 00:00:05.25+00';
UPDATE status SET name = 'Finished' WHERE id = 3;
UPDATE client SET name = 'Anna' WHERE id = 1;
UPDATE employee SET name = 'Eva' WHERE id = 7;
UPDATE location SET name = 'Center' WHERE id = 1;
UPDATE orders SET status_id = 2, manager_id = NULL;
DELETE FROM employee WHERE id = 8;
DELETE FROM status WHERE id = 1;
SELECT * FROM told EXCEPT SELECT * FROM line;
SELECT * FROM line WHERE entry > (SELECT max(entry) FROM told);

-- Details as jsonb: values, not texts, with labels; a masked column without either; nothing of an excluded one.
UPDATE employee SET salary = 3000, password = 'another', name = 'Eva' WHERE id = 7;
UPDATE orders SET note = NULL, extra = '{"a": {}}';
UPDATE client SET vip = true WHERE id = 1;
SELECT event, details, details_text
FROM journal.report(sort => 'asc', events => '{order.created,order.manager_changed,order.status_changed,order.item_added,
    order.changed,client.changed,employee.changed,user.logged_in,sms.sent}');
SELECT count(*) FROM journal.report(page_size => 1000) AS r WHERE (to_jsonb(r) - 'occurred_at' - 'transaction_id' - 'page_cursor')::text ~ 'secret|another|3000';

-- Links: the document first, then what foreign keys lead to; whether each still exists.
SELECT event, link->>'type' AS type, link->>'id' AS id, link->>'label' AS label, link->'exists' AS exists
FROM journal.report(sort => 'asc', events => '{order.created,order.item_added,fiscal_receipt.printed}') AS r,
     jsonb_array_elements(r.links) AS link;

-- Deletions, and whether they can be restored.
DELETE FROM orders;
DELETE FROM client WHERE id = 1;
SELECT event, object_label, details_text, restorable FROM journal.report(events => '{kind:deleted}');
SELECT entry AS deletion FROM journal.report(events => '{client.deleted}') \gset
SELECT relation, object_id, object_label FROM journal.restore(:deletion);
SELECT event, object_label, restorable FROM journal.report(events => '{client.deleted,client.restored}');
SELECT link->>'type' AS type, link->>'label' AS label, link->'exists' AS exists
FROM journal.report(events => '{order.created}') AS r, jsonb_array_elements(r.links) AS link;

-- Filters, mixed.
SELECT location, location_name, event, object_id FROM journal.report(locations => '{2}');
SELECT event FROM journal.report(locations => '{1,2}', employees => '{7}', events => '{order.status_changed,sms.sent}');
SELECT count(*) FROM journal.report(employees => '{8}');
SELECT count(*) FROM journal.report(locations => '{nowhere}');
SELECT * FROM journal.report(locations => '{}');
SELECT * FROM journal.report(employees => '{NULL}');

-- Back-filled: what was there before, with the last known value only.
CREATE TABLE task (id integer PRIMARY KEY, title text, status_id smallint REFERENCES status, made timestamptz, maker integer);
INSERT INTO task VALUES (1, 'Call', 2, '2024-01-01 12:00+00', 7), (2, 'Write', NULL, '2024-01-02 12:00+00', NULL);
SELECT journal.track('task', 'task', created_at => 'made', author => 'maker');
SELECT journal.add_event_type('task.status_changed', 'tasks', 'changed', 'task', '{}');
SELECT journal.add_rule('task', 'task.created', 'insert', details => '{title}');
SELECT journal.add_rule('task', 'task.status_changed', 'update', '{status_id}');
SELECT journal.backfill('task');
SELECT occurred_at AT TIME ZONE 'UTC' AS at, employee_name, object_label, title, details, details_text, backfilled
FROM journal.report(events => '{group:tasks}', sort => 'asc') WHERE backfilled;

-- The transaction is the row's own; an empty report has the same columns.
BEGIN;
UPDATE task SET status_id = 3 WHERE id = 1;
SELECT transaction_id = pg_current_xact_id(), backfilled, details_text FROM journal.report(page_size => 1);
ROLLBACK;
SELECT entry, title FROM journal.report(events => '{bonus.created}');

-- What the application and the server said of who acted.
BEGIN;
SELECT journal.set_context(employee => '', actor_kind => 'robot', reason => 'nightly check', extra => '{"job": 17}');
INSERT INTO task VALUES (50, 'Checked');
SELECT title, actor_kind, reason, extra, server_role = session_user AS by_server_role, imported, recorded_at = occurred_at AS recorded
FROM journal.report(page_size => 1);
SELECT journal.set_context(employee => '7', actor_kind => '', reason => '');
UPDATE task SET status_id = 2 WHERE id = 50;
SELECT title, employee, actor_kind, reason, extra, server_role IS NULL AS no_role
FROM journal.report(page_size => 2);

-- What else is asked of entries, by name.
SELECT title FROM journal.report(filter => format('{"transaction": "%s", "object_types": null}', pg_current_xact_id())::jsonb);
COMMIT;
SELECT DISTINCT object_type FROM journal.report(filter => '{"object_types": ["order_item", "sms"]}', page_size => 1000) ORDER BY 1;
SELECT DISTINCT object_type FROM journal.history('order', '1', filter => '{"object_types": ["order_item"]}', page_size => 1000);
SELECT count(*) FROM journal.deleted_objects(filter => '{"object_types": ["order"]}');
SELECT page_cursor FROM journal.report(page_size => 1, filter => '{"object_types": ["order"]}') \gset
SELECT count(*) > 0 AS more FROM journal.report(after => :'page_cursor', filter => '{"object_types": ["order"]}');
SELECT count(*) FROM journal.report(after => :'page_cursor');
SELECT count(*) FROM journal.report(filter => '{"object_type": ["order"]}');
SELECT count(*) FROM journal.report(filter => '{"object_types": ["ordr"]}');
SELECT count(*) FROM journal.report(filter => '{"object_types": []}');
SELECT count(*) FROM journal.report(filter => '{"object_types": "order"}');
SELECT count(*) FROM journal.report(filter => '{"transaction": "x"}');
SELECT count(*) FROM journal.report(filter => '["order"]');
