\i test/regress/fresh.sql
-- The table's own row-level security, of rows as they were.
CREATE SCHEMA crm;
CREATE ROLE past_ann;
CREATE ROLE past_bob;
CREATE TABLE crm.teams (team text, member name);
INSERT INTO crm.teams VALUES ('red', 'past_ann'), ('red', 'past_bob'), ('blue', 'past_bob');
CREATE TABLE crm."Deals" (id integer PRIMARY KEY, gone text, agent name, team text, secret boolean DEFAULT false, note text);
ALTER TABLE crm."Deals" DROP COLUMN gone;
SELECT journal.track('crm."Deals"', 'bargain', label => 'note');
INSERT INTO crm."Deals" (id, agent, team, note) VALUES
    (1, 'past_ann', 'red', 'hers'), (2, 'past_bob', 'red', 'his'), (3, 'past_ann', 'red', 'hers, then his'), (4, 'past_bob', 'red', 'his, then hers'),
    (5, 'past_ann', 'red', 'hers, deleted'), (6, 'past_bob', 'red', 'his, deleted'), (7, 'past_ann', 'blue', 'of another team, then of hers'),
    (8, 'past_ann', 'red', 'untouched'), (9, 'past_bob', 'red', 'his, untouched'), (10, 'past_ann', 'red', 'hers, then secret');
INSERT INTO crm."Deals" VALUES (11, 'past_ann', 'red', true, 'secret, then hers');
SELECT journal.mark('start') IS NOT NULL AS marked;
UPDATE crm."Deals" SET note = note || '!' WHERE id IN (1, 2);
UPDATE crm."Deals" SET agent = 'past_bob' WHERE id = 3;
UPDATE crm."Deals" SET agent = 'past_ann' WHERE id = 4;
DELETE FROM crm."Deals" WHERE id IN (5, 6);
UPDATE crm."Deals" SET team = 'red' WHERE id = 7;
UPDATE crm."Deals" SET secret = NOT secret WHERE id IN (10, 11);
INSERT INTO crm."Deals" VALUES (12, 'past_ann', 'red', false, 'hers, new'), (13, 'past_bob', 'red', false, 'his, new');

GRANT USAGE ON SCHEMA journal, crm TO past_ann, past_bob;
GRANT EXECUTE ON FUNCTION journal.table_as_of, journal.row_as_of, journal.diff, journal.verify_history TO past_ann, past_bob;
GRANT SELECT ON journal.entry, crm."Deals", crm.teams TO past_ann, past_bob;
GRANT SELECT ON journal.marks TO past_ann;
ALTER TABLE crm."Deals" ENABLE ROW LEVEL SECURITY;

-- No policy: nothing.
SET ROLE past_ann;
SELECT * FROM journal.table_as_of(NULL::crm."Deals", mark => 'start');
RESET ROLE;
-- Permissive and restrictive ones, for these roles and others, for other commands, with a subquery that names the table's columns.
CREATE POLICY mine ON crm."Deals" TO past_ann, past_bob USING (agent = current_user);
CREATE POLICY writing ON crm."Deals" FOR UPDATE USING (true);
CREATE POLICY others ON crm."Deals" FOR SELECT TO pg_monitor USING (true);
CREATE POLICY no_secrets ON crm."Deals" AS RESTRICTIVE FOR SELECT USING (NOT secret);
CREATE POLICY in_team ON crm."Deals" AS RESTRICTIVE USING (EXISTS (SELECT FROM crm.teams t WHERE t.team = "Deals".team AND t.member = current_user));
SET ROLE past_ann;
SELECT * FROM journal.table_as_of(NULL::crm."Deals", mark => 'start') ORDER BY id;
SELECT id, note FROM crm."Deals" ORDER BY id;
SELECT n, journal.row_as_of('crm."Deals"', n::text, mark => 'start') ->> 'note' AS note FROM generate_series(1, 13) n;
-- What came into sight since is new to the role, and what went out of it, gone.
SELECT object_id, operation, (old_row).note AS was, (new_row).note AS is FROM journal.diff(NULL::crm."Deals", from_mark => 'start') ORDER BY object_id::integer;
SET ROLE past_bob;
SELECT id, note FROM journal.table_as_of(NULL::crm."Deals", mark => 'start') ORDER BY id;
RESET ROLE;
-- A policy over the whole row, and one that the role has by another role.
CREATE FUNCTION crm.is_red(d crm."Deals") RETURNS boolean LANGUAGE sql STABLE AS $$SELECT d.team = 'red' AND d.id < 100$$;
ALTER POLICY no_secrets ON crm."Deals" USING (crm.is_red("Deals") AND "Deals" IS NOT NULL);
GRANT pg_monitor TO past_bob;
SET ROLE past_bob;
SELECT id, note FROM journal.table_as_of(NULL::crm."Deals", mark => 'start') ORDER BY id;
SET row_security = off;
SELECT id, note FROM journal.table_as_of(NULL::crm."Deals", mark => 'start') ORDER BY id;
RESET row_security;
RESET ROLE;
-- Whom it does not hold.
SELECT count(*) FROM journal.table_as_of(NULL::crm."Deals", mark => 'start');
SELECT count(*) FROM journal.diff(NULL::crm."Deals", from_mark => 'start');

-- What does not fit says nothing of the value that the policies may hide.
UPDATE crm."Deals" SET note = id;
ALTER EVENT TRIGGER event_journal_ddl DISABLE;
ALTER TABLE crm."Deals" ALTER COLUMN note TYPE integer USING note::integer;
ALTER EVENT TRIGGER event_journal_ddl ENABLE ALWAYS;
SET ROLE past_ann;
SELECT id, note FROM journal.table_as_of(NULL::crm."Deals", mark => 'start') ORDER BY id;
RESET ROLE;
-- Names that a query over such rows could take for its own.
CREATE TABLE crm.held (key integer PRIMARY KEY, side text, held_row text);
ALTER TABLE crm.held ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON crm.held USING (key > 1 AND side = current_user AND held_row IS NOT NULL);
GRANT SELECT ON crm.held TO past_ann;
SELECT journal.track('crm.held');
INSERT INTO crm.held VALUES (1, 'past_ann', 'a'), (2, 'past_ann', 'b'), (3, 'past_bob', 'c');
SELECT journal.mark('held') IS NOT NULL AS marked;
DELETE FROM crm.held;
SET ROLE past_ann;
SELECT * FROM journal.table_as_of(NULL::crm.held, mark => 'held');
RESET ROLE;
-- More rows than fit into work_mem.
CREATE TABLE crm.many (id integer PRIMARY KEY, agent name, note text);
ALTER TABLE crm.many ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON crm.many USING (agent = current_user);
GRANT SELECT ON crm.many TO past_ann;
SELECT journal.track('crm.many');
INSERT INTO crm.many SELECT i, CASE i % 2 WHEN 0 THEN 'past_ann' ELSE 'past_bob' END, repeat('note', 20) FROM generate_series(1, 2000) i;
SELECT journal.mark('many') IS NOT NULL AS marked;
UPDATE crm.many SET note = 'x';
SET ROLE past_ann;
SET work_mem = '64kB';
SELECT count(*), min(length(note)), max(length(note)) FROM journal.table_as_of(NULL::crm.many, mark => 'many');
SELECT count(*) FROM journal.diff(NULL::crm.many, from_mark => 'many');
RESET work_mem;
RESET ROLE;
-- A column that the role may not read has no past for it either.
CREATE TABLE crm.staff (id integer PRIMARY KEY, name text, salary integer);
SELECT journal.track('crm.staff', 'worker');
INSERT INTO crm.staff VALUES (1, 'Ann', 100);
SELECT journal.mark('paid') IS NOT NULL AS marked;
UPDATE crm.staff SET salary = 200;
GRANT SELECT (id, name) ON crm.staff TO past_ann;
\set VERBOSITY terse
SET ROLE past_ann;
SELECT id, name FROM journal.table_as_of(NULL::crm.staff, mark => 'paid');
SELECT journal.row_as_of('crm.staff', '1', mark => 'paid');
SELECT object_id, changed FROM journal.diff(NULL::crm.staff, from_mark => 'paid');
SELECT * FROM journal.verify_history('crm.staff');
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA crm CASCADE;
DROP OWNED BY past_ann, past_bob;
DROP ROLE past_ann, past_bob;
