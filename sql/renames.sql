\i test/regress/fresh.sql
-- Names at event time: present ones, but where something ended them since. Events have the name of their moment as their
-- own label, so what is shown otherwise is wrong, or nobody can know it.

CREATE SCHEMA crm;
SET search_path = crm;
CREATE TABLE client (id integer PRIMARY KEY, name text, note text);
SELECT journal.track('client');
CREATE FUNCTION event(what text, client text, name text, type text DEFAULT 'client') RETURNS void LANGUAGE sql AS $$
    SELECT journal.log('user.logged_in', 'employee', what, name, links => jsonb_build_array(jsonb_build_object('type', type, 'id', client)))
$$;
CREATE VIEW shown AS
SELECT object_id AS what, object_label AS name, link ->> 'label' AS shown, (link ->> 'exists')::boolean AS exists
FROM journal.report(events => '{user.logged_in}', sort => 'asc', page_size => 1000), jsonb_array_elements(links) link
WHERE link ->> 'type' <> object_type;
CREATE VIEW wrong AS SELECT * FROM shown WHERE name IS DISTINCT FROM shown;
CREATE VIEW kept AS SELECT relation, key, label, account FROM journal.rename ORDER BY until_change;

-- Only what ends a name is kept.
INSERT INTO client SELECT n, 'client ' || n FROM generate_series(1, 30) n;
UPDATE client SET note = 'noted';
DELETE FROM client WHERE id = 30;
SELECT count(*) FROM kept;
SELECT event('renamed: before', '1', 'client 1'), event('not renamed', '2', 'client 2'), event('twice: before', '3', 'client 3');
UPDATE client SET name = 'renamed' WHERE id = 1;
UPDATE client SET name = 'once' WHERE id = 3;
SELECT event('renamed: after', '1', 'renamed'), event('twice: between', '3', 'once');
UPDATE client SET name = NULL WHERE id = 3;
SELECT event('twice: after', '3', NULL), event('gone: after', '30', 'client 30'), event('never there', '99', NULL);
SELECT * FROM kept;
SELECT * FROM shown;

-- Within a transaction, and not at all.
BEGIN;
SELECT event('one transaction: before', '4', 'client 4');
UPDATE client SET name = 'in between' WHERE id = 4;
SELECT event('one transaction: between', '4', 'in between');
UPDATE client SET name = 'at the end' WHERE id = 4;
SELECT event('one transaction: after', '4', 'at the end');
COMMIT;
SELECT event('rolled back: before', '5', 'client 5');
BEGIN;
UPDATE client SET name = 'never' WHERE id = 5;
SELECT * FROM wrong;
ROLLBACK;
BEGIN;
SAVEPOINT a;
UPDATE client SET name = 'never' WHERE id = 5;
ROLLBACK TO a;
UPDATE client SET name = 'after savepoint' WHERE id = 5;
SAVEPOINT b;
UPDATE client SET name = 'never again' WHERE id = 5;
ROLLBACK TO b;
SELECT event('rolled back: after', '5', 'after savepoint');
COMMIT;
SELECT * FROM wrong;

-- A trigger that fires before the journal's and renames once more: the entries' ids run against their commands.
CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE client SET name = 'last' WHERE id = new.id AND new.name = 'middle';
    RETURN NULL;
END $$;
CREATE TRIGGER "000_again" AFTER UPDATE OF name ON client FOR EACH ROW WHEN (new.name = 'middle') EXECUTE FUNCTION again();
SELECT event('by a trigger: before', '6', 'client 6');
UPDATE client SET name = 'middle' WHERE id = 6;
SELECT event('by a trigger: after', '6', 'last');
SELECT label FROM journal.entry WHERE object_id = '6' AND operation = 'u' AND object_type = 'client' ORDER BY id DESC LIMIT 2;
SELECT label, command > min(command) OVER () AS later FROM journal.rename WHERE key = '6' ORDER BY until_change;
DROP TRIGGER "000_again" ON client;
-- So do those of an event and a rename: what refers to the row was written before it was renamed.
CREATE TABLE ticket (id integer PRIMARY KEY, client integer REFERENCES client ON DELETE SET NULL);
SELECT journal.track('ticket', links => '{client}');
CREATE FUNCTION rename_client() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE client SET name = 'after the ticket' WHERE id = new.client;
    RETURN NULL;
END $$;
CREATE TRIGGER "000_rename" AFTER INSERT ON ticket FOR EACH ROW EXECUTE FUNCTION rename_client();
INSERT INTO ticket VALUES (1, 7);
SELECT links -> 0 ->> 'label' AS shown FROM journal.history('ticket', '1');
DROP TABLE ticket;
SELECT * FROM wrong;

-- Deleted; the key taken anew, by a restore too; emptied.
SELECT event('deleted: before', '8', 'client 8'), event('taken anew: before', '9', 'client 9'), event('restored: before', '10', 'client 10'),
    event('moved: before', '11', 'client 11'), event('target: before', '12', 'client 12');
DELETE FROM client WHERE id IN (8, 9, 10);
INSERT INTO client VALUES (9, 'another');
SELECT event('taken anew: after', '9', 'another');
SELECT event('restored: between', '10', 'client 10');
SELECT count(*) FROM journal.restore((SELECT max(id) FROM journal.entry WHERE object_id = '10' AND operation = 'd'));
UPDATE client SET name = 'restored and renamed' WHERE id = 10;
SELECT event('restored: after', '10', 'restored and renamed');
-- Keys that change, and are taken by others.
DELETE FROM client WHERE id = 12;
UPDATE client SET id = 12 WHERE id = 11;
UPDATE client SET name = 'moved and renamed' WHERE id = 12;
SELECT event('moved: after', '12', 'moved and renamed');
INSERT INTO client VALUES (11, 'the next 11');
SELECT event('moved: the next', '11', 'the next 11');
SELECT event('handed on: before', '13', 'client 13'), event('handed on: before', '14', 'client 14');
BEGIN;
UPDATE client SET id = 40 WHERE id = 14;
UPDATE client SET id = 14, name = 'now 14' WHERE id = 13;
COMMIT;
SELECT event('handed on: after', '14', 'now 14'), event('handed on: after', '40', 'client 14');
-- What is told of a key that nobody has any more: the last that had it.
SELECT event('gone twice: before', '27', 'client 27'), event('left: before', '29', 'client 29');
DELETE FROM client WHERE id = 27;
SELECT event('gone twice: once', '27', 'client 27');
INSERT INTO client VALUES (27, 'second 27');
UPDATE client SET name = 'second 27, renamed' WHERE id = 27;
DELETE FROM client WHERE id = 27;
UPDATE client SET id = 41, name = 'while 41' WHERE id = 29;
UPDATE client SET id = 42, name = 'while 42' WHERE id = 41;
SELECT event('gone twice: twice', '27', 'second 27, renamed'), event('left: after', '29', 'client 29'), event('left: after', '41', 'while 41'),
    event('left: after', '42', 'while 42'), event('never there', '98', NULL);
SELECT * FROM wrong;

-- Undone.
SELECT event('undone: before', '15', 'client 15');
UPDATE client SET name = 'a mistake' WHERE id = 15;
SELECT event('undone: between', '15', 'a mistake');
SELECT count(*) FROM journal.undo((SELECT transaction_id FROM journal.entry WHERE object_id = '15' AND operation = 'u' ORDER BY id DESC LIMIT 1));
SELECT event('undone: after', '15', 'client 15');
-- A label among the columns whose changes alone are no events.
SELECT journal.track('client', ignored => '{name}');
SELECT event('ignored: before', '16', 'client 16');
UPDATE client SET name = 'in silence' WHERE id = 16;
SELECT event('ignored: after', '16', 'in silence');
SELECT journal.track('client');
SELECT * FROM wrong;

-- What the journal did not see: its own entries decide. Nobody can know what was in between.
SELECT event('untracked: before', '17', 'client 17'), event('disabled: before', '18', 'client 18'), event('replica: before', '19', 'client 19'),
    event('deleted under replica: before', '20', 'client 20');
SELECT journal.untrack('client');
UPDATE client SET name = 'while untracked' WHERE id = 17;
SELECT event('untracked: between', '17', 'while untracked');
SELECT * FROM wrong;
SELECT journal.track('client');
SELECT event('untracked: after', '17', 'while untracked');
ALTER TABLE client DISABLE TRIGGER USER;
UPDATE client SET name = 'while disabled' WHERE id = 18;
SELECT event('disabled: between', '18', 'while disabled');
SELECT * FROM wrong WHERE what ~ 'disabled';
ALTER TABLE client ENABLE TRIGGER USER;
SELECT event('disabled: after', '18', 'while disabled');
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE client SET name = 'under replica' WHERE id = 19;
DELETE FROM client WHERE id = 20;
SET LOCAL session_replication_role = origin;
SELECT * FROM wrong WHERE what ~ 'replica';
COMMIT;
INSERT INTO client VALUES (20, 'another 20');
SELECT event('replica: after', '19', 'under replica'), event('deleted under replica: after', '20', 'another 20');
SELECT * FROM wrong;

-- Another label column, and none any more; another key.
ALTER TABLE client ADD COLUMN title text;
UPDATE client SET title = 'title ' || id;
SELECT event('other label: before', '21', 'client 21');
SELECT journal.track('client', label => 'title');
SELECT event('other label: after', '21', 'client 21');
UPDATE client SET title = 'renamed' WHERE id = 21;
SELECT event('other label: after an update', '21', 'renamed');
SELECT * FROM wrong WHERE what ~ 'label';
SELECT journal.track('client');
SELECT event('label again: before an update', '22', 'client 22');
ALTER TABLE client DROP COLUMN name;
SELECT event('no label', '23', NULL);
SELECT * FROM wrong WHERE what ~ 'label';
SELECT journal.track('client', label => 'title');
ALTER TABLE client DROP CONSTRAINT client_pkey, ADD COLUMN number integer;
SELECT event('other key: before', '24', 'title 24');
UPDATE client SET number = 50 - id;
ALTER TABLE client ADD PRIMARY KEY (number);
SELECT event('other key: after', '24', 'title 26');
SELECT * FROM wrong WHERE what ~ 'key:';
SELECT * FROM kept WHERE key IS NULL;

-- Back-filled: what was there before is named as of when it was recorded.
CREATE TABLE product (id integer PRIMARY KEY, name text, made timestamptz);
INSERT INTO product VALUES (1, 'product 1', '2020-01-01'), (2, 'product 2', '2020-01-02');
CREATE TABLE item (id integer PRIMARY KEY, product integer REFERENCES product, made timestamptz);
INSERT INTO item VALUES (1, 1, '2020-02-01');
SELECT event('untracked yet', '2', 'product 2', 'product');
SELECT journal.track('product', created_at => 'made');
UPDATE product SET name = 'new ' || id;
SELECT journal.track('item', created_at => 'made', links => '{product}', backfill => true);
SELECT event('before the back-fill', '1', 'new 1', 'product');
SELECT journal.backfill('product');
UPDATE product SET name = 'newer ' || id;
SELECT event('after the back-fill', '1', 'newer 1', 'product');
SELECT backfilled, links -> 0 ->> 'label' AS shown FROM journal.history('item', '1');
SELECT * FROM shown WHERE what ~ 'back-fill|yet';
-- Emptied and filled again.
TRUNCATE product CASCADE;
INSERT INTO product VALUES (1, 'other 1'), (2, 'other 2');
SELECT event('emptied', '1', 'other 1', 'product');
SELECT * FROM wrong WHERE what ~ 'back-fill|yet|emptied';

-- Events, and what ended names, of different months: what a transaction does is undone, and put into the journal as if it had
-- been done in as many transactions, three weeks after one another. The rows are at the end what they were at the beginning.
CREATE TABLE part (id integer PRIMARY KEY, name text);
INSERT INTO part VALUES (1, 'renamed again'), (3, 'taken anew'), (5, 'restored');
SELECT journal.track('part');
BEGIN;
DELETE FROM part;
INSERT INTO part SELECT n, 'part ' || n FROM generate_series(1, 5) n;
SELECT max(id) AS first FROM journal.entry \gset
SELECT event('months: 1', n::text, 'part ' || n, 'part') FROM generate_series(1, 5) n;
UPDATE part SET name = 'renamed' WHERE id = 1;
DELETE FROM part WHERE id IN (2, 3, 5);
SELECT event('months: 2', n::text, CASE n WHEN 1 THEN 'renamed' ELSE 'part ' || n END, 'part') FROM generate_series(1, 5) n;
UPDATE part SET name = 'renamed again' WHERE id = 1;
INSERT INTO part VALUES (3, 'taken anew'), (5, 'restored');
UPDATE part SET id = 6 WHERE id = 4;
SELECT event('months: 3', n::text, name, 'part') FROM unnest('{renamed again,part 2,taken anew,part 4,restored,part 4}'::text[]) WITH ORDINALITY m (name, n);
DELETE FROM part WHERE id = 6;
SELECT event('months: 4', n::text, name, 'part') FROM unnest('{renamed again,part 2,taken anew,part 4,restored,part 4}'::text[]) WITH ORDINALITY m (name, n);
SELECT jsonb_agg(e) AS entries FROM journal.entry e WHERE id > :first \gset
SELECT jsonb_agg(r) AS renames FROM journal.rename r WHERE until_change > :first \gset
ROLLBACK;
CREATE TABLE past AS SELECT e.*, now() - (SELECT count(*) + 1 FROM jsonb_array_elements(:'entries') o WHERE (o ->> 'id')::bigint > e.id) * interval '3 weeks' AS at
FROM jsonb_populate_recordset(NULL::journal.entry, :'entries') e;
UPDATE past SET occurred_at = at, transaction_id = (1000 + id)::text::xid8;
ALTER TABLE past DROP COLUMN at;
INSERT INTO journal.entry TABLE past;
INSERT INTO journal.rename SELECT object, until_change, (1000 + until_change)::text::xid8, session, relation, command, account, key, label
FROM jsonb_populate_recordset(NULL::journal.rename, :'renames');
SET client_min_messages = warning;
SELECT journal.maintain(0) > 0 AS moved;
RESET client_min_messages;
SELECT * FROM shown WHERE what ~ 'months';

-- An enum's values are renamed without an update.
CREATE TYPE kind AS ENUM ('good', 'bad');
CREATE TABLE rated (id integer PRIMARY KEY, name kind);
SELECT journal.track('rated');
INSERT INTO rated VALUES (1, 'good');
SELECT event('enum: before', '1', 'good', 'rated');
ALTER TYPE kind RENAME VALUE 'good' TO 'fine';
SELECT * FROM wrong WHERE what ~ 'enum';

-- Accounts: of a row that says whose it is, and of one that does not.
CREATE TABLE branch (id integer PRIMARY KEY, name text, account text);
CREATE TABLE color (id integer PRIMARY KEY, name text);
SELECT journal.track('branch', account => 'account'), journal.track('color');
INSERT INTO branch VALUES (1, 'northern', 'north'), (2, 'southern', 'south'), (3, 'of all', NULL), (4, 'moving', 'north'), (5, 'of all, deleted', NULL);
SET event_journal.account = 'north';
INSERT INTO color VALUES (1, 'red'), (2, 'blue'), (3, 'green');
SET event_journal.account = 'south';
SELECT event('south''s', id::text, name, 'branch') FROM branch ORDER BY id;
SELECT event('south''s color', id::text, name, 'color') FROM color ORDER BY id;
SET event_journal.account = 'north';
SELECT event('north''s', id::text, name, 'branch') FROM branch ORDER BY id;
UPDATE branch SET name = name || ' renamed' WHERE id < 4;
UPDATE branch SET account = 'south' WHERE id = 4;
DELETE FROM branch WHERE id IN (1, 5);
UPDATE color SET name = 'dark ' || name WHERE id = 1;
DELETE FROM color WHERE id = 2;
INSERT INTO color VALUES (2, 'another blue');
SELECT event('north''s, later', id::text, name, 'branch') FROM branch ORDER BY id;
INSERT INTO branch VALUES (1, 'southern now', 'south'), (5, 'another', 'north');
SELECT * FROM shown WHERE what ~ 'north';
SET event_journal.account = 'south';
SELECT * FROM shown WHERE what ~ 'south';
SELECT * FROM kept WHERE relation IN (SELECT id FROM journal.tracked_relation WHERE object_type IN ('branch', 'color'));
RESET event_journal.account;

-- Readers without any right on the tables see names all the same, by the word of whoever tracked them; not of rows that
-- policies may hide, and nothing of the table of names but what their accounts have.
CREATE ROLE regress_names_reader;
SELECT journal.grant_access('reader', 'regress_names_reader');
GRANT USAGE ON SCHEMA crm TO regress_names_reader;
GRANT SELECT ON shown, wrong TO regress_names_reader;
GRANT SELECT ON journal.rename TO regress_names_reader;
ALTER TABLE color ENABLE ROW LEVEL SECURITY;
SET event_journal.account = 'south';
SET SESSION AUTHORIZATION regress_names_reader;
SELECT * FROM shown WHERE what ~ 'south';
SELECT DISTINCT account FROM journal.rename ORDER BY 1;
RESET SESSION AUTHORIZATION;
GRANT SELECT ON color TO regress_names_reader;
CREATE POLICY seen ON color USING (id <> 3);
SET SESSION AUTHORIZATION regress_names_reader;
SELECT * FROM shown WHERE what ~ 'color';
RESET SESSION AUTHORIZATION;
RESET event_journal.account;

-- Indexes of somebody's own are not taken for the month's.
CREATE TABLE reused (id integer PRIMARY KEY, name text);
SELECT journal.track('reused');
INSERT INTO reused VALUES (1, 'first');
SELECT event('own index: before', '1', 'first', 'reused');
DELETE FROM reused;
INSERT INTO reused VALUES (1, 'second');
BEGIN;
SELECT format('DROP INDEX journal.entry_%1$s_object_idx; CREATE INDEX a_idx ON journal.entry_%1$s (journal.entry_hash(account, object_type, object_id, operation), id) '
              'WHERE location = ''nowhere''; CREATE INDEX b_idx ON journal.entry_%1$s '
              '(journal.entry_hash(document_type, object_type, object_id, operation), id); SELECT journal.equip_partition(''journal.entry_%1$s'')',
              to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')) AS make_indexes \gset
:make_indexes;
SELECT * FROM wrong WHERE what ~ 'own index';
ROLLBACK;
SELECT * FROM shown WHERE what ~ 'own index';

-- Without the index of objects there is no name; the hint says what makes it.
BEGIN;
SELECT format('DROP INDEX journal.entry_%s_object_idx', to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')) AS drop_index \gset
:drop_index;
DO $$
BEGIN
    PERFORM FROM wrong WHERE what ~ 'enum';
EXCEPTION WHEN undefined_object THEN
    DECLARE
        hint text;
    BEGIN
        GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
        RAISE NOTICE '%', regexp_replace(hint, '\d{4}_\d\d', 'YYYY_MM');
        EXECUTE substring(hint FROM 'SELECT .*;');
    END;
END
$$;
SELECT * FROM wrong WHERE what ~ 'enum';
ROLLBACK;

-- Append-only.
UPDATE journal.rename SET label = 'forged';
DELETE FROM journal.rename;
TRUNCATE journal.rename;
\set VERBOSITY terse
SET client_min_messages = warning;
DROP SCHEMA crm CASCADE;
DROP OWNED BY regress_names_reader;
DROP ROLE regress_names_reader;
