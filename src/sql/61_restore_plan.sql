-- What a restore would do.

-- A dry run writes nothing: it is as stable as a report, and runs on a standby.
CREATE FUNCTION journal.restore_plan(entry bigint, related text DEFAULT 'none', overrides jsonb DEFAULT NULL)
    RETURNS TABLE (relation regclass, object_type text, object_id text, object_label text, entry bigint, action text,
                   new_values jsonb, old_values jsonb, conflict text, sqlstate text, detail text, hint text,
                   triggers text[])
    LANGUAGE c STABLE PARALLEL UNSAFE ROWS 10 AS 'MODULE_PATHNAME', 'journal_restore_plan';
COMMENT ON FUNCTION journal.restore_plan(bigint, text, jsonb) IS
    'what restore would insert and change, and what stands in the way of each row, without doing anything';

CREATE FUNCTION journal.restore_plan(entries bigint[], related text DEFAULT 'none', overrides jsonb DEFAULT NULL)
    RETURNS TABLE (relation regclass, object_type text, object_id text, object_label text, entry bigint, action text,
                   new_values jsonb, old_values jsonb, conflict text, sqlstate text, detail text, hint text,
                   triggers text[])
    LANGUAGE c STABLE PARALLEL UNSAFE ROWS 100 AS 'MODULE_PATHNAME', 'journal_restore_plan_all';
COMMENT ON FUNCTION journal.restore_plan(bigint[], text, jsonb) IS
    'what restore_all would insert and change, and what stands in the way of each row, without doing anything';
