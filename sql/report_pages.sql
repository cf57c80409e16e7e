\i test/regress/fresh.sql
SET DateStyle = 'ISO, YMD';
-- Pages: nothing is skipped or repeated, in both orders, over many months, with equal times, while rows are added; a cursor
-- fits its own report only and grants nothing.

-- Three years and seven months, most without a partition; every fifth entry has the time of the one before.
INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation, reported, backfilled,
                           account, location, employee)
SELECT number, '2021-01-01 00:00+00'::timestamptz + (number - CASE WHEN number % 5 = 0 THEN 1 ELSE 0 END) * interval '31 hours 7 minutes',
       '3', number, 1, 0, CASE WHEN number % 3 = 0 THEN 50 ELSE 69 END, 'l', number % 11 <> 0, false,
       CASE WHEN number % 7 = 0 THEN 'other' ELSE '' END, 'L' || number % 2, 'E' || number % 4
FROM generate_series(1, 1000) AS number;
SET client_min_messages = warning;
SELECT journal.maintain(1) > 0 AS made;
RESET client_min_messages;
SELECT count(*) > 30 AS months FROM pg_inherits WHERE inhparent = 'journal.entry'::regclass;

-- All pages of a report, put together.
CREATE FUNCTION pages(arguments text, size integer, OUT entries bigint[], OUT pages integer) LANGUAGE plpgsql AS $$
DECLARE
    cursor text;
    part bigint[];
    last text;
BEGIN
    entries := '{}';
    pages := 0;
    LOOP
        EXECUTE format('SELECT array_agg(entry ORDER BY n), (array_agg(page_cursor ORDER BY n DESC))[1]
                        FROM (SELECT row_number() OVER () AS n, entry, page_cursor
                              FROM journal.report(%s page_size => %s, after => %L)) AS r',
                       arguments, size, cursor) INTO part, last;
        EXIT WHEN part IS NULL;
        pages := pages + 1;
        entries := entries || part;
        cursor := last;
        EXIT WHEN pages > 2000;
    END LOOP;
END
$$;
CREATE FUNCTION expected(condition text, direction text) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    result bigint[];
BEGIN
    EXECUTE format('SELECT coalesce(array_agg(id ORDER BY occurred_at %2$s, id %2$s), ''{}'') FROM journal.entry
                    WHERE account = '''' AND %1$s', condition, direction) INTO result;
    RETURN result;
END
$$;
CREATE TABLE compared AS
SELECT arguments, direction, size, cardinality(p.entries) AS rows, p.pages,
       p.entries = expected(condition, direction) AS right
FROM (VALUES ('', 'reported'),
             ('locations => ''{L1}'',', 'reported AND location = ''L1'''),
             ('employees => ''{E1,E2}'', events => ''{group:clients}'',', 'reported AND event_type = 50 AND employee IN (''E1'', ''E2'')'),
             ('events => ''{user.logged_in}'',', 'event_type = 69'),
             ('period => ''custom'', date_from => ''2022-02-01'', date_to => ''2023-08-15 13:00+00'',',
              'reported AND occurred_at >= ''2022-02-01'' AND occurred_at < ''2023-08-15 13:00+00'''),
             ('locations => ''{nowhere}'',', 'false')) AS report (arguments, condition),
     (VALUES ('desc'), ('asc')) AS sort (direction),
     (VALUES (1), (9), (500), (10000)) AS size (size),
     LATERAL pages(arguments || format('sort => %L,', direction), size) AS p
WHERE size > 1 OR arguments ~ 'group';
SELECT * FROM compared ORDER BY arguments COLLATE "C", direction, size;

-- Rows that are added between two pages: newer ones do not disturb a report from the newest back, and follow in the other.
SELECT entry, page_cursor AS descending FROM journal.report(page_size => 1) \gset
SELECT page_cursor AS ascending FROM journal.report(sort => 'asc', page_size => 850) OFFSET 770 LIMIT 1 \gset
SELECT journal.log('user.logged_in') > 0 AS logged;
SELECT entry FROM journal.report(after => :'descending', page_size => 2);
SELECT occurred_at < '2025-01-01' AS old, event FROM journal.report(sort => 'asc', after => :'ascending');

-- A preset that midnight overtakes keeps its bounds.
SET event_journal.clock = '2022-03-09 23:59:59+00';
SELECT journal.set_account('', time_zone => 'UTC');
SET TIME ZONE 'UTC';
SELECT entry, occurred_at FROM journal.report('yesterday');
SELECT entry, occurred_at, page_cursor FROM journal.report('last_week', page_size => 2) OFFSET 1 \gset
SET event_journal.clock = '2022-03-14 00:00:01+00';
SELECT entry, occurred_at FROM journal.report('last_week', after => :'page_cursor');
SELECT min(occurred_at) FROM journal.report('last_week');
RESET event_journal.clock;

-- What a cursor is refused for.
CREATE PROCEDURE attempt(arguments text) LANGUAGE plpgsql AS $$
DECLARE
    count bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM journal.%s', arguments) INTO count;
    RAISE INFO '% rows', count;
EXCEPTION WHEN OTHERS THEN
    RAISE INFO '% %', SQLSTATE, SQLERRM;
END
$$;
SELECT page_cursor FROM journal.report(locations => '{L0,L1}', page_size => 1) \gset
CALL attempt(format('report(locations => ''{L1,L0,L0}'', page_size => 5, language => ''ru'', after => %L)', :'page_cursor'));
CALL attempt(format('report(after => %L)', :'page_cursor'));
CALL attempt(format('report(locations => ''{L0}'', after => %L)', :'page_cursor'));
CALL attempt(format('report(employees => ''{L0,L1}'', after => %L)', :'page_cursor'));
CALL attempt(format('report(''today'', locations => ''{L0,L1}'', after => %L)', :'page_cursor'));
CALL attempt(format('report(sort => ''asc'', locations => ''{L0,L1}'', after => %L)', :'page_cursor'));
CALL attempt(format('deleted_objects(after => %L)', :'descending'));
CALL attempt(format('history(''employee'', ''1'', after => %L)', :'descending'));
CALL attempt('report(after => '''')');
CALL attempt('report(after => ''garbage'')');
CALL attempt(format('report(after => %L)', left(:'descending', -1)));
CALL attempt(format('report(after => %L)', overlay(:'descending' PLACING CASE WHEN :'descending' ~ '^.{19}A' THEN 'B' ELSE 'A' END FROM 20)));
CALL attempt(format('report(after => %L)', repeat('A', 62)));
SET event_journal.account = 'other';
CALL attempt(format('report(after => %L)', :'descending'));
RESET event_journal.account;
-- Not even a savepoint that fails leaves anything behind.
BEGIN;
SAVEPOINT before;
SELECT FROM journal.report(after => 'garbage');
ROLLBACK TO before;
SELECT count(*) FROM journal.report(page_size => 3);
COMMIT;

-- A page costs what it shows, without statistics too: rows that are read of 40,000, for a page of 50.
INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation, reported, backfilled,
                           account, object_type, object_id)
SELECT 100000 + number, '2021-01-01 00:00+00'::timestamptz + number * interval '40 minutes',
       '3', 100000 + number, 1, 0, CASE WHEN number % 8000 = 0 THEN 49 ELSE 69 END, CASE WHEN number % 8000 = 0 THEN 'd' ELSE 'l' END,
       true, false, 'large', CASE WHEN number % 8000 = 0 THEN 'client' ELSE 'employee' END, number % 1000
FROM generate_series(1, 40000) AS number;
SET event_journal.account = 'large';
CREATE FUNCTION rows_read(call text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    before numeric;
    result numeric;
BEGIN
    SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0) INTO before FROM pg_stat_xact_user_tables WHERE relname ~ '^entry_';
    EXECUTE 'SELECT count(*) FROM journal.' || call;
    SELECT sum(seq_tup_read + idx_tup_fetch) - before INTO result FROM pg_stat_xact_user_tables WHERE relname ~ '^entry_';
    RETURN result;
END
$$;
SELECT call, rows_read(call) < 200 AS few
FROM (VALUES ('report()'), ('report(sort => ''asc'')'), ('report(''custom'', ''2022-05-01'')'),
             ('report(''custom'', date_to => ''2022-05-01'')'), ('deleted_objects()'), ('history(''employee'', ''1'')')) AS c (call);
