\i test/regress/fresh.sql
-- Names of what was deleted in months that are closed: they are looked up for all of these at once, and a month that was written
-- to afterwards is read itself.

CREATE TABLE client (id integer PRIMARY KEY, name text);
INSERT INTO client SELECT n, 'second ' || n FROM generate_series(1, 20) n;
SELECT journal.track('client');
CREATE FUNCTION put(at timestamptz, client integer, label text, what "char" DEFAULT 'l', type text DEFAULT 'client') RETURNS integer LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, relation, layout, operation,
                               reported, backfilled, account, object_type, object_id, label, links)
    SELECT n, at, '3', n, 1, 0, CASE what WHEN 'd' THEN 49 WHEN 'i' THEN 48 ELSE 69 END,
           CASE WHEN what <> 'l' THEN t.id END, CASE WHEN what <> 'l' THEN y.id END, what, true, false, '',
           CASE WHEN what <> 'l' THEN type ELSE 'note' END, CASE WHEN what <> 'l' THEN client ELSE n END, label,
           CASE WHEN what = 'l' THEN journal.packed(jsonb_build_array(jsonb_build_object('type', type, 'id', client))) END
    FROM nextval('journal.entry_id_seq') n, journal.tracked_relation t, journal.layout y
    WHERE t.object_type = type AND y.relation = t.id
    RETURNING 1;
END;
-- Each event has the client's name of its time as its own label.
CREATE VIEW shown AS
SELECT link ->> 'id' AS client, object_label AS name, link ->> 'label' AS shown
FROM journal.report(events => '{user.logged_in}', sort => 'asc', page_size => 1000), jsonb_array_elements(links) link
WHERE link ->> 'type' <> object_type
ORDER BY entry;
CREATE VIEW wrong AS SELECT * FROM shown WHERE name IS DISTINCT FROM shown;
-- What is known of deletions, beside the closed months' entries; nothing where they are the same.
CREATE FUNCTION differences() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    month regclass;
BEGIN
    FOR month IN SELECT relation_oid FROM journal.closed_month LOOP
        RETURN QUERY EXECUTE format(
            'WITH entries AS (SELECT journal.account_hash(account), occurred_at, id, journal.object_hash(account, object_type, object_id) '
            'FROM %s WHERE operation = ''d''), known AS (SELECT account, occurred_at, entry, object FROM journal.month_deletion '
            'WHERE relation_oid = %L::regclass) '
            'SELECT ''not known: '' || e FROM (TABLE entries EXCEPT ALL TABLE known) e UNION ALL '
            'SELECT ''not in the month: '' || k FROM (TABLE known EXCEPT ALL TABLE entries) k', month, month);
    END LOOP;
END $$;

-- Client 1 was deleted in February, 2 in February and in May, 3 now, 4 never; 11 and 12 are gone, the latter twice.
DELETE FROM client WHERE id IN (11, 12);
SELECT count(put(at::timestamptz, client, name || ' ' || client, what::"char")) FROM (VALUES
    ('2024-01-10', 1, 'first', 'l'), ('2024-01-10', 2, 'first', 'l'), ('2024-01-10', 3, 'first', 'l'), ('2024-01-10', 4, 'second', 'l'),
    ('2024-01-10', 11, 'first', 'l'), ('2024-01-10', 12, 'first', 'l'),
    ('2024-02-10', 1, 'first', 'd'), ('2024-02-10', 2, 'first', 'd'), ('2024-02-10', 11, 'first', 'd'), ('2024-02-10', 12, 'first', 'd'),
    ('2024-02-11', 1, 'second', 'i'), ('2024-02-11', 2, 'then', 'i'), ('2024-02-11', 12, 'then', 'i'),
    ('2024-03-10', 1, 'second', 'l'), ('2024-03-10', 2, 'then', 'l'), ('2024-03-10', 3, 'first', 'l'), ('2024-03-10', 11, 'first', 'l'),
    ('2024-03-10', 12, 'then', 'l'),
    ('2024-05-10', 2, 'then', 'd'), ('2024-05-10', 12, 'then', 'd'), ('2024-05-11', 2, 'second', 'i'),
    ('2024-06-10', 2, 'second', 'l'), ('2024-06-10', 3, 'first', 'l'), ('2024-06-10', 12, 'then', 'l'),
    (now()::text, 3, 'first', 'd'), (now()::text, 3, 'second', 'i'), (now()::text, 3, 'second', 'l')) e (at, client, name, what);
TABLE shown;
TABLE wrong;
CALL journal.maintenance(0);
SELECT relation_oid::regclass AS month, count(*) FROM journal.month_deletion GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM differences();
TABLE wrong;
-- A month that was written to speaks for itself; what was rolled back counts for nothing.
BEGIN;
SELECT put('2024-02-20', 4, 'of February', 'd');
SELECT * FROM shown WHERE client = '4';
ROLLBACK;
SELECT * FROM shown WHERE client = '4';
SELECT put('2024-02-20', 4, 'of February', 'd');
SELECT count(*) FROM differences();
SELECT * FROM shown WHERE client = '4';
CALL journal.maintenance(0);
SELECT count(*) FROM differences();
SELECT * FROM shown WHERE client = '4';
-- What is known of a month does not count if nobody would say that he writes to it.
SELECT put('2024-01-10', 5, 'first 5'), put('2024-01-10', 6, 'first 6');
TABLE shown \g /dev/null
ALTER TABLE journal.entry_2024_05 DISABLE TRIGGER note_late_write;
SELECT put('2024-05-11', 5, 'first 5', 'd');
SELECT count(*) FROM differences();
SELECT * FROM shown WHERE client = '5';
CALL journal.maintenance(0);
SELECT count(*) FROM differences();
SELECT * FROM shown WHERE client IN ('5', '6');
DROP TRIGGER note_late_write ON journal.entry_2024_05;
SELECT put('2024-05-11', 6, 'first 6', 'd');
SELECT * FROM shown WHERE client = '6';
CALL journal.maintenance(0);
SELECT count(*) FROM differences();
SELECT * FROM wrong WHERE client <> '4';
-- A month that goes takes what is known of it along.
ALTER TABLE journal.entry DETACH PARTITION journal.entry_2024_05;
SELECT count(*) FROM journal.report(events => '{user.logged_in}');
CALL journal.maintenance(0);
SELECT relation_oid::regclass AS month, count(*) FROM journal.month_deletion GROUP BY 1 ORDER BY 1;

-- A history follows its object's changes of keys, in months that are closed and in others.
CREATE TABLE parcel (id integer PRIMARY KEY);
SELECT journal.track('parcel');
INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation, reported, backfilled, account,
                           object_type, object_id, previous_id)
SELECT 1000 + n, at::timestamptz, '3', 1000 + n, 1, 0, 50, what, true, false, '', 'parcel', id, previous
FROM (VALUES (1, '2024-02-15', 'i'::"char", '1', NULL), (2, '2024-03-15', 'u', '2', '1'), (3, '2024-06-15', 'u', '2', NULL),
             (4, '2024-06-16', 'i', '3', NULL)) e (n, at, what, id, previous);
CREATE VIEW parcels AS SELECT id, ARRAY(SELECT entry FROM journal.history('parcel', id::text)) FROM generate_series(1, 3) id;
TABLE parcels;
CALL journal.maintenance(0);
TABLE parcels;
SELECT relation_oid::regclass AS month, journal.object_hash('', 'parcel', '1') >> 48 << 48 = ANY (moved_types) AS moved
FROM journal.closed_month WHERE moved_types <> '{}';
SELECT put('2024-03-20', 1, 'late');
TABLE parcels;

-- A page's names cost no more with many months since than with few, once they are closed.
CREATE TABLE product (id integer PRIMARY KEY, name text);
SELECT journal.track('product');
INSERT INTO product SELECT n, 'product ' || n FROM generate_series(1, 50) n;
DELETE FROM product WHERE id = 50;
INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation, reported, backfilled, account,
                           object_type, object_id, links)
SELECT nextval('journal.entry_id_seq'), '2024-06-15', '3', n, 1, 0, 50, 'l', true, false, 'few', 'note', n,
       journal.packed(jsonb_build_array(jsonb_build_object('type', 'product', 'id', n))) FROM generate_series(1, 50) n;
CREATE FUNCTION buffers() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    FOR turn IN 1..2 LOOP
        EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT FROM journal.report(sort => ''asc'')' INTO plan;
    END LOOP;
    RETURN (plan -> 0 -> 'Plan' ->> 'Shared Hit Blocks')::bigint + (plan -> 0 -> 'Plan' ->> 'Shared Read Blocks')::bigint;
END $$;
CALL journal.maintenance(0);
VACUUM (ANALYZE) journal.entry;
SET debug_discard_caches = 0;
SET event_journal.account = 'few';
SELECT buffers() AS few \gset
RESET event_journal.account;
SELECT count(put(date_trunc('month', now()) - n * interval '1 month' + interval '1 day', 90 + n, 'of a month', 'd', 'product')) FROM generate_series(1, 15) n;
SET client_min_messages = warning;
SELECT FROM journal.maintain(0);
SET event_journal.account = 'few';
SELECT buffers() - :few > 300 AS not_closed_cost_more;
CALL journal.maintenance(0);
RESET client_min_messages;
VACUUM (ANALYZE) journal.entry;
SELECT count(*) FROM journal.closed_month;
SELECT buffers() - :few BETWEEN -60 AND 60 AS the_same_once_closed;
