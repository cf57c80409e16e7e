\i test/regress/fresh.sql
-- journal.check(): a healthy journal gives neither errors nor warnings; each fault, made one by one, gives its row, and its
-- remedy mends it.
-- The test's server is not set up to last.
CREATE VIEW faults AS
SELECT severity, finding, object, meaning, remedy FROM journal.check() WHERE finding <> 'setting';
SELECT severity, finding, object FROM faults;

CREATE SCHEMA crm;
CREATE ROLE regress_owner;
CREATE ROLE regress_gone;
CREATE TABLE crm.client (id integer PRIMARY KEY, name text);
CREATE TABLE crm.task (id integer PRIMARY KEY, title text, client integer REFERENCES crm.client);
CREATE TABLE crm.call (id integer, region text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE crm.call_a PARTITION OF crm.call FOR VALUES IN ('a');
SELECT journal.track('crm.task', 'task');
SELECT journal.track('crm.call', 'call');
SELECT journal.add_rule('crm.task', 'task.completed', 'update', '{title}', condition => 'new.title = ''done''');
INSERT INTO crm.client VALUES (1, 'Ann');
INSERT INTO crm.task VALUES (1, 'Call', 1);
INSERT INTO crm.call VALUES (1, 'a');
SELECT severity, finding, object FROM faults WHERE severity <> 'notice';
SELECT * FROM faults WHERE severity = 'notice';
SELECT relation, tracked FROM journal.tracked_relations ORDER BY relation_name;

-- Shows the faults, runs their remedies, and shows what is left.
CREATE FUNCTION mend() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    fault record;
BEGIN
    FOR fault IN SELECT * FROM faults WHERE severity <> 'notice' LOOP
        RETURN NEXT concat_ws(' | ', fault.severity, fault.finding, fault.object, fault.meaning, fault.remedy);
        IF fault.remedy LIKE '%;' THEN
            EXECUTE fault.remedy;
        END IF;
    END LOOP;
    RETURN QUERY SELECT concat_ws(' | ', 'left', severity, finding, object) FROM faults WHERE severity <> 'notice';
END
$$;

\pset format unaligned
\pset tuples_only on
\echo == triggers
ALTER TABLE crm.task DISABLE TRIGGER "00_event_journal";
SELECT relation, tracked FROM journal.tracked_relations ORDER BY relation_name;
SELECT mend();
SELECT relation, tracked FROM journal.tracked_relations ORDER BY relation_name;
DROP TRIGGER "00_event_journal_truncate" ON crm.call_a;
SELECT relation, tracked FROM journal.tracked_relations ORDER BY relation_name;
SELECT mend();
DROP TRIGGER "00_event_journal_moved" ON crm.call;
SELECT mend();
DROP TRIGGER "00_event_journal" ON crm.client;
SELECT mend();
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE OR REPLACE TRIGGER "00_event_journal" AFTER INSERT ON crm.task FOR EACH ROW EXECUTE FUNCTION nothing();
SELECT mend();
CREATE OR REPLACE TRIGGER "00_event_journal" AFTER INSERT ON crm.call_a FOR EACH ROW
    WHEN (new.id > 5) EXECUTE FUNCTION journal.capture();
SELECT mend();
SELECT journal.track('crm.task', 'task', always => true);
ALTER TABLE crm.task ENABLE TRIGGER "00_event_journal_truncate";
SELECT mend();
SELECT journal.track('crm.task', 'task');

\echo == tables
ALTER EVENT TRIGGER event_journal_ddl DISABLE;
ALTER TABLE crm.task RENAME TO job;
CREATE TABLE crm.task (id integer);
SELECT mend();
DROP TABLE crm.task;
ALTER TABLE crm.job RENAME TO task;
SELECT mend();
ALTER EVENT TRIGGER event_journal_drop DISABLE;
CREATE TABLE crm.short (id integer PRIMARY KEY);
SELECT journal.track('crm.short', 'short');
DROP TABLE crm.short;
SELECT mend();
CREATE TABLE crm.keyless (id integer);
SELECT journal.track('crm.keyless', 'keyless');
SELECT mend();
ALTER TABLE crm.keyless ADD PRIMARY KEY (id);
ALTER TABLE crm.keyless SET UNLOGGED;
SELECT mend();
CREATE FOREIGN DATA WRAPPER check_nothing;
CREATE SERVER check_elsewhere FOREIGN DATA WRAPPER check_nothing;
CREATE FOREIGN TABLE crm.far () INHERITS (crm.keyless) SERVER check_elsewhere;
SELECT mend();
SELECT relation, tracked FROM journal.tracked_relations WHERE relation = 'crm.keyless'::regclass;
DROP FOREIGN TABLE crm.far;
SELECT relation, tracked FROM journal.tracked_relations WHERE relation = 'crm.keyless'::regclass;
CREATE TABLE crm.neighbour (id integer PRIMARY KEY);
SELECT * FROM faults WHERE finding = 'not tracked';
DROP TABLE crm.neighbour;
ALTER TABLE crm.keyless OWNER TO regress_owner;
CREATE INDEX ON crm.keyless ((id + 1));
SELECT * FROM faults WHERE finding = 'code of its owner';
INSERT INTO journal.trusted_owner VALUES ('regress_owner');
SELECT * FROM faults WHERE finding = 'code of its owner';
DELETE FROM journal.trusted_owner;

\echo == months: their names are of today
CREATE FUNCTION mend_months() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT regexp_replace(regexp_replace(m, '\d{4}_\d\d', 'MONTH', 'g'), '\d{4}-\d\d-\d\d', 'DAY', 'g') FROM mend() m
$$;
SELECT 'journal.' || to_char(now() AT TIME ZONE 'UTC', '"entry_"YYYY_MM') AS month \gset
ALTER TABLE journal.entry DETACH PARTITION :month;
SELECT regexp_replace(object, '\d{4}_\d\d', 'MONTH') FROM faults WHERE finding = 'month gone';
SELECT mend_months();
SELECT count(*) FROM journal.entries;
SELECT count(*) FROM faults WHERE finding = 'month gone';
ALTER TABLE journal.entry DETACH PARTITION journal.entry_default;
SELECT mend();
SELECT 'journal.' || to_char(now() AT TIME ZONE 'UTC' + interval '1 month', '"entry_"YYYY_MM') AS month \gset
DROP TABLE :month;
SELECT mend_months();
INSERT INTO journal.entry_default SELECT (e).* FROM (
    SELECT jsonb_populate_record(e, '{"occurred_at": "2020-01-15 00:00:00+00", "id": 1}') AS e FROM journal.entry e LIMIT 1) e;
SELECT mend();

\echo == sequences
SELECT setval('journal.entry_id_seq', 1);
SELECT mend();
SELECT setval('journal.tracked_relation_id_seq', 1), setval('journal.layout_id_seq', 1);
SELECT mend();

-- An index of a month that is gone.
SELECT to_char(now() AT TIME ZONE 'UTC', '"journal.entry_"YYYY_MM') AS month \gset
SELECT :'month' || '_object_idx' AS index \gset
DROP INDEX :index;
SELECT replace(mend, :'month', 'journal.entry_MONTH') FROM mend();

\echo == guards
ALTER TABLE journal.session DISABLE TRIGGER refuse_truncate;
SELECT mend();
ALTER TABLE journal.entry_default DISABLE TRIGGER refuse_change;
SELECT mend();
DROP TRIGGER refuse_change ON journal.context;
SELECT mend();
ALTER TABLE journal.entry_default DISABLE ROW LEVEL SECURITY;
SELECT mend();
DROP POLICY account_window ON journal.entry_default;
SELECT mend();
ALTER POLICY account_window ON journal.entry_default USING (true);
SELECT mend();
ALTER EVENT TRIGGER event_journal_ddl DISABLE;
CREATE POLICY everything ON journal.session FOR SELECT USING (true);
CREATE TRIGGER nothing AFTER INSERT ON journal.entry_default FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE RULE nothing AS ON INSERT TO journal.session DO ALSO NOTHING;
SELECT mend();

\echo == rules, roles and gaps
ALTER EVENT TRIGGER event_journal_ddl DISABLE;
ALTER TABLE crm.task ALTER COLUMN title TYPE integer USING length(title);
SELECT mend();
INSERT INTO journal.role_account VALUES ('regress_gone', 'north');
DROP ROLE regress_gone;
SELECT regexp_replace(mend, '\d+', 'OID', 'g') FROM mend();
SELECT severity, finding, object, regexp_replace(meaning, 'before .*:', 'before MOMENT:'), remedy FROM faults WHERE finding = 'gap';

\echo == replication
SET client_min_messages = error;
CREATE PUBLICATION everything FOR ALL TABLES;
SELECT mend();
DROP PUBLICATION everything;
CREATE PUBLICATION part FOR TABLE journal.entry, journal.incarnation;
SELECT mend();
SELECT pubname FROM pg_publication ORDER BY pubname;
ALTER PUBLICATION event_journal_state DROP TABLE journal.label, journal.term;
SELECT mend();
CREATE PUBLICATION tables FOR TABLES IN SCHEMA crm;
SELECT mend();

\echo == settings
SELECT severity, object FROM journal.check() WHERE finding = 'setting' AND object LIKE '%session_replication_role%';
SET session_replication_role = replica;
SELECT severity, object, meaning, remedy FROM journal.check() WHERE finding = 'setting' AND object LIKE '%session_replication_role%';
RESET session_replication_role;
ALTER ROLE regress_owner SET session_replication_role = replica;
SELECT severity, object, meaning, remedy FROM journal.check() WHERE finding = 'setting' AND object LIKE 'role%';

\echo == it is for administrators, and shows them all
SELECT severity, finding, object FROM faults WHERE severity <> 'notice';
SET ROLE regress_owner;
SELECT * FROM journal.check();
RESET ROLE;
GRANT USAGE ON SCHEMA journal TO regress_owner;
GRANT EXECUTE ON FUNCTION journal.check TO regress_owner;
SET ROLE regress_owner;
SELECT finding, object FROM journal.check() WHERE severity = 'error' AND object LIKE 'role%';
RESET ROLE;
-- A type that was dropped meanwhile.
SELECT journal.has_exact_text(0::oid) IS NULL AS unknown;
DROP PUBLICATION event_journal, event_journal_state, tables;
DROP SCHEMA crm CASCADE;
DROP OWNED BY regress_owner;
DROP ROLE regress_owner;
