\set ECHO none
-- The same as attack.sql for calls that write: each in a transaction that is rolled back, with its deferred triggers;
-- what a role writes himself runs the table's code as he.
\set QUIET on
\connect -
SET client_min_messages = error;
TRUNCATE own.ran;
\connect -
\echo as superuser:
BEGIN;
:call;
\if :ERROR
\else
SET CONSTRAINTS ALL IMMEDIATE;
SELECT count(*) FILTER (WHERE who = 'rights_owner') > 0 AS ran_as_owner,
       string_agg(DISTINCT who, ', ') FILTER (WHERE who <> 'rights_owner') AS ran_as_others,
       (SELECT string_agg(name || ' = ' || setting, ', ' ORDER BY name) FROM pg_settings
        WHERE name IN ('search_path', 'work_mem', 'event_journal.employee') AND setting IS DISTINCT FROM reset_val) AS left_behind
FROM own.ran;
\endif
ROLLBACK;
\connect -
SET SESSION AUTHORIZATION rights_third;
\echo as a third role:
BEGIN;
:call;
\if :ERROR
\else
SET CONSTRAINTS ALL IMMEDIATE;
RESET SESSION AUTHORIZATION;
SELECT count(*) FILTER (WHERE who = 'rights_owner') > 0 AS ran_as_owner,
       string_agg(DISTINCT who, ', ') FILTER (WHERE who <> 'rights_owner') AS ran_as_others,
       (SELECT string_agg(name || ' = ' || setting, ', ' ORDER BY name) FROM pg_settings
        WHERE name IN ('search_path', 'work_mem', 'event_journal.employee') AND setting IS DISTINCT FROM reset_val) AS left_behind
FROM own.ran;
\endif
ROLLBACK;
\set ECHO all
