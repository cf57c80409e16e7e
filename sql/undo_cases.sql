\i test/regress/fresh.sql
\i test/regress/compare.sql
\i test/regress/undo.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
\pset tuples_only on
\pset null -
-- Less common things that a transaction may have done, undone.

CREATE SCHEMA shop;
CREATE FUNCTION test.plan(transaction xid8, on_conflict text DEFAULT 'error') RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws(' | ', p.object_type || ' ' || p.object_id, p.action, p.old_values, p.new_values, p.conflict, p.sqlstate,
        regexp_replace(p.detail, 'transaction \d+ \(([^,]*), [^)]*\)', 'T (\1)', 'g'))
    FROM journal.undo_plan(transaction, on_conflict) p ORDER BY p.object_type, p.object_id COLLATE "C", p.action, p.conflict,
        substring(p.detail FROM 'row of .*')
$$;
-- Takes the newest transaction back, and that again, and that; each time the tables are as they were.
CREATE FUNCTION test.copy(name text) RETURNS void LANGUAGE plpgsql SET client_min_messages = warning AS $$
DECLARE
    t text;
BEGIN
    EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE; CREATE SCHEMA %I', name, name);
    FOR t IN SELECT relname FROM pg_class WHERE relnamespace = 'shop'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition LOOP
        EXECUTE format('CREATE TABLE %I.%I AS SELECT * FROM shop.%I', name, t, t);
    END LOOP;
END
$$;
CREATE FUNCTION test.compare(name text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    t text;
BEGIN
    FOR t IN SELECT relname FROM pg_class WHERE relnamespace = name::regnamespace AND relkind = 'r' ORDER BY 1 LOOP
        RETURN QUERY EXECUTE format(
            'SELECT %1$L || '': '' || d::text FROM ((SELECT ''now'', a::text FROM shop.%1$I a EXCEPT ALL SELECT ''now'', b::text FROM %2$I.%1$I b) '
            'UNION ALL (SELECT ''then'', b::text FROM %2$I.%1$I b EXCEPT ALL SELECT ''then'', a::text FROM shop.%1$I a)) d ORDER BY 1', t, name);
    END LOOP;
END
$$;

-- A referenced value changed, where the foreign key then sets NULL, or the default.
CREATE TABLE shop.client (id int PRIMARY KEY, code text UNIQUE);
CREATE TABLE shop.visit (id int PRIMARY KEY, client text REFERENCES shop.client (code) ON UPDATE SET NULL, note text);
CREATE TABLE shop.letter (id int PRIMARY KEY, client text DEFAULT 'none' REFERENCES shop.client (code) ON UPDATE SET DEFAULT);
CREATE TABLE shop.node (code text PRIMARY KEY, up text REFERENCES shop.node ON UPDATE SET NULL, beside text DEFAULT 'root' REFERENCES shop.node ON UPDATE SET DEFAULT);
SELECT count(*) FROM journal.track_schema('shop');
INSERT INTO shop.client VALUES (0, 'none'), (1, 'a'), (2, 'b');
INSERT INTO shop.visit VALUES (1, 'a', 'x'), (2, 'a', 'y'), (3, 'b', 'z');
INSERT INTO shop.letter VALUES (1, 'a'), (2, 'b');
INSERT INTO shop.node VALUES ('root', NULL, NULL), ('a', 'root', 'root'), ('b', 'a', 'a'), ('c', 'a', 'b');
SELECT test.copy('before');
BEGIN;
UPDATE shop.client SET code = 'A' WHERE id = 1;
UPDATE shop.visit SET note = 'Y' WHERE id = 2;
UPDATE shop.node SET code = 'A' WHERE code = 'a';
COMMIT;
TABLE shop.visit ORDER BY id;
TABLE shop.letter ORDER BY id;
TABLE shop.node ORDER BY code;
SELECT test.copy('after');
SELECT test.last() AS one \gset
SELECT test.plan(:'one');
SELECT test.try(format('journal.undo(%L)', :'one'));
SELECT test.compare('before');
SELECT count(*) FROM journal.undo(test.last());
SELECT test.compare('after');
SELECT count(*) FROM journal.undo(test.last());
SELECT test.compare('before');
SELECT count(*) FROM journal.undo(test.last());
SELECT test.last() AS two \gset
-- What has come to refer to the new value since would lose it: refused.
INSERT INTO shop.visit VALUES (4, 'A', 'later');
INSERT INTO shop.letter VALUES (4, 'A');
SELECT test.plan(:'two');
SELECT test.try(format('journal.undo(%L)', :'two'));
SELECT test.try(format('journal.undo(%L, on_conflict => ''force'')', :'two'));
DELETE FROM shop.visit WHERE id = 4;
DELETE FROM shop.letter WHERE id = 4;
-- And what has been given another since keeps it.
UPDATE shop.visit SET client = 'b' WHERE id = 1;
SELECT test.plan(:'two');
SELECT test.try(format('journal.undo(%L, on_conflict => ''skip'')', :'two'));
TABLE shop.visit ORDER BY id;
TABLE shop.client ORDER BY id;

-- An object that is another now, under the same key: what its predecessor was is not put into it, unless it holds just what was left.
CREATE TABLE shop.card (id int PRIMARY KEY, name text, phone text);
SELECT journal.track('shop.card');
INSERT INTO shop.card VALUES (1, 'Ann', '1'), (2, 'Bob', '2'), (3, 'Cid', '3');
SELECT test.last() AS inserted \gset
UPDATE shop.card SET name = name || 'y';
SELECT test.last() AS updated \gset
DELETE FROM shop.card WHERE id < 3;
SELECT test.last() AS deleted \gset
INSERT INTO shop.card VALUES (1, 'Eve', '5'), (2, 'Boby', '6');
SELECT test.last() AS again \gset
SELECT test.plan(:'inserted');
SELECT test.plan(:'updated');
SELECT test.plan(:'deleted');
SELECT test.plan(:'again');
SELECT test.try(format('journal.undo(%L)', :'inserted'));
SELECT test.try(format('journal.undo(%L)', :'updated'));
SELECT test.try(format('journal.undo(%L)', :'deleted'));
SELECT test.plan(:'deleted', 'cascade');
BEGIN;
SELECT test.try(format('journal.undo(%L, on_conflict => ''cascade'')', :'inserted'));
TABLE shop.card;
ROLLBACK;
SELECT test.try(format('journal.undo(%L, on_conflict => ''cascade'')', :'deleted'));
TABLE shop.card ORDER BY id;

-- A row inserted and deleted again; one deleted and inserted again as it was; changed and changed back.
SELECT test.copy('before');
BEGIN;
INSERT INTO shop.card VALUES (9, 'Nobody', '9');
UPDATE shop.card SET phone = '99' WHERE id = 9;
DELETE FROM shop.card WHERE id = 9;
DELETE FROM shop.card WHERE id = 3;
INSERT INTO shop.card SELECT * FROM before.card WHERE id = 3;
UPDATE shop.card SET name = 'x' WHERE id = 1;
UPDATE shop.card c SET name = b.name FROM before.card b WHERE b.id = 1 AND c.id = 1;
COMMIT;
SELECT test.last() AS nothing \gset
SELECT test.plan(:'nothing');
SELECT test.try(format('journal.undo(%L)', :'nothing'));
SELECT test.compare('before');
SELECT count(*) FROM journal.undos WHERE transaction_id = :'nothing';
SELECT test.try(format('journal.undo(%L)', :'nothing'));
SELECT test.try(format('journal.undo(%L)', test.last()));

-- Identity columns: rows come back with their numbers.
CREATE TABLE shop.bill (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number int GENERATED ALWAYS AS IDENTITY (START 100), total numeric);
CREATE TABLE shop.line (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, bill int REFERENCES shop.bill ON DELETE CASCADE, note text);
SELECT journal.track('shop.bill'), journal.track('shop.line');
INSERT INTO shop.bill (total) VALUES (1), (2), (3);
INSERT INTO shop.line (bill, note) VALUES (1, 'a'), (2, 'b');
SELECT test.copy('before');
BEGIN;
DELETE FROM shop.bill WHERE id = 1;
UPDATE shop.bill SET total = 22 WHERE id = 2;
INSERT INTO shop.bill (total) VALUES (4);
UPDATE shop.line SET id = 20 WHERE id = 2;
COMMIT;
SELECT test.copy('after');
SELECT test.try(format('journal.undo(%L)', test.last()));
SELECT test.compare('before');
SELECT count(*) FROM journal.undo(test.last());
SELECT test.compare('after');
SELECT count(*) FROM journal.undo(test.last());
SELECT test.compare('before');
-- A new number for a row.
BEGIN;
UPDATE shop.bill SET number = DEFAULT, total = 33 WHERE id = 3;
UPDATE shop.bill SET id = DEFAULT WHERE id = 3;
COMMIT;
TABLE shop.bill ORDER BY id;
SELECT test.last() AS number \gset
SELECT test.plan(:'number');
SELECT test.try(format('journal.undo(%L)', :'number'));
SELECT test.try(format('journal.undo(%L, on_conflict => ''force'')', :'number'));
BEGIN;
SELECT test.try(format('journal.undo(%L, on_conflict => ''skip'')', :'number'));
SELECT test.try(format('journal.revert(%s)', (SELECT max(id) FROM journal.entry)));
ROLLBACK;
ALTER TABLE shop.bill ALTER id SET GENERATED BY DEFAULT, ALTER number SET GENERATED BY DEFAULT;
SELECT test.try(format('journal.undo(%L)', :'number'));
SELECT test.compare('before');

-- Rows whose creation is recorded without a snapshot.
CREATE TABLE shop.visitor (id int PRIMARY KEY, name text, seen int);
SELECT journal.track('shop.visitor', snapshot_on_create => false);
INSERT INTO shop.visitor VALUES (0, 'before', 0);
SELECT test.copy('before');
BEGIN;
INSERT INTO shop.visitor VALUES (1, 'Ann', 0), (2, 'Bob', 0), (3, 'Cid', 0);
UPDATE shop.visitor SET seen = 1 WHERE id = 2;
INSERT INTO shop.visitor VALUES (4, 'Dan', 0);
DELETE FROM shop.visitor WHERE id = 4;
DELETE FROM shop.visitor WHERE id = 0;
COMMIT;
SELECT test.copy('after');
SELECT test.last() AS three \gset
SELECT test.plan(:'three');
BEGIN;
SELECT test.try(format('journal.undo(%L)', :'three'));
SELECT test.compare('before');
ROLLBACK;
-- Only the entries tell that a row was changed.
UPDATE shop.visitor SET seen = 5 WHERE id = 1;
UPDATE shop.visitor SET seen = 5 WHERE id = 2;
UPDATE shop.visitor SET seen = 1 WHERE id = 2;
SELECT test.plan(:'three');
SELECT test.try(format('journal.undo(%L)', :'three'));
SELECT test.try(format('journal.undo(%L, on_conflict => ''cascade'')', :'three'));
SELECT test.compare('before');
SELECT count(*) FROM journal.undo(test.last());
TABLE shop.visitor ORDER BY id;
-- What the journal does not hold does not come back: the deletion has it all.
DELETE FROM shop.visitor;
SELECT test.try(format('journal.undo(%L)', test.last()));

-- Rows that only moved from partition to partition.
CREATE TABLE shop.task (id int, state text, note text, PRIMARY KEY (id, state)) PARTITION BY LIST (state);
CREATE TABLE shop.task_new PARTITION OF shop.task FOR VALUES IN ('new');
CREATE TABLE shop.task_done (note text, state text NOT NULL, id int NOT NULL);
ALTER TABLE shop.task ATTACH PARTITION shop.task_done FOR VALUES IN ('done');
CREATE TABLE shop.step (id int PRIMARY KEY, task int, state text, FOREIGN KEY (task, state) REFERENCES shop.task ON UPDATE CASCADE);
SELECT journal.track('shop.task'), journal.track('shop.step');
INSERT INTO shop.task VALUES (1, 'new', 'a'), (2, 'new', 'b'), (3, 'done', 'c');
INSERT INTO shop.step VALUES (1, 1, 'new'), (2, 3, 'done');
SELECT test.copy('before');
BEGIN;
UPDATE shop.task SET state = 'done' WHERE state = 'new';
COMMIT;
SELECT tableoid::regclass, * FROM shop.task ORDER BY id;
SELECT test.copy('after');
SELECT test.plan(test.last());
SELECT test.try(format('journal.undo(%L)', test.last()));
SELECT test.compare('before');
SELECT tableoid::regclass, * FROM shop.task ORDER BY id;
SELECT count(*) FROM journal.undo(test.last());
SELECT test.compare('after');
SELECT count(*) FROM journal.undo(test.last());
-- There and back.
BEGIN;
UPDATE shop.task SET state = 'done' WHERE id = 1;
UPDATE shop.task SET state = 'new' WHERE id = 1;
COMMIT;
SELECT test.plan(test.last());
-- Moved on since.
UPDATE shop.task SET state = 'done' WHERE id = 2;
SELECT test.last() AS four \gset
DELETE FROM shop.task WHERE id = 2;
SELECT test.plan(:'four');
SELECT test.try(format('journal.undo(%L)', :'four'));
SELECT * FROM journal.tracked_relations t, journal.verify_history(t.relation) WHERE t.tracked;
