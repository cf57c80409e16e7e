\i test/regress/fresh.sql
-- Names: whose they are to show, by which rights, and of which rows. Object types, by which names are found.

CREATE ROLE regress_mallory;
CREATE ROLE regress_reader;
CREATE ROLE regress_clerk;
CREATE SCHEMA vip;
CREATE SCHEMA mal AUTHORIZATION regress_mallory;
CREATE TABLE vip.people (id integer PRIMARY KEY, name text);
INSERT INTO vip.people VALUES (1, 'Secret Name 1'), (2, 'Secret Name 2');
GRANT USAGE ON SCHEMA vip TO regress_mallory;
GRANT REFERENCES ON vip.people TO regress_mallory;
SELECT journal.grant_access('reader', 'regress_mallory'), journal.grant_access('reader', 'regress_reader');
GRANT EXECUTE ON FUNCTION journal.track, journal.track_schema, journal.log TO regress_mallory;
CREATE VIEW shown AS SELECT object_type, object_id, object_label, employee_name, details_text, links
FROM journal.report(sort => 'asc', page_size => 1000);
GRANT SELECT ON shown TO PUBLIC;

-- With no more than REFERENCES nobody puts a trigger on a stranger's table, or sees its names.
SET SESSION AUTHORIZATION regress_mallory;
CREATE TABLE mal.r (id integer PRIMARY KEY, p integer REFERENCES vip.people);
SELECT journal.track('mal.r', 'mal_r', links => '{p}');
INSERT INTO mal.r VALUES (1, 1);
UPDATE mal.r SET p = 2;
ALTER TABLE mal.r ADD COLUMN q integer REFERENCES vip.people;
UPDATE mal.r SET q = 1;
SELECT details_text, links FROM shown;
RESET SESSION AUTHORIZATION;
SELECT tgname FROM pg_trigger WHERE tgrelid = 'vip.people'::regclass AND NOT tgisinternal;
SELECT count(*) FROM journal.label;
SELECT details_text, links FROM shown;

-- Names that another tracker has kept are not his either.
CREATE TABLE vip.visit (id integer PRIMARY KEY, person integer REFERENCES vip.people);
SELECT journal.track('vip.visit', 'visit', links => '{person}');
INSERT INTO vip.visit VALUES (1, 1);
UPDATE vip.visit SET person = 2;
SELECT count(*) FROM journal.label;
SELECT journal.track('mal.r', 'mal_r', links => '{p}');
UPDATE mal.r SET p = 1;
SET SESSION AUTHORIZATION regress_mallory;
SELECT object_type, details_text FROM shown;
-- To a reader without any right the table's owner lends his own; whoever has SELECT sees them everywhere.
SET SESSION AUTHORIZATION regress_reader;
SELECT object_type, details_text FROM shown;
RESET SESSION AUTHORIZATION;
GRANT USAGE ON SCHEMA vip TO regress_reader;
GRANT SELECT (id, name) ON vip.people TO regress_reader;
SET SESSION AUTHORIZATION regress_reader;
SELECT object_type, details_text FROM shown;
RESET SESSION AUTHORIZATION;
DROP TABLE mal.r;

-- Rows that policies hide from the reader, by a link that he chose.
CREATE TABLE vip.file (id integer PRIMARY KEY, title text, secret boolean);
CREATE TABLE vip.request (id integer PRIMARY KEY, file integer REFERENCES vip.file);
INSERT INTO vip.file VALUES (1, 'open file', false), (2, 'hidden file', true), (3, 'file that went', false);
ALTER TABLE vip.file ENABLE ROW LEVEL SECURITY;
CREATE POLICY open ON vip.file USING (NOT secret);
SELECT journal.track('vip.request', 'request', links => '{file}');
GRANT USAGE ON SCHEMA vip TO regress_clerk;
GRANT SELECT, INSERT ON vip.file, vip.request TO regress_clerk;
SELECT journal.grant_access('reader', 'regress_clerk');
SET SESSION AUTHORIZATION regress_clerk;
INSERT INTO vip.request VALUES (1, 1), (2, 2), (3, 3);
SELECT object_id, links FROM shown WHERE object_type = 'request';
RESET SESSION AUTHORIZATION;
DELETE FROM vip.request WHERE id = 3;
DELETE FROM vip.file WHERE id = 3;
SET SESSION AUTHORIZATION regress_clerk;
SELECT object_id, links FROM shown WHERE object_type = 'request' AND object_id = '3';
SET SESSION AUTHORIZATION regress_reader;
SELECT object_id, links FROM shown WHERE object_type = 'request';
RESET SESSION AUTHORIZATION;
SELECT object_id, links FROM shown WHERE object_type = 'request';

-- Only of a row of the account that is read, or of none: employees that a setting names.
CREATE TABLE vip.worker (id integer PRIMARY KEY, name text, account text);
INSERT INTO vip.worker VALUES (1, 'Northerner', 'north'), (2, 'Southerner', 'south'), (3, 'Everywhere', NULL);
SELECT journal.track('vip.worker', 'employee', account => 'account');
SELECT key, label, account FROM journal.label ORDER BY key;
SET event_journal.account = 'north';
SELECT journal.log('user.logged_in', 'employee', n::text) IS NOT NULL FROM generate_series(1, 3) n;
SELECT object_id, object_label FROM shown WHERE object_type = 'employee';
BEGIN;
SET LOCAL event_journal.employee = '2';
SELECT journal.log('user.logged_in') IS NOT NULL;
SET LOCAL event_journal.employee = '3';
SELECT journal.log('user.logged_in') IS NOT NULL;
COMMIT;
SELECT employee_name FROM shown WHERE employee_name IS NOT NULL;
-- Names of an untracked table keep their account, new ones too.
CREATE TABLE vip.job (id integer PRIMARY KEY, worker integer REFERENCES vip.worker, account text);
SELECT journal.track('vip.job', 'job', account => 'account', links => '{worker}');
SELECT journal.untrack('vip.worker');
INSERT INTO vip.worker VALUES (4, 'New southerner', 'south'), (5, 'New northerner', 'north');
UPDATE vip.worker SET name = name || '!', account = 'north' WHERE id = 2;
INSERT INTO vip.job VALUES (1, 1, 'north'), (2, 2, 'north'), (4, 4, 'north'), (5, 5, 'north');
SELECT object_id, links FROM shown WHERE object_type = 'job';
SELECT key, label, account, valid_to = 'infinity' AS present FROM journal.label WHERE account <> '' ORDER BY key, valid_from;
RESET event_journal.account;

-- Object types: employee and location, and what is or was another table's, are for superusers and whom they permit.
CREATE TABLE vip.gone (id integer PRIMARY KEY, name text);
SELECT journal.track('vip.gone', 'gone');
DROP TABLE vip.gone;
SET SESSION AUTHORIZATION regress_mallory;
CREATE TABLE mal.fake (id integer PRIMARY KEY, name text);
CREATE TABLE mal.location (id integer PRIMARY KEY, name text);
SELECT journal.track('mal.fake', 'location');
SELECT journal.track('mal.fake', 'employee');
SELECT journal.track('mal.fake', 'gone');
SELECT journal.track('mal.fake', 'visit');
SELECT journal.track('mal.fake', 'fake');
SELECT journal.track('mal.fake', 'fake_too');
SELECT journal.track('mal.fake', 'fake');
SELECT journal.track_schema('mal');
RESET SESSION AUTHORIZATION;
SELECT relation, object_type FROM journal.tracked_relations WHERE relation_name LIKE 'mal.%' ORDER BY 1;
GRANT EXECUTE ON FUNCTION journal.any_object_type TO regress_mallory;
SET SESSION AUTHORIZATION regress_mallory;
SELECT journal.track('mal.location', 'location');
SELECT journal.track('mal.fake', 'gone');
SELECT journal.track('mal.fake', 'visit');
RESET SESSION AUTHORIZATION;

-- What counts as deleted is not known to who may not read the columns that say so, or call its functions; what was deleted is.
CREATE TABLE vip.bill (id integer PRIMARY KEY, name text, gone boolean DEFAULT false);
CREATE TABLE vip.pay (id integer PRIMARY KEY, bill integer REFERENCES vip.bill);
SELECT journal.track('vip.bill', 'bill', condition => 'coalesce(new.id, old.id) > 0', deleted_when => 'new.gone'), journal.track('vip.pay', 'pay');
INSERT INTO vip.bill VALUES (1, 'one'), (2, 'two'), (3, 'three');
INSERT INTO vip.pay VALUES (2, 2), (3, 3);
DELETE FROM vip.bill WHERE id = 1;
UPDATE vip.bill SET gone = true WHERE id = 2;
CREATE VIEW gone AS SELECT object_id, object_label, restorable FROM journal.deleted_objects('{bill}');
CREATE VIEW told AS SELECT event, object_id, object_label, links FROM journal.history('pay', '2') UNION ALL SELECT event, object_id, object_label, links FROM journal.history('bill', '2');
GRANT SELECT ON gone, told TO PUBLIC;
GRANT SELECT (id, name) ON vip.bill TO regress_reader;
SET SESSION AUTHORIZATION regress_reader;
TABLE gone;
TABLE told;
RESET SESSION AUTHORIZATION;
GRANT SELECT (gone) ON vip.bill TO regress_reader;
SET SESSION AUTHORIZATION regress_reader;
TABLE gone;
TABLE told;
RESET SESSION AUTHORIZATION;
CREATE FUNCTION vip.is_true(boolean) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END';
REVOKE EXECUTE ON FUNCTION vip.is_true FROM PUBLIC;
SELECT journal.track('vip.bill', 'bill', condition => 'coalesce(new.id, old.id) > 0', deleted_when => 'vip.is_true(new.gone)');
SET SESSION AUTHORIZATION regress_reader;
TABLE gone;
TABLE told;
RESET SESSION AUTHORIZATION;
GRANT EXECUTE ON FUNCTION vip.is_true TO regress_reader;
SET SESSION AUTHORIZATION regress_reader;
TABLE gone;
TABLE told;
RESET SESSION AUTHORIZATION;

\set VERBOSITY terse
SET client_min_messages = warning;
DROP SCHEMA vip, mal CASCADE;
DROP OWNED BY regress_mallory, regress_reader, regress_clerk;
DROP ROLE regress_mallory, regress_reader, regress_clerk;
