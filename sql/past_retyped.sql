\i test/regress/fresh.sql
-- A column's type that becomes another: the past shows the values that were, or says that they are not known; never what became of them.
\set VERBOSITY terse
CREATE FUNCTION past(of regclass, at text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found text;
    why text;
BEGIN
    EXECUTE format('SELECT string_agg(t::text, %L ORDER BY t::text) FROM journal.table_as_of(NULL::%s, mark => %L) t', ' ', of, at) INTO found;
    RETURN coalesce(found, 'empty');
EXCEPTION WHEN SQLSTATE 'JE016' OR SQLSTATE 'JE050' THEN
    GET STACKED DIAGNOSTICS why = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || ': ' || regexp_replace(why, '^It is known since [^a-z]*([A-Z]{3})?: ', '');
END $$;

-- Digits, lengths and fractions are lost, and the old types come back.
CREATE TABLE lz (id int PRIMARY KEY, q float8, n numeric(12,4), s varchar(50), ts timestamp(6));
SELECT journal.track('lz');
INSERT INTO lz VALUES (1, 0.30000000000000004, 1.2345, 'long string', '2024-01-01 00:00:00.123456');
SELECT journal.mark('m') IS NOT NULL AS marked;
ALTER TABLE lz ALTER q TYPE numeric(20,5), ALTER n TYPE numeric(12,2), ALTER s TYPE varchar(4) USING s::varchar(4), ALTER ts TYPE timestamp(0);
ALTER TABLE lz ALTER q TYPE float8, ALTER n TYPE numeric(12,4), ALTER s TYPE varchar(50), ALTER ts TYPE timestamp(6);
SELECT past('lz', 'm');
SELECT * FROM journal.verify_history('lz');
SELECT journal.mark('retyped') IS NOT NULL AS marked;
UPDATE lz SET q = q + 1, n = 2, s = 'other', ts = 'infinity';
SELECT past('lz', 'retyped');
SELECT * FROM journal.verify_history('lz');

-- One change of type after another: whether what was there before is still known.
CREATE TABLE change (n serial, before text, value text, now text, conversion text);
INSERT INTO change (before, value, now, conversion) VALUES
    ('smallint', '7', 'integer', NULL), ('integer', '7', 'bigint', NULL), ('integer', '7', 'double precision', NULL), ('bigint', '7', 'numeric', NULL),
    ('integer', '7', 'numeric(20,2)', NULL), ('integer', '70', 'numeric(5,-2)', NULL), ('integer', '7', 'text', NULL),
    ('boolean', 'true', 'text', NULL), ('integer', '7', 'text', 'v::text'), ('integer', '7', 'bigint', 'v'), ('integer', '7', 'varchar(5)', NULL), ('bigint', '7', 'double precision', NULL),
    ('bigint', '7', 'integer', NULL), ('integer', '-1', 'oid', NULL), ('integer', '1', 'boolean', 'v::boolean'),
    ('numeric(10,2)', '1.25', 'numeric(12,2)', NULL), ('numeric(10,2)', '1.25', 'numeric(12,4)', NULL), ('numeric(10,2)', '1.25', 'numeric', NULL),
    ('numeric', '1.25', 'numeric(10,2)', NULL), ('numeric(10,2)', '1.25', 'numeric(10,1)', NULL), ('numeric(10,2)', '1.25', 'text', NULL),
    ('numeric(10,2)', '1.25', 'double precision', NULL), ('numeric(5,-2)', '700', 'numeric(5,0)', NULL), ('numeric(5,0)', '700', 'numeric(5,-2)', NULL),
    ('real', '0.1', 'double precision', NULL), ('double precision', '0.30000000000000004', 'real', NULL), ('double precision', '0.1', 'numeric', NULL),
    ('varchar(5)', 'abcde', 'varchar(9)', NULL), ('varchar(5)', 'abcde', 'text', NULL), ('text', 'abc', 'varchar', NULL), ('text', 'abc', 'varchar(5)', NULL),
    ('varchar(5)', 'abcde', 'varchar(9)', 'v::varchar(3)'), ('varchar(5)', 'abcde', 'varchar(9)', 'v::varchar(9)'), ('varchar(9)', 'abcde', 'varchar(5)', NULL),
    ('char(5)', 'a', 'char(8)', NULL), ('char(5)', 'a', 'text', NULL), ('text', 'A', 'text', 'lower(v)'),
    ('timestamp(0)', '2026-01-01', 'timestamp(3)', NULL), ('timestamp(3)', '2026-01-01', 'timestamp', NULL), ('timestamp', '2026-01-01', 'timestamp(6)', NULL),
    ('timestamp', '2026-01-01', 'timestamp(3)', NULL), ('timestamp', '2026-01-01', 'date', NULL), ('date', '2026-01-01', 'timestamp', NULL),
    ('timestamp', '2026-01-01', 'timestamptz', NULL), ('interval', '1.5 s', 'interval(0)', NULL), ('time(0)', '10:00', 'time(3)', NULL),
    ('bit(3)', '101', 'bit varying', NULL), ('bit varying(3)', '101', 'bit varying(5)', NULL), ('uuid', '00000000-0000-0000-0000-000000000000', 'text', NULL),
    ('price', '1.25', 'numeric(10,2)', NULL), ('numeric(12,4)', '1.25', 'price', NULL), ('price', '1.25', 'numeric(20,3)', NULL),
    ('mood', 'glad', 'text', NULL), ('text', 'glad', 'mood', 'v::mood'), ('jsonb', '{"a": 1}', 'json', NULL), ('integer[]', '{1}', 'bigint[]', NULL);
CREATE DOMAIN price AS numeric(10,2);
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE FUNCTION outcome(c change) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    EXECUTE format('CREATE TABLE c%s (id integer PRIMARY KEY, v %s)', c.n, c.before);
    PERFORM journal.track(format('c%s', c.n)::regclass);
    EXECUTE format('INSERT INTO c%s VALUES (1, %L), (2, %2$L)', c.n, c.value);
    PERFORM journal.mark('c' || c.n);
    EXECUTE format('UPDATE c%s SET v = NULL WHERE id = 2', c.n);
    EXECUTE format('ALTER TABLE c%s ALTER v TYPE %s %s', c.n, c.now, 'USING ' || c.conversion);
    EXECUTE format('SELECT format(%L, a, b) FROM (SELECT past(%L, %2$L)) p (a), (SELECT count(*) FROM journal.verify_history(%2$L)) q (b)',
                   '%s, %s contradictions', 'c' || c.n) INTO found;
    RETURN found;
END $$;
SET client_min_messages = warning;  -- proofs tell of gaps
SELECT before, now, conversion, regexp_replace(outcome(change), ', 0 contradictions$', '') AS past FROM change ORDER BY n;
RESET client_min_messages;

-- Rows of which entries before the change tell what was there are known, one by one; the others are not.
CREATE TABLE rows (id integer PRIMARY KEY, v numeric(10,4), w text);
SELECT journal.track('rows');
INSERT INTO rows VALUES (1, 1.2345, 'a'), (2, 2.2345, 'b'), (3, 3.2345, 'c'), (4, 4.2345, 'd'), (5, 5.2345, 'e');
SELECT journal.mark('rows') IS NOT NULL AS marked;
DELETE FROM rows WHERE id = 1;
UPDATE rows SET v = 0 WHERE id = 2;
UPDATE rows SET w = 'changed' WHERE id = 3;
UPDATE rows SET id = 6, v = 0 WHERE id = 5;
SELECT past('rows', 'rows');
ALTER TABLE rows ALTER v TYPE numeric(10,2);
UPDATE rows SET v = 1, w = 'x' WHERE id > 1;
SELECT past('rows', 'rows');
CREATE FUNCTION past_row(of regclass, key text, at text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN coalesce(journal.row_as_of(of, key, mark => at)::text, 'not there');
EXCEPTION WHEN SQLSTATE 'JE050' THEN
    RETURN SQLSTATE;
END $$;
SELECT key, past_row('rows', key, 'rows') FROM unnest('{1,2,3,4,5,6,7}'::text[]) AS key;
-- A diff across the change, and one after it; the column under another name; and no column any more.
SELECT count(*) FROM journal.diff(NULL::rows, from_mark => 'rows');
SELECT journal.mark('rows retyped') IS NOT NULL AS marked;
SELECT count(*) FROM journal.diff(NULL::rows, from_mark => 'rows retyped');
ALTER TABLE rows RENAME v TO renamed;
SELECT past('rows', 'rows');
ALTER TABLE rows DROP renamed;
SELECT past('rows', 'rows');

-- A column of which no values are kept, and a value that the present type, which is wider, has in other words.
CREATE TABLE hidden (id integer PRIMARY KEY, v varchar(50), d date);
SELECT journal.track('hidden', excluded => '{v}');
INSERT INTO hidden VALUES (1, 'long string', '2026-01-01'), (2, 'other string', '2026-01-02');
SELECT journal.mark('hidden') IS NOT NULL AS marked;
UPDATE hidden SET d = 'infinity' WHERE id = 1;
ALTER TABLE hidden ALTER v TYPE varchar(4) USING v::varchar(4), ALTER d TYPE timestamp;
SELECT past('hidden', 'hidden');

-- Where nobody followed the change, the past is still none of what the new type makes of it.
CREATE TABLE unseen (id integer PRIMARY KEY, v numeric(12,8), w numeric(10,4), x varchar(20));
SELECT journal.track('unseen');
INSERT INTO unseen VALUES (1, 1.23456789, 1.5, 'long string');
SELECT journal.mark('unseen') IS NOT NULL AS marked;
UPDATE unseen SET v = 0, w = 0, x = '';
ALTER EVENT TRIGGER event_journal_ddl DISABLE;
ALTER TABLE unseen ALTER v TYPE numeric(10,2), ALTER x TYPE varchar(4), ALTER w TYPE real;
SELECT past('unseen', 'unseen');
ALTER TABLE unseen ALTER v TYPE real;
SELECT past('unseen', 'unseen');
ALTER TABLE unseen ALTER v TYPE integer;
SELECT past('unseen', 'unseen');
ALTER EVENT TRIGGER event_journal_ddl ENABLE ALWAYS;
