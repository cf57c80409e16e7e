\i test/regress/fresh.sql
\i test/regress/compare.sql
-- Every value comes back as it was, whatever the settings of the session that deleted it and of the one that restores it.
-- What differs is printed; nothing is.
SET client_min_messages = warning;  -- reading an empty tsquery makes a remark

CREATE SCHEMA shop;
CREATE SCHEMA elsewhere;
CREATE TYPE shop.mood AS ENUM ('new', 'in work', 'it''s "done"', 'готово');
CREATE TYPE shop.pair AS (amount numeric, note text, at timestamptz, tags text[]);
CREATE TYPE shop.nested AS (one shop.pair, many shop.pair[], state shop.mood);
CREATE DOMAIN shop.positive AS numeric(20, 3) CHECK (value > 0);
CREATE DOMAIN shop.words AS text[] NOT NULL DEFAULT '{}';
CREATE TYPE shop.mood_range AS RANGE (subtype = shop.mood, multirange_type_name = shop.mood_multirange);
CREATE FUNCTION elsewhere.shout(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper($1)';

CREATE TABLE shop.numbers (
    id integer PRIMARY KEY, i2 smallint, i4 integer, i8 bigint, n numeric, n2 numeric(12, 2), n_ numeric(3, -2), f4 real, f8 double precision,
    b boolean, o oid, x xid8, m money
);
INSERT INTO shop.numbers VALUES
    (1, -32768, -2147483648, -9223372036854775808, 'NaN', 'NaN', 0, 'NaN', 'NaN', true, 0, '0', '-92233720368547758.08'),
    (2, 32767, 2147483647, 9223372036854775807, 'Infinity', 1.10, 12300, 'Infinity', 'Infinity', false, 4294967295, '18446744073709551615', '92233720368547758.07'),
    (3, 0, 0, 0, '-Infinity', 0.00, -99900, '-Infinity', '-Infinity', NULL, 1, '7', '-0.01'),
    (4, 1, 1, 1, 1.10, -1.10, NULL, '-0', '-0', true, 2, '8', '1234.56'),
    (5, 2, 2, 2, 1.1000000000000000000000, 9999999999.99, NULL, 1.17549435e-38, 2.2250738585072014e-308, true, 3, '9', '0'),
    (6, 3, 3, 3, 0.000, 0, NULL, 3.4028235e38, 1.7976931348623157e308, true, 3, '9', '0'),
    (7, 4, 4, 4, ('1' || repeat('0', 5000) || '.' || repeat('3', 3000))::numeric, 0, NULL, 1e-45, 5e-324, true, 3, '9', '0'),
    (8, 5, 5, 5, ('-0.' || repeat('0', 1000) || '7')::numeric, 0, NULL, 0.1, 0.1::float8 + 0.2, true, 3, '9', '0'),
    (9, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE shop.texts (
    id integer PRIMARY KEY, t text, v varchar(8), c char(6), c1 "char", n name, b bytea, u uuid, j json, jb jsonb, jp jsonpath,
    bits bit(5), varbits varbit, tv tsvector, tq tsquery
);
INSERT INTO shop.texts VALUES
    (1, '', '', '', '', '', '', '00000000-0000-0000-0000-000000000000', 'null', 'null', '$', B'00000', B'', '', ''),
    (2, 'Ünïcödé Ж 漢字 😀', 'Ж😀', 'Ж', 'x', 'имя', '\x00ff0a5c27', 'FFFFFFFF-ffff-ffff-ffff-ffffffffffff',
     '{"a": 1, "a": 2,  "b":[1,2 , {"c":null}]}', '{"a": 1, "b": [1.10, null, {"c": "d"}], "": {}}', 'strict $.a[*] ? (@ > 1.10)',
     B'10101', B'1', 'a:1A fat:2B,4C ''it''''s'':3', 'fat & (rat | !cat:AB) <2> dog'),
    (3, E'line\nbreak\ttab\\ back''quote"', E'\\', ' a  ', '\', 'a b', convert_to('текст', 'UTF8'), gen_random_uuid(),
     '  "scalar"  ', '"scalar"', '$."key with space"', B'00001', B'0000000000000000000000000000000000000000000000000000000000000000000000001', NULL, NULL),
    (4, 'null', 'NULL', 'null', 'n', 'null', '\x', NULL, '1.10', '1.10', NULL, NULL, NULL, NULL, NULL),
    (5, '{}', '[]', '"a"', '1', '1', '\x5c78', NULL, '{}', '{}', NULL, NULL, NULL, NULL, NULL),
    (6, '1', 'true', '1.10', 't', 'true', 'true', NULL, '[]', '[]', NULL, NULL, NULL, NULL, NULL),
    (7, 'true', '1', '2', 't', 'x', 'x', NULL, 'true', 'true', NULL, NULL, NULL, NULL, NULL),
    (8, '"quoted"', '1', '2', 't', 'x', 'x', NULL, '""', '""', NULL, NULL, NULL, NULL, NULL),
    (9, repeat('длинный текст ', 20000), '1', '2', 't', 'x', decode(repeat('deadbeef', 20000), 'hex'), NULL,
     ('"' || repeat('x', 100000) || '"')::json, ('["' || repeat('y', 100000) || '"]')::jsonb, NULL, NULL, NULL, NULL, NULL),
    (10, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE shop.times (
    id integer PRIMARY KEY, d date, ts timestamp, tz timestamptz, ts0 timestamp(0), t time, ttz timetz, i interval, im interval year to month, i0 interval second(0)
);
INSERT INTO shop.times VALUES
    (1, 'infinity', 'infinity', 'infinity', NULL, '00:00', '00:00+15:59:59', '1 year 2 months -3 days +04:05:06.789', '3 years 1 month', '7 seconds'),
    (2, '-infinity', '-infinity', '-infinity', NULL, '24:00:00', '24:00:00-15:59', '-1 year +2 days -00:00:00.000001', '-1 month', NULL),
    (3, '4714-11-24 BC', '4714-11-24 00:00:00 BC', '4714-11-24 00:00:00+00 BC', NULL, '23:59:59.999999', '12:34:56.789-03:30', '0', NULL, NULL),
    (4, '5874897-12-31', '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00', NULL, NULL, NULL, '178000000 years', NULL, NULL),
    (5, '0044-03-15 BC', '0001-01-01 00:00:00 BC', '0044-03-15 12:00:00.5+00 BC', NULL, NULL, NULL, '-178000000 years -11 mons', NULL, NULL),
    (6, '2024-02-29', '2024-11-03 01:30:00.000001', '2024-11-03 01:30:00-05', '2024-01-02 03:04:05', '01:02:03.4', '01:02:03+03', '1 mon -1 day', NULL, NULL),
    (7, '1582-10-10', '1883-11-18 12:03:57', '1883-11-18 12:03:57+00', NULL, NULL, NULL, '2147483647 days -2147483648 months', NULL, NULL),
    (8, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE shop.collections (
    id integer PRIMARY KEY, a integer[], t text[], n numeric[], d date[], jb jsonb[], b bytea[], p shop.pair, ps shop.pair[], nest shop.nested,
    e shop.mood, es shop.mood[], dom shop.positive, w shop.words,
    r4 int4range, rn numrange, rt tstzrange, rd daterange, re shop.mood_range, mr int4multirange, mt tsmultirange, me shop.mood_multirange, rs int4range[]
);
INSERT INTO shop.collections VALUES
    (1, '{}', '{}', '{}', '{}', '{}', '{}', ROW(NULL, NULL, NULL, NULL), '{}', ROW(NULL, NULL, NULL), 'new', '{}', 0.001, '{}',
     'empty', 'empty', 'empty', 'empty', 'empty', '{}', '{}', '{}', '{}'),
    (2, '[-1:0][5:6]={{1,NULL},{3,4}}', ARRAY['', 'NULL', NULL, 'a,b', '{c}', '"d"', E'\\', ' e ', E'f\ng', 'Ж'], '{1.10,NaN,Infinity,-0.0}',
     '{infinity,"0044-03-15 BC",2024-02-29}', ARRAY['null', '{"a": [1]}', NULL, '"x"']::jsonb[], '{"\\x00ff","\\x"}',
     ROW(1.10, 'a,b "c" (d) ''e'' \f', '2024-11-03 01:30:00-05', ARRAY['x', NULL, 'NULL']),
     ARRAY[ROW(1.0, '', 'infinity', '{}')::shop.pair, NULL, ROW(NULL, NULL, NULL, NULL)::shop.pair],
     ROW(ROW(1.10, 'in', '0001-01-01 BC', '[5:5]={z}')::shop.pair, ARRAY[ROW(2, '(', NULL, NULL)::shop.pair], 'it''s "done"'),
     'готово', '{new,"in work","it''s \"done\"",NULL}', 12345678901234567.123, '[0:1]={a,NULL}',
     '[1,)', '(1.10,2.20]', '["2024-11-03 01:30:00-05",infinity)', '(,2024-02-29]', '[new,"in work")', '{[1,3),[5,)}',
     '{["2024-01-01 00:00","2024-01-02 00:00:00.000001")}', '{[new,new],["it''s \"done\"",]}', '{"[1,2)",empty,NULL}'),
    (3, '[2147483640:2147483642]={1,2,3}', '{{{a}}}', '{{1.0,2.00},{3.000,4}}', NULL, '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{one}',
     '(,)', '[-Infinity,Infinity]', '[-infinity,infinity]', '[infinity,infinity]', '(,)', '{(,)}', '{(,)}', '{(,)}', '[3:3]={"[1,2)"}');

CREATE TABLE shop.others (
    id integer PRIMARY KEY, ip inet, net cidr, mac macaddr, mac8 macaddr8, p point, l line, ls lseg, bx box, pa path, po polygon, ci circle, lsn pg_lsn,
    cl regclass, ty regtype, fu regprocedure, ro regrole, ns regnamespace, col text COLLATE "C"
);
INSERT INTO shop.others VALUES
    (1, '192.168.0.1/24', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', '(0.1,-0)', '{1,-1,0.30000000000000004}', '[(1e308,-1e-308),(NaN,Infinity)]',
     '(2,2),(0.1,0.1)', '[(0,0),(1,1.1)]', '((0,0),(1,1),(0.1,0.7))', '<(0.1,0.2),1e-10>', 'FFFFFFFF/FFFFFFFF',
     'shop.numbers', 'shop.mood[]', 'elsewhere.shout(text)', 'postgres', 'shop', 'a'),
    (2, '::ffff:1.2.3.4/100', '2001:db8::/32', NULL, NULL, NULL, NULL, NULL, NULL, '((0,0),(1,1.1))', NULL, NULL, '0/0',
     'pg_class', 'timestamp with time zone', 'lower(text)', NULL, 'pg_catalog', NULL),
    (3, NULL, NULL, NULL, NULL, '(Infinity,-Infinity)', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '0', '0', '0', '0', '0', NULL);

SELECT journal.track_schema('shop');
CREATE SCHEMA copy;
SELECT format('CREATE TABLE copy.%1$I AS TABLE shop.%1$I', relname) FROM pg_class
WHERE relnamespace = 'shop'::regnamespace AND relkind = 'r' ORDER BY relname \gexec

-- The writer.
SET DateStyle = 'German'; SET TimeZone = 'Asia/Kolkata'; SET IntervalStyle = 'sql_standard'; SET bytea_output = 'escape';
SET extra_float_digits = -15; SET array_nulls = off; SET lc_monetary = 'C'; SET search_path = elsewhere, shop, public; SET quote_all_identifiers = on;
DELETE FROM shop.numbers; DELETE FROM shop.texts; DELETE FROM shop.times; DELETE FROM shop.collections; DELETE FROM shop.others;

-- The restorer.
SET DateStyle = 'SQL, DMY'; SET TimeZone = 'America/Havana'; SET IntervalStyle = 'iso_8601'; SET bytea_output = 'hex';
SET extra_float_digits = 3; RESET array_nulls; SET search_path = ''; RESET quote_all_identifiers;
SELECT r.object_type, count(*) FROM (SELECT id FROM journal.entry WHERE operation = 'd' ORDER BY id) d, journal.restore(d.id) r GROUP BY 1 ORDER BY 1;
-- Its settings are its own again.
SELECT current_setting('DateStyle'), current_setting('TimeZone'), current_setting('IntervalStyle'), current_setting('search_path');
RESET ALL; SET client_min_messages = warning;
SELECT t.relname, d.* FROM pg_class t, test.differences(t.oid, ('copy.' || t.relname)::regclass) d
WHERE t.relnamespace = 'shop'::regnamespace AND t.relkind = 'r';

-- The other way round: written by the second's settings, restored by the first's.
SET DateStyle = 'SQL, DMY'; SET TimeZone = 'America/Havana'; SET IntervalStyle = 'postgres_verbose'; SET extra_float_digits = 0; SET search_path = '';
DELETE FROM shop.numbers; DELETE FROM shop.texts; DELETE FROM shop.times; DELETE FROM shop.collections; DELETE FROM shop.others;
SET DateStyle = 'Postgres, MDY'; SET TimeZone = 'Asia/Kathmandu'; SET IntervalStyle = 'sql_standard'; SET bytea_output = 'escape';
SET extra_float_digits = -15; SET array_nulls = off; SET search_path = elsewhere, public;
SELECT r.object_type, count(*)
FROM (SELECT id FROM journal.entry e WHERE operation = 'd' AND NOT EXISTS (SELECT FROM journal.restoration WHERE entry = e.id) ORDER BY id) d,
     journal.restore(d.id) r GROUP BY 1 ORDER BY 1;
RESET ALL; SET client_min_messages = warning;
SELECT t.relname, d.* FROM pg_class t, test.differences(t.oid, ('copy.' || t.relname)::regclass) d
WHERE t.relnamespace = 'shop'::regnamespace AND t.relkind = 'r';

-- SQL NULL and JSON null are told apart in the entry too.
SELECT object_id, snapshot -> 'j' AS j, snapshot -> 'jb' AS jb FROM journal.entries
WHERE object_type = 'texts' AND operation = 'delete' AND object_id IN ('1', '2', '4', '10') ORDER BY id LIMIT 4;
