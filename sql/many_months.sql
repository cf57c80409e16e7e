\i test/regress/fresh.sql
-- The first call of a session about this month opens the same months, and costs no more, if there are many: reports, the past of a row,
-- an undo, a restore. What remains is each month's line in the descriptor of journal.entry, which any query on it needs.

SELECT setval('journal.entry_id_seq', 1000001);
CREATE TABLE product (id integer PRIMARY KEY, name text);
CREATE TABLE item (id integer PRIMARY KEY, product integer REFERENCES product);
SELECT journal.track('product'), journal.track('item');
-- Whose effects a restore looks for.
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER touch AFTER INSERT ON item FOR EACH ROW EXECUTE FUNCTION touch();
CREATE FUNCTION buffers(call text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM journal.' || call INTO plan;
    RETURN (plan -> 0 -> 'Plan' ->> 'Shared Hit Blocks')::bigint + (plan -> 0 -> 'Plan' ->> 'Shared Read Blocks')::bigint;
END $$;
CREATE TABLE cost (months integer, call text, buffers bigint, opened bigint);
CREATE FUNCTION months() RETURNS integer LANGUAGE sql AS
    $$ SELECT count(*) FROM journal.closed_month $$;
CREATE FUNCTION opened() RETURNS bigint LANGUAGE sql AS $$
    SELECT count(DISTINCT l.relation) FROM pg_locks l JOIN pg_inherits i ON i.inhrelid = l.relation
    WHERE i.inhparent = 'journal.entry'::regclass AND l.pid = pg_backend_pid() $$;
-- Thirty entries in each of some months: updates of an object that lives, and deletions.
CREATE PROCEDURE fill(first integer, last integer) LANGUAGE sql AS $$
    INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation, reported, backfilled,
                               account, object_type, object_id, label)
    SELECT 1000000 - m * 1000 + n, date_trunc('month', now()) - m * interval '1 month' + n * interval '1 hour', '3', n, 1, 0, 50,
           CASE WHEN n > 10 THEN 'd' ELSE 'u' END::"char", true, false, '', 'product', CASE WHEN n > 10 THEN m || '-' || n ELSE '1' END, 'product'
    FROM generate_series(first, last) m, generate_series(1, 30) n $$;
CALL fill(1, 3);
SET client_min_messages = warning;
CALL journal.maintenance(0);
RESET client_min_messages;
-- Of this month: sixty objects, two objects of sixty events, of which one changed its key, sixty deletions,
-- and something to be taken back.
INSERT INTO product SELECT n, 'product ' || n FROM generate_series(1, 121) n;
INSERT INTO item VALUES (1, 121);
DO $$ BEGIN FOR n IN 1..60 LOOP UPDATE product SET name = 'name ' || n WHERE id = 1; END LOOP; END $$;
SELECT journal.mark('before') IS NOT NULL AS marked;
UPDATE product SET name = 'later' WHERE id = 2;
DELETE FROM item;
DELETE FROM product WHERE id > 61;
UPDATE product SET id = 300 WHERE id = 61;
DO $$ BEGIN FOR n IN 1..60 LOOP UPDATE product SET name = 'name ' || n WHERE id = 300; END LOOP; END $$;
CREATE TABLE known AS
SELECT (SELECT transaction_id FROM journal.entry WHERE object_id = '2' AND operation = 'u') AS xid,
       (SELECT id FROM journal.entry WHERE object_id = '2' AND operation = 'u') AS change,
       (SELECT id FROM journal.entry WHERE object_type = 'item' AND operation = 'd') AS item,
       (SELECT id FROM journal.entry WHERE object_id = '121' AND operation = 'd') AS product;
VACUUM (ANALYZE) journal.entry, product;

\i test/regress/first_calls.sql
CALL fill(4, 120);
SET client_min_messages = warning;
CALL journal.maintenance(0);
RESET client_min_messages;
VACUUM (ANALYZE) journal.entry;
\i test/regress/first_calls.sql
-- To open a month takes some 250, its lines in the descriptor some 4 each time that the server drops it from its caches.
SELECT many.call, few.months, many.months, many.opened - few.opened AS opened_more,
       (many.buffers - few.buffers) / (many.months - few.months) < 50 AS no_more
FROM cost few JOIN cost many USING (call) WHERE many.months > few.months ORDER BY call COLLATE "C";

-- What was written into a closed month is found nevertheless: a product deleted fifty months ago, to which an item referred that was
-- deleted now; by its entry's id, by its transaction, as the item's parent.
DO $$
DECLARE
    product journal.entry;
    item journal.entry;
BEGIN
    BEGIN
        INSERT INTO product VALUES (200, 'long gone');
        INSERT INTO item VALUES (200, 200);
        DELETE FROM item WHERE id = 200;
        DELETE FROM product WHERE id = 200;
        SELECT * INTO item FROM journal.entry e WHERE e.object_type = 'item' AND e.object_id = '200' AND e.operation = 'd';
        SELECT * INTO product FROM journal.entry e WHERE e.object_type = 'product' AND e.object_id = '200' AND e.operation = 'd';
        RAISE SQLSTATE 'TAKEN';
    EXCEPTION WHEN SQLSTATE 'TAKEN' THEN
        product.id := 1000000 - 50 * 1000 + 500;
        product.occurred_at := date_trunc('month', now()) - interval '50 months' + interval '10 days';
        product.transaction_id := '4';
        item.id := nextval('journal.entry_id_seq');
        item.transaction_id := '5';
    END;
    product.change := product.id;
    item.change := item.id;
    product.session := (SELECT min(id) FROM journal.session);
    item.session := product.session;
    INSERT INTO journal.entry SELECT product.*;
    INSERT INTO journal.entry SELECT item.*;
END $$;
CREATE FUNCTION what_is_found() RETURNS TABLE (call text, rows text) LANGUAGE sql AS $$
    SELECT 'restore_plan', string_agg(object_type || ' ' || object_id, ', ') FROM journal.restore_plan(1000000 - 50 * 1000 + 500)
    UNION ALL
    SELECT 'undo_plan', string_agg(object_type || ' ' || object_id, ', ') FROM journal.undo_plan('4'::xid8)
    UNION ALL
    SELECT 'restore_plan, with parents', string_agg(object_type || ' ' || object_id, ', ' ORDER BY object_type)
    FROM journal.restore_plan((SELECT id FROM journal.entry WHERE transaction_id = '5'), related => 'parents') $$;
SELECT count(*) AS late_writes FROM journal.late_write;
SELECT * FROM what_is_found();
SET client_min_messages = warning;
CALL journal.maintenance(0);
RESET client_min_messages;
SELECT count(*) AS late_writes FROM journal.late_write;
SELECT * FROM what_is_found();
SELECT first_id, last_id, first_transaction, last_transaction FROM journal.closed_month
WHERE last_transaction > '3'::xid8;
