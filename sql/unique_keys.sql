\i test/regress/fresh.sql
\i test/regress/compare.sql
\i test/regress/undo.sql
\pset format unaligned
\pset footer off
-- What a plan says of unique keys and exclusion constraints is what the table would say.

SET client_min_messages = warning;
CREATE SCHEMA keys;
-- Deletions of a table, in the order of their ids.
CREATE FUNCTION keys.deletions(type text) RETURNS bigint[] LANGUAGE sql AS
    $$SELECT array_agg(id ORDER BY id) FROM journal.entry WHERE operation = 'd' AND object_type = type$$;
-- What a plan of all of them has against each row; and where a plan of one row alone does not say what the restore of that
-- row says.
CREATE FUNCTION keys.planned(type text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    deletion bigint;
    object text;
    alone text[];
    refused text;
BEGIN
    RETURN QUERY SELECT concat_ws(' ', p.object_id, p.sqlstate, p.detail) FROM journal.restore_plan(keys.deletions(type)) p
                 WHERE p.conflict IS NOT NULL;
    FOREACH deletion IN ARRAY keys.deletions(type) LOOP
        SELECT min(p.object_id), array_agg(coalesce(p.sqlstate, 'none')) INTO object, alone FROM journal.restore_plan(deletion) p;
        refused := 'none';
        BEGIN
            PERFORM journal.restore(deletion);
            SET CONSTRAINTS ALL IMMEDIATE;
            RAISE SQLSTATE 'ZZ000';
        EXCEPTION WHEN OTHERS THEN
            IF SQLSTATE <> 'ZZ000' THEN refused := SQLSTATE; END IF;
        END;
        IF refused <> ALL (alone) THEN
            RETURN NEXT format('%s: the plan says %s, the restore %s', object, alone, refused);
        END IF;
    END LOOP;
END $$;
RESET client_min_messages;

-- NULLs that are equal to each other: one that is there, and two that arrive.
CREATE TABLE keys.one (id int PRIMARY KEY, x int, CONSTRAINT one_x UNIQUE NULLS NOT DISTINCT (x));
SELECT journal.track('keys.one', 'one');
INSERT INTO keys.one VALUES (1, NULL), (2, 2), (3, 3);
DELETE FROM keys.one;
SELECT keys.planned('one');
INSERT INTO keys.one VALUES (4, NULL);
SELECT keys.planned('one');
DELETE FROM keys.one;
SELECT keys.planned('one');
INSERT INTO keys.one VALUES (5, 3);
SELECT keys.planned('one');

-- Of several columns.
CREATE TABLE keys.several (id int PRIMARY KEY, x int, y text, z int NOT NULL, CONSTRAINT xyz UNIQUE NULLS NOT DISTINCT (x, y, z));
SELECT journal.track('keys.several', 'several');
INSERT INTO keys.several VALUES (1, NULL, NULL, 1), (2, NULL, 'a', 1), (3, 1, NULL, 1), (4, 1, 'a', 1), (5, NULL, NULL, 2);
DELETE FROM keys.several;
INSERT INTO keys.several VALUES (6, NULL, 'a', 1), (7, NULL, NULL, 2), (8, NULL, 'b', 1), (9, 1, 'b', 1);
SELECT keys.planned('several');
DELETE FROM keys.several;
SELECT keys.planned('several');
INSERT INTO keys.several VALUES (10, 1, NULL, 1), (11, NULL, NULL, 1), (12, 1, 'a', 1);
DELETE FROM keys.several;
SELECT keys.planned('several');

-- NULLs that are not equal to each other.
CREATE TABLE keys.ordinary (id int PRIMARY KEY, x int, y int, CONSTRAINT xy UNIQUE (x, y));
SELECT journal.track('keys.ordinary', 'ordinary');
INSERT INTO keys.ordinary VALUES (1, NULL, 1), (2, 1, NULL), (3, 1, 1), (4, NULL, NULL);
DELETE FROM keys.ordinary;
INSERT INTO keys.ordinary VALUES (5, NULL, 1), (6, 1, NULL), (7, 1, 1), (8, NULL, NULL);
DELETE FROM keys.ordinary WHERE id < 7;
SELECT keys.planned('ordinary');
DELETE FROM keys.ordinary;
SELECT keys.planned('ordinary');

-- A composite value is not NULL, whatever its fields are.
CREATE TYPE keys.pair AS (a int, b int);
CREATE TABLE keys.pairs (id int PRIMARY KEY, p keys.pair, CONSTRAINT p UNIQUE NULLS NOT DISTINCT (p));
SELECT journal.track('keys.pairs', 'pair');
INSERT INTO keys.pairs VALUES (1, NULL), (2, ROW(NULL, NULL)), (3, ROW(1, NULL));
DELETE FROM keys.pairs;
SELECT keys.planned('pair');
INSERT INTO keys.pairs VALUES (4, ROW(NULL, NULL)), (5, ROW(1, NULL));
SELECT keys.planned('pair');
DELETE FROM keys.pairs WHERE id = 5;
SELECT keys.planned('pair');

-- Expressions, conditions, operator classes, equality that is not that of the type, values that are equal and look different.
CREATE TABLE keys.odd (id int PRIMARY KEY, name text, code text, amount numeric, kept bool NOT NULL);
CREATE UNIQUE INDEX lower_name ON keys.odd (lower(name), (id / 100)) NULLS NOT DISTINCT WHERE kept;
CREATE UNIQUE INDEX amount ON keys.odd (amount DESC NULLS LAST) NULLS NOT DISTINCT WHERE amount IS NULL OR amount > 0;
CREATE UNIQUE INDEX pattern_name ON keys.odd (name text_pattern_ops, code text_pattern_ops);
SELECT journal.track('keys.odd', 'odd');
INSERT INTO keys.odd VALUES (1, 'Ann', 'A', 1.0, true), (2, 'Bob', 'b', 2, true), (3, 'BOB', 'c', 0, false), (4, NULL, 'd', NULL, true), (5, 'Cyd', NULL, 0, true);
DELETE FROM keys.odd;
SELECT keys.planned('odd');
INSERT INTO keys.odd VALUES (6, 'ann', 'B', 1.00, true), (7, NULL, 'e', NULL, false), (8, 'bob', 'x', -1, false), (9, 'Cyd', NULL, 0, false);
SELECT keys.planned('odd');
DELETE FROM keys.odd;
INSERT INTO keys.odd VALUES (10, NULL, 'x', 1.000, true), (11, 'Ann', 'A', 5, false);
SELECT keys.planned('odd');
DELETE FROM keys.odd;
SELECT keys.planned('odd');

-- Deferrable constraints: by what is there in the end, with the server's own code where only COMMIT would refuse.
CREATE TABLE keys.later (id int PRIMARY KEY DEFERRABLE, x int, CONSTRAINT later_x UNIQUE NULLS NOT DISTINCT (x) DEFERRABLE INITIALLY DEFERRED,
    span int4range, CONSTRAINT later_span EXCLUDE USING gist (span WITH &&) DEFERRABLE INITIALLY DEFERRED);
SELECT journal.track('keys.later', 'later');
INSERT INTO keys.later VALUES (1, NULL, '[1,3)'), (2, 2, '[3,5)'), (3, 3, NULL);
DELETE FROM keys.later;
SELECT keys.planned('later');
INSERT INTO keys.later VALUES (4, 2, '[2,4)');
SELECT keys.planned('later');
DELETE FROM keys.later;
SELECT keys.planned('later');

-- Taking back, where a deferred constraint refuses at the end of the call.
CREATE TABLE keys.moved (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, x int, note text, UNIQUE (x) DEFERRABLE INITIALLY DEFERRED);
SELECT journal.track('keys.moved', 'moved');
INSERT INTO keys.moved VALUES (1, 1, 'one'), (2, 2, 'two');
UPDATE keys.moved SET id = 5, x = 5, note = 'five' WHERE id = 1;
SELECT test.last() AS moved \gset
INSERT INTO keys.moved VALUES (1, 7, 'another');
UPDATE keys.moved SET x = 1 WHERE id = 2;
SELECT object_id, conflict, sqlstate, later_transaction IS NOT NULL AS named FROM journal.undo_plan(:'moved') ORDER BY detail;
SELECT object_id, conflict, sqlstate, later_transaction IS NOT NULL AS named FROM journal.undo_plan(:'moved', 'cascade') ORDER BY object_id, detail;
SELECT test.try(format('journal.undo(%L)', :'moved'));
SELECT test.try(format('journal.undo(%L, on_conflict => ''cascade'')', :'moved'));
UPDATE keys.moved SET id = 6, x = 6 WHERE note = 'another';
UPDATE keys.moved SET x = 2 WHERE id = 2;
SELECT test.try(format('journal.undo(%L)', :'moved'));
TABLE keys.moved ORDER BY id;

-- Ranges that overlap: closed and open bounds, none, empty ranges, NULL.
CREATE TABLE keys.span (id int PRIMARY KEY, place int4range, span numrange, CONSTRAINT at_a_time EXCLUDE USING gist (place WITH =, span WITH &&));
SELECT journal.track('keys.span', 'span');
INSERT INTO keys.span VALUES (1, '[1,2)', '[1,2]'), (2, '[1,2)', '(2,3)'), (3, '[1,2)', '[3,4)'), (4, '[2,3)', '(,)'), (5, 'empty', '[1,2)'),
    (6, '[1,2)', 'empty'), (7, NULL, '[1,9]'), (8, '[1,2)', NULL), (9, '[1,2)', '[4,)');
DELETE FROM keys.span;
SELECT keys.planned('span');
INSERT INTO keys.span VALUES (10, '[1,2)', '[2,3]'), (11, '[2,3)', '[5,5]'), (12, 'empty', '[2,3]'), (13, NULL, '[1,9]'), (14, '[1,2)', 'empty'),
    (15, '[1,2)', '[100,101)'), (16, 'empty', '(0,1]');
SELECT keys.planned('span');
DELETE FROM keys.span;
SELECT keys.planned('span');

-- Many rows with keys at random, against all pairs of them.
CREATE TYPE keys.words AS RANGE (subtype = text);
CREATE TABLE keys.many (
    id int PRIMARY KEY, place int4range, span int4range, closed numrange, spans int4multirange, word keys.words, spot box, x int, y int,
    CONSTRAINT by_span EXCLUDE USING gist (place WITH =, span WITH &&), CONSTRAINT by_closed EXCLUDE USING gist (closed WITH &&),
    CONSTRAINT by_spans EXCLUDE USING gist (spans WITH &&) WHERE (id % 3 > 0), CONSTRAINT by_word EXCLUDE USING gist (word WITH &&),
    CONSTRAINT by_spot EXCLUDE USING gist (spot WITH &&), CONSTRAINT by_xy UNIQUE NULLS NOT DISTINCT (x, y));
SELECT journal.track('keys.many', 'many');
CREATE TABLE keys.copies (LIKE keys.many);
CREATE FUNCTION keys.random(i int, k int, below int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT abs(hashint4(i * 31 + k) % below)';
DO $$
BEGIN
    FOR i IN 1..150 LOOP
        INSERT INTO keys.many VALUES (i, int4range(keys.random(i, 1, 3), 3),
            CASE keys.random(i, 2, 20) WHEN 0 THEN NULL WHEN 1 THEN 'empty' WHEN 2 THEN int4range(NULL, keys.random(i, 3, 30))
                WHEN 3 THEN int4range(keys.random(i, 3, 1000) + 970, NULL) ELSE int4range(keys.random(i, 3, 1000), keys.random(i, 3, 1000) + keys.random(i, 4, 15)) END,
            numrange(keys.random(i, 5, 300), keys.random(i, 5, 300) + 1, (ARRAY['[]', '[)', '(]', '()'])[1 + keys.random(i, 6, 4)]),
            int4multirange(int4range(keys.random(i, 7, 1000), keys.random(i, 7, 1000) + keys.random(i, 8, 3)), int4range(keys.random(i, 9, 1000), keys.random(i, 9, 1000) + 3)),
            keys.words(chr(97 + keys.random(i, 10, 25)) || keys.random(i, 11, 100), 'z'::text || keys.random(i, 10, 25)) * keys.words(chr(97 + keys.random(i, 10, 25)), chr(98 + keys.random(i, 10, 25))),
            box(point(keys.random(i, 12, 100), keys.random(i, 13, 100)), point(keys.random(i, 12, 100) + 5, keys.random(i, 13, 100) + 5)),
            nullif(keys.random(i, 14, 10), 0), nullif(keys.random(i, 15, 10), 0));
        INSERT INTO keys.copies SELECT * FROM keys.many;
        DELETE FROM keys.many;
    END LOOP;
END $$;
CREATE VIEW keys.foreseen AS
    SELECT p.object_id::int AS id, substring(p.detail, '"(.*)"') AS name FROM journal.restore_plan(keys.deletions('many')) p WHERE p.detail LIKE '%another%';
CREATE VIEW keys.pairs_of_many AS
    SELECT DISTINCT a.id, n.name FROM keys.copies a JOIN keys.copies t ON t.id < a.id CROSS JOIN LATERAL (VALUES
        ('by_span', t.place = a.place AND t.span && a.span), ('by_closed', t.closed && a.closed), ('by_spans', t.spans && a.spans AND t.id % 3 > 0 AND a.id % 3 > 0),
        ('by_word', t.word && a.word), ('by_spot', t.spot && a.spot), ('by_xy', (t.x, t.y) IS NOT DISTINCT FROM (a.x, a.y))) n (name, is_conflict)
    WHERE n.is_conflict;
SELECT name, count(*) > 5 AS some FROM keys.foreseen GROUP BY name ORDER BY name;
(TABLE keys.foreseen EXCEPT TABLE keys.pairs_of_many) UNION ALL (TABLE keys.pairs_of_many EXCEPT TABLE keys.foreseen) ORDER BY 1, 2;
-- The same against rows that are there, all that the constraints let in.
INSERT INTO keys.many SELECT id + 1000, place, span, closed, spans, word, spot, y, x FROM keys.copies ORDER BY id ON CONFLICT DO NOTHING;
CREATE OR REPLACE VIEW keys.foreseen AS
    SELECT p.object_id::int AS id, substring(p.detail, '"(.*)"') AS name FROM journal.restore_plan(keys.deletions('many')) p WHERE p.detail NOT LIKE '%another%';
CREATE OR REPLACE VIEW keys.pairs_of_many AS
    SELECT DISTINCT a.id, n.name FROM keys.copies a CROSS JOIN keys.many t CROSS JOIN LATERAL (VALUES
        ('by_span', t.place = a.place AND t.span && a.span), ('by_closed', t.closed && a.closed), ('by_spans', t.spans && a.spans AND t.id % 3 > 0 AND a.id % 3 > 0),
        ('by_word', t.word && a.word), ('by_spot', t.spot && a.spot), ('by_xy', (t.x, t.y) IS NOT DISTINCT FROM (a.x, a.y))) n (name, is_conflict)
    WHERE n.is_conflict;
SELECT name, count(*) > 5 AS some FROM keys.foreseen GROUP BY name ORDER BY name;
(TABLE keys.foreseen EXCEPT TABLE keys.pairs_of_many) UNION ALL (TABLE keys.pairs_of_many EXCEPT TABLE keys.foreseen) ORDER BY 1, 2;
