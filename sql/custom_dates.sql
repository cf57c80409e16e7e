\i test/regress/fresh.sql
-- Custom dates: those without a time zone are the account's, whatever the session's is.

CREATE SCHEMA crm;
SET search_path = crm;
CREATE TABLE task (id integer PRIMARY KEY);
SELECT journal.set_account('tokyo', time_zone => 'Asia/Tokyo');
SET event_journal.account = 'tokyo';
SET TimeZone = 'America/New_York';
SET DateStyle = 'ISO, DMY';
-- Midnight in Tokyo, an hour before and after; and midnight in New York.
SELECT count(journal.log('task.created', 'task', day || ' ' || at, occurred_at => (day || ' ' || at || zone)::timestamptz)) FROM (VALUES
    ('2024-05-05', '23:00', '+09'), ('2024-05-06', '00:00', '+09'), ('2024-05-06', '01:00', '+09'), ('2024-05-06', '00:00', '-04')) t (day, at, zone);
CREATE VIEW told AS SELECT object_id, occurred_at AT TIME ZONE 'Asia/Tokyo' AS tokyo FROM journal.report(sort => 'asc');
SELECT * FROM told;
CREATE FUNCTION first_of(journal.moment, journal.moment DEFAULT NULL) RETURNS text LANGUAGE sql AS
    $$ SELECT occurred_at AT TIME ZONE 'Asia/Tokyo' || '' FROM journal.report(date_from => $1, date_to => $2, sort => 'asc', page_size => 1) $$;

-- As literals, in the session's form of dates, with and without a period.
SELECT object_id FROM journal.report('custom', '2024-05-06', '2024-05-07', sort => 'asc');
SELECT object_id FROM journal.report(date_from => '2024-05-06', date_to => '2024-05-06 00:30', sort => 'asc');
SELECT object_id FROM journal.report(date_to => '6.5.2024', sort => 'asc');
SELECT journal.count_events(date_from => '2024-05-06'), journal.count_events(date_to => '2024-05-06');
SELECT starts_at FROM journal.activity('day', date_from => '2024-05-05', date_to => '2024-05-07');
SELECT day, starts_at FROM journal.days('custom', '2024-05-05', '2024-05-07');
-- Typed: a moment stays one; a date and a time are the account's.
SELECT first_of('2024-05-06 00:00+00'), first_of('2024-05-06 00:00+00'::timestamptz), first_of('2024-05-06'::timestamptz);
SELECT first_of('2024-05-06'::date), first_of('2024-05-06 00:30'::timestamp), first_of('2024-05-06');
SELECT first_of('2024-05-05 11:00 America/New_York'), first_of('2024-05-05T15:00:00Z'), first_of('-infinity');
PREPARE custom AS SELECT object_id FROM journal.report(date_from => $1, date_to => $2, sort => 'asc');
EXECUTE custom('2024-05-06', '2024-05-06 00:30');
PREPARE moments(timestamptz, timestamptz) AS SELECT object_id FROM journal.report(date_from => $1, date_to => $2, sort => 'asc');
EXECUTE moments('2024-05-06', '2024-05-07');
SELECT count(*) FROM journal.report(date_from => now() - interval '100 years', date_to => now());
SELECT r.object_id FROM journal.days('custom', '2024-05-06', '2024-05-07') d, LATERAL journal.report(date_from => d.starts_at, date_to => d.ends_at, sort => 'asc') r;
-- A cursor goes on for the same moment, however it is written.
SELECT object_id FROM journal.report(date_from => '2024-05-05T15:00Z', sort => 'asc', page_size => 1,
    after => (SELECT page_cursor FROM journal.report(date_from => '2024-05-06', sort => 'asc', page_size => 1)));
-- An hour that a change of clocks leaves out, or has twice.
SELECT journal.set_account('berlin', time_zone => 'Europe/Berlin');
SET event_journal.account = 'berlin';
SELECT starts_at AT TIME ZONE 'UTC' AS utc FROM journal.days('custom', '2024-03-31 02:30', '2024-03-31 12:00');
SELECT starts_at AT TIME ZONE 'UTC' AS utc FROM journal.days('custom', '2024-10-27 02:30', '2024-10-27 12:00');
-- Empty is not given; what is no date is an error.
SET event_journal.account = 'tokyo';
SELECT count(*) FROM journal.report(date_from => '', date_to => '');
SELECT count(*) FROM journal.report('custom', date_from => '', date_to => '2024-05-06');
SELECT count(*) FROM journal.report(date_from => 'tomorow');
\set VERBOSITY terse
SELECT count(*) FROM journal.report(date_from => '2024-13-13');
\set VERBOSITY default
SELECT count(*) FROM journal.report('custom', '2024-05-07', '2024-05-06');
SELECT '2024-05-06'::journal.moment, '2024-05-06 00:00+00'::journal.moment, ''::journal.moment, 'infinity'::journal.moment, '4714-11-24 BC'::journal.moment, '250000-01-01'::journal.moment;
SHOW TimeZone;
-- Whoever reads may write a date.
CREATE ROLE regress_reader;
SELECT journal.grant_access('reader', 'regress_reader');
SET ROLE regress_reader;
SELECT count(*) FROM journal.report(date_from => date '2024-05-06'), journal.report(date_from => '2024-05-06') r;
RESET ROLE;
DROP OWNED BY regress_reader;
DROP ROLE regress_reader;
