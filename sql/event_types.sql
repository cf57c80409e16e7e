\i test/regress/fresh.sql
-- Event types: the catalogue, what is added to it, and the report's filter by them.

SELECT count(*) FILTER (WHERE is_core), count(*) FILTER (WHERE title_ru IS NULL OR title_en IS NULL) FROM journal.event_types;
SELECT event_group, count(*), count(*) FILTER (WHERE restore = 'journal') AS by_anybody,
       count(*) FILTER (WHERE restore = 'support') AS by_support
FROM journal.event_types GROUP BY event_group ORDER BY min(id);

-- Adding, and changing what was added.
SELECT journal.add_event_type('contract.signed', 'clients', 'other', 'contract', '{"en": "Contract signed"}');
SELECT journal.add_event_type('contract.signed', 'clients', 'other', 'contract', '{"en": "Contract signed", "ru": "Договор подписан"}');
SELECT journal.add_event_type('contract.deleted', 'clients', 'deleted', 'contract', '{}', restore => 'journal');
SELECT code, event_group, kind, object_type, restore, is_core, title_ru, title_en FROM journal.event_types WHERE NOT is_core;
-- What one says differently of a shipped type stands in a row of its own.
INSERT INTO journal.event_title VALUES ('sms.sent', 'en', 'Text message sent');
SELECT title_ru, title_en FROM journal.event_types WHERE code = 'sms.sent';

CREATE PROCEDURE attempt(statement text) LANGUAGE plpgsql AS $$
DECLARE
    detail text;
    hint text;
BEGIN
    EXECUTE statement;
    RAISE INFO 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RAISE INFO '% %', SQLSTATE, concat_ws(E'\n    ', SQLERRM, nullif(detail, ''), nullif(hint, ''));
END
$$;
CALL attempt($$SELECT journal.add_event_type('order.created', 'orders', 'created', 'order', '{}')$$);
CALL attempt($$SELECT journal.add_event_type('contract.x', 'clinets', 'other', 'contract', '{}')$$);
CALL attempt($$SELECT journal.add_event_type('contract.x', 'clients', 'othr', 'contract', '{}')$$);
CALL attempt($$SELECT journal.add_event_type('contract.x', 'clients', 'created', 'contract', '{}', 'journal')$$);
CALL attempt($$SELECT journal.add_event_type('contract.x', 'clients', 'deleted', 'contract', '{}', 'jurnal')$$);
CALL attempt($$SELECT journal.add_event_type('contract', 'clients', 'other', 'contract', '{}')$$);
CALL attempt($$SELECT journal.add_event_type('group:x.y', 'clients', 'other', 'contract', '{}')$$);
CALL attempt($$SELECT journal.add_event_type('contract.a b', 'clients', 'other', 'contract', '{}')$$);
CALL attempt($$SELECT journal.add_event_type('contract.x', 'clients', 'other', '', '{}')$$);
CALL attempt($$SELECT journal.add_event_type('contract.x', 'clients', 'other', 'contract', '["x"]')$$);
CALL attempt($$SELECT journal.add_event_type('contract.x', 'clients', 'other', 'contract', '{"en": 1}')$$);
CALL attempt($$SELECT journal.add_event_type('contract.x', 'clients', 'other', 'contract', NULL)$$);
CALL attempt($$SELECT journal.add_event_type(NULL, 'clients', 'other', 'contract', '{}')$$);

-- The filter: codes, groups, kinds, mixed. An unreported entry shows only by its own code.
CREATE TABLE part (id integer PRIMARY KEY, name text, price numeric);
SELECT journal.track('part');
SELECT journal.add_event_type('part.renamed', 'stock', 'changed', 'part', '{"en": "Part renamed"}');
SELECT journal.add_rule('part', 'part.renamed', 'update', '{name}');
INSERT INTO part VALUES (1, 'bolt', 1), (2, 'nut', 2);
UPDATE part SET name = 'screw' WHERE id = 1;
UPDATE part SET price = 3 WHERE id = 2;
DELETE FROM part WHERE id = 2;
SELECT journal.log('user.logged_in', 'employee', '7', details => '{"ip": "192.0.2.1"}') > 0;
SELECT journal.log('contract.signed', 'contract', '12') > 0;
CREATE FUNCTION shown(VARIADIC events text[]) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', event, object_id), ', ' ORDER BY entry)
    FROM journal.report(events => CASE WHEN events[1] <> '*' THEN events END)
$$;
SELECT shown('*');
SELECT shown('part.renamed');
SELECT shown('part.changed');
SELECT shown('part.created', 'part.deleted');
SELECT shown('group:stock');
SELECT shown('group:auth', 'kind:changed');
SELECT shown('kind:other', 'part.deleted');
SELECT shown('kind:deleted');
SELECT shown('user.logged_in', 'user.logged_in');
SELECT shown('sale.deleted');
CALL attempt($$SELECT * FROM journal.report(events => '{}')$$);
CALL attempt($$SELECT * FROM journal.report(events => '{user.logged_in,NULL}')$$);
CALL attempt($$SELECT * FROM journal.report(events => '{user.loged_in}')$$);
CALL attempt($$SELECT * FROM journal.report(events => '{order.staus_changed}')$$);
CALL attempt($$SELECT * FROM journal.report(events => '{""}')$$);
CALL attempt($$SELECT * FROM journal.report(events => '{group:ordres}')$$);
CALL attempt($$SELECT * FROM journal.report(events => '{kind:removed}')$$);
CALL attempt($$SELECT * FROM journal.report(events => '{Groups:orders}')$$);
DO $$
BEGIN
    PERFORM FROM journal.report(events => ARRAY[repeat('x', 100000)]);
EXCEPTION WHEN OTHERS THEN
    RAISE INFO '% in % characters', SQLSTATE, length(SQLERRM);
END
$$;
