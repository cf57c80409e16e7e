\i test/regress/fresh.sql
-- What our insertion puts into an index is what the server would put there: with NULLs, long texts, and an index that is not ours.
CREATE TABLE visit (id integer PRIMARY KEY, account text NOT NULL, place text, title text);
SELECT journal.track('visit', account => 'account', location => 'place', label => 'title');
INSERT INTO visit VALUES (1, 'north', 'here', 'First'), (2, 'south', NULL, 'Second');
DELETE FROM visit WHERE id = 2;
CREATE TABLE remark (id integer PRIMARY KEY, visit integer REFERENCES visit, text text);
SELECT journal.track('remark', document => 'visit');
INSERT INTO remark VALUES (1, 1, 'Of the first'), (2, NULL, 'Of none');
SELECT tableoid::regclass AS month FROM journal.entry ORDER BY id DESC LIMIT 1 \gset
CREATE INDEX own_idx ON :month ((label || location), account, id) WHERE label IS NOT NULL;
SELECT count(*) FROM journal.log('user.logged_in', 'user', '7', details => '{"from": "here"}');
SET event_journal.employee = 'employee-of-a-name-that-is-longer-than-others';
INSERT INTO visit VALUES (21, 'north', repeat('p', 200), 'With an employee');
UPDATE visit SET id = 22, title = NULL WHERE id = 21;
SELECT count(employee) AS with_employee, count(label || location) AS in_own, count(previous_id) AS in_previous, count(document_id) AS in_document
FROM :month;
CREATE EXTENSION amcheck;
SELECT regexp_replace(c.relname, '^entry_([0-9_]+|default)_', '') AS name, count(bt_index_check(c.oid, true)) > 0 AS checked
FROM pg_inherits JOIN pg_index ON indrelid = inhrelid JOIN pg_class c ON c.oid = indexrelid JOIN pg_am a ON a.oid = c.relam
WHERE inhparent = 'journal.entry'::regclass AND amname = 'btree' GROUP BY 1 ORDER BY 1;
DROP EXTENSION amcheck;
