\set ECHO none
-- For tests of whose rights an owner's code runs with: calls :call in a fresh session as a superuser, and in another as
-- rights_third; then shows whether code of rights_owner ran with his rights, where it ran with others', and which settings it
-- left behind.
\set QUIET on
\connect -
SET client_min_messages = error;
TRUNCATE own.ran;
\connect -
\echo as superuser:
:call;
SELECT count(*) FILTER (WHERE who = 'rights_owner') > 0 AS ran_as_owner,
       string_agg(DISTINCT who || ': ' || place, ', ' ORDER BY who || ': ' || place) FILTER (WHERE who <> 'rights_owner') AS ran_as_others,
       (SELECT string_agg(name || ' = ' || setting, ', ' ORDER BY name) FROM pg_settings
        WHERE name IN ('search_path', 'work_mem', 'event_journal.employee') AND setting IS DISTINCT FROM reset_val) AS left_behind
FROM own.ran;
\connect -
SET client_min_messages = error;
TRUNCATE own.ran;
\connect -
SET SESSION AUTHORIZATION rights_third;
\echo as a third role:
:call;
RESET SESSION AUTHORIZATION;
SELECT count(*) FILTER (WHERE who = 'rights_owner') > 0 AS ran_as_owner,
       string_agg(DISTINCT who || ': ' || place, ', ' ORDER BY who || ': ' || place) FILTER (WHERE who <> 'rights_owner') AS ran_as_others,
       (SELECT string_agg(name || ' = ' || setting, ', ' ORDER BY name) FROM pg_settings
        WHERE name IN ('search_path', 'work_mem', 'event_journal.employee') AND setting IS DISTINCT FROM reset_val) AS left_behind
FROM own.ran;
\set ECHO all
