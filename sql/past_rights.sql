\i test/regress/fresh.sql
-- With whose rights the code of a table's author runs when somebody else looks at the past: with its owner's.
CREATE ROLE past_author;
CREATE SCHEMA work AUTHORIZATION past_author;
GRANT USAGE ON SCHEMA journal TO past_author;
GRANT EXECUTE ON FUNCTION journal.track TO past_author;
SET ROLE past_author;
CREATE FUNCTION work.spy(what text, value text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RAISE NOTICE '% % as %', what, coalesce(value, 'NULL'), CASE WHEN current_user = 'past_author' THEN 'author' ELSE 'somebody else' END;
    RETURN true;
END $$;
CREATE DOMAIN work.code AS text CHECK (work.spy('code', value));
CREATE DOMAIN work.amount AS integer CHECK (work.spy('amount', value::text));
CREATE TYPE work.mood AS ENUM ('sad', 'happy');
CREATE FUNCTION work.mood_json(work.mood) RETURNS json LANGUAGE sql AS $$SELECT to_json(work.spy('mood', $1::text))$$;
CREATE CAST (work.mood AS json) WITH FUNCTION work.mood_json(work.mood);
CREATE TABLE work.job (id work.code PRIMARY KEY, amount work.amount, amounts work.amount[], pin work.code, mood work.mood);
SELECT journal.track('work.job', excluded => '{pin}');
SET client_min_messages = warning;
INSERT INTO work.job VALUES ('a', 1, '{1}', 'secret', 'sad'), ('b', 2, '{2}', 'secret', 'happy');
RESET client_min_messages;
RESET ROLE;
SELECT journal.mark('start') IS NOT NULL AS marked;
SET client_min_messages = warning;
UPDATE work.job SET amount = 3, amounts = '{3,4}' WHERE id = 'a';
DELETE FROM work.job WHERE id = 'b';
RESET client_min_messages;
SELECT id, amount, amounts, mood FROM journal.table_as_of(NULL::work.job, mark => 'start') ORDER BY id;
SELECT id, amount, amounts, mood FROM journal.table_as_of(NULL::work.job, mark => 'start', key => 'a');
SELECT journal.row_as_of('work.job', 'b', mark => 'start');
SELECT object_id, operation, (old_row).amount AS was, (new_row).amount AS is FROM journal.diff(NULL::work.job, from_mark => 'start') ORDER BY object_id;
SELECT * FROM journal.verify_history('work.job');
-- What the author's code may not do then: become somebody else.
SET ROLE past_author;
CREATE OR REPLACE FUNCTION work.spy(what text, value text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('role', 'none', false);
    RETURN true;
END $$;
RESET ROLE;
\set VERBOSITY sqlstate
SELECT id, amount FROM journal.table_as_of(NULL::work.job, mark => 'start') ORDER BY id;
\set VERBOSITY default
SELECT current_user = session_user AS still_who_i_was;
SET client_min_messages = warning;
DROP SCHEMA work CASCADE;
DROP OWNED BY past_author;
DROP ROLE past_author;
