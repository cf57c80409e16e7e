-- For tests that bring rows back: what differs between a table and a copy of it, value by value.
\set ECHO none
SET client_min_messages = warning;
CREATE SCHEMA test;
-- The latest deletion of an object.
CREATE FUNCTION test.deletion(type text, id text) RETURNS bigint LANGUAGE sql AS
    'SELECT max(e.id) FROM journal.entry e WHERE e.object_type = $1 AND e.object_id = $2 AND e.operation = ''d''';

-- Rows by their key (the first column) and their columns whose stored form differs; a row of one side only has column NULL.
CREATE FUNCTION test.differences(present regclass, expected regclass) RETURNS TABLE (key text, "column" text, is text, should_be text)
LANGUAGE plpgsql AS $$
DECLARE
    key_name name;
    column_name name;
BEGIN
    SELECT attname INTO key_name FROM pg_attribute WHERE attrelid = expected AND attnum > 0 AND NOT attisdropped ORDER BY attnum LIMIT 1;
    RETURN QUERY EXECUTE format(
        'SELECT coalesce(one.%1$I, two.%1$I)::text, NULL, one::text, two::text FROM %2$s one FULL JOIN %3$s two '
        'ON one.%1$I = two.%1$I WHERE (one.%1$I IS NULL) <> (two.%1$I IS NULL) ORDER BY 1', key_name, present, expected);
    FOR column_name IN
        SELECT attname FROM pg_attribute WHERE attrelid = expected AND attnum > 0 AND NOT attisdropped ORDER BY attnum
    LOOP
        -- The values' bytes are compared: 1.10 and 1.1 are equal by =, and not here.
        RETURN QUERY EXECUTE format(
            'SELECT one.%1$I::text, %4$L, one.%5$I::text, two.%5$I::text FROM %2$s one JOIN %3$s two ON one.%1$I = two.%1$I '
            'WHERE record_image_ne(ROW(one.%5$I), ROW(two.%5$I)) ORDER BY 1', key_name, present, expected, column_name, column_name);
    END LOOP;
END
$$;

-- What a restore is refused with, or what triggers set in the row; ids, which may vary, as N.
CREATE FUNCTION test.refused(entry bigint, reason text DEFAULT NULL, exact boolean DEFAULT false) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    code text; message text; detail text; hint text;
BEGIN
    RETURN QUERY SELECT trim('restored ' || r.detail) FROM journal.restore(entry, reason, exact => refused.exact) r;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN NEXT format('%s: %s', code, regexp_replace(message, 'entry \d+', 'entry N'));
    IF detail <> '' THEN RETURN NEXT '  DETAIL: ' || regexp_replace(detail, 'entry \d+', 'entry N'); END IF;
    IF hint <> '' THEN RETURN NEXT '  HINT: ' || hint; END IF;
END
$$;
RESET client_min_messages;
\set ECHO all
