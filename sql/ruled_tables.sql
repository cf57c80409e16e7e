\i test/regress/fresh.sql
\i test/regress/compare.sql
\i test/regress/undo.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
\pset tuples_only on
\i test/ordinary/tell.sql
-- Tables with rules: their statements are plain ones; what a rule keeps is told, by plans too, and skipped or refused.
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA shop;
SET search_path = shop;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at := clock_timestamp(); RETURN NEW; END';

-- A soft delete.
CREATE TABLE soft (id int PRIMARY KEY, gone boolean NOT NULL DEFAULT false);
SELECT journal.track('soft') \g /dev/null
CREATE RULE soft AS ON DELETE TO soft DO INSTEAD UPDATE soft SET gone = true WHERE id = OLD.id;
INSERT INTO soft VALUES (1);
SELECT test.last() AS inserted \gset
SELECT test.back('soft');
BEGIN;
SELECT object_id, outcome, detail FROM journal.undo(:'inserted', on_conflict => 'skip');
ROLLBACK;
SELECT object_id, outcome, detail FROM journal.undo(:'inserted', on_conflict => 'force');
ALTER TABLE soft DISABLE RULE soft;
SELECT object_id, outcome FROM journal.undo(:'inserted');
INSERT INTO soft VALUES (1);
ALTER TABLE soft ENABLE RULE soft;
INSERT INTO soft VALUES (2);
DELETE FROM soft;
SELECT test.back('soft');

-- Rules on some rows, beside a trigger; what they do beside; a rule that rewrites the statement into two.
CREATE TABLE closed (id int PRIMARY KEY, closed boolean NOT NULL DEFAULT false, text text, code text UNIQUE, updated_at timestamptz);
CREATE TABLE log (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text);
CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON closed FOR EACH ROW EXECUTE FUNCTION touch();
CREATE RULE kept_update AS ON UPDATE TO closed WHERE OLD.closed DO INSTEAD NOTHING;
CREATE RULE kept_delete AS ON DELETE TO closed WHERE OLD.closed DO INSTEAD NOTHING;
CREATE RULE kept_insert AS ON INSERT TO closed WHERE NEW.text = 'never' DO INSTEAD INSERT INTO log (text) VALUES (NEW.text);
CREATE RULE logged AS ON UPDATE TO closed DO ALSO INSERT INTO log (text) VALUES (OLD.text || ' -> ' || NEW.text);
SELECT journal.track('closed') \g /dev/null
INSERT INTO closed VALUES (1, false, 'one', 'a'), (2, false, 'two', 'b'), (3, false, 'three', 'c');
UPDATE closed SET text = text || '!' WHERE id < 3;
SELECT test.back('closed', 'log');
SELECT test.last() AS before \gset
UPDATE closed SET text = text || '?', closed = id = 2;
SELECT transaction_id AS changed FROM journal.entries ORDER BY id DESC LIMIT 1 \gset
SELECT test.back('closed');
SELECT object_id, action, outcome, detail FROM journal.undo(:'changed', on_conflict => 'skip') ORDER BY object_id;
SELECT test.rows('{closed}');
SELECT text FROM log ORDER BY id;
-- Deleted rows, of which one is kept out.
ALTER TABLE closed DISABLE RULE kept_update;
UPDATE closed SET text = 'never' WHERE id = 1;
UPDATE closed SET closed = false;
ALTER TABLE closed ENABLE RULE kept_update;
DELETE FROM closed;
SELECT test.back('closed');
SELECT array_agg(id) AS entries FROM journal.entry WHERE transaction_id = test.last() AND operation = 'd' \gset
SELECT object_id, outcome, detail, sqlstate FROM journal.restore_all(:'entries', on_conflict => 'skip') ORDER BY outcome, object_id;
SELECT test.rows('{closed}');
-- An insert that is undone while one row is closed.
INSERT INTO closed VALUES (4, false, 'four', 'd'), (5, false, 'five', 'e');
SELECT test.last() AS inserted \gset
ALTER TABLE closed DISABLE TRIGGER ALL;
UPDATE closed SET closed = true WHERE id = 4;
ALTER TABLE closed ENABLE TRIGGER ALL;
SELECT test.try(format('journal.undo(%L)', :'inserted'));
SELECT object_id, outcome, detail FROM journal.undo(:'inserted', on_conflict => 'force') ORDER BY object_id;
-- Values that rows exchange.
BEGIN;
UPDATE closed SET code = 'x' WHERE id = 2;
UPDATE closed SET code = 'b' WHERE id = 3;
UPDATE closed SET code = 'c' WHERE id = 2;
COMMIT;
SELECT test.back('closed');

-- References in a circle, and rules.
CREATE TABLE one (id int PRIMARY KEY, other int);
CREATE TABLE two (id int PRIMARY KEY, other int REFERENCES one DEFERRABLE);
ALTER TABLE one ADD FOREIGN KEY (other) REFERENCES two DEFERRABLE;
CREATE RULE logged AS ON INSERT TO one DO ALSO INSERT INTO log (text) VALUES ('one');
CREATE RULE logged AS ON DELETE TO two DO ALSO INSERT INTO log (text) VALUES ('two');
SELECT count(*) FROM (SELECT journal.track('one'), journal.track('two')) t;
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO one VALUES (1, 1);
INSERT INTO two VALUES (1, 1);
COMMIT;
SELECT test.back('one', 'two');
SELECT test.back('one', 'two');
-- Everything that a rule keeps.
CREATE TABLE fixed (id int PRIMARY KEY, v int);
SELECT journal.track('fixed') \g /dev/null
INSERT INTO fixed VALUES (1, 1), (2, 2);
UPDATE fixed SET v = v + 1;
SELECT test.last() AS updated \gset
CREATE RULE fixed AS ON UPDATE TO fixed DO INSTEAD NOTHING;
SELECT test.back('fixed');
DELETE FROM fixed;
CREATE RULE none AS ON INSERT TO fixed DO INSTEAD NOTHING;
SELECT test.back('fixed');
-- Conditions of deletions, one that is NULL, one that a subquery answers, one that raises an error.
CREATE TABLE kept (id int PRIMARY KEY, v int);
SELECT journal.track('kept') \g /dev/null
CREATE RULE large AS ON DELETE TO kept WHERE OLD.v > 10 DO INSTEAD NOTHING;
CREATE RULE listed AS ON DELETE TO kept WHERE OLD.id IN (SELECT id FROM fixed) DO INSTEAD NOTHING;
INSERT INTO kept VALUES (1, 1), (2, 20), (3, NULL), (4, 4);
ALTER TABLE fixed DISABLE RULE none;
SELECT test.last() AS inserted \gset
INSERT INTO fixed VALUES (4, 4);
SELECT object_id, conflict, detail, triggers FROM journal.undo_plan(:'inserted');
SELECT object_id, outcome, detail FROM journal.undo(:'inserted', on_conflict => 'skip') ORDER BY outcome, object_id;
SELECT test.rows('{kept}');
CREATE RULE raising AS ON UPDATE TO kept WHERE 1 / (NEW.v - OLD.v + 1) > 5 DO INSTEAD NOTHING;
UPDATE kept SET v = v + 2;
SELECT test.back('kept');
UPDATE kept SET v = v + 1;
SELECT test.back('kept');
-- Rules of a partitioned table, with a partition whose columns have other numbers.
CREATE TABLE whole (id int PRIMARY KEY, v int) PARTITION BY RANGE (id);
CREATE TABLE part (v int, id int NOT NULL);
ALTER TABLE whole ATTACH PARTITION part FOR VALUES FROM (0) TO (100);
CREATE RULE large AS ON UPDATE TO whole WHERE OLD.v > 10 DO INSTEAD NOTHING;
SELECT journal.track('whole') \g /dev/null
INSERT INTO whole VALUES (1, 1), (2, 9);
UPDATE whole SET v = v + 5;
SELECT object_id, conflict, triggers FROM journal.undo_plan(test.last());
SELECT object_id, outcome, detail FROM journal.undo(test.last(), on_conflict => 'skip') ORDER BY outcome, object_id;
SELECT test.rows('{whole}');
