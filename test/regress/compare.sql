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
        'SELECT coalesce(p.%1$I, e.%1$I)::text, NULL, p::text, e::text FROM %2$s p FULL JOIN %3$s e ON p.%1$I = e.%1$I '
        'WHERE (p.%1$I IS NULL) <> (e.%1$I IS NULL) ORDER BY 1', key_name, present, expected);
    FOR column_name IN
        SELECT attname FROM pg_attribute WHERE attrelid = expected AND attnum > 0 AND NOT attisdropped ORDER BY attnum
    LOOP
        -- The operator compares the values' bytes: 1.10 and 1.1 are equal by =, and not here.
        RETURN QUERY EXECUTE format(
            'SELECT p.%1$I::text, %4$L, p.%5$I::text, e.%5$I::text FROM %2$s p JOIN %3$s e ON p.%1$I = e.%1$I '
            'WHERE ROW(p.%5$I) *<> ROW(e.%5$I) ORDER BY 1', key_name, present, expected, column_name, column_name);
    END LOOP;
END
$$;
RESET client_min_messages;
\set ECHO all
