-- Every update script ends with this: whoever could call a function that was dropped can call the one of the same name that
-- was made in its place.
--
-- What an extension's script grants counts as the extension's own, which a dump leaves out; a user's grant may not be lost
-- there, so pg_init_privs gets back what it said, and so does (from PostgreSQL 17 on) the list of roles in it.
DO $$
DECLARE
    replaced record;
    own aclitem[];
BEGIN
    FOR replaced IN
        SELECT p.oid, o.caller, o.option
        FROM pg_catalog.jsonb_to_recordset(pg_catalog.current_setting('event_journal_script.older_callers')::jsonb)
                 AS o (oid oid, name name, caller oid, option boolean)
            JOIN pg_catalog.pg_proc p ON p.proname = o.name AND p.pronamespace = 'journal'::pg_catalog.regnamespace
        WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_proc same WHERE same.oid = o.oid)
          AND pg_catalog.concat_ws(' ', 'pg_proc', p.oid)
              <> ALL (pg_catalog.current_setting('event_journal_script.older_objects')::text[])
    LOOP
        SELECT initprivs INTO STRICT own FROM pg_catalog.pg_init_privs
        WHERE classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND objoid = replaced.oid;
        EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO %s%s', replaced.oid::pg_catalog.regprocedure,
                                  CASE replaced.caller WHEN 0 THEN 'PUBLIC' ELSE replaced.caller::pg_catalog.regrole::text END,
                                  CASE WHEN replaced.option THEN ' WITH GRANT OPTION' ELSE '' END);
        UPDATE pg_catalog.pg_init_privs SET initprivs = own
        WHERE classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND objoid = replaced.oid;
        DELETE FROM pg_catalog.pg_shdepend
        WHERE dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
          AND classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND objid = replaced.oid AND deptype = 'i';
    END LOOP;
END
$$;
