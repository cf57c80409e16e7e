\i test/regress/fresh.sql
SET DateStyle = 'ISO, YMD';
-- Periods: calendar ones in the account's time zone, half-open, across changes of clocks and ends of years; dates of one's
-- own; what a plan refuses. The clock is fixed for reports.

-- An entry every half hour, straight into the journal; there is nothing to capture on those days.
CREATE FUNCTION fill(account text, since timestamptz, until timestamptz) RETURNS void LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation,
                               reported, backfilled, account)
    SELECT nextval('journal.entry_id_seq'), at, '3', 0, 1, 0, 69, 'l', true, false, account
    FROM generate_series(since, until, interval '30 minutes') AS at;
END;
-- A period by its first and last entry, and how many hours it has, as seen from a moment.
CREATE FUNCTION seen(clock timestamptz, period text) RETURNS TABLE (first timestamptz, last timestamptz, hours numeric)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('event_journal.clock', clock::text, true);
    RETURN QUERY SELECT min(r.occurred_at), max(r.occurred_at), round(count(*) / 2.0, 1)
                 FROM journal.report(period, page_size => 10000) AS r;
END
$$;
CREATE VIEW presets AS
SELECT unnest('{today,yesterday,this_week,last_week,this_month,last_month}'::text[]) AS period;

-- A plain day in Moscow: Wednesday, 15 May 2024.
SELECT journal.set_account('moscow', time_zone => 'Europe/Moscow');
SELECT fill('moscow', '2024-03-20 00:00+03', '2024-06-05 00:00+03');
SET event_journal.account = 'moscow';
SET TIME ZONE 'Europe/Moscow';
SELECT period, (seen('2024-05-15 12:10+03', period)).* FROM presets;
-- The first moment of Monday, and the last before it.
SELECT period, (seen('2024-05-13 00:00+03', period)).* FROM presets WHERE period ~ 'week|day';
SELECT period, (seen('2024-05-12 23:59:59.999999+03', period)).* FROM presets WHERE period ~ 'week|day';
-- The session's time zone does not matter.
SET TIME ZONE 'America/New_York';
SELECT period, (seen('2024-05-15 12:10+03', period)).* FROM presets WHERE period ~ 'day';

-- Berlin goes to summer time on Sunday, 31 March 2024 at 2:00, and back on 27 October at 3:00.
SELECT journal.set_account('berlin', time_zone => 'Europe/Berlin');
SELECT fill('berlin', '2024-02-20 00:00+01', '2024-04-05 00:00+02');
SELECT fill('berlin', '2024-10-01 00:00+02', '2024-11-10 00:00+01');
SET event_journal.account = 'berlin';
SET TIME ZONE 'Europe/Berlin';
SELECT period, (seen('2024-04-01 09:00+02', period)).* FROM presets;
SELECT period, (seen('2024-03-31 03:00+02', period)).* FROM presets WHERE period ~ 'day';
SELECT period, (seen('2024-10-28 09:00+01', period)).* FROM presets WHERE period ~ 'day|week';
SELECT period, (seen('2024-11-01 00:00+01', period)).* FROM presets WHERE period ~ 'month';

-- Havana goes back from 1:00 to 0:00 on 3 November 2024: midnight occurs twice, the day begins at the first. On 10 March
-- it goes from 0:00 to 1:00: there is no midnight, the day begins at 1:00.
SELECT journal.set_account('havana', time_zone => 'America/Havana');
SELECT fill('havana', '2024-03-01 00:00-05', '2024-03-20 00:00-04');
SELECT fill('havana', '2024-10-20 00:00-04', '2024-11-06 00:00-05');
SET event_journal.account = 'havana';
SET TIME ZONE 'America/Havana';
SELECT period, (seen('2024-11-03 10:00-05', period)).* FROM presets WHERE period ~ 'day';
SELECT period, (seen('2024-11-03 00:30-04', period)).* FROM presets WHERE period ~ 'day';
SELECT period, (seen('2024-11-03 00:30-05', period)).* FROM presets WHERE period ~ 'day';
SELECT period, (seen('2024-11-04 10:00-05', period)).* FROM presets WHERE period ~ 'day';
SELECT period, (seen('2024-03-10 10:00-04', period)).* FROM presets WHERE period ~ 'day';
SELECT period, (seen('2024-03-11 10:00-04', period)).* FROM presets WHERE period ~ 'day|week';

-- The year's end; a week that straddles two years.
SELECT fill('moscow', '2024-11-28 00:00+03', '2025-01-10 00:00+03');
SET event_journal.account = 'moscow';
SET TIME ZONE 'Europe/Moscow';
SELECT period, (seen('2025-01-01 00:00+03', period)).* FROM presets;
SELECT period, (seen('2025-01-05 23:00+03', period)).* FROM presets WHERE period ~ 'week';

-- An account without a time zone has the database's, whatever the client says.
ALTER DATABASE event_journal_test SET TimeZone = 'Asia/Tokyo';
SELECT fill('nowhere', '2024-05-13 00:00+09', '2024-05-16 00:00+09');
SET event_journal.account = 'nowhere';
SET TIME ZONE 'Asia/Tokyo';
SELECT period, (seen('2024-05-15 01:00+09', period)).* FROM presets WHERE period ~ 'day';

-- Dates of one's own are half-open; dates alone mean "custom"; without a period everything shows.
SET event_journal.account = 'moscow';
SET TIME ZONE 'Europe/Moscow';
SELECT min(occurred_at), max(occurred_at), count(*)
FROM journal.report('custom', '2024-05-01 00:00', '2024-05-02 00:00', page_size => 10000);
SELECT min(occurred_at), max(occurred_at), count(*)
FROM journal.report(date_from => '2024-05-01 00:00', date_to => '2024-05-01 00:30', page_size => 10000);
SELECT min(occurred_at), max(occurred_at), count(*) FROM journal.report('custom', date_to => '2024-03-21', page_size => 10000);
SELECT min(occurred_at), max(occurred_at), count(*) FROM journal.report('custom', '2025-01-09', page_size => 10000);
SELECT min(occurred_at), max(occurred_at), count(*) FROM journal.report('custom', '-infinity', 'infinity', page_size => 10000);
SELECT min(occurred_at), max(occurred_at), count(*) FROM journal.report(page_size => 10000);

CREATE PROCEDURE attempt(arguments text) LANGUAGE plpgsql AS $$
DECLARE
    detail text;
    hint text;
BEGIN
    EXECUTE format('SELECT FROM journal.report(%s)', arguments);
    RAISE INFO 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RAISE INFO '% %', SQLSTATE, concat_ws(E'\n    ', SQLERRM, nullif(detail, ''), nullif(hint, ''));
END
$$;
CALL attempt($$'yesterdy'$$);
CALL attempt($$''$$);
CALL attempt($$'custom'$$);
CALL attempt($$'custom', '2024-05-02', '2024-05-01'$$);
CALL attempt($$'custom', '2024-05-02', '2024-05-02'$$);
CALL attempt($$'custom', '-infinity', '-infinity'$$);
CALL attempt($$'today', '2024-05-02'$$);
CALL attempt($$'last_month', date_to => '2024-05-02'$$);
CALL attempt($$sort => 'up'$$);
CALL attempt($$page_size => 0$$);
SELECT count(*) > 0 AS many FROM journal.report(page_size => 2147483647);
CALL attempt($$NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL$$);

-- The clock is a superuser's; what is captured ignores it.
CREATE ROLE regress_reader;
SET ROLE regress_reader;
SET event_journal.clock = '2024-05-15 12:00+00';
RESET ROLE;
SET event_journal.clock = 'sometime';
SET event_journal.clock = '2024-05-15 12:00+00';
SELECT journal.log('user.logged_in') > 0 AS logged;
SELECT max(occurred_at) > '2025-01-10' AS now FROM journal.report(page_size => 1);
DROP ROLE regress_reader;
