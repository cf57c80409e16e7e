-- For tests on the ordinary tables: test.back() tries to bring back what the newest transaction did, and tells all of it.
\set ECHO none
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set SHOW_CONTEXT never

-- Rows as text, without what differs each time.
CREATE FUNCTION test.rows(tables text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY tables LOOP
        RETURN QUERY EXECUTE format('SELECT %L || (to_jsonb(t) - ''updated_at'')::text FROM %s t ORDER BY 1', '    ' || name || ' ', name);
    END LOOP;
END $$;

-- What varies, as N.
CREATE FUNCTION test.plain(line text) RETURNS text LANGUAGE sql AS $$
    SELECT regexp_replace(regexp_replace(regexp_replace(line, 'transaction \d+ \(([^,]*), [^)]*\)', 'T (\1)', 'g'),
                                         '(transaction|entry|entries|of) \d+', '\1 N', 'g'),
                          '\d{4}-\d\d-\d\d[T ][0-9:.]+( [A-Z]+|[+-][0-9:]+)', 'TIME', 'g')
$$;

-- Runs a query of lines; of an error, its parts.
CREATE FUNCTION test.lines(query text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    lines text[]; code text; message text; detail text; hint text;
BEGIN
    EXECUTE format('SELECT array_agg(test.plain(line)) FROM (%s) q (line)', query) INTO lines;
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    RETURN lines;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN ARRAY[test.plain(code || ': ' || message), '  DETAIL: ' || nullif(test.plain(detail), ''), '  HINT: ' || nullif(test.plain(hint), '')];
END $$;

-- What restore would do and does with the rows that the newest transaction deleted, which is rolled back; then the same of undo, which stays.
CREATE FUNCTION test.back(VARIADIC tables text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    entries bigint[] := (SELECT array_agg(id ORDER BY id) FROM journal.entry WHERE transaction_id = test.last() AND operation = 'd');
    transaction xid8 := test.last();
    lines text[];
BEGIN
    IF entries IS NOT NULL THEN
        BEGIN
            lines := ARRAY['restore_plan'] || test.lines(format('SELECT concat_ws('' '', ''  '', object_type, object_id, action, '
                'conflict, sqlstate, detail, ''fires '' || triggers::text) FROM journal.restore_plan(%L::bigint[])', entries));
            lines := lines || 'restore'::text || test.lines(format('SELECT concat_ws('' '', ''  '', object_type, object_id, outcome, '
                'detail) FROM journal.restore_all(%L)', entries));
            lines := lines || ARRAY(SELECT test.rows(tables));
            RAISE EXCEPTION 'roll back' USING ERRCODE = 'XX999';
        EXCEPTION WHEN SQLSTATE 'XX999' THEN
            RETURN QUERY SELECT line FROM unnest(lines) line WHERE line IS NOT NULL;
        END;
    END IF;
    lines := ARRAY['undo_plan'] || test.lines(format('SELECT concat_ws('' '', ''  '', object_type, object_id, action, conflict, '
        'sqlstate, detail, ''fires '' || triggers::text) FROM journal.undo_plan(%L)', transaction));
    lines := lines || 'undo'::text || test.lines(format('SELECT concat_ws('' '', ''  '', object_type, object_id, action, outcome, '
        'detail) FROM journal.undo(%L)', transaction));
    RETURN QUERY SELECT line FROM unnest(lines || ARRAY(SELECT test.rows(tables))) line WHERE line IS NOT NULL;
END $$;
RESET client_min_messages;
\set ECHO all
