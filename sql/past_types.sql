\i test/regress/fresh.sql
-- The past of every type of the catalogue that can be a column: what went through entries is, byte for byte, what it was.
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE TYPE shop.mood AS ENUM ('new', '1', 'it''s "done"', '{}', '[1,2)');
CREATE TYPE shop.pair AS (amount numeric, note text);
CREATE DOMAIN shop.words AS text[];
CREATE TYPE shop.mood_range AS RANGE (subtype = shop.mood, multirange_type_name = shop.mood_multirange);

-- What is tried as a value of each type.
CREATE TABLE literal (text text);
INSERT INTO literal VALUES ('0'), ('1'), ('-1'), ('1.10'), ('t'), ('false'), (''), ('a'), ('Ж "x" \ '), ('{}'), ('{1,NULL}'), ('{t,f}'), ('[1:2]={1,0}'),
    ('{{1,2},{3,4}}'), ('{"a": [1, null]}'), ('null'), ('"s"'), ('{NULL}'), ('{"a b","\"q\""}'), ('$.a[*]'), ('{$.a}'), ('infinity'), ('-infinity'), ('2024-02-29'),
    ('0044-03-15 BC'), ('2024-11-03 01:30:00.000001-05'), ('{2024-02-29,infinity}'), ('12:34:56.7'), ('12:34:56+03'), ('{12:34:56}'), ('1 mon -2 days +00:00:03.5'),
    ('{1 day}'), ('empty'), ('[1,2)'), ('(,)'), ('[2024-01-01,2024-02-01)'), ('{[1,2)}'), ('{"[1,2)"}'), ('{(,)}'), ('{"{[1,2)}"}'), ('{[2024-01-01,2024-02-01)}'),
    ('{"[2024-01-01,2024-02-01)"}'), ('["1","{}"]'), ('NaN'), ('(1,1)'), ('(0.1,-0)'), ('{"(1,1)"}'), ('{1,-1,0.3}'), ('{"{1,-1,0.3}"}'), ('[(1,2),(3,4)]'),
    ('{"[(1,2),(3,4)]"}'), ('(2,2),(0.1,0.1)'), ('((0,0),(1,1))'), ('<(0,1),2>'), ('{"<(0,1),2>"}'), ('{(2,2),(1,1);(3,3),(0,0)}'), ('192.168.0.1/32'), ('2001:db8::/32'),
    ('{10.0.0.0/8}'), ('08:00:2b:01:02:03'), ('08:00:2b:01:02:03:04:05'), ('{08:00:2b:01:02:03}'), ('{08:00:2b:01:02:03:04:05}'),
    ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), ('{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}'), ('\x00ff'), ('{"\\x00ff"}'), ('101'), ('0/16B3748'), ('{0/1}'), ('10:20:10,14'),
    ('{"10:20:10,14"}'), ('pg_class'), ('{pg_class}'), ('pg_catalog.lower(text)'), ('{lower(text)}'), ('pg_backend_pid'), ('{pg_backend_pid}'), ('integer'), ('{integer}'),
    ('pg_catalog.+(integer,integer)'), ('{"pg_catalog.+(integer,integer)"}'), ('||/'), ('{||/}'), ('english'), ('{english}'), ('simple'), ('{simple}'), ('pg_catalog'),
    ('{pg_catalog}'), ('postgres'), ('{postgres}'), ('"C"'), ('{"\"C\""}'), ('a:1 b:2A'), ('{a:1}'), ('a & !b'), ('(0,1)'), ('{"(0,1)"}'), ('(1,x)'), ('{"(1,x)"}'),
    ('<a>x</a>'), ('{<a/>}'), ('postgres=arwdDxt/postgres'), ('{postgres=r/postgres}'), ('$1.10'), ('{$1.10}');

CREATE TABLE sample (type oid, value text, n integer);
CREATE FUNCTION try(type oid, value text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SELECT %L::%s::text', value, format_type(type, NULL));
    RETURN true;
EXCEPTION WHEN OTHERS THEN
    RETURN false;
END $$;
INSERT INTO sample
SELECT t.oid, text, row_number() OVER (PARTITION BY t.oid ORDER BY text COLLATE "C") - 1
FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem, literal
WHERE t.typtype <> 'p' AND e.typtype IS DISTINCT FROM 'p' AND t.typisdefined
  AND t.typnamespace IN ('pg_catalog'::regnamespace, 'shop'::regnamespace)
  AND NOT EXISTS (SELECT FROM pg_class WHERE reltype <> 0 AND reltype IN (t.oid, t.typelem) AND relkind <> 'c') AND try(t.oid, text);

-- Forty types a table, four rows: each row's values come from the samples in turn.
CREATE TABLE placed AS
SELECT type, format_type(type, NULL) AS name, count(*) AS samples, 'c' || type AS col, (row_number() OVER (ORDER BY type) - 1) / 40 AS tab
FROM sample GROUP BY type;
CREATE FUNCTION fill(tab bigint, shift integer) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%I = CASE id %s END', col, (SELECT string_agg(format('WHEN %s THEN %s::%s', id, coalesce(
        (SELECT quote_literal(value) FROM sample s WHERE s.type = p.type AND s.n = (id * 7 + shift * 3) % (p.samples + 1)), 'NULL'), name), ' ')
        FROM generate_series(1, 4) id)), ', ')
    FROM placed p WHERE p.tab = $1
$$;
-- A statement for each of the tables: %1$s is the table, %2$s the assignments.
CREATE FUNCTION for_each(statement text, shift integer DEFAULT 0) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    t bigint;
BEGIN
    FOR t IN SELECT DISTINCT tab FROM placed ORDER BY 1 LOOP
        EXECUTE format(statement, 'types' || t, fill(t, shift));
    END LOOP;
END $$;
DO $$
DECLARE
    statement text;
BEGIN
    FOR statement IN SELECT format('CREATE TABLE shop.types%s (id integer PRIMARY KEY, %s)', tab, string_agg(format('%I %s', col, name), ', '))
                     FROM placed GROUP BY tab LOOP
        EXECUTE statement;
    END LOOP;
END $$;
SELECT journal.track_schema('shop') = (SELECT max(tab) + 1 FROM placed) AS tracked;
-- Types of which no value can be written are left out, such as pg_ndistinct.
SELECT count(*) > 150 AS many_types, count(*) FILTER (WHERE samples >= 2) > 130 AS of_several_values FROM placed;

SELECT for_each('INSERT INTO shop.%1$I (id) SELECT generate_series(1, 4)');
SELECT for_each('UPDATE shop.%1$I SET %2$s');
CREATE SCHEMA copy;
SELECT for_each('CREATE TABLE copy.%1$I AS TABLE shop.%1$I');
SELECT journal.mark('filled') IS NOT NULL AS marked;

-- Other settings than those of the session that will read.
SET DateStyle = 'German'; SET TimeZone = 'Asia/Kolkata'; SET IntervalStyle = 'sql_standard'; SET bytea_output = 'escape'; SET extra_float_digits = -15;
SELECT for_each('UPDATE shop.%1$I SET %2$s', 1);
SELECT for_each('UPDATE shop.%1$I SET %2$s WHERE id < 4', 2);
SELECT for_each('DELETE FROM shop.%1$I WHERE id = 2');
SET DateStyle = 'SQL, DMY'; SET TimeZone = 'America/Havana'; SET IntervalStyle = 'iso_8601'; SET array_nulls = off;

-- What differs is kept; nothing is.
CREATE TABLE wrong (what text, tab text, key text);
SELECT for_each('INSERT INTO wrong SELECT ''past'', %1$L, coalesce(a.id, b.id) FROM journal.table_as_of(NULL::shop.%1$I, mark => ''filled'') a '
                'FULL JOIN copy.%1$I b ON a.id = b.id WHERE a.id IS NULL OR b.id IS NULL OR (a.*)::record *<> (b.*)::record');
SELECT for_each('INSERT INTO wrong SELECT ''diff'', %1$L, d.object_id FROM journal.diff(NULL::shop.%1$I, from_mark => ''filled'') d JOIN copy.%1$I b '
                'ON b.id::text = d.object_id WHERE d.old_row::record *<> (b.*)::record OR (d.object_id = ''2'') <> (d.operation = ''delete'')');
SELECT for_each('INSERT INTO wrong SELECT ''history'', %1$L, v.object_id FROM journal.verify_history(''shop.%1$I'') v');
SELECT for_each('INSERT INTO wrong SELECT ''unchanged'', %1$L FROM copy.%1$I c JOIN shop.%1$I t USING (id) HAVING bool_and(c::record *= t::record)');
SELECT * FROM wrong;
