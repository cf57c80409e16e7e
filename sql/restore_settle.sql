\i test/regress/fresh.sql
\set VERBOSITY terse
-- Rows that differ in other columns each, and a refusal: what is found of one row says nothing of the next.
CREATE TABLE t (id integer PRIMARY KEY, c1 text, c2 text, c3 text, c4 text, c5 text);
CREATE FUNCTION overwrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('UPDATE t SET c%s = ''default'' WHERE id = $1', NEW.id) USING NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER overwrite AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION overwrite();
SELECT journal.track('t', 't');
SELECT journal.add_event_type('t.deleted', 'other', 'deleted', 't', '{"en": "T deleted"}', 'journal');
SELECT journal.add_rule('t', 't.deleted', 'delete');
INSERT INTO t SELECT n, 'a', 'b', 'c', 'd', 'e' FROM generate_series(1, 5) n;
UPDATE t SET c1 = 'a', c2 = 'b', c3 = 'c', c4 = 'd', c5 = 'e';
DELETE FROM t;
SELECT object_id, outcome, detail FROM journal.restore_all(ARRAY(SELECT id FROM journal.entry WHERE operation = 'd'));
SELECT * FROM t ORDER BY id;

-- A refusal outlives the row that met it.
DELETE FROM t;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() = 1 THEN
        RAISE 'row % is not to be changed: %', NEW.id, repeat('because ', 40);
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER refuse BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION refuse();
\set VERBOSITY default
SELECT object_id, outcome, detail FROM journal.restore_all(ARRAY(SELECT max(id) FROM journal.entry WHERE operation = 'd' GROUP BY object_id));
