-- What a dump holds.

-- The journal's rows and what users added to the catalogue are data, not part of the extension; the shipped rows and the
-- incarnation (a restored journal begins a new one) are not dumped. Each call is a command of its own: all of them change the
-- same row of pg_extension.
DO $$
DECLARE
    dumped pg_catalog.regclass;
    condition text;
BEGIN
    FOR dumped, condition IN
        VALUES ('journal.event_group'::pg_catalog.regclass, 'WHERE NOT is_core'),
               ('journal.event_type', 'WHERE NOT is_core'),
               ('journal.event_title', ''),
               ('journal.term', 'WHERE NOT is_core'),
               ('journal.plan', 'WHERE NOT is_core'),
               ('journal.account', ''),
               ('journal.role_account', 'WHERE role::oid IN (SELECT oid FROM pg_catalog.pg_roles)'),
               ('journal.trusted_owner', 'WHERE owner::oid IN (SELECT oid FROM pg_catalog.pg_roles)'),
               ('journal.granted_access', 'WHERE role::oid IN (SELECT oid FROM pg_catalog.pg_roles)'),
               ('journal.tracked_relation', ''),
               ('journal.event_rule', ''),
               ('journal.layout', ''),
               ('journal.session', ''),
               ('journal.context', ''),
               ('journal.month', ''),
               ('journal.entry_default', ''),
               ('journal.label', ''),
               ('journal.rename', ''),
               ('journal.restoration', ''),
               ('journal.mark', ''),
               ('journal.consumer', 'WHERE role::oid IN (SELECT oid FROM pg_catalog.pg_roles)'),
               ('journal.gap', ''),
               ('journal.undone', '')
        UNION ALL
        SELECT c.oid, '' FROM pg_catalog.pg_class c
        WHERE c.relnamespace = 'journal'::pg_catalog.regnamespace AND c.relkind = 'S'
    LOOP
        PERFORM pg_catalog.pg_extension_config_dump(dumped, condition);
    END LOOP;
END
$$;
