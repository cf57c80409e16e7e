\i test/regress/fresh.sql
-- What would go wrong without a word is refused: triggers, rules and policies on the journal's own tables, and foreign
-- tables as parts of tracked ones.
\set SHOW_CONTEXT never
CREATE SCHEMA crm;
CREATE FUNCTION crm.tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'told'; RETURN NULL; END $$;
CREATE TABLE crm.task (id integer PRIMARY KEY, title text);
SELECT journal.track('crm.task', 'task');

-- A trigger of the journal's tables would never fire, nor would a rule.
CREATE TRIGGER tell AFTER INSERT ON journal.entry FOR EACH ROW EXECUTE FUNCTION crm.tell();
CREATE TRIGGER tell AFTER INSERT ON journal.entry_default FOR EACH ROW EXECUTE FUNCTION crm.tell();
CREATE TRIGGER tell AFTER INSERT ON journal.session FOR EACH STATEMENT EXECUTE FUNCTION crm.tell();
SELECT format('CREATE TRIGGER tell AFTER INSERT ON %s FOR EACH ROW EXECUTE FUNCTION crm.tell()', inhrelid::regclass) AS command
FROM pg_inherits WHERE inhparent = 'journal.entry'::regclass AND inhrelid <> 'journal.entry_default'::regclass
ORDER BY inhrelid::regclass::text LIMIT 1 \gset
\set VERBOSITY sqlstate
:command;
\set VERBOSITY default
CREATE RULE tell AS ON INSERT TO journal.entry_default DO ALSO NOTHING;
CREATE POLICY everything ON journal.entry FOR SELECT USING (true);
-- What is on the application's tables is its own business.
CREATE TRIGGER tell AFTER INSERT ON crm.task FOR EACH ROW EXECUTE FUNCTION crm.tell();
INSERT INTO crm.task VALUES (1, 'Call');
CREATE RULE nothing AS ON DELETE TO crm.task DO INSTEAD NOTHING;
DROP RULE nothing ON crm.task;
CREATE POLICY everything ON crm.task USING (true);
SELECT event, object_id FROM journal.entries;
-- The journal itself makes them on each month.
SELECT journal.maintain(5) AS made;
SELECT count(*) FROM pg_trigger WHERE tgname = 'refuse_truncate' AND tgrelid IN
    (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'journal.entry'::regclass);

-- Foreign tables: no trigger sees what happens to their rows elsewhere.
CREATE FOREIGN DATA WRAPPER nothing;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER nothing;
CREATE TABLE crm.call (id integer, region text) PARTITION BY LIST (region);
CREATE TABLE crm.call_a PARTITION OF crm.call FOR VALUES IN ('a');
CREATE FOREIGN TABLE crm.call_b PARTITION OF crm.call FOR VALUES IN ('b') SERVER elsewhere;
SELECT journal.track('crm.call');
SELECT journal.track('crm.call_b');
ALTER TABLE crm.call DETACH PARTITION crm.call_b;
SELECT journal.track('crm.call');
ALTER TABLE crm.call ATTACH PARTITION crm.call_b FOR VALUES IN ('b');
ALTER TABLE crm.call DETACH PARTITION crm.call_b;
CREATE FOREIGN TABLE crm.call_c PARTITION OF crm.call FOR VALUES IN ('c') SERVER elsewhere;
DROP FOREIGN TABLE crm.call_c;
CREATE FOREIGN TABLE crm.old_task () INHERITS (crm.task) SERVER elsewhere;
ALTER FOREIGN TABLE crm.old_task NO INHERIT crm.task;
ALTER FOREIGN TABLE crm.old_task INHERIT crm.task;
DROP FOREIGN TABLE crm.old_task;
-- One that is no part of a tracked table is nobody's business here.
CREATE FOREIGN TABLE crm.far (id integer) SERVER elsewhere;
INSERT INTO crm.call VALUES (1, 'a');
SELECT event, operation, object_type FROM journal.entries ORDER BY id;

-- The schema is the one that everything names.
ALTER SCHEMA journal RENAME TO diary;
ALTER EXTENSION event_journal SET SCHEMA public;
CREATE SCHEMA diary;
ALTER SCHEMA diary RENAME TO notes;
