-- Append-only. Rows are guarded on the parent (the server clones that trigger to every partition), TRUNCATE on the parent
-- and on every partition, ENABLE ALWAYS: session_replication_role passes other triggers.
CREATE FUNCTION journal.refuse_change() RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_refuse_change';
COMMENT ON FUNCTION journal.refuse_change() IS
    'trigger function that refuses UPDATE, DELETE and TRUNCATE of the journal to everybody (JE040)';

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['entry', 'session', 'context', 'layout', 'restoration', 'rename'] LOOP
        EXECUTE pg_catalog.format(
            'CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON journal.%I FOR EACH ROW '
            'EXECUTE FUNCTION journal.refuse_change()', guarded);
        EXECUTE pg_catalog.format(
            'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON journal.%I FOR EACH STATEMENT '
            'EXECUTE FUNCTION journal.refuse_change()', guarded);
        EXECUTE pg_catalog.format('ALTER TABLE journal.%I ENABLE ALWAYS TRIGGER refuse_change', guarded);
        EXECUTE pg_catalog.format('ALTER TABLE journal.%I ENABLE ALWAYS TRIGGER refuse_truncate', guarded);
    END LOOP;
END
$$;
