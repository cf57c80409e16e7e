\i test/regress/fresh.sql
-- A table and its rows as they were at a moment, by the clock.
CREATE SCHEMA crm;
CREATE TABLE crm.orders (
    id integer PRIMARY KEY,
    number text NOT NULL,
    status text,
    price numeric(10,2),
    tags text[],
    extra jsonb,
    done boolean,
    due timestamptz
);
SELECT journal.track('crm.orders', 'shop_order');

-- A note of now, later than all before it.
CREATE TABLE moment (name text PRIMARY KEY, at timestamptz);
CREATE FUNCTION note(name text) RETURNS void LANGUAGE sql AS
$$INSERT INTO moment VALUES (name, clock_timestamp())$$;
CREATE FUNCTION at(name text) RETURNS timestamptz STABLE LANGUAGE sql AS
$$SELECT at FROM moment m WHERE m.name = $1$$;

SELECT note('empty');
INSERT INTO crm.orders VALUES
    (1, 'A-1', 'new', 10.50, '{a,b}', '{"k": [1, null]}', false, '2026-01-01 10:00+03'),
    (2, 'A-2', 'new', NULL, NULL, '"scalar"', NULL, NULL),
    (3, 'A-3', 'new', 3, '{}', 'null', true, 'infinity');
SELECT note('three');
UPDATE crm.orders SET status = 'work', price = 11.00, tags = '{}', done = true WHERE id = 1;
UPDATE crm.orders SET status = 'done', due = '2026-02-03 04:05:06+00' WHERE id = 1;
UPDATE crm.orders SET extra = NULL WHERE id = 3;
SELECT note('updated');
DELETE FROM crm.orders WHERE id = 2;
UPDATE crm.orders SET price = 12 WHERE id = 1;
SELECT note('deleted');
INSERT INTO crm.orders VALUES (2, 'A-2 again', 'new'), (4, 'A-4', 'new');
SELECT note('again');
TRUNCATE crm.orders;
SELECT note('truncated');

SELECT * FROM journal.table_as_of(NULL::crm.orders, at('empty'));
SELECT * FROM journal.table_as_of(NULL::crm.orders, at('three')) ORDER BY id;
SELECT * FROM journal.table_as_of(NULL::crm.orders, at('updated')) ORDER BY id;
SELECT * FROM journal.table_as_of(NULL::crm.orders, at('deleted')) ORDER BY id;
SELECT * FROM journal.table_as_of(NULL::crm.orders, at('again')) ORDER BY id;
SELECT * FROM journal.table_as_of(NULL::crm.orders, at('truncated')) ORDER BY id;

-- One row: NULL when it was not there.
SELECT name, journal.row_as_of('crm.orders', '2', at) FROM moment ORDER BY at;
SELECT id, number, price FROM journal.table_as_of(NULL::crm.orders, at('updated'), key => '1');
SELECT journal.row_as_of('crm.orders', '99', now());

-- In joins.
SELECT a.id, a.status AS was, b.status AS became
FROM journal.table_as_of(NULL::crm.orders, at('three')) a
    JOIN journal.table_as_of(NULL::crm.orders, at('again')) b USING (id) ORDER BY id;

-- A row changed several times in one transaction, its savepoint rolled back, and a trigger that changes it again.
BEGIN;
INSERT INTO crm.orders VALUES (5, 'A-5', 'new');
SAVEPOINT s;
UPDATE crm.orders SET status = 'lost' WHERE id = 5;
ROLLBACK TO s;
UPDATE crm.orders SET status = 'kept' WHERE id = 5;
SELECT note('within');
UPDATE crm.orders SET status = 'last' WHERE id = 5;
SELECT status FROM journal.table_as_of(NULL::crm.orders, at('within'));
COMMIT;
CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE crm.orders SET number = number || '!' WHERE id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER a_again AFTER UPDATE ON crm.orders FOR EACH ROW WHEN (pg_trigger_depth() < 3) EXECUTE FUNCTION again();
SELECT note('before triggers');
UPDATE crm.orders SET status = 'triggered' WHERE id = 5;
SELECT number, status FROM crm.orders;
SELECT number, status FROM journal.table_as_of(NULL::crm.orders, at('before triggers'));
DROP TRIGGER a_again ON crm.orders;

-- Keys that change: a row moves, two rows swap, a chain of moves, a moved row's old key taken by another.
CREATE TABLE crm.shelves (code text, place integer, note text, PRIMARY KEY (code, place) DEFERRABLE);
SELECT journal.track('crm.shelves', 'shelf');
INSERT INTO crm.shelves VALUES ('a', 1, 'a1'), ('a', 2, 'a2'), ('b', 1, 'b1'), ('c', 1, 'c1');
SELECT note('shelves');
UPDATE crm.shelves SET place = 3 - place WHERE code = 'a';
SELECT note('swapped');
UPDATE crm.shelves SET code = 'x', note = 'b1 to x' WHERE code = 'b';
UPDATE crm.shelves SET code = 'y' WHERE code = 'x';
SELECT note('moved');
INSERT INTO crm.shelves VALUES ('b', 1, 'another');
UPDATE crm.shelves SET note = note || ' at y' WHERE code = 'y';
DELETE FROM crm.shelves WHERE code = 'y';
BEGIN;
UPDATE crm.shelves SET code = 'd' WHERE code = 'c';
UPDATE crm.shelves SET code = 'c', note = 'and back' WHERE code = 'd';
COMMIT;
SELECT note('gone');
SELECT * FROM journal.table_as_of(NULL::crm.shelves, at('shelves')) ORDER BY 1, 2;
SELECT * FROM journal.table_as_of(NULL::crm.shelves, at('swapped')) ORDER BY 1, 2;
SELECT * FROM journal.table_as_of(NULL::crm.shelves, at('moved')) ORDER BY 1, 2;
SELECT * FROM journal.table_as_of(NULL::crm.shelves, at('gone')) ORDER BY 1, 2;
SELECT m.name, journal.row_as_of('crm.shelves', '["b", "1"]', m.at) AS b, journal.row_as_of('crm.shelves', '["y", "1"]', m.at) AS y
FROM moment m WHERE m.at >= at('shelves') ORDER BY m.at;

-- Two rows that took the key of a third, one after the other, from one place: that place's past is not the third's.
INSERT INTO crm.shelves VALUES ('p', 1, 'the third');
SELECT note('third');
DELETE FROM crm.shelves WHERE code = 'p';
INSERT INTO crm.shelves VALUES ('q', 1, 'the first');
UPDATE crm.shelves SET code = 'p' WHERE code = 'q';
DELETE FROM crm.shelves WHERE code = 'p';
INSERT INTO crm.shelves VALUES ('q', 1, 'the second');
UPDATE crm.shelves SET code = 'p' WHERE code = 'q';
SELECT journal.row_as_of('crm.shelves', '["p", "1"]', at('third'));

-- More than fits into work_mem: many rows, and one that changed again and again.
CREATE TABLE crm.counters (id integer PRIMARY KEY, n integer, filler text, note text);
SELECT journal.track('crm.counters', 'counter');
INSERT INTO crm.counters SELECT g, 0, md5(g::text), 'first ' || g FROM generate_series(0, 3000) g;
SELECT note('counters');
UPDATE crm.counters SET n = 1, note = 'second' WHERE id % 2 = 0;
DO $$
BEGIN
    FOR i IN 1..150 LOOP
        FOR j IN 1..8 LOOP
            UPDATE crm.counters SET n = n + 1, filler = repeat(i::text, 100) WHERE id = 0;
        END LOOP;
        COMMIT;
    END LOOP;
END $$;
DELETE FROM crm.counters WHERE id % 3 = 0;
SET work_mem = '64kB';
SELECT count(*), count(*) FILTER (WHERE n = 0 AND filler = md5(id::text) AND note = 'first ' || id) AS as_they_were
FROM journal.table_as_of(NULL::crm.counters, at('counters'));
SELECT operation, count(*) FROM journal.diff(NULL::crm.counters, at('counters')) GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM journal.verify_history('crm.counters');
RESET work_mem;

-- What is asked wrongly.
SELECT * FROM journal.table_as_of(NULL::crm.orders);
SELECT * FROM journal.table_as_of(NULL::crm.orders, now(), 'mark');
SELECT * FROM journal.table_as_of(NULL::integer, now());
SELECT * FROM journal.table_as_of(NULL::moment, now());
