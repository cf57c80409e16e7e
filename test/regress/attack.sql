\set ECHO none
-- For tests of whose rights an owner's code runs with: calls :call in a fresh session as a superuser, and in another as
-- rights_third; then shows whether code of rights_owner ran with his rights, where it ran with others', and which settings it left behind.
\set QUIET on
\connect -
SET client_min_messages = error;
TRUNCATE own.ran;
RESET client_min_messages;
\connect -
\echo as superuser:
:call;
SELECT count(*) > 0 AS ran_as_owner FROM own.ran WHERE who = 'rights_owner';
SELECT place, who AS ran_as FROM own.ran WHERE who <> 'rights_owner' GROUP BY 1, 2 ORDER BY 1, 2;
SELECT name, setting AS left_behind FROM pg_settings WHERE name IN ('search_path', 'work_mem', 'event_journal.employee')
    AND setting IS DISTINCT FROM reset_val;
\connect -
SET client_min_messages = error;
TRUNCATE own.ran;
RESET client_min_messages;
\connect -
SET SESSION AUTHORIZATION rights_third;
\echo as a third role:
:call;
RESET SESSION AUTHORIZATION;
SELECT count(*) > 0 AS ran_as_owner FROM own.ran WHERE who = 'rights_owner';
SELECT place, who AS ran_as FROM own.ran WHERE who <> 'rights_owner' GROUP BY 1, 2 ORDER BY 1, 2;
SELECT name, setting AS left_behind FROM pg_settings WHERE name IN ('search_path', 'work_mem', 'event_journal.employee')
    AND setting IS DISTINCT FROM reset_val;
\set ECHO all
