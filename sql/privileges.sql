\i test/regress/fresh.sql
-- Privileges: nothing is for everybody but the two functions that policies call, whatever the installer's default privileges say; writers need none.

CREATE ROLE regress_passer_by;
CREATE VIEW open_object AS
SELECT 'relation' AS what, c.oid::regclass::text AS name, g.grantee::regrole, g.privilege_type
FROM pg_class c, aclexplode(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))) g
WHERE relnamespace = to_regnamespace('journal') AND relkind IN ('r', 'p', 'v', 'S') AND g.grantee <> relowner
UNION ALL
SELECT 'function', p.oid::regprocedure::text, g.grantee::regrole, g.privilege_type
FROM pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner))) g
WHERE pronamespace = to_regnamespace('journal') AND g.grantee <> proowner
UNION ALL
SELECT 'schema', nspname, g.grantee::regrole, g.privilege_type
FROM pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner))) g
WHERE nspname = 'journal' AND g.grantee <> nspowner;

SELECT * FROM open_object ORDER BY 1, 2, 3;

-- Default privileges that give everything away: installed under them, and months made under them.
DROP EXTENSION event_journal;
DROP SCHEMA journal;
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO regress_passer_by WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO PUBLIC, regress_passer_by;
ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO regress_passer_by;
ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO PUBLIC, regress_passer_by;
CREATE EXTENSION event_journal;
SELECT journal.maintain(1);
SELECT * FROM open_object ORDER BY 1, 2, 3;
SET ROLE regress_passer_by;
SELECT count(*) FROM journal.entry;
SELECT journal.maintain();
RESET ROLE;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM PUBLIC, regress_passer_by;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON SEQUENCES FROM PUBLIC, regress_passer_by;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON FUNCTIONS FROM regress_passer_by;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON SCHEMAS FROM PUBLIC, regress_passer_by;

-- Calling one of its functions takes EXECUTE on it, and nothing else of the journal.
GRANT USAGE ON SCHEMA journal TO regress_passer_by;
SET ROLE regress_passer_by;
SELECT journal.maintain();
SELECT journal.support();
SELECT journal.equip_partition('journal.entry_default');
SELECT journal.refuse_change();
SELECT nextval('journal.entry_id_seq');
SELECT id FROM journal.incarnation;
CREATE TEMP TABLE mine (id integer);
CREATE TRIGGER hijack BEFORE DELETE ON mine FOR EACH ROW EXECUTE FUNCTION journal.refuse_change();
RESET ROLE;
GRANT EXECUTE ON FUNCTION journal.maintain TO regress_passer_by;
SET ROLE regress_passer_by;
SELECT journal.maintain(2);
RESET ROLE;

-- A writer needs nothing of the journal's: not even USAGE on its schema.
CREATE ROLE regress_writer;
CREATE TABLE colour (id integer PRIMARY KEY, name text);
CREATE TABLE task (id integer PRIMARY KEY, colour_id integer REFERENCES colour, title text);
CREATE TABLE visit (id integer, day date) PARTITION BY RANGE (day);
CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
CREATE TABLE visit_2 PARTITION OF visit FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
SELECT journal.track('task', 'task', label => 'title'), journal.track('visit');
GRANT ALL ON colour, task, visit TO regress_writer;
SET ROLE regress_writer;
INSERT INTO colour VALUES (1, 'red');
INSERT INTO task VALUES (1, 1, 'first'), (2, NULL, 'second');
UPDATE colour SET name = 'dark red';
MERGE INTO task USING (VALUES (2, 1), (3, 1)) AS s (id, colour_id) ON task.id = s.id
    WHEN MATCHED THEN UPDATE SET colour_id = s.colour_id WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.colour_id, 'third');
INSERT INTO visit VALUES (1, '2024-01-05');
UPDATE visit SET day = '2024-02-05';
TRUNCATE task;
SELECT count(*) FROM journal.entry;
RESET ROLE;
SELECT event, object_id, acting_role FROM journal.entries ORDER BY id;
SELECT label FROM journal.label ORDER BY valid_from;
-- Neither can it forge what the journal holds, nor reach it through a trigger of its own.
GRANT USAGE ON SCHEMA journal TO regress_writer;
SET ROLE regress_writer;
CREATE TEMP TABLE forged (id integer PRIMARY KEY);
CREATE TRIGGER forge AFTER INSERT ON forged FOR EACH ROW EXECUTE FUNCTION journal.capture();
SELECT journal.log('user.logged_in');
SELECT journal.capture();
INSERT INTO journal.restoration (entry, restored_by) VALUES (1, 'me');
SELECT journal.track('task');
RESET ROLE;
DROP TABLE task, colour, visit;
DROP OWNED BY regress_writer;
DROP ROLE regress_writer;

-- The support right is a grant, which a dump keeps; the function does nothing.
GRANT EXECUTE ON FUNCTION journal.support TO regress_passer_by;
SELECT has_function_privilege('regress_passer_by', 'journal.support()', 'EXECUTE');
SELECT journal.support();
SELECT obj_description('journal.support()'::regprocedure, 'pg_proc');

-- No function runs with its owner's rights under the caller's search_path, and a path that is set ends with pg_temp: left
-- out, the caller's temporary schema would come first.
SELECT p.oid::regprocedure, p.proconfig
FROM pg_proc p LEFT JOIN LATERAL unnest(p.proconfig) AS s (setting) ON s.setting LIKE 'search_path=%'
WHERE p.pronamespace = 'journal'::regnamespace
  AND CASE WHEN s.setting IS NULL THEN p.prosecdef ELSE s.setting !~ ', pg_temp$' END;
-- A stranger's operators and relations are not run either.
CREATE SCHEMA regress_trap;
CREATE FUNCTION regress_trap.spring(timestamptz, timestamptz) RETURNS boolean LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the trap is sprung by %', current_user; END $$;
CREATE OPERATOR regress_trap.>= (FUNCTION = regress_trap.spring, LEFTARG = timestamptz, RIGHTARG = timestamptz);
CREATE OPERATOR regress_trap.< (FUNCTION = regress_trap.spring, LEFTARG = timestamptz, RIGHTARG = timestamptz);
CREATE FUNCTION regress_trap.spring(oid, oid) RETURNS boolean LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the trap is sprung by %', current_user; END $$;
CREATE OPERATOR regress_trap.= (FUNCTION = regress_trap.spring, LEFTARG = oid, RIGHTARG = oid);
CREATE FUNCTION regress_trap.aclexplode(aclitem[]) RETURNS SETOF record LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the trap is sprung by %', current_user; END $$;
GRANT USAGE ON SCHEMA regress_trap TO regress_passer_by;
SET ROLE regress_passer_by;
SET search_path = regress_trap, pg_catalog, pg_temp;
CREATE TEMP TABLE entry_default (occurred_at timestamptz);
CREATE TEMP TABLE pg_class (oid oid);
SELECT now() >= now();
SELECT journal.maintain(5);
RESET ROLE;
RESET search_path;

\set VERBOSITY terse
DROP SCHEMA regress_trap CASCADE;
DROP OWNED BY regress_passer_by;
DROP ROLE regress_passer_by;
