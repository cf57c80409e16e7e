\i test/regress/fresh.sql
SET DateStyle = 'ISO, YMD';
SET TimeZone = 'UTC';
-- What reports show, counted: numbers of rows, activity over time, what occurs, days for an export.

SELECT journal.set_account('', time_zone => 'Europe/Berlin', language => 'en');
SET event_journal.clock = '2024-04-10 10:00+00';
CREATE SCHEMA shop;
SET search_path = shop, public;
CREATE TABLE location (id integer PRIMARY KEY, name text);
CREATE TABLE employee (id integer PRIMARY KEY, name text);
SELECT journal.track('location', label => 'name');
SELECT journal.track('employee', label => 'name');
INSERT INTO location VALUES (1, 'Centre'), (2, 'North');
INSERT INTO employee VALUES (7, 'Eve'), (8, 'Max');
-- What else happened is at other times.
INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation, reported, backfilled,
                           account, location, employee, object_type, object_id, label)
SELECT 100000 + number, '2024-02-27 22:30+00'::timestamptz + number * interval '50 minutes', '3', 100000 + number, 1, 0, t.id,
       'l', number % 10 <> 0, false, CASE WHEN number % 7 = 0 THEN 'other' ELSE '' END,
       CASE number % 3 WHEN 0 THEN '1' WHEN 1 THEN '2' END, CASE number % 4 WHEN 0 THEN '7' WHEN 1 THEN '8' WHEN 2 THEN '9' END,
       CASE number % 5 WHEN 0 THEN 'sms' ELSE 'call' END, (number % 50)::text, 'Word' || number % 40
FROM generate_series(1, 1200) AS number
JOIN journal.event_type t ON t.code = CASE WHEN number % 6 = 0 THEN 'order.deleted' WHEN number % 2 = 0 THEN 'sms.sent' ELSE 'order.created' END;
SET client_min_messages = warning;
CALL journal.maintenance(0);
RESET client_min_messages;
ANALYZE journal.entry;
CREATE VIEW seen AS SELECT e.*, t.code, t.kind, t.event_group FROM journal.entry e JOIN journal.event_type t ON t.id = e.event_type
WHERE account = '' AND reported AND occurred_at < '2024-04-10';

-- Numbers of rows are those of the report.
SELECT journal.count_events('custom', '2024-02-01', '2024-04-10') = (SELECT count(*) FROM seen) AS same, count(*) FROM seen;
SELECT journal.count_events('custom', '2024-02-01', '2024-04-10', cap => 100);
SELECT journal.count_events('custom', '2024-02-01', '2024-04-10', cap => NULL) = (SELECT count(*) FROM seen) AS same;
SELECT journal.count_events('this_month') = (SELECT count(*) FROM journal.report('this_month', page_size => 1000)) AS same;
SELECT journal.count_events('this_month', locations => '{1}', employees => '{7,8}', events => '{kind:created}')
    = (SELECT count(*) FROM journal.report('this_month', locations => '{1}', employees => '{7,8}', events => '{kind:created}')) AS same;
SELECT journal.count_events('last_month', filter => '{"search": "word12"}')
    = (SELECT count(*) FROM journal.report('last_month', filter => '{"search": "word12"}')) AS same;
SELECT journal.count_events('last_month', filter => '{"object_types": ["sms"]}')
    = (SELECT count(*) FROM journal.report('last_month', filter => '{"object_types": ["sms"]}', page_size => 1000)) AS same;
SELECT journal.count_events('yesterday', locations => '{nowhere}');
SELECT journal.count_events(cap => 0);

-- Activity: every stretch of the period in the account's time zone, also those in which nothing happened.
SELECT starts_at, entries FROM journal.activity('day', NULL, 'custom', '2024-02-26 00:00+01', '2024-03-01 00:00+01');
SELECT starts_at AT TIME ZONE 'Europe/Berlin' AS starts_at, entries FROM journal.activity('week', period => 'last_month');
SELECT starts_at AT TIME ZONE 'Europe/Berlin' AS starts_at, entries FROM journal.activity('month', '', 'custom', '2024-01-31 23:00+00', '2024-06-01');
SELECT count(*), sum(entries), min(starts_at), max(starts_at) FROM journal.activity('hour', NULL, 'custom', '2024-03-30 23:00+00', '2024-03-31 22:00+00');
SELECT value, name, sum(entries), count(*) FROM journal.activity('month', 'kind', 'last_month') GROUP BY 1, 2 ORDER BY 1;
SELECT value, name, sum(entries), count(*) FROM journal.activity('month', 'group', 'last_month') GROUP BY 1, 2 ORDER BY 1;
SELECT value, name, sum(entries), count(*) FROM journal.activity('day', 'event', 'last_month') GROUP BY 1, 2 ORDER BY 1;
SELECT value, name, sum(entries), count(*) FROM journal.activity('day', 'event', 'last_month', language => 'ru') GROUP BY 1, 2 ORDER BY 1;
SELECT value, name, sum(entries), count(*) FROM journal.activity('day', 'employee', 'last_month') GROUP BY 1, 2 ORDER BY 1;
SELECT value, name, sum(entries), count(*) FROM journal.activity('day', 'location', 'last_month', employees => '{7}', filter => '{"search": "word1"}')
GROUP BY 1, 2 ORDER BY 1;
-- The same as by hand, stretch by stretch.
SELECT count(*), count(*) FILTER (WHERE a.entries <> coalesce(b.by_hand, 0)) AS wrong
FROM journal.activity('day', 'location', 'custom', '2024-02-01', '2024-04-10') a
LEFT JOIN (SELECT date_trunc('day', occurred_at, 'Europe/Berlin') AS starts_at, location, count(*) AS by_hand FROM seen GROUP BY 1, 2) b
    ON b.starts_at = a.starts_at AND b.location IS NOT DISTINCT FROM a.value;
SELECT count(*), count(*) FILTER (WHERE a.entries <> coalesce(b.by_hand, 0)) AS wrong
FROM journal.activity('hour', 'group', 'last_month') a
LEFT JOIN (SELECT date_trunc('hour', occurred_at) AS starts_at, event_group, count(*) AS by_hand FROM seen GROUP BY 1, 2) b
    ON b.starts_at = a.starts_at AND b.event_group = a.value;
SELECT count(*) FROM journal.activity('day', 'kind', 'custom', '2023-01-01', '2023-01-10');
SELECT count(*), sum(entries) FROM journal.activity('day', NULL, 'custom', '2023-01-01', '2023-01-10');
SELECT count(*) FROM journal.activity('fortnight');
SELECT count(*) FROM journal.activity(by => 'emploee');
SELECT count(*) FROM journal.activity('hour', NULL, 'custom', '1990-01-01', '2024-01-01');

-- What occurs, the most frequent first.
SELECT * FROM journal.report_filters('last_month');
SELECT DISTINCT list, count(*) OVER (PARTITION BY list) FROM journal.report_filters('last_month', language => 'ru') ORDER BY 1;
SELECT * FROM journal.report_filters('custom', '2023-01-01', '2023-02-01');

-- Days, and an export by them.
SELECT * FROM journal.days('custom', '2024-03-30 12:00+00', '2024-04-01 00:00+00');
SELECT count(*), min(starts_at), max(ends_at) FROM journal.days('last_month');
SELECT day, starts_at, ends_at FROM journal.days(date_to => '2024-02-29 00:00+01');
SELECT count(*), bool_and(entry IS NOT NULL) FROM journal.days('last_month') d,
    LATERAL journal.report('custom', d.starts_at, d.ends_at, page_size => 100000) r;
SELECT array_agg(entry) = (SELECT array_agg(entry) FROM journal.report('last_month', sort => 'asc', page_size => 10000)) AS same
FROM (SELECT r.entry FROM journal.days('last_month') d,
          LATERAL journal.report('custom', d.starts_at, d.ends_at, sort => 'asc', page_size => 100000) r) AS exported;

-- A reader counts what the report shows to him.
CREATE ROLE regress_count_reader;
SELECT journal.grant_access('reader', 'regress_count_reader');
INSERT INTO journal.role_account VALUES ('regress_count_reader', 'other');
SET ROLE regress_count_reader;
SELECT journal.count_events('last_month') = (SELECT count(*) FROM journal.report('last_month', page_size => 1000)) AS same;
SELECT value, name, sum(entries) FROM journal.activity('month', 'location', 'last_month') GROUP BY 1, 2 ORDER BY 1;
SELECT value, name, entries FROM journal.report_filters('last_month') WHERE list = 'locations';
RESET ROLE;
DELETE FROM journal.role_account;
SELECT journal.revoke_access('reader', 'regress_count_reader');
SET ROLE regress_count_reader;
SELECT journal.count_events();
RESET ROLE;
DROP ROLE regress_count_reader;

-- A plan's window counts as in reports.
SELECT journal.set_account('', plan => 'startup');
SELECT sum(entries) = journal.count_events() AS same, min(starts_at) FROM journal.activity('day');
SELECT journal.set_account('', plan => 'free');
SELECT journal.count_events();
-- A day that the clocks go back over midnight on has one beginning.
RESET search_path;
SELECT journal.set_account('azores', time_zone => 'Atlantic/Azores');
SET event_journal.account = 'azores';
SET event_journal.clock = '2024-10-27 12:00+00';
SELECT count(journal.log('user.logged_in', occurred_at => t)) FROM unnest('{2024-10-27 00:30+00,2024-10-27 01:30+00}'::timestamptz[]) t;
SELECT journal.count_events('today') AS counted, (SELECT sum(entries) FROM journal.activity('day', NULL, 'today')) AS in_days;
-- A bucket that is too short for the period is refused before there are any.
SELECT * FROM journal.activity('hour', NULL, 'custom', '2000-01-01', '200000-01-01');
