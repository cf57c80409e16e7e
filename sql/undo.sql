\i test/regress/fresh.sql
\i test/regress/compare.sql
\i test/regress/undo.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
-- A transaction is undone, and that is undone.

CREATE SCHEMA shop;
CREATE TABLE shop.city (id int PRIMARY KEY, name text);
CREATE TABLE shop.client (
    id int PRIMARY KEY, name text, phone text UNIQUE, city int REFERENCES shop.city ON DELETE SET NULL,
    seen timestamptz, length int GENERATED ALWAYS AS (length(name)) STORED
);
CREATE TABLE shop.visit (
    client int REFERENCES shop.client ON DELETE CASCADE ON UPDATE CASCADE, day date, after date, note text, cost numeric,
    PRIMARY KEY (client, day), FOREIGN KEY (client, after) REFERENCES shop.visit ON DELETE CASCADE ON UPDATE CASCADE
);
-- A cycle that is checked at once.
CREATE TABLE shop.team (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, leader int);
CREATE TABLE shop.member (id int PRIMARY KEY, team int REFERENCES shop.team ON DELETE CASCADE);
ALTER TABLE shop.team ADD FOREIGN KEY (leader) REFERENCES shop.member ON DELETE CASCADE;
CREATE TABLE shop.bill (id int, region text, total numeric, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE shop.bill_north PARTITION OF shop.bill FOR VALUES IN ('north');
CREATE TABLE shop.bill_south PARTITION OF shop.bill FOR VALUES IN ('south');
CREATE TABLE shop.item (id int PRIMARY KEY, name text);
CREATE TABLE shop.special_item (price numeric, PRIMARY KEY (id)) INHERITS (shop.item);
SELECT journal.track_schema('shop');
SELECT journal.track('shop.client', ignored => '{seen}');

INSERT INTO shop.city VALUES (1, 'Moscow'), (2, 'Tver');
INSERT INTO shop.client VALUES (1, 'Ann', '1', 1, '2024-01-01'), (2, 'Bob', '2', 1, NULL), (3, 'Cid', '3', 2, NULL);
INSERT INTO shop.visit VALUES (3, '2024-03-01', NULL, 'y', 3), (1, '2024-01-02', NULL, 'first', 1.10), (1, '2024-01-01', '2024-01-02', 'second', 0), (2, '2024-01-01', NULL, 'x', 2);
INSERT INTO shop.team (leader) VALUES (NULL);
INSERT INTO shop.member VALUES (5, 1), (6, 1);
UPDATE shop.team SET leader = 5;
INSERT INTO shop.bill VALUES (1, 'north', 1.50), (2, 'south', 2.5);
INSERT INTO shop.item VALUES (1, 'pen'), (2, 'ink');
INSERT INTO shop.special_item VALUES (1, 'golden pen', 10), (3, 'golden ink', 20);

CREATE FUNCTION test.copy(name text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    t text;
BEGIN
    EXECUTE format('CREATE SCHEMA %I', name);
    FOR t IN SELECT relname FROM pg_class WHERE relnamespace = 'shop'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition LOOP
        EXECUTE format('CREATE TABLE %I.%I AS SELECT * FROM %s shop.%I', name, t, CASE WHEN t = 'bill' THEN '' ELSE 'ONLY' END, t);
    END LOOP;
END
$$;
-- What differs between the tables and a copy of them, as text.
CREATE FUNCTION test.compare(name text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    t text;
    mine text;
BEGIN
    FOR t IN SELECT relname FROM pg_class WHERE relnamespace = 'shop'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
             ORDER BY 1 LOOP
        mine := CASE WHEN t = 'bill' THEN '' ELSE 'ONLY' END;
        RETURN QUERY EXECUTE format(
            'SELECT %3$L || '': '' || d::text FROM ((SELECT ''now'', a::text FROM %4$s shop.%1$I a EXCEPT ALL SELECT ''now'', b::text FROM %2$I.%1$I b) '
            'UNION ALL (SELECT ''then'', b::text FROM %2$I.%1$I b EXCEPT ALL SELECT ''then'', a::text FROM %4$s shop.%1$I a)) d ORDER BY 1',
            t, name, t, mine);
    END LOOP;
END
$$;
SELECT test.copy('before');

-- Everything at once: several updates of a row, a row inserted and deleted, deleted rows with what cascades, a cycle,
-- rows that change their partition and their key, the key of a row deleted and taken again, one table and its child.
BEGIN;
UPDATE shop.client SET name = 'Anna', seen = '2024-02-01' WHERE id = 1;
UPDATE shop.client SET name = 'Hanna', phone = '11' WHERE id = 1;
UPDATE shop.client SET phone = '1' WHERE id = 1;
INSERT INTO shop.client VALUES (9, 'Nobody', '9');
DELETE FROM shop.client WHERE id = 9;
INSERT INTO shop.client VALUES (4, 'Dan', '4', 2);
INSERT INTO shop.visit VALUES (4, '2024-01-01', NULL, 'of Dan', 4);
UPDATE shop.visit SET cost = 4.00 WHERE client = 4;
DELETE FROM shop.client WHERE id = 2;
INSERT INTO shop.client VALUES (2, 'Bobby', '22', 2);
DELETE FROM shop.city WHERE id = 1;
DELETE FROM shop.team;
UPDATE shop.bill SET region = 'south', total = 1.5 WHERE id = 1;
DELETE FROM shop.bill WHERE id = 2;
UPDATE shop.item SET name = 'PEN' WHERE id = 1;
DELETE FROM ONLY shop.item WHERE id = 2;
INSERT INTO shop.special_item VALUES (2, 'golden ink', 3);
UPDATE shop.client SET id = 30 WHERE id = 3;
UPDATE shop.client SET id = 33 WHERE id = 30;
UPDATE shop.visit SET note = 'FIRST' WHERE note = 'first';
UPDATE shop.visit SET note = 'first' WHERE note = 'FIRST';
SAVEPOINT a;
DELETE FROM shop.visit;
ROLLBACK TO a;
COMMIT;
SELECT test.copy('after');
SELECT test.last() AS transaction \gset
SELECT relation, object_type, object_id, object_label, action, outcome, detail FROM journal.undo(:transaction::text::xid8, 'a mistake')
ORDER BY relation::text, object_id COLLATE "C", action;
SELECT test.compare('before');
SELECT u.transaction_id = :'transaction'::xid8 AS undone, u.undone_by = test.last() AS by, u.role = current_user AS role, reason, on_conflict, entry
FROM journal.undos u;
SELECT DISTINCT reason FROM journal.entries WHERE transaction_id = test.last();
SELECT count(*) FROM journal.entries WHERE transaction_id = test.last() AND restores IS NOT NULL;
-- Again: it has been undone.
SELECT test.try(format('journal.undo(%L)', :'transaction'));
-- The undo is undone, and that too, and that.
SELECT count(*) FROM journal.undo(test.last());
SELECT test.compare('after');
SELECT count(*) FROM journal.undo(test.last());
SELECT test.compare('before');
SELECT count(*) FROM journal.undo(test.last());
SELECT test.compare('after');
-- What brought the effect about again is what can be undone.
SELECT test.try(format('journal.undo(%L)', :'transaction'));
SELECT count(*) FROM journal.undo(test.last());
SELECT test.compare('before');
SELECT * FROM journal.tracked_relations t, journal.verify_history(t.relation) WHERE t.tracked;

-- A table that refers to itself by ON DELETE SET NULL: taking back the undo deletes rows whose children the same transaction
-- gives another parent, or none, and the number of a deleted row is given to a child that stays.
CREATE TABLE shop.node (id int PRIMARY KEY, number int UNIQUE, up int REFERENCES shop.node ON DELETE SET NULL);
SELECT journal.track('shop.node');
INSERT INTO shop.node VALUES (1, 10, NULL), (2, 20, 1), (3, 30, 2), (4, 40, 2);
SELECT test.copy('between');
BEGIN;
DELETE FROM shop.node WHERE id = 2;
UPDATE shop.node SET number = 20, up = 1 WHERE id = 3;
COMMIT;
SELECT test.copy('later');
SELECT count(*) FROM journal.undo(test.last());
SELECT test.compare('between');
-- The undo put 2 between 1 and its children; now it goes again.
SELECT object_id, action, outcome FROM journal.undo(test.last()) ORDER BY object_id;
SELECT test.compare('later');
SELECT count(*) FROM journal.undo(test.last());
SELECT test.compare('between');

-- Rows that exchanged a unique value, one of them with another column too: a deferrable constraint is checked when both have
-- theirs back.
CREATE TABLE shop.shelf (id int PRIMARY KEY, place int UNIQUE DEFERRABLE, name text);
SELECT journal.track('shop.shelf');
INSERT INTO shop.shelf VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c');
BEGIN;
UPDATE shop.shelf SET place = 6 - place WHERE place % 2 = 1;
UPDATE shop.shelf SET place = CASE id WHEN 2 THEN 1 ELSE 2 END, name = CASE id WHEN 2 THEN 'B' ELSE name END WHERE id IN (2, 3);
COMMIT;
TABLE shop.shelf ORDER BY id;
SELECT object_id, outcome FROM journal.undo(test.last()) ORDER BY 1;
TABLE shop.shelf ORDER BY id;
