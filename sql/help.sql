\i test/regress/fresh.sql
-- journal.help(): what there is to call, and an example of each, which works.
SELECT journal.help();
SELECT journal.help('restore');
SELECT journal.help(' Journal.RESTORE_PLAN(bigint) ');
SELECT journal.help('maintenance');
SELECT journal.help('object_key');
-- What is not to be called by hand has no example.
SELECT journal.help('capture');
SELECT journal.help('restroe');
SELECT journal.help('');

-- Every function with an example says what each of its arguments is.
SELECT l.name, a.line
FROM (SELECT substring(line FROM '^  (\w+)') AS name FROM journal.help() line WHERE line LIKE '  %') AS l,
    LATERAL (SELECT journal.help(l.name) AS line) AS a
WHERE a.line LIKE '  %' AND a.line !~ ';$' AND a.line !~ '\S {2,}\S';
-- The examples, each in a transaction of its own. Their output is not looked at: it has times and numbers.
\set ECHO none
SET client_min_messages = warning;
\o /dev/null
CREATE ROLE crm_reader;
CREATE ROLE crm_support;
CREATE SCHEMA crm;
CREATE TABLE crm.clients (id integer PRIMARY KEY, name text NOT NULL, updated_at timestamptz);
CREATE TABLE crm.orders (id integer PRIMARY KEY, number text NOT NULL, status text NOT NULL DEFAULT 'New',
                         client_id integer NOT NULL REFERENCES crm.clients ON DELETE CASCADE);
CREATE TABLE crm.request_log (line text);
SELECT journal.track_schema('crm', "except" => '{request_log}');
-- A month to drop.
CREATE TABLE crm.visits (id integer PRIMARY KEY, began_at timestamptz);
INSERT INTO crm.visits VALUES (1, '2020-01-10');
SELECT journal.track('crm.visits', 'visit', created_at => 'began_at', backfill => true);
SELECT journal.maintain();
SELECT journal.add_consumer('search index');
SELECT journal.mark('before the import');
INSERT INTO crm.clients VALUES (1, 'Ivanova'), (2, 'Petrov');
INSERT INTO crm.orders VALUES (1, 'A-1', 'New', 1), (2, 'A-2', 'New', 2);
DELETE FROM crm.clients WHERE id = 2;
UPDATE crm.orders SET status = 'Ready';
-- Publishing warns where wal_level is not logical.
SET client_min_messages = error;
\set ECHO all
SELECT format(CASE WHEN example LIKE '  CALL %' THEN '%s' ELSE 'BEGIN; %s; ROLLBACK' END, trim(example, '; '))
FROM (SELECT substring(line FROM '^  (\w+)') AS name FROM journal.help() line WHERE line LIKE '  %') AS l,
    LATERAL (SELECT line FROM journal.help(l.name) WITH ORDINALITY t (line, number) ORDER BY number DESC LIMIT 1) AS e (example) \gexec
\o
\set ECHO none
DROP OWNED BY crm_reader, crm_support;
DROP ROLE crm_reader, crm_support;
