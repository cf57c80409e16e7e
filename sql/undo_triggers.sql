\i test/regress/fresh.sql
\i test/regress/compare.sql
\i test/regress/undo.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
\pset tuples_only on
-- What triggers do before, while and after something is undone, where it is not plain what is theirs.

CREATE SCHEMA shop;
CREATE TABLE shop.parent (id int PRIMARY KEY, name text);
CREATE TABLE shop.child (id int PRIMARY KEY, parent int);
CREATE TABLE shop.item (id int PRIMARY KEY, parent int, amount int);
CREATE TABLE shop.total (parent int PRIMARY KEY, amount int);
SELECT count(*) FROM journal.track_schema('shop', "except" => '{item}');
INSERT INTO shop.parent VALUES (1, 'one'), (2, 'two');
INSERT INTO shop.total VALUES (1, 0), (2, 0);

-- Children without a foreign key, which a trigger deletes before their turn.
CREATE FUNCTION shop.delete_children() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM shop.child WHERE parent = OLD.id; RETURN OLD; END';
CREATE TRIGGER delete_children BEFORE DELETE ON shop.parent FOR EACH ROW EXECUTE FUNCTION shop.delete_children();
BEGIN;
INSERT INTO shop.parent VALUES (3, 'three');
INSERT INTO shop.child VALUES (31, 3), (32, 3);
COMMIT;
SELECT test.try(format('journal.undo(%L)', test.last()));
SELECT test.try(format('journal.undo(%L)', test.last()));
TABLE shop.child;
SELECT test.try(format('journal.undo(%L)', test.last()));
TABLE shop.child;
-- Those that a trigger keeps are not taken for deleted.
CREATE FUNCTION shop.keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER keep BEFORE DELETE ON shop.child FOR EACH ROW EXECUTE FUNCTION shop.keep();
INSERT INTO shop.child VALUES (11, 1);
SELECT test.try(format('journal.undo(%L)', test.last()));
TABLE shop.child;
DROP TRIGGER keep ON shop.child;

-- An error that is caught while a cursor is open over the call.
CREATE FUNCTION shop.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
CREATE FUNCTION test.loop(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    FOR found IN EXECUTE 'SELECT * FROM ' || command LOOP END LOOP;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLERRM;
END $$;
CREATE TRIGGER refuse BEFORE INSERT ON shop.child FOR EACH ROW EXECUTE FUNCTION shop.refuse();
DELETE FROM shop.child;
BEGIN;
SELECT test.loop(format('journal.undo(%L)', test.last()));
SELECT test.loop(format('journal.restore(%s)', max(id))) FROM journal.entry;
DROP TRIGGER refuse ON shop.child;
SELECT test.loop(format('journal.undo(%L)', test.last()));
COMMIT;
TABLE shop.child;

-- What is written through a view is written by its trigger, and none does so again.
CREATE VIEW shop.parent_view AS TABLE shop.parent;
CREATE FUNCTION shop.write_view() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE shop.parent SET name = NEW.name WHERE id = OLD.id; RETURN NEW; END';
CREATE TRIGGER write_view INSTEAD OF UPDATE ON shop.parent_view FOR EACH ROW EXECUTE FUNCTION shop.write_view();
UPDATE shop.parent_view SET name = 'first' WHERE id = 1;
SELECT test.last() AS first \gset
UPDATE shop.parent_view SET name = 'second' WHERE id = 1;
SELECT test.try(format('journal.undo(%L)', :'first'));
SELECT action, conflict FROM journal.undo_plan(:'first');
SELECT test.try(format('journal.undo(%L, on_conflict => ''force'')', :'first'));
SELECT name FROM shop.parent WHERE id = 1;
-- So are totals of a table that is not tracked.
CREATE FUNCTION shop.add_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE shop.total SET amount = (SELECT sum(amount) FROM shop.item i WHERE i.parent = t.parent) FROM (SELECT coalesce(NEW.parent, OLD.parent) AS parent) t
    WHERE total.parent = t.parent;
    RETURN NULL;
END $$;
CREATE TRIGGER add_up AFTER INSERT OR UPDATE OR DELETE ON shop.item FOR EACH ROW EXECUTE FUNCTION shop.add_up();
CREATE FUNCTION shop.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER nothing BEFORE UPDATE ON shop.total FOR EACH ROW EXECUTE FUNCTION shop.nothing();
INSERT INTO shop.item VALUES (1, 1, 10);
SELECT test.last() AS first \gset
INSERT INTO shop.item VALUES (2, 1, 20);
SELECT test.try(format('journal.undo(%L)', :'first'));
-- And one change of a trigger by itself.
SELECT journal.track('shop.item', 'item');
INSERT INTO shop.item VALUES (3, 1, 100);
SELECT test.last() AS first, max(id) AS entry FROM journal.entry \gset
INSERT INTO shop.item VALUES (4, 1, 200);
SELECT test.try(format('journal.revert(%L)', :entry));

-- To force a total, others' shares in it are not taken away.
SELECT test.try(format('journal.undo(%L, on_conflict => ''force'')', :'first'));
TABLE shop.total;
-- Beside rows that are gone, too.
BEGIN;
INSERT INTO shop.item VALUES (5, 1, 1), (6, 2, 2);
UPDATE shop.parent SET name = name || '!';
COMMIT;
SELECT test.last() AS first \gset
INSERT INTO shop.item VALUES (7, 2, 4);
DELETE FROM shop.total WHERE parent = 1;
DELETE FROM shop.parent WHERE id = 1;
SELECT test.try(format('journal.undo(%L, on_conflict => ''force'')', :'first'));
TABLE shop.total;

-- Triggers that only a partition has.
CREATE TABLE shop.payment (id int PRIMARY KEY, parent int, amount int) PARTITION BY RANGE (id);
CREATE TABLE shop.payment_1 PARTITION OF shop.payment FOR VALUES FROM (1) TO (100);
CREATE TABLE shop.paid (parent int PRIMARY KEY, amount int DEFAULT 0);
SELECT journal.track('shop.payment', 'payment'), journal.track('shop.paid', 'paid');
CREATE FUNCTION shop.pay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE shop.paid SET amount = amount - OLD.amount WHERE parent = OLD.parent AND TG_OP <> 'INSERT';
    UPDATE shop.paid SET amount = amount + NEW.amount WHERE parent = NEW.parent AND TG_OP <> 'DELETE';
    RETURN NULL;
END $$;
CREATE TRIGGER pay AFTER INSERT OR UPDATE OR DELETE ON shop.payment_1 FOR EACH ROW EXECUTE FUNCTION shop.pay();
INSERT INTO shop.paid VALUES (1), (2);
INSERT INTO shop.payment VALUES (1, 1, 10);
SELECT test.last() AS first \gset
INSERT INTO shop.payment VALUES (2, 1, 25);
SELECT test.try(format('journal.undo(%L)', :'first'));
TABLE shop.paid;
UPDATE shop.payment SET amount = 30, parent = 2;
SELECT test.try(format('journal.undo(%L)', test.last()));
TABLE shop.paid;

-- A total whose shares are deleted before it: the snapshot has what is left of it. What comes back adds up again.
CREATE TABLE shop.bill (id int PRIMARY KEY, amount int DEFAULT 0);
CREATE TABLE shop.line (id int PRIMARY KEY, parent int REFERENCES shop.bill ON DELETE CASCADE, amount int);
SELECT journal.track('shop.bill', 'bill'), journal.track('shop.line', 'line');
CREATE FUNCTION shop.bill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE shop.bill SET amount = amount - OLD.amount WHERE id = OLD.parent AND TG_OP <> 'INSERT';
    UPDATE shop.bill SET amount = amount + NEW.amount WHERE id = NEW.parent AND TG_OP <> 'DELETE';
    RETURN NULL;
END $$;
CREATE TRIGGER bill AFTER INSERT OR UPDATE OR DELETE ON shop.line FOR EACH ROW EXECUTE FUNCTION shop.bill();
INSERT INTO shop.bill VALUES (1), (2);
INSERT INTO shop.line VALUES (1, 1, 10), (2, 1, 25), (3, 2, 7);
BEGIN;
DELETE FROM shop.line WHERE parent = 1;
DELETE FROM shop.bill WHERE id = 1;
COMMIT;
CREATE TABLE test.deleted AS SELECT id, object_type FROM journal.entry WHERE transaction_id = test.last() AND operation = 'd';
BEGIN;
SELECT object_type, object_id, outcome, detail FROM journal.restore_all(ARRAY(SELECT id FROM test.deleted));
SELECT * FROM shop.bill ORDER BY id;
ROLLBACK;
-- One after the other, too.
BEGIN;
SELECT object_type, object_id, outcome, detail FROM journal.restore_all(ARRAY(SELECT id FROM test.deleted WHERE object_type = 'bill'));
SELECT * FROM shop.bill ORDER BY id;
SELECT object_type, object_id, outcome, detail FROM journal.restore_all(ARRAY(SELECT id FROM test.deleted WHERE object_type = 'line'));
SELECT * FROM shop.bill ORDER BY id;
ROLLBACK;
-- Whoever asks for the snapshot gets it.
BEGIN;
SELECT object_type, object_id, outcome, detail FROM journal.restore_all(ARRAY(SELECT id FROM test.deleted), exact => true);
SELECT * FROM shop.bill ORDER BY id;
ROLLBACK;
-- Shares that go with the total leave it in the snapshot.
DELETE FROM shop.bill WHERE id = 2;
SELECT object_type, object_id, outcome, detail
FROM journal.restore_all(ARRAY(SELECT id FROM journal.entry WHERE transaction_id = test.last() AND operation = 'd'));
SELECT * FROM shop.bill ORDER BY id;
-- A lock that a trigger waits for in vain is no refusal of the row: nothing is left out for it.
CREATE FUNCTION shop.wait() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE lock_not_available USING MESSAGE = 'canceling statement due to lock timeout';
END $$;
DELETE FROM shop.line WHERE id = 3;
CREATE TRIGGER wait BEFORE INSERT ON shop.line FOR EACH ROW EXECUTE FUNCTION shop.wait();
SELECT test.try(format('journal.undo(%L, NULL, ''skip'')', test.last()));
