\i test/regress/fresh.sql
\set SHOW_CONTEXT never
-- An owner's code at every place where PostgreSQL allows any, and every function of the journal, each in a session of its own:
-- nothing runs with rights that its owner lacks, and no setting is left behind, but policies of a table that the caller named,
-- and what a table does to rows that he writes himself.
SET client_min_messages = warning;
DROP ROLE IF EXISTS rights_owner, rights_third;
CREATE ROLE rights_owner;
CREATE ROLE rights_third;
GRANT USAGE ON SCHEMA journal TO rights_owner, rights_third;
GRANT EXECUTE ON FUNCTION journal.track, journal.add_rule, journal.backfill TO rights_owner;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA journal TO rights_third;
GRANT SELECT ON ALL TABLES IN SCHEMA journal TO rights_third;
CREATE SCHEMA own AUTHORIZATION rights_owner;
GRANT USAGE ON SCHEMA own TO rights_third;
SET SESSION AUTHORIZATION rights_owner;
CREATE TABLE own.ran (place text, who name);
GRANT INSERT ON own.ran TO public;
CREATE FUNCTION own.note(place text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO own.ran VALUES (place, current_user);
    PERFORM set_config('search_path', 'own, pg_catalog', false), set_config('work_mem', '1MB', false),
            set_config('event_journal.employee', 'somebody else', false);
END $$;
-- Expressions without columns run while a query is planned, others while it runs.
CREATE FUNCTION own.yes(place text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM own.note(place); RETURN true; END$$;
CREATE FUNCTION own.same(value text, place text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM own.note(place); RETURN value; END$$;
CREATE FUNCTION own.same(value integer, place text) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM own.note(place); RETURN value; END$$;
CREATE FUNCTION own.fire() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM own.note(TG_ARGV[0]);
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
-- Types: domains, an enum with casts and an operator, a composite, a range; a collation has no code.
CREATE DOMAIN own.amount AS integer CHECK (own.yes('check of a domain')) DEFAULT own.same(0, 'default of a domain');
CREATE TYPE own.mood AS ENUM ('sad', 'happy');
CREATE FUNCTION own.mood_of(text) RETURNS own.mood LANGUAGE plpgsql AS $$BEGIN PERFORM own.note('cast from text'); RETURN 'sad'; END$$;
CREATE FUNCTION own.text_of(own.mood) RETURNS text LANGUAGE plpgsql AS $$BEGIN PERFORM own.note('cast to text'); RETURN 'forged'; END$$;
CREATE FUNCTION own.json_of(own.mood) RETURNS json LANGUAGE plpgsql AS $$BEGIN PERFORM own.note('cast to json'); RETURN '1'; END$$;
CREATE CAST (text AS own.mood) WITH FUNCTION own.mood_of(text) AS IMPLICIT;
CREATE CAST (own.mood AS text) WITH FUNCTION own.text_of(own.mood) AS IMPLICIT;
CREATE CAST (own.mood AS json) WITH FUNCTION own.json_of(own.mood);
CREATE FUNCTION own.equal(own.mood, own.mood) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
    $$BEGIN PERFORM own.note('operator'); RETURN true; END$$;
CREATE OPERATOR own.= (LEFTARG = own.mood, RIGHTARG = own.mood, FUNCTION = own.equal);
CREATE TYPE own.pair AS (amount own.amount, mood own.mood);
CREATE FUNCTION own.distance(integer, integer) RETURNS double precision LANGUAGE plpgsql IMMUTABLE AS
    $$BEGIN PERFORM own.note('difference of a range type'); RETURN $1 - $2; END$$;
CREATE TYPE own.span AS RANGE (SUBTYPE = integer, SUBTYPE_DIFF = own.distance);
CREATE COLLATION own.plain FROM "C";
-- The tables.
CREATE TABLE own.parent (id integer PRIMARY KEY, name text CHECK (own.yes('check')));
CREATE UNIQUE INDEX ON own.parent (own.same(name, 'index expression')) WHERE own.yes('predicate of an index');
CREATE STATISTICS own.parent_statistics ON (own.yes('statistics')), (own.same(name, 'statistics')) FROM own.parent;
CREATE TABLE own.full (
    id integer PRIMARY KEY,
    name text COLLATE own.plain DEFAULT own.same('x', 'default'),
    amount own.amount, amounts own.amount[], pair own.pair, mood own.mood, span own.span,
    doubled integer GENERATED ALWAYS AS (own.same(id, 'generated column')) STORED,
    parent_id integer DEFAULT own.same(1, 'default') REFERENCES own.parent ON DELETE SET DEFAULT,
    CHECK (own.same(id, 'check') > 0),
    EXCLUDE USING gist (span WITH &&) WHERE (own.yes('predicate of an exclusion')));
CREATE UNIQUE INDEX ON own.full (own.same(id, 'index expression')) WHERE own.yes('predicate of an index');
CREATE INDEX ON own.full (mood) WHERE mood OPERATOR(own.=) 'sad';
CREATE STATISTICS own.full_statistics ON (own.yes('statistics')), (own.same(name, 'statistics')) FROM own.full;
CREATE TRIGGER a BEFORE INSERT OR UPDATE OR DELETE ON own.full FOR EACH ROW WHEN (own.yes('condition of a trigger'))
    EXECUTE FUNCTION own.fire('trigger before');
CREATE TRIGGER b AFTER INSERT OR UPDATE OR DELETE ON own.full FOR EACH ROW EXECUTE FUNCTION own.fire('trigger after');
CREATE TRIGGER c AFTER INSERT OR UPDATE OR DELETE ON own.full FOR EACH STATEMENT EXECUTE FUNCTION own.fire('trigger of a statement');
CREATE CONSTRAINT TRIGGER d AFTER INSERT OR UPDATE OR DELETE ON own.full DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION own.fire('deferred trigger');
CREATE TABLE own.guarded (id integer PRIMARY KEY, name text, full_id integer REFERENCES own.full ON DELETE CASCADE);
CREATE INDEX ON own.guarded (id) WHERE own.yes('predicate of an index');
ALTER TABLE own.guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON own.guarded USING (id < 10 AND own.yes('policy')) WITH CHECK (own.same(id, 'policy') > 0);
CREATE TABLE own.ruled (id integer PRIMARY KEY, name text);
CREATE RULE also AS ON INSERT TO own.ruled DO ALSO SELECT own.note('rule');
CREATE TABLE own.parts (id integer, name text, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE own.part PARTITION OF own.parts FOR VALUES FROM (0) TO (100);
CREATE INDEX ON own.part (id) WHERE own.yes('predicate of an index');
CREATE TABLE own.computed (id integer, name text) PARTITION BY RANGE ((id + own.same(1, 'partition key')));
CREATE TABLE own.computed_part PARTITION OF own.computed FOR VALUES FROM (0) TO (100);
CREATE TABLE own.child () INHERITS (own.ruled);
CREATE VIEW own.seen AS SELECT id, own.same(id, 'view') FROM own.full WHERE own.yes('view');
CREATE MATERIALIZED VIEW own.kept AS SELECT id FROM own.full;
CREATE UNIQUE INDEX ON own.kept (id) WHERE own.yes('predicate of an index');
GRANT ALL ON ALL TABLES IN SCHEMA own TO rights_third;
SELECT journal.track('own.parent'), journal.track('own.full'), journal.track('own.guarded'), journal.track('own.ruled'),
    journal.track('own.parts'), journal.track('own.computed');
SELECT journal.add_rule('own.full', 'full.' || event, operation, condition => condition)
FROM (VALUES ('created', 'insert', $$own.same(new.id, 'condition of a rule') > 0 AND own.yes('condition of a rule')$$),
             ('changed', 'update', $$new.mood OPERATOR(own.=) 'sad' AND '(1,sad)'::own.pair IS NOT NULL$$),
             ('deleted', 'delete', $$'{1}'::own.amount[] IS NOT NULL AND own.yes('condition of a rule')$$)) v (event, operation, condition);
INSERT INTO own.parent VALUES (1, 'p'), (2, 'q'), (3, 'r');
INSERT INTO own.full VALUES (1, 'a', 1, '{1}', '(1,sad)', 'sad', '[1,2)', DEFAULT, 1), (2, 'b', 2, '{2}', '(2,sad)', 'happy', '[2,3)', DEFAULT, 2),
    (3, 'c', 3, '{3}', '(3,sad)', 'happy', '[3,4)', DEFAULT, 3);
INSERT INTO own.guarded VALUES (1, 'g', 1), (2, 'h', 2), (11, 'i', 1);
INSERT INTO own.ruled VALUES (1, 'r');
INSERT INTO own.parts VALUES (1, 'p');
INSERT INTO own.computed VALUES (1, 'c');
RESET SESSION AUTHORIZATION;
RESET search_path;
SELECT journal.mark('start') IS NOT NULL AS marked;
SET SESSION AUTHORIZATION rights_owner;
UPDATE own.full SET amount = 7, amounts = '{7,8}', pair = '(7,happy)', mood = 'happy', name = 'aa' WHERE id = 1;
UPDATE own.guarded SET name = name || name;
UPDATE own.parts SET name = 'pp';
DELETE FROM own.full WHERE id = 2;
DELETE FROM own.ruled WHERE id = 1;
DELETE FROM own.parent WHERE id = 3;
TRUNCATE own.ran;
RESET SESSION AUTHORIZATION;
RESET search_path;
CREATE TABLE public.step (name text PRIMARY KEY, entry bigint, transaction_id xid8);
INSERT INTO public.step SELECT 'deletion', id, transaction_id FROM journal.entries WHERE operation = 'delete' AND object_type = 'full';
INSERT INTO public.step SELECT 'guarded', id, transaction_id FROM journal.entries WHERE operation = 'delete' AND object_type = 'guarded';
INSERT INTO public.step SELECT 'parent', id, transaction_id FROM journal.entries WHERE operation = 'delete' AND object_type = 'parent';
INSERT INTO public.step SELECT 'ruled', id, transaction_id FROM journal.entries WHERE operation = 'delete' AND object_type = 'ruled';
INSERT INTO public.step SELECT 'change', min(id), min(transaction_id::text)::xid8 FROM journal.entries WHERE operation = 'update' AND object_type = 'full' AND object_id = '1';
INSERT INTO public.step SELECT 'guarded change', min(id), min(transaction_id::text)::xid8 FROM journal.entries WHERE operation = 'update' AND object_type = 'guarded' AND object_id = '1';
INSERT INTO public.step SELECT 'creation', min(id), min(transaction_id::text)::xid8 FROM journal.entries WHERE operation = 'insert' AND object_type = 'full' AND object_id = '3';
GRANT SELECT ON public.step TO rights_third;
RESET client_min_messages;

-- Reading.
\set call 'SELECT count(*) > 0 AS read FROM journal.report()'
\i test/regress/attack.sql
\set call 'SELECT count(*) > 0 AS read FROM journal.history(''full'', ''1'')'
\i test/regress/attack.sql
\set call 'SELECT object_type, object_id FROM journal.deleted_objects() ORDER BY 1, 2'
\i test/regress/attack.sql
\set call 'SELECT count(*) > 0 AS read FROM journal.entries'
\i test/regress/attack.sql
\set call 'SELECT count(*) > 0 AS read FROM journal.tracked_relations, journal.event_rules, journal.event_types'
\i test/regress/attack.sql
-- The past of tables that the caller names.
\set call 'SELECT id, name, amounts, pair, mood FROM journal.table_as_of(NULL::own.full, mark => ''start'') ORDER BY id'
\i test/regress/attack.sql
\set call 'SELECT id, name, amounts FROM journal.table_as_of(NULL::own.full, mark => ''start'', key => ''2'')'
\i test/regress/attack.sql
\set call 'SELECT journal.row_as_of(''own.full'', ''1'', mark => ''start'')'
\i test/regress/attack.sql
\set call 'SELECT object_id, operation, changed FROM journal.diff(NULL::own.full, from_mark => ''start'') ORDER BY object_id'
\i test/regress/attack.sql
\set call 'SELECT * FROM journal.verify_history(''own.full'')'
\i test/regress/attack.sql
\set call 'SELECT id, name FROM journal.table_as_of(NULL::own.guarded, mark => ''start'') ORDER BY id'
\i test/regress/attack.sql
\set call 'SELECT object_id, operation FROM journal.diff(NULL::own.guarded, from_mark => ''start'') ORDER BY object_id'
\i test/regress/attack.sql
\set call 'SELECT id, name FROM journal.table_as_of(NULL::own.parts, mark => ''start'') ORDER BY id'
\i test/regress/attack.sql
\set call 'SELECT id, name FROM journal.table_as_of(NULL::own.ruled, mark => ''start'') ORDER BY id'
\i test/regress/attack.sql
-- Plans.
\set call 'SELECT object_type, object_id, action, conflict, sqlstate FROM public.step s, journal.restore_plan(s.entry) WHERE s.name = ''deletion'''
\i test/regress/attack.sql
\set call 'SELECT object_type, object_id, action, conflict, sqlstate FROM public.step s, journal.restore_plan(s.entry, related => ''children'') WHERE s.name = ''deletion'' ORDER BY 1, 2'
\i test/regress/attack.sql
\set call 'SELECT object_type, object_id, action, conflict, sqlstate FROM public.step s, journal.restore_plan(s.entry, related => ''all'') WHERE s.name = ''guarded'' ORDER BY 1, 2'
\i test/regress/attack.sql
\set call 'SELECT object_type, object_id, action, old_values, new_values, conflict, sqlstate FROM public.step s, journal.undo_plan(s.transaction_id) WHERE s.name = ''deletion'' ORDER BY 1, 2'
\i test/regress/attack.sql
\set call 'SELECT object_type, object_id, action, old_values, new_values, conflict, sqlstate FROM public.step s, journal.undo_plan(s.transaction_id) WHERE s.name = ''change'' ORDER BY 1, 2'
\i test/regress/attack.sql
\set call 'SELECT object_type, object_id, action, old_values, new_values, conflict, sqlstate FROM public.step s, journal.undo_plan(s.transaction_id) WHERE s.name = ''guarded change'' ORDER BY 1, 2'
\i test/regress/attack.sql
\set call 'SELECT object_type, object_id, action, conflict, sqlstate FROM public.step s, journal.undo_plan(s.transaction_id, ''cascade'') WHERE s.name = ''creation'' ORDER BY 1, 2'
\i test/regress/attack.sql
-- Upkeep, and what is recorded.
\set call 'SELECT journal.maintain() IS NOT NULL, journal.mark(''other'') IS NOT NULL, journal.log(''bonus.applied'') IS NOT NULL'
\i test/regress/attack_write.sql
\set call 'SELECT journal.set_account(''a''), journal.set_context(employee => NULL)'
\i test/regress/attack_write.sql
\set call 'SELECT journal.track(''own.full''), journal.track(''own.parent'', backfill => true)'
\i test/regress/attack_write.sql
\set call 'SELECT journal.track_schema(''own'', backfill => true)'
\i test/regress/attack_write.sql
\set call 'SELECT journal.track(''own.seen'')'
\i test/regress/attack_write.sql
\set call 'SELECT journal.backfill(''own.full''), journal.backfill(''own.parts'')'
\i test/regress/attack_write.sql
\set call 'SELECT journal.untrack(''own.full'')'
\i test/regress/attack_write.sql
\set call 'SELECT journal.drop_rule(1)'
\i test/regress/attack_write.sql
\set call 'CREATE FUNCTION pg_temp.one() RETURNS integer LANGUAGE sql RETURN 1'
\i test/regress/attack_write.sql
\set call 'CREATE TABLE public.another (id integer PRIMARY KEY)'
\i test/regress/attack_write.sql
-- Writing: a superuser as the owner, another role as himself.
\set call 'SELECT object_type, object_id FROM public.step s, journal.restore(s.entry) WHERE s.name = ''deletion'''
\i test/regress/attack_write.sql
\set call 'SELECT object_type, object_id, outcome FROM public.step s, journal.restore(s.entry, related => ''children'', on_conflict => ''skip'') WHERE s.name = ''deletion'' ORDER BY 1, 2'
\i test/regress/attack_write.sql
\set call 'SELECT object_type, object_id, outcome FROM public.step s, journal.undo(s.transaction_id) WHERE s.name = ''deletion'' ORDER BY 1, 2'
\i test/regress/attack_write.sql
\set call 'SELECT object_type, object_id, outcome FROM public.step s, journal.undo(s.transaction_id, on_conflict => ''skip'') WHERE s.name = ''change'' ORDER BY 1, 2'
\i test/regress/attack_write.sql
\set call 'SELECT object_type, object_id, outcome FROM public.step s, journal.revert(s.entry) WHERE s.name = ''change'' ORDER BY 1, 2'
\i test/regress/attack_write.sql
\set call 'SELECT object_type, object_id, outcome FROM public.step s, journal.undo(s.transaction_id, on_conflict => ''cascade'') WHERE s.name = ''creation'' ORDER BY 1, 2'
\i test/regress/attack_write.sql
\set call 'SELECT object_type, object_id FROM public.step s, journal.restore(s.entry) WHERE s.name = ''ruled'''
\i test/regress/attack_write.sql

-- Who did what a superuser brought back, in the entries: he, as the owner.
\connect -
BEGIN;
SELECT object_id FROM public.step s, journal.restore(s.entry) WHERE s.name = 'deletion';
SELECT acting_role, current_user = session_user AS still_who_i_was FROM journal.entries ORDER BY id DESC LIMIT 1;
ROLLBACK;
-- What cannot be written as the owner is not written by a superuser: rows of two strangers in one statement, and code that needs
-- more than its owner's rights in a restricted operation.
SET client_min_messages = warning;
DROP ROLE IF EXISTS rights_other;
CREATE ROLE rights_other;
GRANT USAGE ON SCHEMA journal, own TO rights_other;
GRANT EXECUTE ON FUNCTION journal.track TO rights_other;
CREATE SCHEMA other AUTHORIZATION rights_other;
CREATE TABLE own.hen (id integer PRIMARY KEY, egg integer);
CREATE TABLE other.egg (id integer PRIMARY KEY, hen integer REFERENCES own.hen);
ALTER TABLE own.hen ADD FOREIGN KEY (egg) REFERENCES other.egg;
CREATE TABLE own.temporary (id integer PRIMARY KEY);
ALTER TABLE own.hen OWNER TO rights_owner;
ALTER TABLE other.egg OWNER TO rights_other;
ALTER TABLE own.temporary OWNER TO rights_owner;
SELECT journal.track('own.hen'), journal.track('other.egg'), journal.track('own.temporary');
INSERT INTO own.hen VALUES (1);
INSERT INTO other.egg VALUES (1, 1);
UPDATE own.hen SET egg = 1;
WITH gone AS (DELETE FROM own.hen) DELETE FROM other.egg;
INSERT INTO public.step SELECT 'hen', max(id), max(transaction_id::text)::xid8 FROM journal.entries WHERE object_type = 'hen' AND operation = 'delete';
INSERT INTO own.temporary VALUES (1);
DELETE FROM own.temporary;
INSERT INTO public.step SELECT 'temporary', max(id), max(transaction_id::text)::xid8 FROM journal.entries WHERE object_type = 'temporary';
SET SESSION AUTHORIZATION rights_owner;
CREATE FUNCTION own.make_temporary() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN CREATE TEMP TABLE made_by_trigger (id integer); RETURN NEW; END$$;
CREATE TRIGGER t BEFORE INSERT ON own.temporary FOR EACH ROW EXECUTE FUNCTION own.make_temporary();
RESET SESSION AUTHORIZATION;
RESET search_path;
RESET client_min_messages;
SELECT object_type FROM public.step s, journal.undo(s.transaction_id) WHERE s.name = 'hen';
\echo :LAST_ERROR_SQLSTATE
SELECT object_type FROM public.step s, journal.restore(s.entry) WHERE s.name = 'temporary';
\echo :LAST_ERROR_SQLSTATE
SELECT current_user = session_user AS still_who_i_was, current_setting('search_path') AS search_path;
-- A superuser who trusts the owners writes as himself.
INSERT INTO journal.trusted_owner VALUES ('rights_owner'), ('rights_other');
SELECT object_type FROM public.step s, journal.undo(s.transaction_id) WHERE s.name = 'hen' ORDER BY 1;
SELECT object_type FROM public.step s, journal.restore(s.entry) WHERE s.name = 'temporary';
SELECT DISTINCT acting_role = session_user AS as_himself FROM journal.entries WHERE restores IS NOT NULL;
DELETE FROM journal.trusted_owner;
-- Code that raises an error stops nobody's report.
\connect -
SET client_min_messages = error;
SET SESSION AUTHORIZATION rights_owner;
CREATE OR REPLACE FUNCTION own.yes(place text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
    $$BEGIN IF place LIKE 'predicate%' THEN RAISE EXCEPTION 'no'; END IF; RETURN true; END$$;
RESET SESSION AUTHORIZATION;
\connect -
SELECT object_id, links -> 0 -> 'exists' AS parent_exists FROM journal.history('full', '3') LIMIT 1;
SET client_min_messages = error;
DROP OWNED BY rights_owner, rights_other, rights_third CASCADE;
DROP ROLE rights_owner, rights_other, rights_third;
