\i test/regress/fresh.sql
\i test/regress/compare.sql
\i test/regress/undo.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
\pset tuples_only on
\pset null -
-- Transactions, and deletions, of tables that are gone, not tracked any more, without a key or with another one: those of their
-- rows are told, and do not keep the others from being looked at.

CREATE SCHEMA shop;
CREATE TABLE shop.client (id int PRIMARY KEY, name text);
CREATE TABLE shop.visit (id int PRIMARY KEY, client int REFERENCES shop.client ON DELETE CASCADE, note text);
CREATE TABLE shop.letter (id int PRIMARY KEY, client int REFERENCES shop.client ON DELETE SET NULL);
CREATE TABLE shop.remark (id int PRIMARY KEY, client int REFERENCES shop.client ON DELETE CASCADE);
CREATE TABLE shop.log (line text, client int REFERENCES shop.client ON DELETE CASCADE);
CREATE TABLE shop.item (id int PRIMARY KEY, name text);
CREATE TABLE shop.special_item (PRIMARY KEY (id)) INHERITS (shop.item);
CREATE TABLE shop.seat (id int PRIMARY KEY, code text NOT NULL UNIQUE);
CREATE TABLE shop.tag (id int PRIMARY KEY, name text);
SELECT count(*) FROM journal.track_schema('shop');
CREATE FUNCTION test.plan(transaction text, on_conflict text DEFAULT 'error') RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws(' | ', coalesce(p.relation::text, 'NULL'), p.object_type || coalesce(' ' || p.object_id, ''), p.object_label, p.action,
        p.old_values, p.new_values, p.conflict, p.sqlstate, p.detail, p.hint)
    FROM journal.undo_plan(transaction::xid8, on_conflict) p ORDER BY p.object_type, p.object_id COLLATE "C", p.object_label, p.action
$$;
INSERT INTO shop.client VALUES (1, 'Ann'), (2, 'Bob'), (3, 'Cid');
INSERT INTO shop.visit VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c');
INSERT INTO shop.letter VALUES (1, 1), (2, 2);
INSERT INTO shop.remark VALUES (1, 1), (2, 2);
INSERT INTO shop.log VALUES ('one', 1), ('two', 2);
INSERT INTO shop.item VALUES (1, 'pen');
INSERT INTO shop.special_item VALUES (1, 'golden pen'), (2, 'golden ink');
INSERT INTO shop.seat VALUES (1, '2'), (2, '1'), (3, '3');
INSERT INTO shop.tag VALUES (1, 'x'), (2, 'y');

BEGIN;
UPDATE shop.client SET name = 'Bobby' WHERE id = 2;
DELETE FROM shop.client WHERE id = 1;
INSERT INTO shop.client VALUES (4, 'Dan');
INSERT INTO shop.visit VALUES (4, 4, 'd'), (5, 4, 'e');
UPDATE shop.visit SET note = 'B' WHERE id = 2;
UPDATE shop.visit SET note = 'BB' WHERE id = 2;
UPDATE shop.visit SET id = 30 WHERE id = 3;
-- It came and went.
DELETE FROM shop.visit WHERE id = 5;
INSERT INTO shop.log VALUES ('three', 4), ('four', 4);
UPDATE shop.log SET line = 'TWO' WHERE client = 2;
UPDATE shop.item SET name = upper(name);
UPDATE shop.seat SET code = 'x' WHERE id = 3;
DELETE FROM shop.seat WHERE id = 2;
INSERT INTO shop.seat VALUES (4, 'four');
UPDATE shop.tag SET name = name || 'y';
COMMIT;
SELECT test.last() AS one, test.deletion('client', '1') AS ann, test.deletion('visit', '1') AS visit, test.deletion('remark', '1') AS remark,
    (SELECT max(id) FROM journal.entry WHERE object_type = 'log' AND operation = 'd') AS log \gset
-- Dropped, not tracked, a dropped child, another key in place of the primary key, a key of another type.
BEGIN;
DROP TABLE shop.visit;
SELECT journal.untrack('shop.remark');
SELECT journal.untrack('shop.letter');
DROP TABLE shop.special_item;
ALTER TABLE shop.seat DROP CONSTRAINT seat_pkey;
ALTER TABLE shop.tag ALTER id TYPE uuid USING ('00000000-0000-0000-0000-00000000000' || id)::uuid;
SELECT test.plan(:'one');
SELECT count(*) FROM test.plan(:'one', 'force');
SELECT count(*) FROM test.plan(:'one', 'cascade');
-- They stay an error by name, but where they are left alone.
SELECT test.try(format('journal.undo(%L)', :'one'));
SELECT test.try(format('journal.undo(%L, on_conflict => ''cascade'')', :'one'));
SELECT test.try(format('journal.undo(%L, on_conflict => ''force'')', :'one'));
SELECT test.try(format('journal.undo(%L, on_conflict => ''skip'')', :'one'));
TABLE shop.client ORDER BY id;
TABLE shop.log ORDER BY line;
TABLE shop.item;
TABLE shop.seat ORDER BY id;
TABLE shop.tag ORDER BY id;
SELECT object_type FROM journal.tracked_relations t, journal.verify_history(t.relation) WHERE t.relation = 'shop.client'::regclass;
ROLLBACK;
-- The deletions.
BEGIN;
DROP TABLE shop.visit;
SELECT journal.untrack('shop.remark');
ALTER TABLE shop.letter DROP CONSTRAINT letter_pkey;
SELECT coalesce(relation::text, 'NULL'), object_type, object_id, action, new_values, conflict, sqlstate, detail, hint
FROM journal.restore_plan(:ann, related => 'all') ORDER BY entry;
SELECT coalesce(relation::text, 'NULL'), object_type, conflict, sqlstate, detail FROM journal.restore_plan(ARRAY[:visit, :remark, :log]);
SELECT test.refused(:ann);
ROLLBACK;
BEGIN;
DROP TABLE shop.visit;
SELECT journal.untrack('shop.remark');
ALTER TABLE shop.letter DROP CONSTRAINT letter_pkey;
CREATE FUNCTION test.restored(command text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    said text; why text;
BEGIN
    RETURN QUERY EXECUTE format('SELECT concat_ws('' '', coalesce(relation::text, ''NULL''), object_type, object_id, outcome, detail) FROM %s', command);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, why = PG_EXCEPTION_DETAIL;
    RETURN NEXT format('%s: %s', SQLSTATE, said);
    RETURN NEXT '  DETAIL: ' || why;
END
$$;
SAVEPOINT complete;
SELECT test.restored(format('journal.restore(%s, related => ''all'')', :ann));
ROLLBACK TO complete;
SELECT test.restored(format('journal.restore_all(ARRAY[%s, %s, %s])', :visit, :ann, :remark));
SELECT test.restored(format('journal.restore_all(ARRAY[%s, %s], on_conflict => ''skip'')', :visit, :log));
SELECT test.restored(format('journal.restore(%s, related => ''all'', on_conflict => ''skip'')', :ann));
TABLE shop.client ORDER BY id;
ROLLBACK;
-- A table whose key is another now: what is there is found by no key of the journal's, though one of them is the same text; what was
-- deleted comes back under the new key.
ALTER TABLE shop.seat DROP CONSTRAINT seat_pkey;
ALTER TABLE shop.seat ADD PRIMARY KEY (code);
SELECT test.plan(:'one');
SELECT test.try(format('journal.undo(%L)', :'one'));
SELECT test.try(format('journal.undo(%L, on_conflict => ''skip'')', :'one'));
TABLE shop.seat ORDER BY id;
DELETE FROM shop.seat WHERE id = 1;
ALTER TABLE shop.seat DROP CONSTRAINT seat_pkey, ADD PRIMARY KEY (id);
SELECT object_id, outcome FROM journal.restore(test.deletion('seat', '2'));
TABLE shop.seat ORDER BY id;
SELECT object_type FROM journal.tracked_relations t, journal.verify_history(t.relation) WHERE t.relation IN ('shop.client'::regclass, 'shop.visit'::regclass);
-- A foreign key that leads to a partition, whose columns have other numbers: rows that refer to what goes stay, and what came
-- together goes in its order.
CREATE TABLE shop.slot (id int PRIMARY KEY, label text) PARTITION BY RANGE (id);
CREATE TABLE shop.slot_1 (extra int, label text, id int NOT NULL);
ALTER TABLE shop.slot_1 DROP extra;
ALTER TABLE shop.slot ATTACH PARTITION shop.slot_1 FOR VALUES FROM (0) TO (100);
CREATE TABLE shop.booking (id int PRIMARY KEY, slot int REFERENCES shop.slot_1 ON DELETE CASCADE);
SELECT journal.track('shop.slot'), journal.track('shop.booking');
INSERT INTO shop.slot VALUES (1, 'one');
SELECT test.last() AS one \gset
INSERT INTO shop.booking VALUES (1, 1);
SELECT conflict FROM journal.undo_plan(:'one');
SELECT test.try(format('journal.undo(%L)', :'one'));
WITH slot AS (INSERT INTO shop.slot VALUES (2, 'two')) INSERT INTO shop.booking VALUES (2, 2);
SELECT object_type, outcome FROM journal.undo(test.last());
SELECT object_type, outcome FROM journal.undo(test.last());
TABLE shop.booking;
