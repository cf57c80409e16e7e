-- Fuzzes what a rule's condition is made of, which is text from a client, in a real server: random expressions of a small
-- grammar, half of them damaged. A condition is refused by an error that tells of the text, or it is added; then rows are
-- written under it, its columns renamed, and it is rolled back. Everything else, a crash above all, fails.
--
-- psql variables: seed (between -1 and 1), count.
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
DROP DATABASE IF EXISTS event_journal_fuzz;
CREATE DATABASE event_journal_fuzz TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
\connect event_journal_fuzz
SET client_min_messages = warning;
CREATE EXTENSION event_journal;
CREATE TABLE thing (id integer PRIMARY KEY, name text, "Odd name" numeric, tags jsonb, day date, done boolean);
SELECT journal.track('thing', 'thing', label => 'name') \g /dev/null
INSERT INTO thing VALUES (1, 'one', 1, '{"a": 1}', '2024-02-29', false), (2, NULL, NULL, NULL, NULL, NULL);

CREATE FUNCTION pick(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE
RETURN choices[1 + floor(random() * cardinality(choices))::integer];

CREATE FUNCTION expression(depth integer) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    IF depth <= 0 OR random() < 0.2 THEN
        RETURN pick('old.name', 'new.name', 'old.id', 'new."Odd name"', 'new.tags', 'old.day', 'new.done', 'not new.done',
                    'NULL', '1', '''a\b''', 'E''\x41''', '1e400', '''2024-02-30''::date', '$1', 'old', 'new.*', 'name', 'x.y.z',
                    'new.missing', '(SELECT 1)', 'now()', 'random()', 'generate_series(1, 2)', 'count(*)', 'U&''\0441''',
                    'ARRAY[old.id, new.id]', 'ROW(old.id)', 'current_user', 'CAST(old.id AS text)', '$q$ ) $q$', 'DEFAULT');
    END IF;
    RETURN CASE floor(random() * 9)::integer
        WHEN 0 THEN format('(%s) AND (%s)', expression(depth - 1), expression(depth - 1))
        WHEN 1 THEN format('%s %s %s', expression(depth - 1), pick('=', '<>', '<', '||', '+', '->>', '~', 'LIKE', 'IS DISTINCT FROM',
                                                                    '@>', 'OPERATOR(pg_catalog.=)', 'COLLATE'), expression(depth - 1))
        WHEN 2 THEN format('CASE WHEN %s THEN %s ELSE %s END', expression(depth - 1), expression(depth - 1), expression(depth - 1))
        WHEN 3 THEN format('%s IS %s NULL', expression(depth - 1), pick('', 'NOT'))
        WHEN 4 THEN format('%s(%s)', pick('lower', 'length', 'coalesce', 'abs', 'jsonb_typeof', 'sum', 'pg_sleep', 'row_number', ''),
                           expression(depth - 1))
        WHEN 5 THEN format('%s BETWEEN %s AND %s', expression(depth - 1), expression(depth - 1), expression(depth - 1))
        WHEN 6 THEN format('%s IN (%s, %s)', expression(depth - 1), expression(depth - 1), expression(depth - 1))
        WHEN 7 THEN format('(%s)::%s', expression(depth - 1), pick('text', 'integer', 'boolean', 'date', 'jsonb', 'thing', 'nothing'))
        ELSE format('NOT %s', expression(depth - 1))
    END;
END
$$;

CREATE FUNCTION damaged(condition text) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
    place integer := floor(random() * (length(condition) + 1))::integer;
BEGIN
    RETURN left(condition, place)
        || pick('', ')', '(', ';', '--', '/*', '*/', '''', '"', '$$', ' FROM thing', ' LIMIT 1', ' AS b', ',', ') WHERE (true', E'\n',
                '\', E'\u0001', 'ё', repeat('(', 3000), ' UNION SELECT 1', ' INTO t', 'old.', '%s', '%n')
        || substr(condition, place + 1 + (random() * 3)::integer);
END
$body$;

CREATE TABLE outcome (accepted boolean, state text, condition text, operation text);
CREATE PROCEDURE fuzz(count integer) LANGUAGE plpgsql AS $$
DECLARE
    condition text;
    operation text;
    rule integer;
    state text;
BEGIN
    FOR i IN 1 .. count LOOP
        condition := expression(3);
        IF random() < 0.5 THEN
            condition := damaged(condition);
        END IF;
        operation := pick('insert', 'update', 'delete');
        rule := NULL;
        state := NULL;
        BEGIN
            rule := journal.add_rule('thing', 'client.review_received', operation, condition => condition);
        EXCEPTION WHEN OTHERS THEN
            state := SQLSTATE;
        END;
        IF rule IS NOT NULL THEN
            BEGIN
                INSERT INTO thing VALUES (3, 'three', 3, '[]', '2024-03-03', true);
                UPDATE thing SET name = name || '!', "Odd name" = 7, done = NOT done;
                ALTER TABLE thing RENAME name TO title;
                UPDATE thing SET title = 'x' WHERE id = 2;
                ALTER TABLE thing RENAME title TO name;
                DELETE FROM thing WHERE id = 3;
                RAISE EXCEPTION USING ERRCODE = 'ZZ000';
            EXCEPTION WHEN OTHERS THEN
                state := SQLSTATE;
            END;
            PERFORM journal.drop_rule(rule);
        END IF;
        INSERT INTO outcome VALUES (rule IS NOT NULL, state, condition, operation);
        COMMIT;
    END LOOP;
END
$$;
SELECT setseed(:seed) \g /dev/null
CALL fuzz(:count);

-- Nothing internal, and both ways were gone.
\pset tuples_only on
\pset format unaligned
SELECT concat_ws(' ', 'unexpected', state, operation, condition) FROM outcome
WHERE state IS NULL OR state LIKE 'XX%' OR state LIKE '57%' OR (NOT accepted AND left(state, 2) NOT IN ('42', '22', '0A', '3F', '54', 'JE'));
SELECT 'too few accepted or refused' FROM outcome HAVING least(count(*) FILTER (WHERE accepted), count(*) FILTER (WHERE NOT accepted)) = 0;
\connect postgres
DROP DATABASE event_journal_fuzz;
