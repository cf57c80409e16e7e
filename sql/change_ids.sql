\i test/regress/fresh.sql
-- The ids of a statement's changes are taken together, when the statement has locked all its rows, and those of another command never with them.

CREATE TABLE item (id integer PRIMARY KEY, n integer);
CREATE TABLE beside (id integer PRIMARY KEY, n integer);
SELECT journal.track('item'), journal.track('beside');
INSERT INTO item SELECT n, 0 FROM generate_series(1, 40) n;
INSERT INTO beside VALUES (1, 0);
SELECT object_type, count(*), max(id) - min(id) AS distance, min(id) % 16 AS place FROM journal.entry GROUP BY 1 ORDER BY 1;

-- Each statement begins anew, in one transaction as in several.
BEGIN;
UPDATE item SET n = 1 WHERE id <= 3;
UPDATE item SET n = 2 WHERE id <= 3;
COMMIT;
UPDATE item SET n = 3 WHERE id <= 3;
SELECT array_agg(id % 16 ORDER BY id) AS places FROM journal.entry WHERE object_type = 'item' AND operation = 'u';

-- What a statement logs and changes elsewhere on its way comes before its own changes, some of whose rows were locked afterwards.
CREATE FUNCTION on_the_way(n integer) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    PERFORM journal.log('user.logged_in', 'user', n::text);
    UPDATE beside SET n = beside.n + 1;
    RETURN n;
END
$$;
UPDATE item SET n = on_the_way(id) + journal.log('user.logged_in', 'user', id::text) * 0 WHERE id BETWEEN 4 AND 6;
SELECT string_agg(concat_ws(' ', object_type, operation, object_id), ', ' ORDER BY id) AS by_id, count(DISTINCT (id - 1) / 16) AS taken
FROM journal.entry WHERE transaction_id = (SELECT transaction_id FROM journal.entry ORDER BY id DESC LIMIT 1);

-- A transaction that is rolled back, or a savepoint, leaves its ids unused.
SELECT max(id) AS last FROM journal.entry \gset
BEGIN;
UPDATE item SET n = 4 WHERE id = 1;
SAVEPOINT a;
UPDATE item SET n = 5 WHERE id = 1;
ROLLBACK TO a;
UPDATE item SET n = 6 WHERE id = 1;
ROLLBACK;
UPDATE item SET n = 7 WHERE id = 1;
SELECT min(id) > :last + 48 AS later FROM journal.entry WHERE id > :last;

-- A mark stands behind whatever has been given away.
UPDATE item SET n = 8;
SELECT journal.mark('behind') IS NOT NULL AS marked;
UPDATE item SET n = 9 WHERE id = 1;
SELECT last_entry >= (SELECT max(id) FROM journal.entry WHERE transaction_id < m.transaction_id) AS not_before,
       last_entry < (SELECT max(id) FROM journal.entry) AS not_after FROM journal.mark m;
SELECT (journal.row_as_of('item', '1', mark => 'behind') ->> 'n')::integer AS then, n AS now FROM item WHERE id = 1;

-- The sequence says itself how many a value stands for.
ALTER SEQUENCE journal.entry_id_seq INCREMENT BY 1;
INSERT INTO beside VALUES (2, 0), (3, 0);
SELECT count(*) AS changes, count(DISTINCT id) AS ids, max(id) = (SELECT last_value FROM journal.entry_id_seq) AS is_last
FROM journal.entry WHERE object_type = 'beside' AND operation = 'i' AND object_id <> '1';
