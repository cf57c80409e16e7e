\i test/regress/fresh.sql
-- Who acts: whom the context names, else the row; for whom; and tables that nobody may change.
CREATE TABLE employee (id integer PRIMARY KEY, name text);
CREATE TABLE call (id integer PRIMARY KEY, phone text, answered_by integer, closed_by text, done boolean);
CREATE TABLE till (id integer PRIMARY KEY, name text, seen integer DEFAULT 0);
SELECT journal.track('employee');
SELECT journal.track('call', 'visit', label => 'phone', employee => 'answered_by');
SELECT journal.track('till', require_employee => true, ignored => '{seen}');
SELECT relation, employee, require_employee FROM journal.tracked_relations ORDER BY 1;
INSERT INTO employee VALUES (7, 'Ann'), (8, 'Bob'), (9, 'Cid');
CREATE VIEW latest AS SELECT event, object_id, employee, employee_name, on_behalf_of FROM journal.report(page_size => 1);

-- The row says who acted, where the context does not; not who deletes or restores it.
INSERT INTO call VALUES (1, '555-1', 7, NULL, false), (2, '555-2', NULL, '', false);
SELECT event, object_id, employee, employee_name, server_role = session_user AS by_role FROM journal.report(page_size => 2);
BEGIN;
SELECT journal.set_context(employee => '8');
UPDATE call SET done = true WHERE id = 1;
COMMIT;
TABLE latest;
UPDATE call SET phone = '555-9' WHERE id = 1;
TABLE latest;
DELETE FROM call WHERE id = 1;
TABLE latest;
SELECT count(*) FROM journal.restore((SELECT entry FROM journal.deleted_objects()));
TABLE latest;

-- A rule may know a column of its own; where it is empty, that of the table counts.
SELECT journal.add_event_type('visit.closed', 'other', 'changed', 'visit', '{"en": "Visit closed"}');
SELECT journal.add_rule('call', 'visit.closed', 'update', '{closed_by,done}', employee => 'closed_by') AS rule \gset
SELECT event, columns, employee FROM journal.event_rules;
UPDATE call SET closed_by = '9', phone = '555-10' WHERE id = 1;
SELECT event, employee, employee_name FROM journal.history('visit', '1', page_size => 2);
UPDATE call SET closed_by = NULL WHERE id = 1;
TABLE latest;
UPDATE call SET done = true, answered_by = 8 WHERE id = 2;
SELECT event, employee, employee_name FROM journal.history('visit', '2', page_size => 2);
ALTER TABLE call DROP COLUMN closed_by;
SELECT journal.drop_rule(:rule);
ALTER TABLE call DROP COLUMN answered_by;
SELECT journal.track('call', 'visit', label => 'phone', masked => '{answered_by}');
SELECT journal.add_rule('call', 'visit.closed', 'update', '{done}', employee => 'answered_by');
SELECT journal.add_rule('call', 'visit.closed', 'update', '{done}', employee => 'nobody');
SELECT journal.track('call', 'visit', label => 'phone', masked => '{answered_by}', employee => 'answered_by');

-- A table that asks who acts.
INSERT INTO till VALUES (1, 'front');
\set VERBOSITY sqlstate
INSERT INTO till VALUES (1, 'front');
SET event_journal.employee = '7';
INSERT INTO till VALUES (1, 'front'), (2, 'back');
RESET event_journal.employee;
UPDATE till SET name = 'side';
DELETE FROM till;
TRUNCATE till;
\set VERBOSITY default
-- What is no event asks nobody.
UPDATE till SET seen = 1;
SELECT id, name, seen FROM till ORDER BY 1;
SELECT journal.track('till', employee => 'seen', require_employee => true);
UPDATE till SET name = 'side' WHERE id = 1;
SELECT event, employee FROM journal.history('till', '1', page_size => 1);
DELETE FROM till WHERE id = 1;

-- For whom somebody acts.
BEGIN;
SELECT journal.set_context(employee => '8', on_behalf_of => '7', reason => 'on the phone');
UPDATE till SET name = 'window' WHERE id = 2;
SELECT journal.set_context(on_behalf_of => '9');
UPDATE till SET name = 'door' WHERE id = 2;
SELECT journal.set_context(on_behalf_of => '');
UPDATE till SET name = 'back' WHERE id = 2;
COMMIT;
SHOW event_journal.on_behalf_of;
SELECT employee_name, on_behalf_of, on_behalf_of_name, reason FROM journal.report(page_size => 3);
SELECT employee, on_behalf_of, reason FROM journal.entries ORDER BY entry DESC LIMIT 3;
SELECT on_behalf_of_name, details_text FROM journal.report(filter => '{"on_behalf_of": ["7", "9"]}');
SELECT on_behalf_of_name, details_text FROM journal.report(filter => '{"on_behalf_of": ["7"], "actor_kinds": null}');
SELECT count(*) FROM journal.report(filter => '{"on_behalf_of": ["7"], "actor_kinds": ["robot"]}');
SELECT count(*) FROM journal.report(filter => '{"on_behalfof": ["7"]}');
SELECT journal.set_context(on_behalf_of => repeat('x', 2000));
