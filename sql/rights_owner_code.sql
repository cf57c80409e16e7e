\i test/regress/fresh.sql
\set SHOW_CONTEXT never
-- Code of a table's owner who is no superuser, where others call functions of the journal: it runs with its owner's rights, or
-- not at all. Each function is called in a session of its own, which has planned nothing yet.
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
    -- What must not stay set.
    PERFORM set_config('search_path', 'own, pg_catalog', false), set_config('work_mem', '1MB', false),
            set_config('event_journal.employee', 'somebody else', false);
END $$;
-- The function runs wherever it is in an expression without columns, while a query is planned.
CREATE FUNCTION own.yes(place text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM own.note(place); RETURN true; END$$;
CREATE DOMAIN own.amount AS integer CHECK (own.yes('check of a domain'));
CREATE TABLE own.parent (id integer PRIMARY KEY, name text, amounts own.amount[]);
CREATE INDEX ON own.parent (id) WHERE own.yes('predicate of an index');
CREATE STATISTICS own.parent_statistics ON (own.yes('statistics')), id FROM own.parent;
CREATE TABLE own.child (id integer PRIMARY KEY, name text, parent_id integer REFERENCES own.parent);
CREATE INDEX ON own.child (id) WHERE own.yes('predicate of an index');
GRANT ALL ON own.parent, own.child TO rights_third;
SELECT journal.track('own.parent'), journal.track('own.child');
INSERT INTO own.parent VALUES (1, 'p', '{1}'), (2, 'q', '{2}');
SELECT journal.add_rule('own.child', 'child.created', 'insert', 
                        condition => $$own.yes('condition of a rule') AND '{1}'::own.amount[] IS NOT NULL$$);
INSERT INTO own.child VALUES (1, 'c', 1), (2, 'd', 2);
RESET SESSION AUTHORIZATION;
SELECT journal.mark('start') IS NOT NULL AS marked;
RESET search_path;
SET SESSION AUTHORIZATION rights_owner;
UPDATE own.parent SET amounts = '{3,4}' WHERE id = 1;
DELETE FROM own.child WHERE id = 2;
RESET SESSION AUTHORIZATION;
RESET search_path;

-- Names and links are looked up in the tables.
\set call 'SELECT count(*) FROM journal.report()'
\i test/regress/attack.sql
\set call 'SELECT object_id, links -> 0 -> ''exists'' AS parent_exists FROM journal.history(''child'', ''1'')'
\i test/regress/attack.sql
\set call 'SELECT object_id, object_label FROM journal.deleted_objects()'
\i test/regress/attack.sql

-- A table that the caller names.
\set call 'SELECT id, name, amounts FROM journal.table_as_of(NULL::own.parent, mark => ''start'') ORDER BY id'
\i test/regress/attack.sql
\set call 'SELECT journal.row_as_of(''own.parent'', ''1'', mark => ''start'')'
\i test/regress/attack.sql
\set call 'SELECT object_id, operation, changed FROM journal.diff(NULL::own.parent, from_mark => ''start'')'
\i test/regress/attack.sql
\set call 'SELECT * FROM journal.verify_history(''own.parent'')'
\i test/regress/attack.sql

-- A back-fill reads the table without the planner, and its conditions as the owner. Nobody else has to do anything here.
\set call 'SELECT journal.backfill(''own.child'')'
\i test/regress/attack.sql
\connect -
SET SESSION AUTHORIZATION rights_owner;
TRUNCATE own.ran;
CREATE TABLE own.filled (id integer PRIMARY KEY, p integer REFERENCES own.parent);
CREATE INDEX ON own.filled (id) WHERE own.yes('predicate of an index');
CREATE STATISTICS own.filled_statistics ON (own.yes('statistics')), id FROM own.filled;
INSERT INTO own.filled VALUES (1), (2);
SELECT journal.track('own.filled', backfill => true), journal.backfill('own.filled');
SELECT place, who AS ran_as FROM own.ran WHERE who <> 'rights_owner';
-- Names of what a table refers to are read without the planner too, since it is another owner's table that is tracked.
RESET SESSION AUTHORIZATION;
RESET search_path;
CREATE TABLE referring (id integer PRIMARY KEY, p integer REFERENCES own.filled);
SELECT journal.untrack('own.filled');
\set call 'SELECT journal.track(''referring'')'
\i test/regress/attack.sql

-- Any DDL parses the conditions of all rules.
\set call 'CREATE FUNCTION pg_temp.one() RETURNS integer LANGUAGE sql RETURN 1'
\i test/regress/attack.sql
\set call 'SELECT journal.add_rule(''own.child'', ''child.deleted'', ''delete'', condition => ''own.yes(old.name) AND array[1]::own.amount[] IS NOT NULL'')'
\i test/regress/attack.sql

-- An owner whom superusers trust has his code run as whoever calls.
\connect -
INSERT INTO journal.trusted_owner VALUES ('rights_owner');
\set call 'SELECT object_id, links -> 0 -> ''exists'' AS parent_exists FROM journal.history(''child'', ''1'')'
\i test/regress/attack.sql
DELETE FROM journal.trusted_owner;
-- The policies of an untrusted owner are not asked: whether a row is there is not known to those whom they hold.
ALTER TABLE own.parent ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON own.parent USING (id < 2 AND own.yes('policy'));
\i test/regress/attack.sql
-- Those of a table that the caller names run as he, and nothing else of it.
\set call 'SELECT id, name, amounts FROM journal.table_as_of(NULL::own.parent, mark => ''start'') ORDER BY id'
\i test/regress/attack.sql
\set call 'SELECT journal.row_as_of(''own.parent'', ''1'', mark => ''start'')'
\i test/regress/attack.sql
SET client_min_messages = error;
REVOKE SELECT ON own.parent FROM rights_third;
GRANT SELECT (id, name) ON own.parent TO rights_third;
RESET client_min_messages;
\i test/regress/attack.sql
GRANT SELECT ON own.parent TO rights_third;
INSERT INTO journal.trusted_owner VALUES ('rights_owner');
\set call 'SELECT object_id, links -> 0 -> ''exists'' AS parent_exists FROM journal.history(''child'', ''1'')'
\i test/regress/attack.sql
DELETE FROM journal.trusted_owner;
\connect -
-- Nor is a table asked that has a stranger's partition or child, whoever owns the rest.
CREATE TABLE public.mixed (id integer PRIMARY KEY, name text) PARTITION BY RANGE (id);
SET SESSION AUTHORIZATION rights_owner;
CREATE TABLE own.part (id integer PRIMARY KEY, name text);
CREATE INDEX ON own.part (id) WHERE own.yes('predicate of a partition''s index');
RESET SESSION AUTHORIZATION;
RESET search_path;
ALTER TABLE public.mixed ATTACH PARTITION own.part FOR VALUES FROM (0) TO (10);
GRANT SELECT ON public.mixed TO rights_third;
CREATE TABLE public.of_mixed (id integer PRIMARY KEY, mixed_id integer REFERENCES public.mixed);
SELECT journal.track('public.mixed'), journal.track('public.of_mixed');
INSERT INTO public.mixed VALUES (1, 'm'), (2, 'n');
INSERT INTO public.of_mixed VALUES (1, 1);
DELETE FROM public.mixed WHERE id = 2;
\set call 'SELECT object_id, links -> 0 -> ''exists'' AS mixed_exists FROM journal.history(''of_mixed'', ''1'')'
\i test/regress/attack.sql
\set call 'SELECT object_id, object_label FROM journal.deleted_objects() WHERE object_type = ''mixed'''
\i test/regress/attack.sql
-- Whoever asks for its past, or for a plan, is told why not.
SELECT max(id) AS deletion FROM journal.entry WHERE operation = 'd' \gset
\set call 'SELECT name FROM journal.table_as_of(NULL::public.mixed, now())'
\i test/regress/attack.sql
\set call 'SELECT count(*) FROM journal.restore_plan(:deletion)'
\i test/regress/attack.sql
\set call 'SELECT outcome FROM journal.restore(:deletion)'
\i test/regress/attack.sql
-- Only superusers say whom they trust.
SET SESSION AUTHORIZATION rights_owner;
INSERT INTO journal.trusted_owner VALUES ('rights_owner');
RESET SESSION AUTHORIZATION;
RESET search_path;
SET client_min_messages = error;
DROP OWNED BY rights_owner, rights_third CASCADE;
DROP ROLE rights_owner, rights_third;
