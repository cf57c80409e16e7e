\i test/regress/fresh.sql
-- The journal in readable form: journal.entries and journal.tracked_relations.

CREATE SCHEMA crm;
CREATE TABLE crm.employee (id int PRIMARY KEY, name text);
CREATE TABLE crm.orders (id int PRIMARY KEY, number text, account text, office text, made timestamptz, author int REFERENCES crm.employee, total numeric);
CREATE TABLE crm.item (
    order_id int REFERENCES crm.orders ON DELETE CASCADE, line int, name text, price numeric, secret text, pin text, note jsonb, touched int,
    seller int REFERENCES crm.employee, PRIMARY KEY (order_id, line)
);
SELECT journal.track('crm.employee');
SELECT journal.track('crm.orders', 'order', label => 'number', account => 'account', location => 'office', author => 'author', created_at => 'made');
SELECT journal.track('crm.item', 'order_item', document => 'order_id', links => '{seller}', ignored => '{touched}', excluded => '{secret}', masked => '{pin}');
SELECT journal.add_rule('crm.item', 'order.item_added', 'insert', details => '{name,price}') > 0;

INSERT INTO crm.employee VALUES (1, 'Eve'), (2, 'Max');
BEGIN;
SELECT journal.set_context(employee => '1', actor_kind => 'employee', reason => 'by phone', extra => '{"call": 7}');
INSERT INTO crm.orders VALUES (1, 'A-1', 'acme', 'North', '2024-01-02 00:00Z', 1, 0);
INSERT INTO crm.item VALUES (1, 1, 'Glass', 1.10, 'secret', '1234', '{"a": [1, null, "x"]}', 0, 2), (1, 2, NULL, NULL, NULL, NULL, 'null', 0, NULL);
COMMIT;
UPDATE crm.item SET name = 'Glass 2', note = '"text"', pin = '4321', secret = 'other', touched = 1 WHERE line = 1;
UPDATE crm.item SET name = NULL, pin = NULL WHERE line = 1;
UPDATE crm.item SET touched = 2;
UPDATE crm.item SET line = 3 WHERE line = 2;
DELETE FROM crm.orders;
SELECT journal.log('user.logged_in', 'employee', '1', 'Eve', '{"ip": "10.0.0.1"}', links => '[{"type": "order", "id": "1", "label": "A-1"}]') > 0;

-- Old and new values of changes, by column. A masked column's change shows, its values do not; an excluded one's does not.
SELECT operation, event, object_id, previous_id, old, new FROM journal.entries WHERE operation = 'update' ORDER BY id;
-- Whole rows: neither excluded nor masked columns; SQL NULL is null, JSON null the string of its text form.
SELECT operation, event, object_id, snapshot FROM journal.entries WHERE operation IN ('insert', 'delete') ORDER BY id;
-- What a rule keeps as details, and what was logged; what the row refers to.
SELECT event, details, links FROM journal.entries WHERE details IS NOT NULL OR links <> '[]' ORDER BY id;
-- Who and where, and of which document.
SELECT event, kind, event_group, relation, relation_name, account, location, employee, object_type, object_id, label, document_type, document_id
FROM journal.entries ORDER BY id;
SELECT event, actor_kind, reason, extra FROM journal.entries WHERE reason IS NOT NULL ORDER BY id;
SELECT DISTINCT session_role, acting_role, application_name, client_address, process_id = pg_backend_pid() AS this_process,
       incarnation = (SELECT id FROM journal.incarnation) AS this_life
FROM journal.entries;
-- Commands of a transaction are in order, and a change's first entry stands for it.
SELECT bool_and(change = id) AS one_event_a_change, bool_and(command >= 0) AS have_command,
       count(DISTINCT transaction_id) AS transactions FROM journal.entries;

-- Every change once, however many columns: names follow the layout at the time.
ALTER TABLE crm.item RENAME name TO title;
ALTER TABLE crm.item DROP note;
INSERT INTO crm.orders VALUES (2, 'A-2');
INSERT INTO crm.item (order_id, line, title) VALUES (2, 1, 'new');
UPDATE crm.item SET title = 'newer';
SELECT event, old, new, snapshot, details FROM journal.entries WHERE object_type = 'order_item' ORDER BY id DESC LIMIT 2;
SELECT snapshot ? 'name' AS old_name, count(*) FROM journal.entries WHERE object_type = 'order_item' AND snapshot IS NOT NULL GROUP BY 1 ORDER BY 1;

-- Details of a row that stands in the same entry are positions in it. Of a change's second event, and without a snapshot, they are
-- values. What is masked is in neither.
BEGIN;
SELECT journal.add_rule('crm.item', 'order.item_added', 'insert', details => '{price,pin,title}') > 0;
SELECT journal.add_rule('crm.item', 'order.item_removed', 'delete', details => '{pin,title}') > 0;
INSERT INTO crm.item (order_id, line, title, price, pin, secret) VALUES (2, 2, 'two', 2.50, '1111', '2222');
DELETE FROM crm.item WHERE line = 2;
SELECT journal.track('crm.item', 'order_item', document => 'order_id', links => '{seller}', ignored => '{touched}', excluded => '{secret}', masked => '{pin}',
                     snapshot_on_create => false);
INSERT INTO crm.item (order_id, line, title, price) VALUES (2, 3, 'three', 3.50);
SELECT v.event, journal.unpacked(e.details) AS stored, v.details, h.details_text
FROM journal.entry e JOIN journal.entries v USING (id) JOIN journal.history('order_item', e.object_id) h ON h.entry = e.id
WHERE e.object_id IN ('["2", "2"]', '["2", "3"]') ORDER BY id;
ROLLBACK;

-- A back-filled change's old value is unknown, which is not "was empty".
CREATE TABLE crm.task (id int PRIMARY KEY, done boolean, due date);
INSERT INTO crm.task VALUES (1, true, NULL);
SELECT journal.track('crm.task');
SELECT journal.add_rule('crm.task', 'task.completed', 'update', '{done}') > 0;
SELECT journal.backfill('crm.task');
SELECT event, backfilled, old, new, snapshot FROM journal.entries WHERE object_type = 'task' ORDER BY id;

-- The table goes, the entries stay.
DROP TABLE crm.item;
SELECT relation, relation_name, count(*) FROM journal.entries WHERE object_type = 'order_item' GROUP BY 1, 2;

-- What is tracked, options by the columns' present names, or the last that they had.
ALTER TABLE crm.orders RENAME office TO location;
SELECT journal.untrack('crm.task');
\x on
SELECT relation, relation_name, object_type, label, account, location, author, created_at, document, links, ignored, excluded, masked,
       snapshot_on_create, always, tracked
FROM journal.tracked_relations ORDER BY object_type;
\x off

-- The decoder by itself.
SELECT journal.decode_entry('nothing', 1, 'u', journal.packed('[]'));
SELECT journal.decode_entry('new', 1, 'u', journal.packed('[0, 1, 2, 3]'));
SELECT journal.decode_entry('new', 1, 'u', journal.packed('[7, 1]'));
SELECT journal.decode_entry('snapshot', 1, 'd', journal.packed('[1]'));
SELECT journal.decode_entry('snapshot', 1, 'd', journal.packed('{"id": 1}'));
SELECT journal.decode_entry('new', -1, 'u', journal.packed('[]'));
SELECT journal.decode_entry('new', 1, 'u', journal.packed('[0, 1]')), journal.decode_entry('old', 1, 'u', journal.packed('[0, 1]')),
       journal.decode_entry('snapshot', 1, 'u', journal.packed('[]'));
SELECT journal.decode_entry('details', 1, 'd', journal.packed('"1 0"'), journal.packed('[1, "Ann"]')), journal.decode_entry('details', 1, 'd', journal.packed('[[1], ["Ann"]]'), journal.packed('[1, "Bob"]')),
       journal.decode_entry('details', 1, 'u', journal.packed('[[1], ["Ann"]]')), journal.decode_entry('details', NULL, 'u', journal.packed('[[1], ["Ann"]]'));
SELECT journal.decode_entry('details', 1, 'd', journal.packed('"1 0"'));
SELECT journal.decode_entry('details', 1, 'd', journal.packed('"2"'), journal.packed('[1, "Ann"]'));
SELECT journal.decode_entry('details', 1, 'd', journal.packed('"0 x"'), journal.packed('[1, "Ann"]'));
SELECT journal.decode_entry('details', 1, 'd', journal.packed('7'), journal.packed('[1, "Ann"]'));
SELECT journal.column_names(1, '{1,99,2}');

-- A reader of a confined role sees its account's entries through the view, without the facts of sessions.
CREATE ROLE regress_reader;
GRANT USAGE ON SCHEMA journal, crm TO regress_reader;
GRANT SELECT ON journal.entries, journal.entry, journal.event_type, journal.tracked_relation, journal.session, journal.context, journal.restoration
    TO regress_reader;
GRANT EXECUTE ON FUNCTION journal.decode_entry, journal.visible_since, journal.is_unconfined TO regress_reader;
INSERT INTO journal.role_account VALUES ('regress_reader', 'acme');
SET ROLE regress_reader;
SELECT event, account, object_id, snapshot ->> 'number' AS number, reason, session_role FROM journal.entries ORDER BY id;
SET event_journal.account = 'other';
SELECT count(*) FROM journal.entries;
SELECT count(*) FROM journal.tracked_relations;
RESET ROLE;
DELETE FROM journal.role_account;
DROP OWNED BY regress_reader;
DROP ROLE regress_reader;
