-- Dates of a report. What is given as text without a time zone is a time of the account's, which is known only when the report is read;
-- a timestamptz is a moment as it stands. So the arguments have a type of their own, in which both are eight bytes.
CREATE TYPE journal.moment;
CREATE FUNCTION journal.moment_in(cstring) RETURNS journal.moment
LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_moment_in';
CREATE FUNCTION journal.moment_out(journal.moment) RETURNS cstring
LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_moment_out';
CREATE TYPE journal.moment (INPUT = journal.moment_in, OUTPUT = journal.moment_out, LIKE = pg_catalog.timestamptz);
COMMENT ON TYPE journal.moment IS 'a timestamptz, or a date or time in the time zone of whatever account is read; an empty text is none';
COMMENT ON FUNCTION journal.moment_in(cstring) IS 'reads a moment; without a time zone it is one of the account''s';
COMMENT ON FUNCTION journal.moment_out(journal.moment) IS 'writes a moment';

CREATE FUNCTION journal.moment(local timestamp) RETURNS journal.moment
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_moment_of_timestamp';
COMMENT ON FUNCTION journal.moment(timestamp) IS 'that time in the time zone of the account that is read';
CREATE FUNCTION journal.moment(local date) RETURNS journal.moment
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_moment_of_date';
COMMENT ON FUNCTION journal.moment(date) IS 'the beginning of that day in the time zone of the account that is read';

CREATE CAST (timestamptz AS journal.moment) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (timestamp AS journal.moment) WITH FUNCTION journal.moment(timestamp) AS IMPLICIT;
CREATE CAST (date AS journal.moment) WITH FUNCTION journal.moment(date) AS IMPLICIT;
