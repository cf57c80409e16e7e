\i test/regress/fresh.sql
SET DateStyle = 'ISO, YMD';
SET TIME ZONE 'UTC';
-- A report goes through the months one by one, by the index on time: what has no month of its own and lies in the default
-- partition between them, months without that index, months that come and go, values that share a number, and entries that
-- somebody does not see.

CREATE PROCEDURE make_month(name text, first date, next date) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE journal.%I PARTITION OF journal.entry FOR VALUES FROM (%L) TO (%L)', name, first || ' 00:00+00', next || ' 00:00+00');
    PERFORM journal.equip_partition(format('journal.%I', name)::regclass);
END
$$;
CALL make_month('entry_2024_02', '2024-02-01', '2024-03-01');
CALL make_month('entry_2024_04', '2024-04-01', '2024-05-01');
CALL make_month('entry_2024_05', '2024-05-01', '2024-06-01');
CALL make_month('entry_2999_01', '2999-01-01', '2999-02-01');
-- Twenty entries a month from January to June; entries of three meet in a moment. Some lie in the future, with a month and
-- without one, as a clock that was set back leaves them. E57869 and E71737 have the same number, as E44065 and E118948 have.
INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation, reported, backfilled,
                           account, location, employee)
SELECT n, CASE WHEN n > 125 THEN '3001-01-01'::timestamptz WHEN n > 120 THEN '2999-01-15'
               ELSE '2024-01-01'::timestamptz + (n - 1) / 20 * interval '1 month' + (n - 1) % 20 / 3 * interval '1 day' END,
       '3', n, 1, 0, CASE WHEN n % 4 = 0 THEN 50 ELSE 69 END, CASE WHEN n % 10 = 0 THEN 'd' ELSE 'l' END, n % 11 <> 0, false,
       CASE WHEN n % 13 = 0 THEN 'other' ELSE '' END, 'L' || n % 2,
       CASE WHEN n % 3 > 0 THEN (ARRAY['E57869', 'E71737', 'E44065', 'E118948', 'E1'])[1 + n % 5] END
FROM generate_series(1, 130) AS n;
SELECT tableoid::regclass AS partition, count(*) FROM journal.entry GROUP BY tableoid ORDER BY min(occurred_at);

-- All pages of a report, put together, beside what the table holds.
CREATE FUNCTION pages(arguments text, size integer, OUT entries bigint[], OUT pages integer) LANGUAGE plpgsql AS $$
DECLARE
    last text;
    part bigint[];
    next text;
BEGIN
    entries := '{}';
    pages := 0;
    LOOP
        EXECUTE format('SELECT array_agg(entry), (array_agg(page_cursor))[count(*)] FROM journal.report(%s page_size => %s, after => %L)',
                       arguments, size, last) INTO part, next;
        EXIT WHEN part IS NULL OR pages > 1000;
        pages := pages + 1;
        entries := entries || part;
        last := next;
    END LOOP;
END
$$;
CREATE FUNCTION held(condition text, direction text) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    result bigint[];
BEGIN
    EXECUTE format('SELECT coalesce(array_agg(id ORDER BY occurred_at %2$s, id %2$s), ''{}'') FROM journal.entry
                    WHERE account = '''' AND %1$s', condition, direction) INTO result;
    RETURN result;
END
$$;
CREATE VIEW compared AS
SELECT arguments, direction, size, cardinality(p.entries) AS rows, p.pages, p.entries = held(condition, direction) AS right
FROM (VALUES ('', 'reported'),
             ('employees => ''{E57869}'',', 'reported AND employee = ''E57869'''),
             ('employees => ''{E118948,E71737}'', locations => ''{L1}'',',
              'reported AND employee IN (''E71737'', ''E118948'') AND location = ''L1'''),
             ('events => ''{user.logged_in}'',', 'event_type = 69'),
             ('events => ''{group:clients,user.logged_in}'',', '(event_type = 69 OR reported AND event_type = 50)'),
             ('period => ''custom'', date_from => ''2024-01-04'', date_to => ''2024-05-02'',',
              'reported AND occurred_at >= ''2024-01-04'' AND occurred_at < ''2024-05-02''')) AS report (arguments, condition),
     (VALUES ('desc'), ('asc')) AS sort (direction), (VALUES (1), (7), (1000)) AS size (size),
     LATERAL pages(arguments || format('sort => %L,', direction), size) AS p;
SELECT * FROM compared ORDER BY arguments COLLATE "C", direction, size;
CREATE VIEW wrong AS SELECT arguments, direction, size FROM compared WHERE size > 2 AND NOT "right";

-- A month without the index is read without it.
DROP INDEX journal.entry_2024_04_time_idx, journal.entry_default_time_idx;
TABLE wrong;
SELECT journal.equip_partition('journal.entry_2024_04'), journal.equip_partition('journal.entry_default');
SELECT indexrelid::regclass FROM pg_index
WHERE indrelid IN ('journal.entry_2024_04'::regclass, 'journal.entry_default'::regclass) AND pg_get_indexdef(indexrelid) ~ 'occurred_at'
ORDER BY 1;
-- Others that look like it are not taken for it.
DROP INDEX journal.entry_2024_05_time_idx;
CREATE INDEX ON journal.entry_2024_05 (journal.account_hash(account), occurred_at, id,
                                       journal.entry_facts(event_type, reported, operation, employee, location));
CREATE INDEX ON journal.entry_2024_05 (journal.account_hash(account), occurred_at DESC, id DESC,
                                       journal.entry_facts(event_type, reported, operation, location, employee));
CREATE INDEX ON journal.entry_2024_05 (journal.account_hash(account), occurred_at, id,
                                       journal.entry_facts(event_type, reported, operation, location, employee)) WHERE reported;
TABLE wrong;
SELECT journal.equip_partition('journal.entry_2024_05');
TABLE wrong;

-- A month that goes takes its entries with it, also from under a cursor, and brings them back.
SELECT entry, occurred_at, page_cursor FROM journal.report(sort => 'asc', page_size => 60) ORDER BY occurred_at DESC, entry DESC LIMIT 1 \gset
SELECT :'occurred_at' AS cursor_at;
ALTER TABLE journal.entry DETACH PARTITION journal.entry_2024_04;
TABLE wrong;
SELECT min(occurred_at), count(*) FROM journal.report(sort => 'asc', after => :'page_cursor');
ALTER TABLE journal.entry ATTACH PARTITION journal.entry_2024_04 FOR VALUES FROM ('2024-04-01 00:00+00') TO ('2024-05-01 00:00+00');
TABLE wrong;
SELECT min(occurred_at), count(*) FROM journal.report(sort => 'asc', after => :'page_cursor');
-- Without a default partition, there is nothing between the months.
ALTER TABLE journal.entry DETACH PARTITION journal.entry_default;
TABLE wrong;
ALTER TABLE journal.entry ATTACH PARTITION journal.entry_default DEFAULT;
TABLE wrong;

-- Who is confined to an account reads its entries alone, by the index and without it.
CREATE ROLE regress_reader;
SELECT journal.grant_access('reader', 'regress_reader');
INSERT INTO journal.role_account (role, account) VALUES ('regress_reader', 'other');
SET ROLE regress_reader;
SELECT array_agg(entry) FROM journal.report(page_size => 3);
RESET ROLE;
DROP INDEX journal.entry_default_time_idx, journal.entry_2999_01_time_idx;
SET ROLE regress_reader;
SELECT array_agg(entry) FROM journal.report(page_size => 3);
SET event_journal.account = '';
SELECT array_agg(entry) FROM journal.report(page_size => 3);
RESET event_journal.account;
RESET ROLE;
SELECT journal.equip_partition('journal.entry_default'), journal.equip_partition('journal.entry_2999_01');

-- What was rolled back is passed over.
BEGIN;
INSERT INTO journal.entry SELECT (jsonb_populate_record(e, jsonb_build_object('id', 1000 + e.id, 'change', 1000 + e.id))).*
FROM journal.entry e, generate_series(1, 10);
ROLLBACK;
TABLE wrong;

-- Deleted objects: of each the deletion after which nothing happened to it, in whichever month; what was logged of it, and
-- what belongs to the same change, does not count. Thirty objects of two types over the months; of one of three, more is logged
-- afterwards than is looked at at first.
INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation, reported, backfilled,
                           account, object_type, object_id)
SELECT 2000 + n, '2024-01-02'::timestamptz + n * interval '5 hours', '3', 2000 + n - (kind = 'd' AND n % 7 = 0)::integer, 1, 0,
       CASE kind WHEN 'i' THEN 48 WHEN 'd' THEN 49 WHEN 'l' THEN 69 ELSE 50 END, kind, true, false, '',
       CASE WHEN object % 2 = 0 THEN 'client' ELSE 'order' END, object
FROM (SELECT n, (n * 7) % 30 AS object, CASE WHEN n % 11 = 3 THEN 'd' WHEN n % 3 = 0 AND (n * 7) % 30 % 3 = 0 OR n > 680 THEN 'l'
                                        WHEN n % 11 = 5 THEN 'i' ELSE 'u' END::"char" AS kind
      FROM generate_series(1, 700) AS n) AS made WHERE n < 450 + object * 8 OR kind = 'l';
CREATE FUNCTION held_deletions(types text[]) RETURNS bigint[] LANGUAGE sql AS $$
    SELECT coalesce(array_agg(id ORDER BY occurred_at DESC, id DESC), '{}') FROM journal.entry e
    WHERE account = '' AND operation = 'd' AND id = change AND object_id IS NOT NULL AND (object_type = ANY (types) OR types IS NULL)
    AND NOT EXISTS (SELECT FROM journal.entry l WHERE l.account = '' AND l.object_type = e.object_type AND l.object_id = e.object_id
                    AND l.id > e.id AND l.change <> e.change AND l.operation <> 'l') $$;
CREATE VIEW deletions AS
SELECT types, size, cardinality(held_deletions(types)) AS held, shown = held_deletions(types) AS right
FROM (VALUES (NULL::text[]), ('{client}'), ('{client,order}')) AS t (types), (VALUES (3), (100)) AS s (size),
     LATERAL (WITH RECURSIVE page (entries, last) AS (
         SELECT array_agg(entry), (array_agg(page_cursor))[count(*)] FROM journal.deleted_objects(types, size)
         UNION ALL SELECT p.entries || n.entries, n.last FROM page p, LATERAL (
             SELECT array_agg(entry) AS entries, (array_agg(page_cursor))[count(*)] AS last
             FROM journal.deleted_objects(types, size, p.last)) n WHERE n.last IS NOT NULL)
         SELECT entries AS shown FROM page ORDER BY cardinality(entries) DESC LIMIT 1) AS pages;
TABLE deletions;
-- Histories, from the newest month, beside what the table holds.
CREATE VIEW histories AS
SELECT object, size, cardinality(shown) AS rows, shown = (SELECT array_agg(id ORDER BY occurred_at DESC, id DESC) FROM journal.entry
                              WHERE account = '' AND object_type = 'client' AND object_id = object::text) AS right
FROM generate_series(0, 28, 14) AS object, (VALUES (5), (1000)) AS s (size),
     LATERAL (WITH RECURSIVE page (entries, last) AS (
         SELECT array_agg(entry), (array_agg(page_cursor))[count(*)] FROM journal.history('client', object::text, size)
         UNION ALL SELECT p.entries || n.entries, n.last FROM page p, LATERAL (
             SELECT array_agg(entry) AS entries, (array_agg(page_cursor))[count(*)] AS last
             FROM journal.history('client', object::text, size, p.last)) n WHERE n.last IS NOT NULL)
         SELECT entries AS shown FROM page ORDER BY cardinality(entries) DESC LIMIT 1) AS pages;
TABLE histories;
DROP INDEX journal.entry_2024_02_object_idx, journal.entry_default_object_idx, journal.entry_2024_05_document_idx;
SELECT types, size FROM deletions WHERE NOT "right";
SELECT object, size FROM histories WHERE NOT "right";
SELECT journal.equip_partition('journal.entry_2024_02'), journal.equip_partition('journal.entry_default'),
       journal.equip_partition('journal.entry_2024_05');
SELECT types, size FROM deletions WHERE NOT "right";
SELECT object, size FROM histories WHERE NOT "right";
-- The same once the months are closed, and when some are written to afterwards.
SET client_min_messages = warning;
CALL journal.maintenance(0);
RESET client_min_messages;
SELECT relation_oid::regclass AS month, count(*) FROM journal.month_deletion GROUP BY 1 ORDER BY 1;
TABLE deletions;
SELECT object, size FROM histories WHERE NOT "right";
SELECT * FROM wrong WHERE arguments !~ 'group:';
INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation, reported, backfilled,
                           account, object_type, object_id)
VALUES (3001, '2024-02-20', '3', 3001, 1, 0, 49, 'd', true, false, '', 'client', 'late'),
       (3002, '2024-03-20', '3', 3002, 1, 0, 48, 'i', true, false, '', 'client', '0'), (3003, '2024-04-20', '3', 3003, 1, 0, 49, 'd', true, false, '', 'order', '1');
TABLE deletions;
-- Who is confined sees no others' deletions in what is known of a month.
SET ROLE regress_reader;
SELECT count(*) FROM journal.deleted_objects();
RESET ROLE;

DROP OWNED BY regress_reader;
DROP ROLE regress_reader;
