-- Who may do what.

-- Nothing is for PUBLIC, and nothing for those to whom the installer's default privileges would give it. An update leaves
-- what was there before as its users want it.
DO $$
DECLARE
    older text[] := pg_catalog.current_setting('event_journal_script.older_objects');
    revoke text;
BEGIN
    FOR revoke IN
        SELECT pg_catalog.format('REVOKE ALL ON SCHEMA journal FROM %s CASCADE', grantee)
        FROM (SELECT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::pg_catalog.regrole::text END
              FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) g
              WHERE n.nspname = 'journal' AND g.grantee <> n.nspowner
                AND pg_catalog.concat_ws(' ', 'pg_namespace', n.oid) <> ALL (older)) AS s (grantee)
        UNION
        SELECT pg_catalog.format('REVOKE ALL ON %s %I.%I FROM %s CASCADE',
                                 CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, 'journal', c.relname,
                                 CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::pg_catalog.regrole::text END)
        FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) g
        WHERE c.relnamespace = 'journal'::pg_catalog.regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
          AND g.grantee <> c.relowner AND pg_catalog.concat_ws(' ', 'pg_class', c.oid) <> ALL (older)
        UNION
        SELECT pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM %s CASCADE', p.oid::pg_catalog.regprocedure,
                                 CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::pg_catalog.regrole::text END)
        FROM pg_catalog.pg_proc p,
             pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) g
        WHERE p.pronamespace = 'journal'::pg_catalog.regnamespace AND g.grantee <> p.proowner
          AND pg_catalog.concat_ws(' ', 'pg_proc', p.oid) <> ALL (older)
    LOOP
        EXECUTE revoke;
    END LOOP;
END
$$;

-- Casts are functions of whoever writes a date. Policies call two of these as whoever reads, who may have SELECT on a table by a grant of his own, and the months' indexes the
-- others as whoever writes. They tell nobody more than what is his. An update grants them only where it made them: what an extension's script grants makes all that is granted
-- on the function the extension's own, which a dump leaves out.
DO $$
DECLARE
    called pg_catalog.regprocedure;
BEGIN
    FOREACH called IN ARRAY '{journal.visible_since(text),journal.is_unconfined(),"journal.object_hash(text,text,text)","journal.deletion_hash(text,text,text)",
                            "journal.entry_hash(text,text,text,\"char\")",journal.account_hash(text),
                            "journal.entry_facts(integer,boolean,\"char\",text,text)",journal.moment(timestamp),journal.moment(date),
                            "journal.search_words(text,text,bytea,bytea,\"char\")"}'::pg_catalog.regprocedure[] LOOP
        IF pg_catalog.concat_ws(' ', 'pg_proc', called::oid)
           <> ALL (pg_catalog.current_setting('event_journal_script.older_objects')::text[]) THEN
            EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', called);
        END IF;
    END LOOP;
END
$$;
