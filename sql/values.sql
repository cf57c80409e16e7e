\i test/regress/fresh.sql
-- What is stored depends on no setting of who writes: the same changes under different settings give the same entries.

CREATE SCHEMA crm;
SET search_path = crm;
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE DOMAIN cost AS money;
CREATE TYPE moment AS (at timestamptz, cost money, mood mood, bytes bytea, real float4, span interval);
CREATE TYPE floats AS RANGE (subtype = float8);
CREATE TABLE value (
    id timestamptz, second bytea, i interval, d date, t timestamp, z timestamptz, tz timetz, f4 float4, f8 float8, b bytea, m money, c cost, n numeric,
    ds date[], zs timestamptz[], fs float8[], bs bytea[], ms money[], spans interval[], r tstzrange, mr tstzmultirange, fr floats,
    o moment, os moment[], j json, jb jsonb, cl regclass, ty regtype, fu regprocedure, op regoperator, p point, a text[], PRIMARY KEY (id, second));
CREATE TABLE link (id integer PRIMARY KEY, value_id timestamptz, value_second bytea, note text,
                   FOREIGN KEY (value_id, value_second) REFERENCES value ON DELETE CASCADE);
SELECT journal.track('value', 'value', label => 'i', location => 'f8', account => 'd');
SELECT journal.track('link', 'link', document => 'value_id', label => 'note');
SELECT journal.add_rule('value', 'client.created', 'insert', condition => 'new.z < ''2030-01-01''', details => '{z,i,m,f8,b,o}');
SELECT journal.add_rule('value', 'client.discount_changed', 'update', '{z,f8}', details => '{z,i,m,f8,b,o}');

-- The values, read once and copied from then on.
SET DateStyle = 'ISO, YMD';
SET IntervalStyle = postgres;
SET TimeZone = 'UTC';
CREATE TABLE given (place integer, LIKE value);
INSERT INTO given VALUES
    (1, '2024-03-04 05:06:07.891011+03', '\x00ff5c27', '1 year 2 mons -3 days 04:05:06.789', '2024-02-01', '2024-02-01 03:04:05.6',
     '2024-07-01 00:00+00', '12:00+05:30', 0.1, 0.1::float8 + 0.2, '\x00ff5c27', (-1234.56)::numeric::money, 0.01::numeric::money, 1.10,
     '{2024-02-01,infinity}', '{2024-07-01 00:00+00,NULL}', '{0.1,NaN,-Infinity,1e300}', ARRAY['\x5c'::bytea], ARRAY[1.5::numeric::money], '{1 day -1 sec}',
     '["2024-01-01 00:00+00","2024-07-01 00:00+00")', '{["2024-01-01 00:00+00","2024-07-01 00:00+00"]}', '[0.1,0.3)',
     ROW('2024-07-01 00:00+00', 12.5::numeric::money, 'glad', '\xff', 0.1, '-1 day 1 sec'),
     ARRAY[ROW('2024-07-01 00:00+00', 12.5::numeric::money, 'glad', '\xff', 0.1, '1 mon')::moment, NULL], '{"a": 1, "a": 2}', '{"a": 1.10}',
     'crm.value', 'crm.mood', 'pg_catalog.abs(integer)', '+(integer,integer)', '(0.1,1e-07)', '{NULL,"NULL","a b"}'),
    (2, '0044-03-15 12:00:00+00 BC', '\x', '-1 mons', '0044-03-15 BC', '-infinity', 'infinity', '00:00-12', 'NaN', '-0', '', (-0.05)::numeric::money, 0::money, 'NaN',
     '{}', '{}', '[2:3]={1,2}', '{}', '{}', '{}', 'empty', '{}', 'empty', NULL, '{}', 'null', 'null', 'journal.entry', 'moment', NULL, NULL, '(0,-0)', '{}'),
    (3, '2024-10-27 01:30:00+00', 'a\\b', '00:00:00', 'infinity', '294276-12-31 23:59:59.999999', '-infinity', '23:59:59.999999+15:59', '-Infinity', '5e-324', 'é', '0', NULL, 'Infinity',
     '[0:0]={0001-01-01}', '{infinity}', '{-0}', '{NULL}', NULL, NULL, '(,)', '{(,)}', '(,)', ROW(NULL, NULL, NULL, NULL, NULL, NULL), NULL, '""', '""',
     NULL, NULL, NULL, NULL, NULL, '[0:1][2:2]={{a},{NULL}}');
-- One run: the same changes, by a writer with its own settings.
CREATE TABLE recorded (run integer, n bigint, entry jsonb);
CREATE PROCEDURE play(run integer) LANGUAGE plpgsql SET search_path = crm AS $$
DECLARE
    last bigint := (SELECT coalesce(max(id), 0) FROM journal.entry);
    columns text := (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
                     WHERE attrelid = 'value'::regclass AND attnum > 0);
BEGIN
    EXECUTE format('INSERT INTO value SELECT %s FROM given ORDER BY place', columns);
    INSERT INTO link SELECT place, id, second, 'note' FROM given ORDER BY place;
    UPDATE value SET (i, d, t, z, tz, f4, f8, b, m, c, n, ds, zs, fs, bs, ms, spans, r, mr, fr, o, os, j, jb, cl, ty, p, a) =
        (SELECT g.i, g.d, g.t, g.z, g.tz, g.f4, g.f8, g.b, g.m, g.c, g.n, g.ds, g.zs, g.fs, g.bs, g.ms, g.spans, g.r, g.mr, g.fr, g.o, g.os, g.j, g.jb,
                g.cl, g.ty, g.p, g.a FROM given g WHERE g.place = 1)
    WHERE id < '2000-01-01';
    DELETE FROM value WHERE id < '2024-06-01 00:00+00';
    TRUNCATE value, link;
    INSERT INTO recorded
        SELECT run, row_number() OVER (ORDER BY e.occurred_at, e.id),
               jsonb_build_object('o', operation, 'e', event_type, 'a', account, 'l', location, 'k', object_id, 'n', label, 'd', journal.unpacked(details), 'x', journal.unpacked(data),
                                  'i', journal.unpacked(links), 't', document_id, 'y', layout)
        FROM journal.entry e WHERE e.id > last;
END
$$;
CALL play(1);
SELECT count(*) FROM recorded;
SELECT entry ->> 'k' AS key, entry ->> 'n' AS label, entry ->> 'a' AS account, entry ->> 'l' AS location, entry -> 'd' AS details, entry ->> 't' AS document
FROM recorded ORDER BY n;
-- Objects are named by their OIDs.
SELECT c.key, CASE WHEN c.key IN ('cl', 'ty') AND c.value <> 'null' THEN to_jsonb('OID of ' || CASE c.key WHEN 'cl' THEN (c.value ->> 0)::oid::regclass::text ELSE (c.value ->> 0)::oid::regtype::text END)
                   ELSE c.value END AS value
FROM journal.entries, jsonb_each(snapshot) c WHERE id IN (SELECT id FROM journal.entry WHERE operation = 'i' ORDER BY id LIMIT 3)
ORDER BY id, key;

-- Others write the same.
SET DateStyle = 'German';
SET TimeZone = 'Asia/Kolkata';
SET IntervalStyle = sql_standard;
SET extra_float_digits = -5;
SET bytea_output = escape;
SET lc_monetary = 'C.UTF-8';
CALL play(2);
SET DateStyle = 'SQL, DMY';
SET TimeZone = 'America/Havana';
SET IntervalStyle = iso_8601;
SET extra_float_digits = 0;
SET xmloption = document;
SET array_nulls = off;
SET quote_all_identifiers = on;
CALL play(3);
\connect -
SET DateStyle = 'Postgres, MDY';
SET TimeZone = '<+03>-03:30';
SET IntervalStyle = postgres_verbose;
SET extra_float_digits = 3;
SET search_path = '';
CALL crm.play(4);
SELECT run, count(*) FROM crm.recorded GROUP BY 1 ORDER BY 1;
SELECT n, run, entry FROM crm.recorded r WHERE entry <> (SELECT entry FROM crm.recorded f WHERE f.run = 1 AND f.n = r.n) ORDER BY 1, 2;
SELECT count(*) FROM journal.layout;
