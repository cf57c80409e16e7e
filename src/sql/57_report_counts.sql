-- Counting what reports show. The arguments are the report's, and so is what a reader needs (57_report.sql); each of them
-- counts what the caller sees.

CREATE FUNCTION journal.report_filters(
    period text DEFAULT NULL, date_from journal.moment DEFAULT NULL, date_to journal.moment DEFAULT NULL, language text DEFAULT NULL)
RETURNS TABLE (list text, value text, name text, entries bigint)
LANGUAGE C STABLE PARALLEL UNSAFE COST 100000 ROWS 100 AS 'MODULE_PATHNAME', 'journal_report_filters';
COMMENT ON FUNCTION journal.report_filters(text, journal.moment, journal.moment, text) IS
    'what a report of a period can be filtered by: the locations, employees, event groups, events and object types that occur';

CREATE FUNCTION journal.count_events(
    period text DEFAULT NULL, date_from journal.moment DEFAULT NULL, date_to journal.moment DEFAULT NULL,
    locations text[] DEFAULT NULL, employees text[] DEFAULT NULL, events text[] DEFAULT NULL,
    filter jsonb DEFAULT NULL, cap integer DEFAULT 10000)
RETURNS bigint
LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'journal_count_events';
COMMENT ON FUNCTION journal.count_events(text, journal.moment, journal.moment, text[], text[], text[], jsonb, integer) IS
    'how many rows a report has; cap: as many or more';

CREATE FUNCTION journal.activity(
    bucket text DEFAULT 'day', by text DEFAULT NULL,
    period text DEFAULT NULL, date_from journal.moment DEFAULT NULL, date_to journal.moment DEFAULT NULL,
    locations text[] DEFAULT NULL, employees text[] DEFAULT NULL, events text[] DEFAULT NULL,
    filter jsonb DEFAULT NULL, language text DEFAULT NULL)
RETURNS TABLE (starts_at timestamptz, value text, name text, entries bigint)
LANGUAGE C STABLE PARALLEL UNSAFE COST 100000 ROWS 1000 AS 'MODULE_PATHNAME', 'journal_activity';
COMMENT ON FUNCTION journal.activity(text, text, text, journal.moment, journal.moment, text[], text[], text[], jsonb, text) IS
    'how many rows a report has in each hour, day, week or month, in all or by kind, group, event, employee or location';

CREATE FUNCTION journal.days(
    period text DEFAULT NULL, date_from journal.moment DEFAULT NULL, date_to journal.moment DEFAULT NULL)
RETURNS TABLE (day date, starts_at timestamptz, ends_at timestamptz)
LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 30 AS 'MODULE_PATHNAME', 'journal_days';
COMMENT ON FUNCTION journal.days(text, journal.moment, journal.moment) IS
    'the days of a period in the account''s time zone, each as a period of its own, so that an export needs memory for one day only';
