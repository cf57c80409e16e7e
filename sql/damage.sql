\i test/regress/fresh.sql
-- Damaged entries: whatever the bytes are, what comes out is a value or an error that says what it is, and nothing is read
-- outside of them.

CREATE TABLE part (id integer PRIMARY KEY, name text, price numeric, tags jsonb, note text, made timestamptz DEFAULT '2024-05-01 12:00+00',
                   day date DEFAULT '2024-05-02', mark uuid DEFAULT '00000000-0000-0000-0000-000000000001', n bigint DEFAULT -1000);
SELECT journal.track('part', 'product', label => 'name');
SELECT journal.add_rule('part', 'product.deleted', 'delete', details => '{name,price,tags}') IS NOT NULL AS added;
INSERT INTO part VALUES (1, 'Display', 12.50, '{"a": [1, {"b": null}], "c": "d"}', 'schön'), (2, NULL, NULL, NULL, NULL);
UPDATE part SET price = 1e20, tags = '[[], {}, true]', note = NULL WHERE id = 1;
DELETE FROM part;

-- What an error may say: of damaged data, of a number that is no position.
CREATE FUNCTION outcome(part text, layout integer, operation "char", bytes bytea, beside bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    value jsonb;
BEGIN
    IF part = 'row' THEN
        value := journal.decode_entry('details', layout, operation, beside, bytes);
    ELSE
        value := journal.decode_entry(part, layout, operation, bytes, beside);
    END IF;
    PERFORM value::text;
    RETURN 'a value';
EXCEPTION WHEN data_corrupted OR numeric_value_out_of_range THEN
    RETURN 'an error';
END
$$;
CREATE VIEW stored AS
SELECT p.part, e.layout, e.operation, p.stored AS bytes, p.beside
FROM journal.entry e, LATERAL (VALUES ('snapshot', e.data, NULL), ('old', e.data, NULL), ('new', e.data, NULL), ('details', e.details, e.data),
                                      ('details', journal.packed('[[1, 2, 3], ["a", 1.5, {"b": [null]}]]'), NULL), ('links', e.links, NULL),
                                      ('row', CASE WHEN e.details IS NOT NULL THEN e.data END, e.details)) AS p (part, stored, beside)
WHERE p.stored IS NOT NULL;
SELECT part, operation, count(*), count(DISTINCT outcome(part, layout, operation, bytes, beside)) FROM stored GROUP BY 1, 2 ORDER BY 1, 2;

-- Every single bit turned over, every length cut off, bytes of another kind.
SELECT part, outcome(part, layout, operation, set_bit(bytes, bit, 1 - get_bit(bytes, bit)), beside), count(*) > 0 AS some
FROM stored, generate_series(0, 8 * length(bytes) - 1) AS bit GROUP BY 1, 2 ORDER BY 1, 2;
SELECT part, outcome(part, layout, operation, substr(bytes, 1, size), beside), count(*) > 0 AS some
FROM stored, generate_series(0, length(bytes) - 1) AS size GROUP BY 1, 2 ORDER BY 1, 2;
SELECT outcome(part, layout, operation, overlay(bytes PLACING word FROM 4 * place + 1), beside), count(*) > 0 AS some
FROM stored, generate_series(0, length(bytes) / 4 - 1) AS place,
     (VALUES ('\xffffffff'::bytea), ('\x00000000'), ('\xffffff0f'), ('\xffffff1f'), ('\x010000c0'), ('\xffffff7f'),
             ('\x0c000010'), ('\x01000050'), ('\x01120000'), ('\x09ffffff'), ('\x04020080'), ('\x06070707'), ('\x0803ffff')) AS w (word)
GROUP BY 1 ORDER BY 1;

-- A sound value of another form.
\set VERBOSITY terse
SELECT journal.decode_entry(part, layout, operation, journal.packed(other::jsonb))
FROM (SELECT DISTINCT ON (part) * FROM stored WHERE part = 'snapshot' ORDER BY part, layout) AS s, (VALUES ('{}'), ('1')) AS o (other);
SELECT journal.decode_entry('links', layout, 'i', journal.packed('{"a": 1}')) FROM stored WHERE part = 'snapshot' LIMIT 1;

-- A damaged entry is refused wherever it is read.
INSERT INTO journal.entry
SELECT (jsonb_populate_record(NULL::journal.entry, to_jsonb(e) - 'data' - 'details' - 'links' || jsonb_build_object('id', 1000, 'change', 1000,
        'object_id', '3'))).*
FROM journal.entry e WHERE e.operation = 'd' AND object_id = '1';
\set bad '''\\\\x0703ff''::bytea'
INSERT INTO journal.entry
SELECT 1001, occurred_at, transaction_id, 1001, session, context, restores, command, event_type, relation, layout, operation,
       reported, backfilled, derived, account, location, employee, object_type, '4', previous_id, document_type, document_id, label, links,
       :bad, :bad
FROM journal.entry WHERE id = 1000;
SELECT details FROM journal.report() WHERE object_id = '4';
SELECT details FROM journal.history('product', '4');
SELECT * FROM journal.restore(1001);
SELECT snapshot FROM journal.entries WHERE id = 1001;
SELECT snapshot FROM journal.entries WHERE id = 1000;
