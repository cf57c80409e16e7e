-- For tests that delete from a whole schema and bring all of it back: whole.keep() notes every row of a schema's tables,
-- whole.differs() says what is otherwise now, whole.delete() takes rows and all that refers to them.
--
-- When a row was written last (updated_at, last_update) tells of an undo as well, and is left out.
\set ECHO none
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set SHOW_CONTEXT never
CREATE SCHEMA whole;
CREATE TABLE whole.kept (phase text, tab text, row text);

CREATE FUNCTION whole.present(schema name) RETURNS TABLE (tab text, "row" text) LANGUAGE plpgsql AS $$
BEGIN
    FOR tab IN
        SELECT oid::regclass::text FROM pg_class
        WHERE relnamespace = schema::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1
    LOOP
        RETURN QUERY EXECUTE format('SELECT %1$L, (to_jsonb(t) - ''{last_update,updated_at}''::text[])::text FROM %1$s t', tab);
    END LOOP;
END $$;

CREATE FUNCTION whole.keep(phase text, schema name) RETURNS bigint LANGUAGE sql AS $$
    DELETE FROM whole.kept k WHERE k.phase = keep.phase;
    WITH rows AS (INSERT INTO whole.kept SELECT phase, * FROM whole.present(schema) RETURNING 1) SELECT count(*) FROM rows
$$;

CREATE FUNCTION whole.differs(phase text, schema name) RETURNS SETOF text LANGUAGE sql AS $$
    (SELECT 'missing: ' || tab || ' ' || row FROM (SELECT tab, row FROM whole.kept k WHERE k.phase = differs.phase
        EXCEPT ALL SELECT * FROM whole.present(schema)) m ORDER BY 1)
    UNION ALL
    (SELECT 'too many: ' || tab || ' ' || row FROM (SELECT * FROM whole.present(schema)
        EXCEPT ALL SELECT tab, row FROM whole.kept k WHERE k.phase = differs.phase) m ORDER BY 1)
$$;

-- Deletes the rows that a condition chooses, after all rows that refer to them, to any depth.
CREATE FUNCTION whole.delete(tab regclass, condition text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    child record;
    found boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %s)', tab, condition) INTO found;
    IF NOT found THEN RETURN; END IF;
    FOR child IN
        SELECT c.conrelid::regclass AS tab, string_agg(quote_ident(f.attname), ', ' ORDER BY n) AS columns,
               string_agg(quote_ident(r.attname), ', ' ORDER BY n) AS referenced
        FROM pg_constraint c, unnest(c.conkey, c.confkey) WITH ORDINALITY AS k (here, there, n), pg_attribute f, pg_attribute r
        WHERE c.contype = 'f' AND c.confrelid = $1 AND c.conrelid <> $1 AND c.confdeltype IN ('a', 'r')
          AND f.attrelid = c.conrelid AND f.attnum = here AND r.attrelid = c.confrelid AND r.attnum = there
        GROUP BY c.oid, c.conrelid ORDER BY c.conrelid::regclass::text, c.conname
    LOOP
        PERFORM whole.delete(child.tab, format('(%s) IN (SELECT %s FROM %s WHERE %s)', child.columns, child.referenced, tab, condition));
    END LOOP;
    EXECUTE format('DELETE FROM %s WHERE %s', tab, condition);
END $$;

-- How many rows a bringing back tells the same of; of an error, its parts.
CREATE FUNCTION whole.told(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    code text; message text; detail text; hint text;
BEGIN
    RETURN QUERY EXECUTE format('SELECT count(*) || '' '' || line FROM (%s) q (line) GROUP BY line ORDER BY line', query);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN QUERY SELECT line FROM unnest(ARRAY[code || ': ' || message, '  DETAIL: ' || nullif(detail, ''), '  HINT: ' || nullif(hint, '')]) line
                 WHERE line IS NOT NULL;
END $$;
CREATE FUNCTION whole.undo(transaction xid8) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT whole.told(format('SELECT concat_ws('' '', object_type, action, outcome, nullif(detail, '''')) FROM journal.undo(%L)', transaction))
$$;
CREATE FUNCTION whole.restore(entries bigint[], related text DEFAULT 'none') RETURNS SETOF text LANGUAGE sql AS $$
    SELECT whole.told(format('SELECT concat_ws('' '', object_type, outcome, nullif(detail, '''')) FROM journal.restore_all(%L, related => %L)', entries, related))
$$;
-- The newest transaction with entries, and its deletions.
CREATE FUNCTION whole.last() RETURNS xid8 LANGUAGE sql AS 'SELECT transaction_id FROM journal.entry ORDER BY id DESC LIMIT 1';
CREATE FUNCTION whole.deletions(transaction xid8) RETURNS bigint[] LANGUAGE sql AS $$
    SELECT array_agg(id ORDER BY id) FROM journal.entry WHERE transaction_id = transaction AND operation = 'd' AND id = change
$$;
-- Deletes rows with all that hangs on them, and restores them by their own newest deletion alone; what differs then.
CREATE FUNCTION whole.restore_one(tab regclass, condition text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM whole.delete(tab, condition);
    RETURN QUERY SELECT whole.restore(ARRAY[(
        SELECT max(id) FROM journal.entry WHERE operation = 'd'
        AND object_type = (SELECT object_type FROM journal.tracked_relations r WHERE r.relation = tab))], 'all');
    RETURN QUERY SELECT whole.differs('all', (SELECT relnamespace::regnamespace::name FROM pg_class WHERE oid = tab));
END $$;
RESET client_min_messages;
\set ECHO all
