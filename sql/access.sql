\i test/regress/fresh.sql
-- Levels of access: what each may do, and what not.

CREATE ROLE regress_one;
CREATE ROLE "Regress Two";
CREATE VIEW held AS
SELECT g.grantee::regrole AS role, 'relation' AS what, c.oid::regclass::text AS name, string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type) AS privileges
FROM pg_class c, aclexplode(c.relacl) g
WHERE c.relnamespace = 'journal'::regnamespace AND g.grantee <> c.relowner AND g.grantee <> 0 GROUP BY 1, 3
UNION ALL
SELECT g.grantee::regrole, 'columns', a.attrelid::regclass::text, g.privilege_type || ' of ' || string_agg(a.attname, ', ' ORDER BY a.attnum)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid, aclexplode(a.attacl) g
WHERE c.relnamespace = 'journal'::regnamespace AND g.grantee <> c.relowner AND g.grantee <> 0 GROUP BY 1, 3, g.privilege_type
UNION ALL
SELECT g.grantee::regrole, 'function', p.oid::regprocedure::text, string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type)
FROM pg_proc p, aclexplode(p.proacl) g
WHERE p.pronamespace = 'journal'::regnamespace AND g.grantee <> p.proowner AND g.grantee <> 0 GROUP BY 1, 3
UNION ALL
SELECT g.grantee::regrole, 'schema', n.nspname, string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type)
FROM pg_namespace n, aclexplode(n.nspacl) g
WHERE n.nspname = 'journal' AND g.grantee <> n.nspowner AND g.grantee <> 0 GROUP BY 1, 3;

SELECT journal.grant_access('reader', 'regress_one');
SELECT what, name, privileges FROM held ORDER BY what DESC, name;
-- What each further level has beyond the reader's.
CREATE TABLE reads AS SELECT * FROM held;
CREATE PROCEDURE show_level(level text) LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    PERFORM journal.grant_access(level, 'regress_one');
    FOR line IN SELECT concat_ws(' ', what, name, privileges) FROM (SELECT * FROM held EXCEPT SELECT * FROM reads) h ORDER BY 1 LOOP
        RAISE INFO '%: %', level, line;
    END LOOP;
    PERFORM journal.revoke_access(level, 'regress_one');
    IF EXISTS (SELECT FROM held EXCEPT SELECT FROM reads) OR (SELECT count(*) FROM held) <> (SELECT count(*) FROM reads) THEN
        RAISE EXCEPTION '% leaves something behind, or takes too much', level;
    END IF;
END
$$;
CALL show_level('auditor');
CALL show_level('restorer');
CALL show_level('support');
CALL show_level('administrator');

-- What belongs to no level: what triggers call, what the owner alone calls, and what is given by itself.
SELECT journal.grant_access('administrator', 'regress_one'), journal.grant_access('support', 'regress_one');
SELECT p.oid::regprocedure FROM pg_proc p
WHERE pronamespace = 'journal'::regnamespace AND prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
  AND NOT EXISTS (SELECT FROM aclexplode(p.proacl) g WHERE g.grantee IN (0, 'regress_one'::regrole)) ORDER BY 1;
SELECT level FROM journal.granted_access WHERE role = 'regress_one'::regrole ORDER BY 1;

-- Said twice it is the same; what another level gives stays, and nothing stays of none.
SELECT count(*) FROM held;
SELECT journal.grant_access('support', 'regress_one'), journal.grant_access('reader', '"Regress Two"');
SELECT count(*) FROM held WHERE role = 'regress_one'::regrole;
SELECT journal.revoke_access('administrator', 'regress_one'), journal.revoke_access('administrator', 'regress_one');
SELECT has_function_privilege('regress_one', 'journal.support()', 'EXECUTE') AS support,
       has_function_privilege('regress_one', 'journal.any_object_type()', 'EXECUTE') AS administrator,
       has_table_privilege('regress_one', 'journal.entry', 'SELECT') AS reader;
SELECT journal.revoke_access('support', 'regress_one');
SELECT has_table_privilege('regress_one', 'journal.entry', 'SELECT') AS reader;
SELECT journal.revoke_access('reader', 'regress_one'), journal.revoke_access('auditor', 'regress_one');
SELECT role, count(*) FROM held GROUP BY role;

-- What they refuse.
SELECT journal.grant_access('raeder', 'regress_one');
SELECT journal.revoke_access('admin', 'regress_one');
SELECT journal.grant_access('reader', 'regress_nobody');
SELECT journal.grant_access(NULL, 'regress_one');
SELECT journal.revoke_access('reader', NULL);
GRANT USAGE ON SCHEMA journal TO regress_one;
GRANT EXECUTE ON FUNCTION journal.grant_access, journal.revoke_access, journal.report, journal.history, journal.deleted_objects,
    journal.restore, journal.undo, journal.revert TO regress_one;
SET ROLE regress_one;
SELECT journal.grant_access('reader', 'regress_one');
SELECT journal.revoke_access('reader', '"Regress Two"');
-- An error where the journal's own code is reached names the call that helps.
SELECT * FROM journal.report();
SELECT * FROM journal.history('a', '1');
SELECT * FROM journal.deleted_objects();
SELECT * FROM journal.restore(1);
SELECT * FROM journal.undo('1');
SELECT * FROM journal.revert(1);
RESET ROLE;
BEGIN READ ONLY;
SELECT journal.grant_access('reader', 'regress_one');
ROLLBACK;

-- The levels at work.
CREATE TABLE thing (id integer PRIMARY KEY, name text);
GRANT INSERT ON thing TO regress_one;
GRANT SELECT ON thing TO "Regress Two";
SELECT journal.track('thing', 'thing');
SELECT journal.add_event_type('thing.deleted', 'other', 'deleted', 'thing', '{"en": "Thing deleted"}', 'journal');
SELECT journal.add_rule('thing', 'thing.deleted', 'delete');
INSERT INTO thing VALUES (1, 'first');
DELETE FROM thing;
SELECT max(id) AS deletion FROM journal.entry \gset
SELECT journal.grant_access('restorer', 'regress_one'), journal.grant_access('auditor', '"Regress Two"');
SET ROLE regress_one;
SELECT object_label, restorable FROM journal.deleted_objects();
SELECT object_label, outcome FROM journal.restore(:deletion);
SELECT count(*) FROM journal.undos;
-- Another account's name is in it.
SELECT accounts FROM journal.undone;
SELECT count(*) FROM journal.entries;
SET ROLE "Regress Two";
SELECT event, label, restored_entry IS NOT NULL AS restored FROM journal.entries ORDER BY id;
SELECT relation, object_type, label, tracked FROM journal.tracked_relations;
SELECT count(*) FROM journal.event_rules;
SELECT name FROM journal.table_as_of(NULL::thing, now());
SELECT count(*) FROM journal.verify_history('thing');
SELECT journal.restore(:deletion);
RESET ROLE;
DROP OWNED BY regress_one, "Regress Two";
DROP ROLE regress_one, "Regress Two";
