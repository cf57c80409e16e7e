-- Every update script begins with this: it notes what is there already, for 90_privileges.sql and update_end.sql.

-- Privileges on these objects are their users' business.
SELECT pg_catalog.set_config('event_journal_script.older_objects', ARRAY(
    SELECT pg_catalog.concat_ws(' ', 'pg_namespace', oid) FROM pg_catalog.pg_namespace WHERE nspname = 'journal'
    UNION ALL
    SELECT pg_catalog.concat_ws(' ', 'pg_class', oid) FROM pg_catalog.pg_class
    WHERE relnamespace = 'journal'::pg_catalog.regnamespace
    UNION ALL
    SELECT pg_catalog.concat_ws(' ', 'pg_proc', oid) FROM pg_catalog.pg_proc
    WHERE pronamespace = 'journal'::pg_catalog.regnamespace)::text, true);

-- Who may call which function: one that is dropped and made again with other arguments loses that.
SELECT pg_catalog.set_config('event_journal_script.older_callers', (
    SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
               'oid', p.oid, 'name', p.proname, 'caller', g.grantee, 'option', g.is_grantable)), '[]')
    FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) g
    WHERE p.pronamespace = 'journal'::pg_catalog.regnamespace AND g.grantee <> p.proowner)::text, true);
