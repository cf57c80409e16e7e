\i test/regress/fresh.sql
\i test/regress/compare.sql
\i test/regress/undo.sql
\set SHOW_CONTEXT never
-- With whose rights the code of a table's author runs when somebody else looks: plans, rows looked up by their key, names in
-- reports. With its owner's, or not at all. It says so when it is run by another.
SET client_min_messages = warning;
DROP ROLE IF EXISTS regress_author;
CREATE ROLE regress_author;
CREATE SCHEMA work AUTHORIZATION regress_author;
GRANT USAGE ON SCHEMA journal TO regress_author;
GRANT EXECUTE ON FUNCTION journal.track TO regress_author;
SET ROLE regress_author;
CREATE FUNCTION work.spy(what text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF current_user <> 'regress_author' THEN
        RAISE WARNING '% is run by somebody else', what;
    END IF;
    RETURN true;
END $$;
CREATE TYPE work.mood AS ENUM ('sad', 'happy');
CREATE FUNCTION work.mood_of(text) RETURNS work.mood LANGUAGE plpgsql AS $$BEGIN PERFORM work.spy('cast from text'); RETURN 'sad'; END$$;
CREATE FUNCTION work.text_of(work.mood) RETURNS text LANGUAGE plpgsql AS $$BEGIN PERFORM work.spy('cast to text'); RETURN 'forged'; END$$;
CREATE FUNCTION work.json_of(work.mood) RETURNS json LANGUAGE plpgsql AS $$BEGIN PERFORM work.spy('cast to json'); RETURN '1'; END$$;
CREATE CAST (text AS work.mood) WITH FUNCTION work.mood_of(text);
CREATE CAST (work.mood AS text) WITH FUNCTION work.text_of(work.mood);
CREATE CAST (work.mood AS json) WITH FUNCTION work.json_of(work.mood);
CREATE FUNCTION work.spy_number(value integer, what text) RETURNS integer LANGUAGE plpgsql STABLE AS
    $$BEGIN PERFORM work.spy(what); RETURN value; END$$;
CREATE FUNCTION work.spy_fixed(value integer, what text) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS
    $$BEGIN PERFORM work.spy(what); RETURN value; END$$;
CREATE DOMAIN work.amount AS integer CHECK (work.spy('domain'));
CREATE TABLE work.day (
    mood work.mood PRIMARY KEY, amount work.amount, second work.mood, n integer CHECK (work.spy('check')),
    doubled integer GENERATED ALWAYS AS (work.spy_fixed(n, 'generated column')) STORED);
CREATE UNIQUE INDEX ON work.day (work.spy_fixed(n, 'index expression')) WHERE work.spy_fixed(n, 'index predicate') > 0;
CREATE TABLE work.note (id integer PRIMARY KEY, mood work.mood REFERENCES work.day);
SELECT journal.track('work.day', label => 'second'), journal.track('work.note');
INSERT INTO work.day VALUES ('sad', 1, 'sad', 1), ('happy', 2, 'happy', 2);
INSERT INTO work.note VALUES (1, 'happy');
UPDATE work.day SET amount = 3, n = 3, second = 'sad' WHERE mood = 'happy';
RESET ROLE;
SELECT test.last() AS change \gset
SELECT journal.mark('start') IS NOT NULL AS marked;
SET ROLE regress_author;
DELETE FROM work.day WHERE mood = 'sad';
ALTER TABLE work.day ADD later integer DEFAULT work.spy_number(1, 'default');
RESET ROLE;
SELECT max(id) AS deletion, max(transaction_id::text)::xid8 AS deleting FROM journal.entries WHERE operation = 'delete' \gset
RESET client_min_messages;

SELECT journal.row_as_of('work.day', 'happy', mark => 'start');
SELECT mood, n FROM journal.table_as_of(NULL::work.day, mark => 'start', key => 'happy');
SELECT object_id, new_values, conflict FROM journal.restore_plan(:deletion);
SELECT object_id, action, old_values, new_values, conflict FROM journal.undo_plan(:'deleting');
SELECT object_id, action, old_values, new_values, conflict FROM journal.undo_plan(:'change');
SELECT object_id, object_label FROM journal.deleted_objects();
SELECT object_label, links FROM journal.history('note', '1');
-- Somebody else's tables, with values of the author's type: in what a plan says of them its casts are not asked.
SET client_min_messages = warning;
CREATE TABLE work.theirs (mood work.mood PRIMARY KEY);
CREATE TABLE work.theirs_too (id integer PRIMARY KEY, mood work.mood REFERENCES work.theirs);
SELECT journal.track('work.theirs'), journal.track('work.theirs_too');
INSERT INTO work.theirs VALUES ('sad'), ('happy');
INSERT INTO work.theirs_too VALUES (1, 'sad'), (2, 'happy');
RESET client_min_messages;
DELETE FROM work.theirs_too WHERE id = 1;
DELETE FROM work.theirs WHERE mood = 'sad';
SELECT p.object_type, p.object_id, p.detail FROM journal.entries e, journal.restore_plan(e.id) p
WHERE e.operation = 'delete' AND e.object_type LIKE '%theirs%' ORDER BY e.id;
INSERT INTO work.theirs VALUES ('sad');
SELECT p.object_type, p.object_id, p.detail FROM journal.entries e, journal.restore_plan(e.id) p
WHERE e.operation = 'delete' AND e.object_type LIKE '%theirs%' ORDER BY e.id;
-- What is written runs the author's code as the one who writes, like any INSERT; but a superuser writes as the author.
SELECT object_id FROM journal.restore(:deletion);
DROP OWNED BY regress_author CASCADE;
DROP ROLE regress_author;
