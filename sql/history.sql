\i test/regress/fresh.sql
-- The history of one object and of what belongs to it, across changes of its key; the objects that are gone.

CREATE TABLE orders (id text PRIMARY KEY, number text, state text);
CREATE TABLE item (id integer PRIMARY KEY, order_id text REFERENCES orders ON UPDATE CASCADE ON DELETE CASCADE, name text);
CREATE TABLE cell (x integer, y integer, name text, PRIMARY KEY (x, y));
CREATE TABLE loose (name text);
SELECT journal.track('orders', 'order');
SELECT journal.track('item', 'order_part', document => 'order_id');
SELECT journal.track('cell');
SELECT journal.track('loose');
SELECT journal.add_rule('orders', 'order.created', 'insert');

CREATE FUNCTION told(object_type text, object_id text) RETURNS TABLE (event text, object text, details_text text) LANGUAGE sql AS $$
    SELECT event, concat_ws(' ', object_type, object_id, object_label), details_text
    FROM journal.history(object_type, object_id, language => 'en') WITH ORDINALITY ORDER BY ordinality
$$;

-- Changes that no rule matches are told as well.
INSERT INTO orders VALUES ('1', 'N-1', 'new'), ('2', 'N-2', 'new');
INSERT INTO item VALUES (1, '1', 'screen'), (2, '1', 'battery'), (3, '2', 'case');
UPDATE orders SET state = 'done' WHERE id = '1';
UPDATE item SET name = 'big screen' WHERE id = 1;
SELECT journal.log('sms.sent', 'order', '1', 'N-1', '{"text": "Ready"}') > 0;
SELECT * FROM told('order', '1');
SELECT * FROM told('order_part', '1');
SELECT * FROM told('order', '3');

-- The key changes twice; then another order takes the first key. Its history is its own.
UPDATE orders SET id = '10' WHERE id = '1';
UPDATE orders SET id = '100', state = 'moved' WHERE id = '10';
SELECT * FROM told('order', '100');
SELECT array_agg(t) = (SELECT array_agg(t) FROM told('order', '100') AS t) AS same FROM told('order', '10') AS t;
SELECT array_agg(t) = (SELECT array_agg(t) FROM told('order', '100') AS t) AS same FROM told('order', '1') AS t;
INSERT INTO orders VALUES ('1', 'N-3', 'another');
SELECT event, object FROM told('order', '100') WHERE object ~ 'N-3';
-- Keys that go round in a circle.
UPDATE orders SET id = 'a' WHERE id = '2';
UPDATE orders SET id = '2' WHERE id = 'a';
SELECT * FROM told('order', '2');

-- Keys of several columns; a table without a key has no objects.
INSERT INTO cell VALUES (1, 1, 'corner');
UPDATE cell SET y = 2, name = 'edge';
SELECT * FROM told('cell', '["1", "2"]');
SELECT * FROM told('cell', '["1", "1"]');
INSERT INTO loose VALUES ('x');
SELECT event, object_id FROM journal.report(events => '{loose.created}');

-- Pages.
SELECT entry AS first, page_cursor FROM journal.history('order', '100', page_size => 1) \gset
SELECT count(*), count(DISTINCT entry), bool_and(entry < :first) AS older FROM journal.history('order', '100', after => :'page_cursor');
SELECT count(*) FROM journal.history('order', '100');
SELECT * FROM journal.history('order', '2', after => :'page_cursor');
SELECT * FROM journal.history('ordr', '1');
SELECT * FROM journal.history(NULL, '1');
SELECT * FROM journal.history('order', NULL);
SELECT * FROM journal.history('order', '1', page_size => 0);

-- The history outlives the object and its table.
DELETE FROM orders WHERE id = '100';
SELECT * FROM told('order', '100') LIMIT 3;
DROP TABLE cell;
SELECT * FROM told('cell', '["1", "2"]');

-- Deleted objects: each once, by its latest deletion, unless it is back.
CREATE VIEW gone AS
SELECT object_type, object_id, object_label, event, restorable FROM journal.deleted_objects() WITH ORDINALITY ORDER BY ordinality;
SELECT * FROM gone;
INSERT INTO orders VALUES ('100', 'N-100', 'again');
SELECT * FROM gone;
DELETE FROM orders WHERE id = '100';
SELECT * FROM gone;
-- Back by a way that the journal has not seen.
ALTER TABLE orders DISABLE TRIGGER ALL;
INSERT INTO orders VALUES ('100', 'N-100', 'unseen');
ALTER TABLE orders ENABLE TRIGGER ALL;
SELECT * FROM gone;
ALTER TABLE orders DISABLE TRIGGER ALL;
DELETE FROM orders WHERE id = '100';
ALTER TABLE orders ENABLE TRIGGER ALL;
-- Restored.
SELECT entry FROM journal.deleted_objects('{order_part}') LIMIT 1 \gset
INSERT INTO orders VALUES ('100', 'N-100', 'parent');
SELECT relation, object_id FROM journal.restore(:entry);
SELECT * FROM gone;
SELECT object_type FROM journal.deleted_objects('{order,order_part}');
SELECT * FROM journal.deleted_objects('{}');
SELECT * FROM journal.deleted_objects('{order,ordr}');
-- Pages fill up, however many of the deleted are back.
INSERT INTO item SELECT number, NULL, 'part ' || number FROM generate_series(101, 200) AS number;
DELETE FROM item WHERE id > 100;
ALTER TABLE item DISABLE TRIGGER ALL;
INSERT INTO item SELECT number, NULL, 'part ' || number FROM generate_series(101, 200) AS number WHERE number % 10 <> 0;
ALTER TABLE item ENABLE TRIGGER ALL;
SELECT object_label FROM journal.deleted_objects('{order_part}', page_size => 4);
SELECT page_cursor FROM journal.deleted_objects('{order_part}', page_size => 4) OFFSET 3 \gset
SELECT object_label FROM journal.deleted_objects('{order_part}', page_size => 20, after => :'page_cursor');
SELECT * FROM journal.deleted_objects('{order}', after => :'page_cursor');
