\echo Use "CREATE EXTENSION event_journal" to load this file. \quit

-- event_journal: the install script. Its parts stand in src/sql and are joined in the order of their numbers.

-- A schema of this name that somebody else owns, or that already holds objects, could plant functions in our way.
DO $$
DECLARE
    schema_owner name;
BEGIN
    SELECT pg_catalog.pg_get_userbyid(nspowner) INTO schema_owner
    FROM pg_catalog.pg_namespace WHERE nspname OPERATOR(pg_catalog.=) 'journal';
    IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) schema_owner) THEN
        RAISE EXCEPTION 'schema "journal" belongs to role "%", which is not a superuser', schema_owner
            USING HINT = 'Rename or drop that schema, then create the extension.';
    END IF;
    IF EXISTS (SELECT FROM pg_catalog.pg_class WHERE relnamespace OPERATOR(pg_catalog.=) 'journal'::pg_catalog.regnamespace)
       OR EXISTS (SELECT FROM pg_catalog.pg_proc WHERE pronamespace OPERATOR(pg_catalog.=) 'journal'::pg_catalog.regnamespace)
    THEN
        RAISE EXCEPTION 'schema "journal" is not empty'
            USING HINT = 'Rename or drop that schema, then create the extension.';
    END IF;
END
$$;

-- Nothing was there before; an update script says here what was (update_begin.sql), and 90_privileges.sql reads it.
SELECT pg_catalog.set_config('event_journal_script.older_objects', '{}', true);
