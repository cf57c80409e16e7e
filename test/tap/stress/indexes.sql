-- Reads every partition of the journal by each of its indexes, and without: the ids found have to be the same. Returns the
-- indexes that find something else.
CREATE FUNCTION pg_temp.wrong_indexes() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    index record;
    found text;
    held text;
BEGIN
    FOR index IN
        SELECT i.indexrelid::regclass AS name, i.indrelid::regclass AS on_table, a.amname AS method,
               coalesce(pg_get_expr(i.indpred, i.indrelid), 'true') AS predicate,
               pg_get_indexdef(i.indexrelid, 1, true) AS first_column
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
        WHERE i.indrelid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'journal.entry'::regclass)
    LOOP
        SET LOCAL enable_seqscan = on; SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_bitmapscan = off;
        EXECUTE format('SELECT count(*), sum(id), md5(string_agg(id::text, '','' ORDER BY id)) FROM %s WHERE %s AND %s IS NOT NULL',
                       index.on_table, index.predicate, index.first_column) INTO held;
        SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = on; SET LOCAL enable_indexonlyscan = on; SET LOCAL enable_bitmapscan = on;
        EXECUTE format('SELECT count(*), sum(id), md5(string_agg(id::text, '','' ORDER BY id)) FROM %s WHERE %s AND %s >= %s',
                       index.on_table, index.predicate, index.first_column,
                       CASE WHEN index.first_column ~ '_hash' THEN '''-9223372036854775808''' ELSE '0' END) INTO found;
        IF found IS DISTINCT FROM held THEN
            RETURN NEXT index.name::text;
        END IF;
    END LOOP;
END
$$;
SELECT * FROM pg_temp.wrong_indexes();
