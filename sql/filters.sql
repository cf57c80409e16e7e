\i test/regress/fresh.sql
SET DateStyle = 'ISO, YMD';
-- What else is asked of entries: the argument filter of report, history and deleted_objects.

CREATE SCHEMA shop;
SET search_path = shop, public;
CREATE TABLE status (id integer PRIMARY KEY, name text NOT NULL);
INSERT INTO status VALUES (1, 'New'), (2, 'In work'), (3, 'Issued');
CREATE TABLE client (id integer PRIMARY KEY, name text, phone text, salary numeric, secret text, facts jsonb);
CREATE TABLE orders (id integer PRIMARY KEY, number text, status_id integer REFERENCES status, client_id integer REFERENCES client, paid boolean);
CREATE TABLE item (id integer PRIMARY KEY, order_id integer REFERENCES orders ON DELETE CASCADE, name text, price numeric(10, 2));
SELECT journal.track('status', label => 'name');
SELECT journal.track('client', label => 'name', masked => '{salary}', restricted => '{secret}');
SELECT journal.track('orders', 'order', label => 'number');
SELECT journal.track('item', 'order_item', label => 'name', document => 'order_id');
SELECT journal.add_rule('client', 'client.created', 'insert', details => '{phone,secret,facts}');
SELECT journal.add_event_type('client.facts_changed', 'clients', 'changed', 'client', '{"en": "Facts changed"}');
SELECT journal.add_rule('client', 'client.facts_changed', 'update');

SELECT journal.set_context(employee => '7', actor_kind => 'employee');
INSERT INTO client VALUES (1, 'Иванова Ёлка', '+7 (495) 555-0101', 100, 'hidden treasure', '{"city": "Gatchina", "tags": ["vip", "wholesale"]}');
INSERT INTO orders VALUES (1, 'A-1', 1, 1, false), (2, 'B-22', 1, 1, false);
INSERT INTO item VALUES (1, 1, 'Screen repair', 99.90), (2, 2, 'Battery', 10);
BEGIN;
SELECT journal.set_context(actor_kind => 'robot', reason => 'nightly');
UPDATE orders SET status_id = 2;
UPDATE client SET salary = 200, secret = 'other treasure' WHERE id = 1;
COMMIT;
UPDATE orders SET status_id = 3, paid = true WHERE id = 1;
UPDATE item SET price = 88.80 WHERE id = 1;
UPDATE client SET phone = '+7 (812) 666-0202' WHERE id = 1;
SELECT journal.log('sms.sent', 'sms', '1', '+70000000001', '{"text": "Ваш заказ A-1 готов", "parts": [{"cost": 2.5}]}') > 0;
DELETE FROM item WHERE id = 2;
-- The status is called otherwise now; at the time of the events it was not.
UPDATE status SET name = 'Handed over' WHERE id = 3;

CREATE FUNCTION found(filter jsonb, language text DEFAULT 'en') RETURNS SETOF text LANGUAGE sql AS
$$SELECT concat_ws(' ', event, object_id, object_label)
  FROM journal.report(filter => $1, sort => 'asc', language => $2, page_size => 1000)$$;

-- Documents: they and what belongs to them.
SELECT found('{"documents": [{"type": "order", "id": "1"}]}');
SELECT found('{"documents": [{"type": "order", "id": 2}, {"type": "sms", "id": "1"}]}');
SELECT found('{"documents": [{"type": "order", "id": "1"}], "object_types": ["order_item"]}');
SELECT found('{"documents": [{"type": "order", "id": "17"}]}');

-- Columns that changed, from and to, by text or by the name at the time.
SELECT found('{"columns": ["status_id"]}');
SELECT found('{"columns": ["status_id"], "to": "Issued"}');
SELECT found('{"columns": ["status_id"], "to": "Handed over"}');
SELECT found('{"columns": ["status_id"], "from": "New"}');
SELECT found('{"from": "2", "to": "3"}');
SELECT found('{"columns": ["paid"], "to": true}');
SELECT found('{"to": 88.80}');
SELECT found('{"columns": ["salary"]}');
SELECT found('{"columns": ["salary"], "to": "200"}');
SELECT found('{"from": "", "columns": null, "actor_kinds": ["robot"]}');
SELECT found('{"actor_kinds": ["robot", "client"], "columns": ["status_id"], "documents": [{"type": "order", "id": "2"}]}');
SELECT found('{"actor_kinds": ["client"]}');

-- Searches: by the beginnings of words, in names, keys, logged texts, old and new values.
SELECT found('{"search": "a-1"}');
SELECT found('{"search": "елк ИВАН"}');
SELECT found('{"search": "готов"}');
SELECT found('{"search": "2.5"}');
SELECT found('{"search": "555-0101"}');
SELECT found('{"search": "666"}');
SELECT found('{"search": "whole gatch"}');
SELECT found('{"search": "atchina"}');
SELECT found('{"search": "88", "object_types": ["order_item"]}');
SELECT found('{"search": "repair", "columns": ["price"]}');

-- In a history, and among what is deleted.
SELECT event, object_id FROM journal.history('order', '1', filter => '{"columns": ["price", "paid"]}');
SELECT event, object_id FROM journal.history('order', '1', page_size => 1, filter => '{"search": "scr"}');
SELECT page_cursor FROM journal.history('order', '1', page_size => 1, filter => '{"search": "scr"}') \gset
SELECT event, object_id FROM journal.history('order', '1', filter => '{"search": "scr"}', after => :'page_cursor');
SELECT object_label FROM journal.deleted_objects(filter => '{"search": "batt"}');
SELECT object_label FROM journal.deleted_objects(filter => '{"search": "scr"}');

-- Nobody learns by a filter what he is not shown.
SELECT found('{"search": "100"}');
SELECT found('{"search": "treasure"}');
SELECT found('{"columns": ["secret"], "from": "hidden treasure"}');
CREATE ROLE regress_filter_reader;
SELECT journal.grant_access('reader', 'regress_filter_reader');
GRANT USAGE ON SCHEMA shop TO regress_filter_reader;
SET ROLE regress_filter_reader;
SELECT found('{"search": "treasure"}');
SELECT found('{"columns": ["secret"]}');
SELECT found('{"columns": ["secret"], "from": "hidden treasure"}');
SELECT found('{"columns": ["secret"], "to": "other treasure"}');
SELECT found('{"search": "gatchina"}');
RESET ROLE;
SELECT journal.revoke_access('reader', 'regress_filter_reader');
DROP OWNED BY regress_filter_reader;
DROP ROLE regress_filter_reader;

-- What is not understood is refused.
CREATE PROCEDURE attempt(filter jsonb) LANGUAGE plpgsql AS $$
DECLARE
    hint text;
    detail text;
BEGIN
    PERFORM found(filter);
    RAISE EXCEPTION 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT, detail = PG_EXCEPTION_DETAIL;
    RAISE WARNING '%', concat_ws(' | ', SQLSTATE, SQLERRM, nullif(detail, ''), nullif(hint, ''));
END
$$;
CALL attempt('{"object_type": ["order"]}');
CALL attempt('{"documents": {"type": "order", "id": "1"}}');
CALL attempt('{"documents": []}');
CALL attempt('{"documents": [{"type": "order"}]}');
CALL attempt('{"documents": [{"type": "order", "id": "1", "name": "x"}]}');
CALL attempt('{"documents": [{"type": "ordr", "id": "1"}]}');
CALL attempt('{"columns": ["statusid"]}');
CALL attempt('{"columns": "status_id"}');
CALL attempt('{"to": ["Issued"]}');
CALL attempt('{"search": {"text": "x"}}');
CALL attempt('{"search": " -- "}');
CALL attempt(jsonb_build_object('search', repeat('a ', 17)));
CALL attempt('{"actor_kinds": ["robots"]}');
CALL attempt('{"actor_kinds": []}');
CALL attempt('{"actor_kinds": [1]}');
CALL attempt('{"transaction": -1}');

-- Many months, closed and open, with and without their indexes: pages of what a filter finds are those of the whole.
INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation, reported, backfilled,
                           account, object_type, object_id, document_type, document_id, label)
SELECT 100000 + number, '2024-01-01 00:00+00'::timestamptz + number * interval '2 hours', (1000000 + number / 7)::text::xid8, 100000 + number, 1, 0, 69,
       'l', true, false, CASE WHEN number % 5 = 0 THEN 'other' ELSE '' END,
       CASE WHEN number % 97 = 0 THEN 'bonus' WHEN number % 2 = 0 THEN 'sms' ELSE 'call' END, (number % 50)::text,
       CASE WHEN number % 3 = 0 THEN 'order' END, CASE WHEN number % 3 = 0 THEN (number % 11)::text END, 'Word' || number % 40
FROM generate_series(1, 3000) AS number;
SET client_min_messages = warning;
SET event_journal.search_index = on;
CALL journal.maintenance(0);
RESET client_min_messages;
SELECT count(*) > 5 AS have_an_index_on_words FROM pg_indexes WHERE schemaname = 'journal' AND indexdef LIKE '%journal.search_words(%';
-- Who writes into such a month later writes into the index as well.
INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation, reported, backfilled,
                           account, object_type, object_id, label)
VALUES (200000, '2024-02-03', '3', 200000, 1, 0, 69, 'l', true, false, '', 'call', '1', 'Wordy late');
ANALYZE journal.entry;
CREATE FUNCTION pages(filter jsonb, direction text) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    entries bigint[] := '{}';
    cursor text;
    part bigint[];
BEGIN
    LOOP
        SELECT array_agg(entry ORDER BY n), (array_agg(page_cursor ORDER BY n DESC))[1] INTO part, cursor
        FROM (SELECT row_number() OVER () AS n, entry, page_cursor
              FROM journal.report('custom', '2024-01-01 00:00+00', '2024-09-01 00:00+00', sort => direction, page_size => 60, after => cursor,
                                  filter => $1)) AS r;
        EXIT WHEN part IS NULL;
        entries := entries || part;
    END LOOP;
    RETURN entries;
END
$$;
CREATE TABLE asked (filter jsonb, condition text);
INSERT INTO asked VALUES
    ('{"object_types": ["bonus"]}', $$object_type = 'bonus'$$),
    ('{"object_types": ["sms", "bonus"]}', $$object_type IN ('sms', 'bonus')$$),
    ('{"documents": [{"type": "order", "id": "3"}, {"type": "call", "id": "7"}]}',
     $$(document_type = 'order' AND document_id = '3' OR object_type = 'call' AND object_id = '7')$$),
    ('{"transaction": "1000017"}', $$transaction_id = '1000017'$$),
    ('{"search": "word3"}', $$label LIKE 'Word3%'$$),
    ('{"search": "word7", "object_types": ["call"]}', $$label = 'Word7' AND object_type = 'call'$$),
    ('{"search": "wordy"}', $$label = 'Wordy late'$$),
    ('{"actor_kinds": ["robot"]}', 'false');
CREATE VIEW compared AS
SELECT filter, direction, found.entries = expected.entries AS same, cardinality(found.entries) AS entries
FROM asked, (VALUES ('asc'), ('desc')) AS d (direction), LATERAL (SELECT pages(filter, direction) AS entries) AS found,
    LATERAL (SELECT coalesce(array_agg(e ORDER BY CASE direction WHEN 'asc' THEN e ELSE -e END), '{}') AS entries
             FROM unnest((xpath('//e/text()', query_to_xml(format('SELECT id AS e FROM journal.entry WHERE account = '''' AND %s', condition)
                 || ' AND occurred_at >= ''2024-01-01 00:00+00'' AND occurred_at < ''2024-09-01 00:00+00''', false, false, '')))::text[]::bigint[]) AS e) AS expected;
BEGIN;
SELECT cardinality(pages('{"search": "wordy LATE"}', 'asc'));
SELECT pg_stat_get_xact_numscans(indexrelid) > 0 AS asked FROM pg_index
WHERE indrelid = 'journal.entry_2024_02'::regclass AND pg_get_indexdef(indexrelid) LIKE '%journal.search_words(%';
COMMIT;
SELECT journal.search_words('A-1 Ёлка', '17', NULL, NULL, 'l'), journal.search_words((SELECT string_agg('w' || n, ' ') FROM generate_series(1, 50000) n), NULL, NULL, NULL, 'l');
SELECT * FROM compared ORDER BY filter::text, direction;
DO $$
DECLARE
    indexes text;
BEGIN
    SELECT string_agg(indexrelid::regclass::text, ', ') INTO indexes FROM pg_index WHERE indrelid = 'journal.entry_2024_03'::regclass;
    EXECUTE 'DROP INDEX ' || indexes;
END
$$;
SELECT bool_and(same) FROM compared;
