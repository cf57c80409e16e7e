\i test/regress/fresh.sql
-- Months that are over: journal.maintenance() sums them up, and whoever writes to one afterwards says so.

CREATE SEQUENCE number;
CREATE FUNCTION put(at timestamptz, event integer, account text, location text DEFAULT NULL, employee text DEFAULT NULL,
                    reported boolean DEFAULT true) RETURNS void LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation,
                               reported, backfilled, account, location, employee, object_type, object_id)
    SELECT n, at, '3', n, 1, 0, event, 'u', reported, false, account, location, employee, 'task', n::text
    FROM (SELECT nextval('number')) AS s (n);
END;
-- What the summary of a month says, beside what its entries say; nothing where they are the same.
CREATE FUNCTION differences(month regclass) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'WITH entries AS (SELECT journal.account_hash(account), journal.event_key(event_type, reported, operation), '
        'journal.text_hash(location), journal.text_hash(employee), count(*) FROM %s GROUP BY 1, 2, 3, 4), '
        'summary AS (SELECT * FROM journal.month_combinations(%L)) '
        'SELECT ''not in the summary: '' || e FROM (TABLE entries EXCEPT ALL TABLE summary) e UNION ALL '
        'SELECT ''not in the month: '' || s FROM (TABLE summary EXCEPT ALL TABLE entries) s', month, month);
END $$;
CREATE VIEW closed AS
SELECT c.relation_oid::regclass AS month, c.entries, c.indexed_entries,
       (SELECT count(*) FROM journal.late_write l WHERE l.relation_oid = c.relation_oid) AS late
FROM journal.closed_month c ORDER BY c.relation_oid::regclass::text;

SELECT put('2024-02-10', 7, 'north', 'shop', 'anna'), put('2024-02-11', 7, 'north', 'shop', 'anna'),
       put('2024-02-12', 7, 'north', 'depot', 'boris'), put('2024-02-13', 8, 'north', 'depot', 'boris'),
       put('2024-02-14', 7, 'south'), put('2024-02-15', 9, 'south', 'shop', 'anna', false);
SELECT put('2024-03-01' :: timestamptz + n * interval '1 hour', 1 + n % 50, 'north', 'l' || n % 20, 'e' || n % 30)
FROM generate_series(1, 600) n \g /dev/null

-- Pages of reports, before the months are closed and afterwards.
CREATE FUNCTION pages() RETURNS TABLE (locations text[], employees text[], events text[], entries bigint[]) LANGUAGE sql AS $$
SELECT f.*, ARRAY(SELECT entry FROM journal.report(locations => f.l, employees => f.e, events => f.t, page_size => 700))
FROM (VALUES ('{shop}'::text[], '{anna}'::text[], NULL::text[]), ('{shop}', '{boris}', NULL), ('{l7}', '{e7,anna}', NULL),
             (NULL, '{e3}', NULL), (NULL, '{nobody}', NULL), ('{nowhere}', NULL, NULL), ('{l3}', '{e4}', NULL),
             ('{l3,depot}', NULL, (SELECT ARRAY[code] FROM journal.event_type WHERE id = 8)),
             (NULL, '{anna}', (SELECT ARRAY[code] FROM journal.event_type WHERE id = 9)),
             (NULL, NULL, '{kind:deleted}'), (NULL, '{e2}', '{group:orders,kind:created}')) f (l, e, t);
$$;
SET event_journal.account = 'north';
CREATE TABLE before_closing AS SELECT * FROM pages();
SELECT cardinality(entries) FROM before_closing;

-- It commits after each step, so nothing may be around it.
BEGIN;
CALL journal.maintenance();
ROLLBACK;
DO $$ BEGIN PERFORM 1; CALL journal.maintenance(-1); END $$;
CALL journal.maintenance(-1);
BEGIN READ ONLY;
CALL journal.maintenance();
ROLLBACK;
SET default_transaction_read_only = on;
CALL journal.maintenance();
RESET default_transaction_read_only;
SELECT count(*) FROM journal.closed_month;

CALL journal.maintenance(0);
TABLE closed;
SELECT differences('journal.entry_2024_02');
SELECT differences('journal.entry_2024_03');
SELECT entries, octet_length(present), octet_length(combinations) FROM journal.month_summary ORDER BY entries;
SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'journal.entry_2024_02'::regclass ORDER BY tgname;
TABLE before_closing EXCEPT ALL SELECT * FROM pages();
RESET event_journal.account;
-- The second time there is nothing to do.
CALL journal.maintenance(0);

-- What a month holds: of an account, of one kind of values, of several together.
SELECT journal.month_may_hold('journal.entry_2024_02', 'north') AS account,
       journal.month_may_hold('journal.entry_2024_02', 'west') AS no_account,
       journal.month_may_hold('journal.entry_2024_02', 'north', '{7,99}') AS event,
       journal.month_may_hold('journal.entry_2024_02', 'north', '{9,99}') AS no_event,
       journal.month_may_hold('journal.entry_2024_02', 'south', '{9}') AS not_reported,
       journal.month_may_hold('journal.entry_2024_02', 'south', employees => '{anna}') AS no_reported,
       journal.month_may_hold('journal.entry_2024_02', 'north', employees => '{boris,nobody}') AS employee,
       journal.month_may_hold('journal.entry_2024_02', 'south', employees => '{boris,nobody}') AS no_employee,
       journal.month_may_hold('journal.entry_2024_02', 'north', locations => '{nowhere}') AS no_location,
       journal.month_may_hold('journal.entry_2024_02', 'north', locations => '{}') AS nothing,
       journal.month_may_hold('journal.entry_2024_02', 'north', NULL, '{shop}', '{anna}') AS together,
       journal.month_may_hold('journal.entry_2024_02', 'north', NULL, '{shop}', '{boris}') AS not_together,
       journal.month_may_hold('journal.entry_2024_02', 'north', '{8}', '{depot}', '{boris}') AS three_together,
       journal.month_may_hold('journal.entry_2024_02', 'north', '{8}', '{shop}', '{anna}') AS three_not_together
\gx
-- Months that are not over, and what is no month at all.
SELECT DISTINCT journal.month_may_hold(inhrelid, 'west') FROM pg_inherits
WHERE inhparent = 'journal.entry'::regclass AND inhrelid::regclass::text !~ '2024_0[23]';
SELECT journal.month_may_hold('journal.session', 'west');

-- A late write, by plain SQL or by the extension, puts an end to the summary of its month; what was rolled back does not.
BEGIN;
SELECT put('2024-02-20', 7, 'west');
SELECT journal.month_may_hold('journal.entry_2024_02', 'west');
ROLLBACK;
SELECT journal.month_may_hold('journal.entry_2024_02', 'west');
CREATE TABLE task (id integer PRIMARY KEY, name text, made timestamptz);
INSERT INTO task VALUES (1, 'one', '2024-02-20'), (2, 'two', '2024-02-20'), (3, 'three', '2024-03-20');
SELECT journal.track('task', 'chore', created_at => 'made');
BEGIN;
SAVEPOINT a;
SELECT journal.backfill('task');
TABLE closed;
ROLLBACK TO a;
TABLE closed;
SELECT journal.backfill('task');
SELECT journal.month_may_hold('journal.entry_2024_02', 'west'), journal.month_may_hold('journal.entry_2024_03', 'west');
COMMIT;
TABLE closed;
SELECT journal.month_may_hold('journal.entry_2024_02', 'west'), journal.month_may_hold('journal.entry_2024_03', 'west');
SELECT * FROM journal.month_combinations('journal.entry_2024_02');
CALL journal.maintenance(0);
TABLE closed;
SELECT differences('journal.entry_2024_02');
SELECT differences('journal.entry_2024_03');
SELECT journal.month_may_hold('journal.entry_2024_02', 'west'), journal.month_may_hold('journal.entry_2024_03', 'west'),
       journal.month_may_hold('journal.entry_2024_02', '');

-- Under replica, and straight into the month.
SET session_replication_role = replica;
INSERT INTO journal.entry_2024_03 SELECT (r).* FROM (SELECT e AS r FROM journal.entry_2024_03 e LIMIT 1) e;
RESET session_replication_role;
TABLE closed;
-- Many entries more: the indexes are rebuilt as well.
SELECT put('2024-02-01'::timestamptz + n * interval '1 minute', 7, 'north') FROM generate_series(1, 20) n \g /dev/null
CALL journal.maintenance(0);
TABLE closed;

-- Whoever disables the trigger, even if he enables it again, is not believed; nor who drops it.
ALTER TABLE journal.entry_2024_02 DISABLE TRIGGER ALL;
SELECT put('2024-02-20', 7, 'west');
ALTER TABLE journal.entry_2024_02 ENABLE TRIGGER ALL;
SELECT journal.month_may_hold('journal.entry_2024_02', 'west');
ALTER TABLE journal.entry_2024_02 ENABLE ALWAYS TRIGGER refuse_truncate;
ALTER TABLE journal.entry_2024_02 ENABLE ALWAYS TRIGGER refuse_change;
CALL journal.maintenance(0);
SELECT journal.month_may_hold('journal.entry_2024_02', 'west'), journal.month_may_hold('journal.entry_2024_02', 'east');
DROP TRIGGER note_late_write ON journal.entry_2024_02;
SELECT put('2024-02-20', 7, 'east');
SELECT journal.month_may_hold('journal.entry_2024_02', 'east');
CALL journal.maintenance(0);
SELECT journal.month_may_hold('journal.entry_2024_02', 'east'), journal.month_may_hold('journal.entry_2024_02', 'moon');
SELECT * FROM journal.check() WHERE object ~ 'entry_2024';

-- Detached, attached again; another table in its place; dropped.
ALTER TABLE journal.entry DETACH PARTITION journal.entry_2024_02;
TABLE closed;
SELECT journal.month_may_hold('journal.entry_2024_02', 'moon');
ALTER TABLE journal.entry ATTACH PARTITION journal.entry_2024_02 FOR VALUES FROM ('2024-02-01 00:00:00+00') TO ('2024-03-01 00:00:00+00');
SELECT journal.month_may_hold('journal.entry_2024_02', 'moon');
CALL journal.maintenance(0);
TABLE closed;
SELECT journal.month_may_hold('journal.entry_2024_02', 'moon');
SELECT journal.drop_month('2024-02-01');
TABLE closed;
SELECT count(DISTINCT relation_oid) FROM journal.month_summary;

-- By whom.
CREATE ROLE keeper;
CREATE ROLE stranger;
GRANT USAGE ON SCHEMA journal TO stranger;
SELECT journal.grant_access('administrator', 'keeper');
SET ROLE stranger;
CALL journal.maintenance(0);
SELECT journal.month_may_hold('journal.entry_2024_03', 'west');
RESET ROLE;
SELECT put('2024-03-20', 7, 'east');
SET ROLE keeper;
CALL journal.maintenance(0);
RESET ROLE;
TABLE closed;
SELECT differences('journal.entry_2024_03');
SELECT journal.revoke_access('administrator', 'keeper');
DROP OWNED BY stranger;
DROP ROLE keeper, stranger;
