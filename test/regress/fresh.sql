\set ECHO none
-- Gives a regression test a new database with the extension in it, so that a test prints the same
-- whether it runs alone or after others. A test begins with:
--
--   \i test/regress/fresh.sql
--
-- Roles outlive the database: a test drops those that it creates.
\set QUIET on
SET client_min_messages = warning;
DROP DATABASE IF EXISTS event_journal_test;
CREATE DATABASE event_journal_test TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
ALTER DATABASE event_journal_test SET lc_messages = 'C';
\connect event_journal_test
SET client_min_messages = warning;
CREATE EXTENSION event_journal;
RESET client_min_messages;
\set ECHO all
