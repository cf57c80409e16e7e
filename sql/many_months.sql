\i test/regress/fresh.sql
-- The first page of a session is of the newest months, and costs no more if there are many: none is opened that the page is not from.
-- What remains is each month's line in the descriptor of journal.entry, which any query on it needs.

CREATE TABLE product (id integer PRIMARY KEY, name text);
SELECT journal.track('product');
CREATE FUNCTION buffers(call text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM journal.' || call INTO plan;
    RETURN (plan -> 0 -> 'Plan' ->> 'Shared Hit Blocks')::bigint + (plan -> 0 -> 'Plan' ->> 'Shared Read Blocks')::bigint;
END $$;
CREATE TABLE cost (months integer, page text, buffers bigint);
CREATE FUNCTION months() RETURNS integer LANGUAGE sql AS
    $$ SELECT count(*) FROM journal.closed_month $$;
-- Thirty entries in each of some months: updates of an object that lives, and deletions.
CREATE PROCEDURE fill(first integer, last integer) LANGUAGE sql AS $$
    INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation, reported, backfilled,
                               account, object_type, object_id, label)
    SELECT nextval('journal.entry_id_seq'), date_trunc('month', now()) - m * interval '1 month' + n * interval '1 hour', '3', n, 1, 0, 50,
           CASE WHEN n > 10 THEN 'd' ELSE 'u' END::"char", true, false, '', 'product', CASE WHEN n > 10 THEN m || '-' || n ELSE '1' END, 'product'
    FROM generate_series(first, last) m, generate_series(1, 30) n $$;
CALL fill(1, 3);
SET client_min_messages = warning;
CALL journal.maintenance(0);
RESET client_min_messages;
-- Of this month: sixty objects, an object of sixty events, and sixty deletions.
INSERT INTO product SELECT n, 'product ' || n FROM generate_series(1, 121) n;
DO $$ BEGIN FOR n IN 1..60 LOOP UPDATE product SET name = 'name ' || n WHERE id = 1; END LOOP; END $$;
DELETE FROM product WHERE id > 61;
VACUUM (ANALYZE) journal.entry, product;

\connect -
SET debug_discard_caches = 0;
INSERT INTO cost SELECT months(), 'report', buffers('report()');
\connect -
SET debug_discard_caches = 0;
INSERT INTO cost SELECT months(), 'history', buffers('history(''product'', ''1'')');
\connect -
SET debug_discard_caches = 0;
INSERT INTO cost SELECT months(), 'deleted objects', buffers('deleted_objects()');
CALL fill(4, 40);
SET client_min_messages = warning;
CALL journal.maintenance(0);
RESET client_min_messages;
VACUUM (ANALYZE) journal.entry;
\connect -
SET debug_discard_caches = 0;
INSERT INTO cost SELECT months(), 'report', buffers('report()');
\connect -
SET debug_discard_caches = 0;
INSERT INTO cost SELECT months(), 'history', buffers('history(''product'', ''1'')');
\connect -
SET debug_discard_caches = 0;
INSERT INTO cost SELECT months(), 'deleted objects', buffers('deleted_objects()');
-- Some 4 for each month; to open one takes some 250.
SELECT many.page, few.months, many.months, (many.buffers - few.buffers) / (many.months - few.months) < 12 AS no_more
FROM cost few JOIN cost many USING (page) WHERE many.months > few.months ORDER BY page;
