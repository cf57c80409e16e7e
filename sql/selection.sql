\i test/regress/fresh.sql
\i test/regress/recorded.sql
-- What of a table is worth recording: operations, a condition, and rows that count as deleted.

CREATE SCHEMA crm;
SET search_path = crm;
CREATE TABLE visit (id integer PRIMARY KEY, name text, seller integer, amount integer, deleted_at timestamptz);
CREATE VIEW selected AS
SELECT object_type, employee, require_employee, operations, condition, deleted_when, personal FROM journal.tracked_relations;

-- Lists in any case of letters and any order; all of them is the same as none.
SELECT journal.track('visit', operations => '{Delete,INSERT,insert}', personal => '{name}', employee => 'seller');
SELECT * FROM selected;
SELECT journal.track('visit', operations => '{delete,update,insert}', condition => 'coalesce(new.amount, old.amount) > 10', deleted_when => 'new.deleted_at IS NOT NULL');
SELECT * FROM selected;
SELECT journal.track('visit');
SELECT journal.track('visit', operations => NULL, condition => NULL, deleted_when => NULL, personal => NULL, employee => NULL, require_employee => NULL);
SELECT * FROM selected;
-- Nor is an empty text one, as HTML forms send it.
SELECT journal.track('visit', condition => '', deleted_when => '');
SELECT * FROM selected;

-- What is refused.
SELECT journal.track('visit', operations => '{}');
SELECT journal.track('visit', operations => '{NULL}');
SELECT journal.track('visit', operations => '{insert,truncate}');
SELECT journal.track('visit', personal => '{nme}');
SELECT journal.track('visit', employee => 'nobody');
SELECT journal.track('visit', employee => 'seller', masked => '{seller}');
SELECT journal.track('visit', label => 'name || seller');
SELECT journal.track('visit', condition => 'new.amount > 10');
SELECT journal.track('visit', condition => 'old.amount > 10', operations => '{insert,delete}');
SELECT journal.track('visit', condition => 'amount > 10');
SELECT journal.track('visit', condition => 'new.amount > (SELECT 1)');
SELECT journal.track('visit', condition => 'new.amount + old.amount');
SELECT journal.track('visit', condition => 'new.amount > random() * old.amount');
SELECT journal.track('visit', condition => 'new.price > old.amount');
\set VERBOSITY terse
SELECT journal.track('visit', deleted_when => 'old.deleted_at IS NULL AND new.deleted_at IS NOT NULL');
\set VERBOSITY default
SELECT journal.track('visit', deleted_when => 'new.deleted_at IS NOT NULL', operations => '{insert,delete}');
SELECT * FROM selected;

-- Operations: what else happens leaves no entry; names are those of their time all the same.
CREATE TABLE tag (id integer PRIMARY KEY, name text);
CREATE TABLE note (id integer PRIMARY KEY, tag integer REFERENCES tag, body text);
SELECT journal.track('tag', operations => '{delete}'), journal.track('note', condition => 'coalesce(new.body, old.body) <> ''draft''');
INSERT INTO tag VALUES (1, 'red'), (2, 'blue');
INSERT INTO note VALUES (1, 1, 'a'), (2, 2, 'draft'), (3, 2, NULL);
UPDATE tag SET name = 'crimson' WHERE id = 1;
UPDATE note SET body = 'b', tag = 1 WHERE id = 1;
UPDATE note SET body = 'draft' WHERE id = 1;
UPDATE note SET body = 'c' WHERE id = 2;
UPDATE note SET tag = NULL;
DELETE FROM tag WHERE id = 1;
DELETE FROM note;
SELECT * FROM test.recorded();
SELECT event, details_text FROM journal.report(events => '{note.created,note.changed}', sort => 'asc');
-- What was deleted comes back, and its return is recorded.
SELECT object_type, object_id, outcome FROM journal.restore((SELECT entry FROM journal.deleted_objects('{tag}')));
SELECT * FROM tag ORDER BY id;
SELECT event, object_label FROM journal.history('tag', '1');
DELETE FROM tag WHERE id = 1;
INSERT INTO tag VALUES (1, 'green');
SELECT count(*) FROM journal.deleted_objects('{tag}');
TRUNCATE tag, note;
SELECT * FROM test.recorded();

-- The past does not know such tables, from when on it does.
SELECT journal.mark('partly') > '-infinity';
SELECT * FROM journal.table_as_of(NULL::note, mark => 'partly');
SELECT journal.row_as_of('note', '1', mark => 'partly');
SELECT * FROM journal.diff(NULL::note, from_mark => 'partly');
SELECT * FROM journal.verify_history('note');
INSERT INTO note VALUES (4, NULL, 'd');
SELECT transaction_id AS inserted FROM journal.entries ORDER BY id DESC LIMIT 1 \gset
SELECT * FROM journal.undo(:'inserted');
SELECT relation, object_id, conflict, sqlstate, detail, hint FROM journal.undo_plan(:'inserted');
SELECT object_id, outcome, detail FROM journal.undo(:'inserted', on_conflict => 'skip');
SELECT journal.track('note');
\set VERBOSITY sqlstate
SELECT * FROM journal.table_as_of(NULL::note, mark => 'partly');
\set VERBOSITY default
SELECT journal.mark('wholly') > '-infinity';
DELETE FROM note;
SELECT * FROM journal.table_as_of(NULL::note, mark => 'wholly');
\set VERBOSITY terse
SELECT * FROM journal.verify_history('note');
\set VERBOSITY default

-- A back-fill adds what would have been recorded.
CREATE TABLE paid (id integer PRIMARY KEY, amount integer);
INSERT INTO paid VALUES (1, 5), (2, 50);
SELECT journal.track('paid', backfill => true, condition => 'coalesce(new.amount, old.amount) > 10');
SELECT journal.track('paid', backfill => true, operations => '{update,delete}');
SELECT event, object_id FROM journal.history('paid', '1');
SELECT event, object_id FROM journal.history('paid', '2');

-- DDL that breaks the condition of one table is refused by that one's name.
CREATE SCHEMA s;
CREATE TABLE s.t (id integer PRIMARY KEY, gone boolean);
CREATE TABLE s.u (id integer PRIMARY KEY, gone boolean, size integer);
SELECT journal.track('s.t', deleted_when => 'new.gone'), journal.track('s.u', condition => 'coalesce(new.size, old.size) > 1', deleted_when => 'new.gone');
ALTER TABLE s.t ALTER gone TYPE text;
ALTER TABLE s.u ALTER gone TYPE text;
ALTER TABLE s.u ALTER size TYPE text;
SELECT journal.track('s.t');
ALTER TABLE s.t ALTER gone TYPE text;

-- Partitions and children have their root's selection; a renamed column is followed, a dropped one refused.
CREATE TABLE part (id integer PRIMARY KEY, kind text, noise text) PARTITION BY RANGE (id);
CREATE TABLE part_1 (noise text, kind text, id integer NOT NULL);
ALTER TABLE part ATTACH PARTITION part_1 FOR VALUES FROM (0) TO (10);
SELECT journal.track('part', operations => '{insert,update}', condition => 'new.kind = ''kept''');
ALTER TABLE part RENAME kind TO sort;
INSERT INTO part VALUES (1, 'kept'), (2, 'not');
UPDATE part SET noise = 'x';
SELECT event, object_id FROM journal.report(events => '{part.created,part.changed}', sort => 'asc');
ALTER TABLE part DROP COLUMN sort;
ALTER TABLE part ALTER COLUMN sort TYPE integer USING 1;
ALTER TABLE part DROP COLUMN noise;
CREATE FUNCTION is_kept(text) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN $1 = 'kept';
SELECT journal.track('part', condition => 'is_kept(new.sort) OR is_kept(old.sort)');
DROP FUNCTION is_kept;
INSERT INTO part VALUES (3, 'kept'), (4, 'not');
CREATE OR REPLACE FUNCTION is_kept(text) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN $1 = 'not';
INSERT INTO part VALUES (5, 'kept'), (6, 'not');
SELECT event, object_id FROM journal.report(events => '{part.created,part.changed}', sort => 'asc');
ALTER EVENT TRIGGER event_journal_drop DISABLE;
DROP FUNCTION is_kept;
SELECT finding, object, remedy FROM journal.check() WHERE finding = 'condition broken';
ALTER EVENT TRIGGER event_journal_drop ENABLE ALWAYS;
