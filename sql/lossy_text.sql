\i test/regress/fresh.sql
\i test/regress/compare.sql
-- Types whose text form does not say what the value was: values come back as they were all the same.
SET client_min_messages = warning;  -- shell types make remarks
CREATE SCHEMA shop;
CREATE FUNCTION test.make_type(name text, input text, output text, likes text, binary_form text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TYPE shop.%I', name);
    EXECUTE format('CREATE FUNCTION shop.%I(cstring) RETURNS shop.%I LANGUAGE internal IMMUTABLE STRICT AS %L', name || '_in', name, input);
    EXECUTE format('CREATE FUNCTION shop.%I(shop.%I) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS %L', name || '_out', name, output);
    IF binary_form IS NOT NULL THEN
        EXECUTE format('CREATE FUNCTION shop.%I(internal) RETURNS shop.%I LANGUAGE internal IMMUTABLE STRICT AS %L',
                       name || '_receive', name, binary_form || 'recv');
        EXECUTE format('CREATE FUNCTION shop.%I(shop.%I) RETURNS bytea LANGUAGE internal IMMUTABLE STRICT AS %L',
                       name || '_send', name, binary_form || 'send');
    END IF;
    EXECUTE format('CREATE TYPE shop.%I (input = shop.%I, output = shop.%I, like = %s%s)', name, name || '_in', name || '_out', likes,
                   CASE WHEN binary_form IS NOT NULL THEN format(', send = shop.%I, receive = shop.%I', name || '_send', name || '_receive') END);
END $$;
-- Of a number, two bytes are shown; with a binary form, without one, and with one that loses as much.
SELECT test.make_type('short', 'int4in', 'int2out', 'integer', 'int4');
SELECT test.make_type('raw', 'int4in', 'int2out', 'integer');
SELECT test.make_type('twice', 'int8in', 'int2out', 'bigint', 'int4');
-- A text that the input function refuses; bytes that end at a 0; one whose text says all.
SELECT test.make_type('letter', 'int4in', 'charout', 'integer', 'int4');
SELECT test.make_type('bytes', 'byteain', 'textout', 'bytea');
SELECT test.make_type('place', 'point_in', 'point_out', 'point');
SELECT test.make_type('words', 'textin', 'textout', 'text');
CREATE DOMAIN shop.short_domain AS shop.short;
CREATE TYPE shop.pair AS (n shop.short, note text);
CREATE TYPE shop.raw_pair AS (n shop.raw, note text);
CREATE FUNCTION shop.less(shop.short, shop.short) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4lt';
CREATE FUNCTION shop.less_or_equal(shop.short, shop.short) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4le';
CREATE FUNCTION shop.equal(shop.short, shop.short) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4eq';
CREATE FUNCTION shop.greater_or_equal(shop.short, shop.short) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4ge';
CREATE FUNCTION shop.greater(shop.short, shop.short) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4gt';
CREATE FUNCTION shop.compare(shop.short, shop.short) RETURNS integer LANGUAGE internal IMMUTABLE STRICT AS 'btint4cmp';
CREATE OPERATOR shop.< (leftarg = shop.short, rightarg = shop.short, function = shop.less);
CREATE OPERATOR shop.<= (leftarg = shop.short, rightarg = shop.short, function = shop.less_or_equal);
CREATE OPERATOR shop.= (leftarg = shop.short, rightarg = shop.short, function = shop.equal);
CREATE OPERATOR shop.>= (leftarg = shop.short, rightarg = shop.short, function = shop.greater_or_equal);
CREATE OPERATOR shop.> (leftarg = shop.short, rightarg = shop.short, function = shop.greater);
CREATE OPERATOR CLASS shop.short_ops DEFAULT FOR TYPE shop.short USING btree AS
    OPERATOR 1 shop.<, OPERATOR 2 shop.<=, OPERATOR 3 shop.=, OPERATOR 4 shop.>=, OPERATOR 5 shop.>, FUNCTION 1 shop.compare(shop.short, shop.short);
CREATE TYPE shop.short_range AS RANGE (subtype = shop.short);

CREATE TABLE shop.thing (
    id integer PRIMARY KEY, s shop.short, r shop.raw, t shop.twice, l shop.letter, b shop.bytes, p shop.place, w shop.words,
    ss shop.short[], rs shop.raw[], d shop.short_domain, ds shop.short_domain[], c shop.pair, cr shop.raw_pair, sr shop.short_range, sm shop.short_multirange
);
SELECT journal.track('shop.thing');
INSERT INTO shop.thing VALUES
    (1, '70000', '70000', '700000000000', '65', '\x41420043', '(0.1,0.2)', 'words', '{70000,NULL}', '{1,2}', '70000', '{1,70000}',
     ROW('70000', 'a "b"'), ROW('1', 'c'), '[1,70000)', '{[1,70000)}'),
    (2, '7', '7', '7', '50', '\x4142', '(1,2)', '', '{7}', '[5:6]={7,8}', '7', '{}', ROW('7', NULL), ROW(NULL, NULL), 'empty', '{}'),
    (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (4, '70000', '-1', '-1', '0', '', '(NaN,-0)', 'x', '{70001}', '{}', '-70000', NULL, NULL, NULL, '(,)', '{(,)}');
-- How they are kept.
-- The binary forms of arrays and composites name types by OIDs.
CREATE FUNCTION shown(key text, value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
    $$ SELECT CASE WHEN key IN ('c', 'ds', 'ss') AND value ? 'binary' THEN value || '{"binary": "…"}' ELSE value END $$;
SELECT object_id, key, shown(key, value) AS value FROM journal.entries, jsonb_each(snapshot) WHERE object_id < '3' AND key <> 'id' ORDER BY id, key COLLATE "C";

SELECT journal.mark('start') IS NOT NULL AS marked;
CREATE SCHEMA copy;
CREATE TABLE copy.thing AS TABLE shop.thing;
-- Values of the same text, which are others.
UPDATE shop.thing SET s = '135536', r = '135536', t = '700000065536', ss = '{135536,NULL}', d = '135536', c = ROW('135536', 'a "b"'),
                      sr = '[1,135536)', b = '\x41420044' WHERE id = 1;
SELECT key, shown(key, old) AS old, shown(key, new) AS new FROM (SELECT id, old AS o, new AS n FROM journal.entries WHERE operation = 'update') e, jsonb_each(o) AS a (key, old),
       LATERAL (SELECT n -> key) AS b (new) ORDER BY id, key COLLATE "C";
SELECT details_text FROM journal.report(events => '{thing.changed}');
DELETE FROM shop.thing WHERE id <> 1;
UPDATE shop.thing SET s = '1', ss = '{}', c = NULL, b = '\x', l = '66', sm = NULL;
CREATE TABLE wrong (what text, key text);
INSERT INTO wrong SELECT 'past', coalesce(a.id, b.id) FROM journal.table_as_of(NULL::shop.thing, mark => 'start') a
FULL JOIN copy.thing b ON a.id = b.id WHERE a.id IS NULL OR b.id IS NULL OR (a.*)::record *<> (b.*)::record;
INSERT INTO wrong SELECT 'history', v::text FROM journal.verify_history('shop.thing') v;
SELECT * FROM wrong;
SELECT object_id, operation, changed FROM journal.diff(NULL::shop.thing, from_mark => 'start') ORDER BY object_id;

-- They come back.
SELECT count(*) FROM (SELECT max(id) FROM journal.entries WHERE operation = 'delete' GROUP BY object_id) d (id), journal.restore(d.id);
SELECT count(*) FROM (SELECT transaction_id FROM journal.entries WHERE operation = 'update' ORDER BY id DESC LIMIT 1) t, journal.undo(t.transaction_id);
SELECT count(*) FROM (SELECT transaction_id FROM journal.entries WHERE operation = 'update' ORDER BY id LIMIT 1) t, journal.undo(t.transaction_id);
SELECT * FROM test.differences('shop.thing', 'copy.thing');
SELECT * FROM journal.verify_history('shop.thing');

-- Of an array or a composite without a binary form the text alone is kept: its value is an error, not another one.
INSERT INTO shop.thing (id, rs, cr) VALUES (5, '{70000}', ROW('70000', 'c'));
SELECT journal.mark('text') IS NOT NULL AS marked;
SELECT key, value FROM journal.entries, jsonb_each(snapshot) WHERE object_id = '5' AND key IN ('rs', 'cr') ORDER BY key;
DELETE FROM shop.thing WHERE id = 5;
\set VERBOSITY terse
SELECT count(*) FROM journal.table_as_of(NULL::shop.thing, mark => 'text');
SELECT * FROM journal.restore((SELECT max(id) FROM journal.entries));

-- The binary form is its type's; a jsonb that looks like one is what it is.
CREATE TABLE shop.retyped (id integer PRIMARY KEY, s shop.short, j jsonb);
SELECT journal.track('shop.retyped');
INSERT INTO shop.retyped VALUES (1, '70000', '{"text": "a", "binary": "00"}'), (2, '7', '{"text": "a", "bytes": null}');
DELETE FROM shop.retyped;
SELECT count(*) FROM (SELECT max(id) FROM journal.entries WHERE object_type = 'retyped' AND operation = 'delete' GROUP BY object_id) d (id), journal.restore(d.id);
SELECT * FROM shop.retyped ORDER BY id;
DELETE FROM shop.retyped;
ALTER TABLE shop.retyped ALTER s TYPE jsonb USING NULL, ALTER j TYPE text;
SELECT * FROM journal.restore((SELECT max(id) FROM journal.entries WHERE object_type = 'retyped' AND object_id = '1' AND operation = 'delete'));

-- A composite type that comes to hold such a value.
CREATE TYPE shop.grown AS (note text);
CREATE TABLE shop.grown_thing (id integer PRIMARY KEY, g shop.grown);
SELECT journal.track('shop.grown_thing');
INSERT INTO shop.grown_thing VALUES (1, ROW('a'));
ALTER TYPE shop.grown ADD ATTRIBUTE n shop.short;
INSERT INTO shop.grown_thing VALUES (2, ROW('b', '70000'));
SELECT object_id, snapshot -> 'g' ? 'binary' AS is_binary FROM journal.entries WHERE object_type = 'grown_thing' ORDER BY id;

-- What an administrator is told of them.
SELECT object, meaning, remedy FROM journal.check() WHERE finding = 'text form not exact' ORDER BY object;
