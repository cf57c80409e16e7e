\i test/regress/fresh.sql
\i test/regress/recorded.sql
-- History that was there before: a created event per row and the last known changes, never twice.

CREATE SCHEMA crm;
SET search_path = crm;
SET DateStyle = 'ISO, YMD';
SET TimeZone = 'UTC';
CREATE VIEW filled AS
SELECT event || CASE WHEN reported THEN '' ELSE ' -' END AS event, object_id, label, occurred_at::timestamp AS occurred_at, account, location, employee,
       coalesce(snapshot::text, coalesce(old::text, 'unknown') || ' -> ' || new::text) AS data, details, links
FROM journal.entries WHERE backfilled ORDER BY object_type, object_id, occurred_at, id;
CREATE TABLE status (id integer PRIMARY KEY, name text);
CREATE TABLE ticket (
    id integer PRIMARY KEY, number text, status_id integer REFERENCES status, status_at timestamptz, manager text, manager_at date, type text,
    due timestamp, branch text, tenant text, made timestamptz, author text, note text);
INSERT INTO status VALUES (1, 'new'), (2, 'at work');
INSERT INTO ticket VALUES
    (1, 'T-1', 1, '2024-02-01 10:00+00', 'Ann', '2024-03-01', 'repair', '2024-05-05', 'north', 'a', '2024-01-01 12:00+00', 'e1', 'n'),
    (2, 'T-2', NULL, '2024-02-02 10:00+00', NULL, NULL, NULL, NULL, NULL, 'b', '2024-01-02 12:00+00', NULL, NULL),
    (3, 'T-3', 2, NULL, 'Bob', 'infinity', 'sale', NULL, 'south', NULL, '-infinity', 'e2', NULL),
    (4, 'T-4', 2, NULL, NULL, NULL, NULL, NULL, NULL, 'a', NULL, 'e1', NULL);
SELECT journal.track('ticket', 'ticket', account => 'tenant', location => 'branch', author => 'author', created_at => 'made');
SELECT journal.add_rule('ticket', 'ticket.created', 'insert', details => '{number,type}');
SELECT journal.add_rule('ticket', 'ticket.status_changed', 'update', '{status_id}', changed_at => 'status_at');
SELECT journal.add_rule('ticket', 'ticket.manager_changed', 'update', '{manager}', changed_at => 'manager_at', details => '{number}');
-- Neither of these tells which change it was: several columns, a condition, none at all.
SELECT journal.add_rule('ticket', 'ticket.type_changed', 'update', '{type,note}');
SELECT journal.add_rule('ticket', 'ticket.deadline_changed', 'update', '{due}', 'new.due IS NOT NULL');
SELECT journal.add_rule('ticket', 'ticket.client_changed', 'update');
BEGIN;
SELECT journal.set_context(employee => 'e9', location => 'west', account => 'z', reason => 'back-fill');
SELECT journal.backfill('ticket');
COMMIT;
-- What has no time of its own has the time of the back-fill.
SELECT event, object_id, label, CASE WHEN occurred_at < '2025-01-01' THEN occurred_at END AS occurred_at, account, location, employee, data, details
FROM filled;
SELECT journal.backfill('ticket');

-- Unknown is not empty.
SET event_journal.account = 'a';
SELECT event, object_id, backfilled, details, details_text FROM journal.report('custom', '2024-01-01', '2024-12-31', sort => 'asc', language => 'en');
SELECT event, details_text FROM journal.report('custom', '2024-01-01', '2024-12-31', sort => 'asc', language => 'ru');
RESET event_journal.account;
SELECT count(*) FROM test.recorded();

-- After changes it adds nothing; a rule added later gives its own events only.
INSERT INTO ticket (id, number, status_id, tenant) VALUES (5, 'T-5', 1, 'a');
UPDATE ticket SET status_id = 1, due = '2025-01-01' WHERE id = 2;
UPDATE ticket SET tenant = 'moved' WHERE id = 1;
UPDATE ticket SET id = 40 WHERE id = 4;
DELETE FROM ticket WHERE id = 3;
SELECT count(*) FROM test.recorded();
SELECT journal.backfill('ticket');
SELECT event, object, data FROM test.recorded();
SELECT journal.add_rule('ticket', 'ticket.location_changed', 'update', '{branch}') AS branch \gset
SELECT journal.backfill('ticket');
SELECT event, object, data FROM test.recorded();
SELECT journal.drop_rule(:branch);
SELECT journal.backfill('ticket'), journal.track('ticket', 'ticket', account => 'tenant', location => 'branch', author => 'author',
                                                 created_at => 'made', backfill => true);
-- Rows written by the same transaction are known already.
BEGIN;
INSERT INTO ticket (id, number, status_id, tenant) VALUES (6, 'T-6', 1, 'a');
SELECT journal.backfill('ticket');
ROLLBACK;
-- Untracked meanwhile: what came then is filled in.
SELECT journal.untrack('ticket');
INSERT INTO ticket (id, number, made) VALUES (7, 'T-7', '2024-07-07');
SELECT journal.track('ticket', 'ticket', account => 'tenant', created_at => 'made', backfill => true);
SELECT event, object, data FROM test.recorded() WHERE object LIKE '7%';

-- With track at once; a table without rules; times without a zone are the session's.
CREATE TABLE device (id integer PRIMARY KEY, name text, made timestamp);
INSERT INTO device VALUES (1, 'phone', '2024-06-01 12:00');
SET TimeZone = 'Europe/Moscow';
SELECT journal.track('device', 'device', created_at => 'made', backfill => true);
SET TimeZone = 'UTC';
SELECT * FROM filled WHERE label = 'phone';
-- Conditions of rules for inserted rows decide; functions in them run as the table's owner, also for a superuser.
CREATE ROLE regress_owner;
GRANT USAGE, CREATE ON SCHEMA crm TO regress_owner;
GRANT USAGE ON SCHEMA journal TO regress_owner;
GRANT EXECUTE ON FUNCTION journal.track, journal.add_rule, journal.backfill TO regress_owner;
SET ROLE regress_owner;
CREATE FUNCTION whoami(text) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN RAISE NOTICE '% as %', $1, current_user; RETURN $1 = 'in'; END $$;
CREATE TABLE call (id integer PRIMARY KEY, direction text);
INSERT INTO call VALUES (1, 'in'), (2, 'out');
SELECT journal.track('call', 'call');
SELECT journal.add_rule('call', 'call.incoming', 'insert', condition => 'whoami(new.direction)');
SELECT journal.add_rule('call', 'call.outgoing', 'insert', condition => 'new.direction = ''out''');
SELECT journal.backfill('call');
CREATE FUNCTION always() RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN RAISE NOTICE 'planned as %', current_user; RETURN true; END $$;
SELECT journal.add_rule('call', 'call.incoming', 'delete', condition => 'always()');
RESET ROLE;
SET session_replication_role = replica;
INSERT INTO call VALUES (3, 'in');
RESET session_replication_role;
SELECT journal.track('call', 'call');
SELECT journal.backfill('call');
SET ROLE regress_owner;
-- Rows that row-level security would hide from their owner are filled in too: it is the table's history.
CREATE TABLE secret (id integer PRIMARY KEY, name text, boss name);
INSERT INTO secret VALUES (1, 'one', 'nobody'), (2, 'two', 'regress_owner');
ALTER TABLE secret ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY mine ON secret USING (boss = current_user);
SELECT count(*) FROM secret;
SELECT journal.track('secret', 'secret', backfill => true);
SELECT journal.backfill('device');
RESET ROLE;
SELECT event, object_id, data FROM filled WHERE event ~ 'call|secret';

-- Partitioned and inherited; composite keys; without a key; and what it refuses.
CREATE TABLE visit (id integer, day date, note text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
CREATE TABLE visit_2 (note text, day date NOT NULL, id integer NOT NULL);
ALTER TABLE visit ATTACH PARTITION visit_2 FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
INSERT INTO visit VALUES (1, '2024-01-01', 'one'), (2, '2024-02-02', 'two');
SELECT journal.track('visit', 'visit', created_at => 'day', backfill => true), journal.backfill('visit');
SELECT event, object_id, occurred_at, data FROM filled WHERE event ~ 'visit';
CREATE TABLE keyless (a integer);
INSERT INTO keyless VALUES (1);
SELECT journal.track('keyless', 'keyless', backfill => true);
SELECT journal.track('keyless', 'keyless');
SELECT journal.backfill('keyless');
SELECT journal.backfill('status');
SELECT journal.backfill('visit_1');
SELECT journal.backfill(NULL);
SELECT journal.backfill(0);
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT journal.backfill('visit');
ROLLBACK;
DROP OWNED BY regress_owner;
DROP ROLE regress_owner;
