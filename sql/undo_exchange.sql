\i test/regress/fresh.sql
\i test/regress/compare.sql
\i test/regress/undo.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
\pset tuples_only on
-- Rows that took over unique values from one another, under constraints that are checked row by row.
CREATE SCHEMA todo;
SET search_path = todo;
CREATE TABLE item (id int PRIMARY KEY, list int, place int, title text, note text, UNIQUE (list, place));
SELECT journal.track('todo.item');
-- Rows lie in the order in which the places can move up.
INSERT INTO item SELECT 10 * l + p, l, p, format('item %s/%s', l, p) FROM generate_series(1, 3) l, generate_series(5, 1, -1) p;
CREATE TABLE before AS TABLE item;
-- What differs from before once the last transaction was undone, and again once that was: the latter is told, too.
CREATE FUNCTION take_back_and_forth() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    outcome text;
BEGIN
    CREATE TEMP TABLE after AS TABLE item;
    SELECT string_agg(o, ', ' ORDER BY o) INTO outcome FROM
        (SELECT format('%s %s', u.outcome, count(*)) o FROM journal.undo(test.last()) u GROUP BY u.outcome) o;
    RETURN NEXT outcome;
    RETURN QUERY SELECT 'before: ' || d::text FROM test.differences('item', 'before') d;
END
$$;
CREATE FUNCTION forth_again() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM journal.undo(test.last());
    RETURN QUERY SELECT 'after: ' || d::text FROM test.differences('item', 'after') d;
    RETURN QUERY SELECT 'again: ' || d::text FROM test.differences('item', 'before') d LIMIT 1;
END
$$;

-- Everything moves up by one.
UPDATE item SET place = place + 1;
SELECT take_back_and_forth();
SELECT forth_again();
SELECT count(*) FROM journal.undo(test.last());
SELECT * FROM test.differences('item', 'before');
DROP TABLE after;

-- Two change their places by way of one that is free; one of them changes otherwise, too, and a row comes in between.
BEGIN;
UPDATE item SET place = -1 WHERE id = 11;
UPDATE item SET place = 1, title = 'first' WHERE id = 12;
UPDATE item SET place = 2 WHERE id = 11;
UPDATE item SET note = 'seen' WHERE id IN (11, 13);
INSERT INTO item VALUES (99, 1, 9, 'new');
COMMIT;
SELECT object_id, action, old_values, new_values, conflict FROM journal.undo_plan(test.last()) ORDER BY object_id;
SELECT take_back_and_forth();
-- The one that stepped aside has two entries.
SELECT object_id, operation, count(*) FROM journal.entries WHERE transaction_id = test.last() GROUP BY 1, 2 ORDER BY 1, 2;
SELECT forth_again();
SELECT count(*) FROM journal.undo(test.last());
SELECT * FROM test.differences('item', 'before');
DROP TABLE after;

-- A circle of four in each of the lists, where all were elsewhere for a while.
BEGIN;
UPDATE item SET place = -place;
UPDATE item SET place = CASE place WHEN -5 THEN 5 WHEN -4 THEN 1 ELSE 1 - place END;
COMMIT;
SELECT take_back_and_forth();
SELECT count(*), count(DISTINCT object_id) FROM journal.entries WHERE transaction_id = test.last();
SELECT forth_again();
SELECT count(*) FROM journal.undo(test.last());
SELECT * FROM test.differences('item', 'before');
DROP TABLE after;

-- Several circles by way of one place: they come one after the other.
BEGIN;
UPDATE item SET place = 0 WHERE id = 11;
UPDATE item SET place = 1 WHERE id = 12;
UPDATE item SET place = 2 WHERE id = 11;
UPDATE item SET place = 0 WHERE id = 13;
UPDATE item SET place = 3 WHERE id = 14;
UPDATE item SET place = 4 WHERE id = 13;
UPDATE item SET list = NULL WHERE id IN (21, 31);
UPDATE item SET list = 2, place = 1 WHERE id = 22;
UPDATE item SET list = 3, place = 1 WHERE id = 32;
UPDATE item SET list = id / 10, place = 2 WHERE id IN (21, 31);
COMMIT;
SELECT take_back_and_forth();
SELECT object_id, count(*) FROM journal.entries WHERE transaction_id = test.last() GROUP BY 1 HAVING count(*) > 1 ORDER BY 1;
SELECT forth_again();
SELECT count(*) FROM journal.undo(test.last());
SELECT * FROM test.differences('item', 'before');
DROP TABLE after;

-- Places change within a list while rows move from list to list, some go and some come.
BEGIN;
DELETE FROM item WHERE id = 11;
UPDATE item SET place = 1 WHERE id = 12;
UPDATE item SET place = 2 WHERE id = 15;
UPDATE item SET list = 1, place = 5 WHERE id = 21;
UPDATE item SET list = 2, place = 1 WHERE id = 31;
INSERT INTO item VALUES (41, 3, 1, 'item 3/1, another');
UPDATE item SET list = NULL, note = 'nowhere' WHERE id = 35;
UPDATE item SET place = 5 WHERE id = 34;
UPDATE item SET list = 3, place = 4 WHERE id = 35;
COMMIT;
SELECT take_back_and_forth();
SELECT forth_again();
SELECT count(*) FROM journal.undo(test.last());
SELECT * FROM test.differences('item', 'before');
DROP TABLE after;

-- A circle is left alone as a whole, or with what stands in the way of one of its rows.
BEGIN;
UPDATE item SET place = 0 WHERE id = 11;
UPDATE item SET place = 1 WHERE id = 12;
UPDATE item SET place = 2 WHERE id = 13;
UPDATE item SET place = 3 WHERE id = 11;
UPDATE item SET place = 7 WHERE id = 25;
COMMIT;
SELECT test.last() AS shifted \gset
UPDATE item SET place = 8 WHERE id = 12;
SELECT object_id, conflict, sqlstate FROM journal.undo_plan(:'shifted') ORDER BY 1, 2;
SELECT test.try(format('journal.undo(%L::xid8, on_conflict => ''skip'')', :'shifted'));
SELECT id, place FROM item WHERE place <> id % 10 ORDER BY 1;
SELECT count(*) FROM journal.undo(:'shifted', on_conflict => 'force');
SELECT * FROM test.differences('item', 'before');

-- Keys, one of them of two columns; a partial index: the only one of its kind.
CREATE TABLE contact (client int, id int, main boolean NOT NULL, phone text, PRIMARY KEY (client, id));
CREATE UNIQUE INDEX ON contact (client) WHERE main;
SELECT journal.track('todo.contact');
INSERT INTO contact VALUES (1, 1, true, 'a'), (1, 2, false, 'b'), (2, 1, false, 'c'), (2, 2, true, 'd'), (2, 3, false, 'e');
CREATE TABLE contact_before AS TABLE contact;
BEGIN;
UPDATE contact SET main = false;
UPDATE contact SET main = true WHERE (client, id) IN ((1, 2), (2, 1));
UPDATE contact SET id = 0 WHERE id = 1;
UPDATE contact SET id = 1 WHERE id = 2;
UPDATE contact SET id = 2 WHERE id = 0;
COMMIT;
SELECT object_id, action, outcome FROM journal.undo(test.last()) ORDER BY 1;
TABLE contact EXCEPT TABLE contact_before;
SELECT object_id, action, outcome FROM journal.undo(test.last()) ORDER BY 1;
TABLE contact ORDER BY client, id;

-- Where one index asks for one order and another for the other, rows are updated in two steps.
CREATE TABLE member (id int PRIMARY KEY, team int, place int, captain boolean NOT NULL, UNIQUE (team, place));
CREATE UNIQUE INDEX ON member (team) WHERE captain;
SELECT journal.track('todo.member');
INSERT INTO member VALUES (2, 1, 2, true), (1, 1, 1, false);
BEGIN;
UPDATE member SET captain = false WHERE id = 2;
UPDATE member SET captain = true WHERE id = 1;
UPDATE member SET place = place + 1;
COMMIT;
SELECT object_id, action, outcome FROM journal.undo(test.last()) ORDER BY 1;
TABLE member ORDER BY id;
SELECT object_id, action, outcome FROM journal.undo(test.last()) ORDER BY 1;
TABLE member ORDER BY id;

-- An exclusion constraint; a unique index over an expression; NULLs that are not distinct.
CREATE TABLE booking (id int PRIMARY KEY, days int4range, code text, slot int, EXCLUDE USING gist (days WITH &&));
CREATE UNIQUE INDEX ON booking (lower(code));
CREATE UNIQUE INDEX ON booking (slot) NULLS NOT DISTINCT;
SELECT journal.track('todo.booking');
INSERT INTO booking VALUES (1, '[1,5)', 'A', 1), (2, '[5,9)', 'b', NULL), (3, '[9,12)', 'C', 3);
CREATE TABLE booking_before AS TABLE booking;
BEGIN;
UPDATE booking SET days = 'empty', code = '?', slot = 0 WHERE id = 1;
UPDATE booking SET days = '[1,4)', code = 'a', slot = 1 WHERE id = 2;
UPDATE booking SET days = '[4,7)', code = 'B' WHERE id = 3;
UPDATE booking SET days = '[7,9)', code = 'c', slot = NULL WHERE id = 1;
COMMIT;
SELECT object_id, action, outcome FROM journal.undo(test.last()) ORDER BY 1;
TABLE booking EXCEPT TABLE booking_before;
SELECT object_id, action, outcome FROM journal.undo(test.last()) ORDER BY 1;
TABLE booking ORDER BY id;

-- A unique value that the table computes is not written.
CREATE TABLE ticket (id int PRIMARY KEY, number int, code int GENERATED ALWAYS AS (number * 10) STORED UNIQUE, v text);
SELECT journal.track('todo.ticket');
INSERT INTO ticket (id, number) VALUES (1, 1), (2, 2);
BEGIN;
UPDATE ticket SET number = 0 WHERE id = 1;
UPDATE ticket SET number = 1 WHERE id = 2;
UPDATE ticket SET number = 2 WHERE id = 1;
UPDATE ticket SET number = number + 5;
UPDATE ticket SET number = number - 5, v = 'x';
COMMIT;
SELECT object_id, action, outcome FROM journal.undo(test.last()) ORDER BY 1;
TABLE ticket ORDER BY id;
SELECT object_id, action, outcome FROM journal.undo(test.last()) ORDER BY 1;
TABLE ticket ORDER BY id;

-- In a table that refers to itself, beside rows that come and go.
CREATE TABLE branch (id int PRIMARY KEY, parent int REFERENCES branch ON DELETE SET NULL, place int, UNIQUE (parent, place));
SELECT journal.track('todo.branch');
INSERT INTO branch VALUES (1, NULL, 1), (2, 1, 1), (3, 1, 2), (4, 1, 3), (5, 4, 1);
CREATE TABLE branch_before AS TABLE branch;
BEGIN;
UPDATE branch SET place = 0 WHERE id = 2;
UPDATE branch SET place = 1 WHERE id = 3;
UPDATE branch SET place = 2 WHERE id = 2;
INSERT INTO branch VALUES (6, 1, 4);
DELETE FROM branch WHERE id = 5;
COMMIT;
SELECT object_id, conflict FROM journal.undo_plan(test.last()) WHERE conflict IS NOT NULL;
SELECT object_id, action, outcome FROM journal.undo(test.last()) ORDER BY 1;
SELECT * FROM test.differences('branch', 'branch_before');
SELECT object_id, action, outcome FROM journal.undo(test.last()) ORDER BY 1;
TABLE branch ORDER BY id;

-- Values that rows exchanged at once, while the constraint was deferrable, they cannot exchange row by row any more.
CREATE TABLE seat (id int PRIMARY KEY, guest text, CONSTRAINT guest_once UNIQUE (guest) DEFERRABLE);
SELECT journal.track('todo.seat');
INSERT INTO seat VALUES (1, 'Ann'), (2, 'Bob'), (3, 'Cid'), (4, 'Dan');
UPDATE seat SET guest = (ARRAY['Bob', 'Ann', 'Dan', 'Eve'])[id];
SELECT test.last() AS exchanged \gset
ALTER TABLE seat DROP CONSTRAINT guest_once, ADD CONSTRAINT guest_once UNIQUE (guest);
SELECT object_id, conflict, sqlstate, detail FROM journal.undo_plan(:'exchanged') ORDER BY 1;
SELECT test.try(format('journal.undo(%L::xid8)', :'exchanged'));
SELECT test.try(format('journal.undo(%L::xid8, on_conflict => ''force'')', :'exchanged'));
TABLE seat ORDER BY id;
SELECT test.try(format('journal.undo(%L::xid8, on_conflict => ''skip'')', :'exchanged'));
TABLE seat ORDER BY id;

-- Many rows, in as many turns, but by one statement.
CREATE TABLE queue (id int PRIMARY KEY, place int UNIQUE);
SELECT journal.track('todo.queue');
INSERT INTO queue SELECT i, i FROM generate_series(2000, 1, -1) i;
CREATE TABLE statement (rows int);
CREATE FUNCTION note_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO todo.statement SELECT count(*) FROM written;
    RETURN NULL;
END
$$;
UPDATE queue SET place = place + 1;
CREATE TRIGGER noted AFTER UPDATE ON queue REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION note_statement();
SELECT outcome, count(*) FROM journal.undo(test.last()) GROUP BY 1;
SELECT count(*) FROM queue WHERE place <> id;
TABLE statement;

-- The server goes through a table that it takes for one row, in the order in which the rows lie there: then each turn is a statement.
CREATE TABLE line (id int PRIMARY KEY, place int UNIQUE);
SELECT journal.track('todo.line');
INSERT INTO line VALUES (3, 3);
VACUUM line;
INSERT INTO line VALUES (2, 2), (1, 1);
BEGIN;
UPDATE line SET place = place - 1 WHERE id = 1;
UPDATE line SET place = place - 1 WHERE id = 2;
UPDATE line SET place = place - 1 WHERE id = 3;
COMMIT;
TRUNCATE statement;
CREATE TRIGGER noted AFTER UPDATE ON line REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION note_statement();
SELECT outcome, count(*) FROM journal.undo(test.last()) GROUP BY 1;
TABLE line ORDER BY id;
TABLE statement;

-- Partitions have their own places.
CREATE TABLE shelf (id int, room int, place int, PRIMARY KEY (id, room), UNIQUE (room, place)) PARTITION BY LIST (room);
CREATE TABLE shelf_1 PARTITION OF shelf FOR VALUES IN (1);
CREATE TABLE shelf_2 PARTITION OF shelf FOR VALUES IN (2, 3);
SELECT journal.track('todo.shelf');
INSERT INTO shelf VALUES (1, 1, 1), (2, 1, 2), (3, 2, 1), (4, 2, 2), (5, 3, 1);
BEGIN;
UPDATE shelf SET place = place + 10;
UPDATE shelf SET place = 13 - place;
UPDATE shelf SET room = 2, place = 3 WHERE id = 1;
COMMIT;
TABLE shelf ORDER BY id;
SELECT object_id, outcome FROM journal.undo(test.last()) ORDER BY 1;
TABLE shelf ORDER BY id;

-- A trigger that changes a row whenever it is updated: the undo names the column. One that does so only meanwhile is in nobody's way.
CREATE TABLE task (id int PRIMARY KEY, place int UNIQUE, moves int NOT NULL DEFAULT 0);
SELECT journal.track('todo.task');
INSERT INTO task VALUES (1, 1), (2, 2);
CREATE FUNCTION count_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.moves := OLD.moves + 1;
    RETURN NEW;
END
$$;
CREATE TRIGGER moved BEFORE UPDATE ON task FOR EACH ROW EXECUTE FUNCTION count_moves();
BEGIN;
UPDATE task SET place = 0 WHERE id = 1;
UPDATE task SET place = 1 WHERE id = 2;
UPDATE task SET place = 2 WHERE id = 1;
COMMIT;
SELECT test.try(format('journal.undo(%L::xid8, exact => true)', test.last()));
BEGIN;
SELECT test.try(format('journal.undo(%L::xid8)', test.last()));
TABLE task ORDER BY id;
ROLLBACK;
DROP TRIGGER moved ON task;
CREATE TRIGGER moved BEFORE UPDATE ON task FOR EACH ROW WHEN (NEW.place = 0) EXECUTE FUNCTION count_moves();
SELECT test.try(format('journal.undo(%L::xid8)', test.last()));
TABLE task ORDER BY id;
