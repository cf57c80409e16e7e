\i test/regress/fresh.sql
-- What the line of details says: names of columns, times, money, texts, bytes, JSON.
SET datestyle = 'SQL, MDY';
SET timezone = 'America/New_York';
SELECT journal.set_account('', time_zone => 'Europe/Moscow');

CREATE TABLE device (
    id integer PRIMARY KEY, name text, cost numeric, share numeric, big bigint, note text, seen timestamptz, made date,
    spoken timestamp, photo bytea, attributes jsonb, raw json, done boolean);
COMMENT ON COLUMN device.note IS E'What the client says\nof the device';
COMMENT ON COLUMN device.done IS '';
INSERT INTO journal.term (code, language, text) VALUES
    ('device.cost', 'en', 'price'), ('device.cost', 'ru', 'цена'), ('device.cost.form', 'en', '$#'), ('device.cost.form', 'ru', '# ₽'),
    ('share.form', 'en', '# %'), ('device.share', 'ru', 'доля');
SELECT journal.track('device');
CREATE FUNCTION shown(language text DEFAULT 'en') RETURNS text LANGUAGE sql AS $$
    SELECT details_text FROM journal.report(page_size => 1, language => $1)
$$;
CREATE FUNCTION told(change text, language text DEFAULT 'en') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'UPDATE device SET ' || change;
    RETURN (SELECT details_text FROM journal.report(page_size => 1, language => told.language));
END
$$;

-- Each column by its name, its comment's first line, or a term; the present name of the column's comment counts.
INSERT INTO device VALUES (1, 'Drill', 1250.5, 7.50);
SELECT told($$name = 'Saw'$$);
SELECT told($$note = 'does not turn'$$);
SELECT told($$done = true, note = 'turns'$$);
ALTER TABLE device RENAME note TO remark;
COMMENT ON COLUMN device.remark IS 'Remark';
SELECT event, details_text FROM journal.report(page_size => 2);

-- Numbers in the form of their column.
SELECT told('cost = 1234567.80'), shown('ru');
SELECT told('cost = -999'), shown('ru');
SELECT told('cost = 1234'), shown('ru');
SELECT told($$cost = 'NaN'$$), shown('ru');
SELECT told('share = 12.5'), shown('ru');

-- Times in the account's zone and the language's form; days have none.
SELECT told($$seen = '2024-05-15 12:30 UTC', made = '2024-05-15'$$), shown('ru');
SELECT told($$seen = '2024-05-15 12:30:05.250 UTC', spoken = '2024-01-02 03:04:05'$$), shown('ru');
SELECT told($$seen = 'infinity', spoken = '-infinity', made = 'infinity'$$), shown('ru');
SELECT told($$seen = '0044-03-15 12:00 BC', made = '0044-03-15 BC'$$), shown('ru');
INSERT INTO journal.term (code, language, text) VALUES ('format.date', 'en', 'DD Mon YYYY'), ('format.time', 'en', 'HH12:MI am');
SELECT told($$seen = '2024-05-15 12:30 UTC', made = '2024-05-15'$$);
DELETE FROM journal.term WHERE code LIKE 'format.%' AND NOT is_core;

-- An empty text is something else than none.
SELECT told($$name = ''$$);
SELECT told($$name = NULL$$);
SELECT told($$name = '  '$$);

-- A long text is cut in the line, and whole in details; of a change what differs is shown.
SELECT told($$name = repeat('Ж', 299) || 'ab'$$) = 'name:    → ' || repeat('Ж', 299) || 'a…' AS cut;
SELECT length(details #>> '{changes,0,new,value}') FROM journal.report(page_size => 1);
SELECT told($$name = name || 'ы: повёрнуто'$$);
SELECT told($$name = repeat('x', 400)$$) LIKE '%… → ' || repeat('x', 300) || '…' AS cut;
SELECT told($$name = 'short'$$) = 'name: ' || repeat('x', 300) || '… → short' AS cut;

-- Bytes by their number.
SELECT told($$photo = '\x00ff10'$$);
SELECT told($$photo = decode(repeat('00', 12345), 'hex')$$), shown('ru');
SELECT told($$photo = ''$$);

-- The keys of an object that differ.
SELECT told($$attributes = '{"color": "red", "size": {"w": 1, "h": 2}, "tags": [1], "same": {"a": 1}}'$$);
SELECT told($$attributes = '{"color": "blue", "size": {"w": 1, "h": 3, "d": ""}, "tags": [1, 2], "same": {"a": 1}}'$$);
SELECT told($$attributes = '{"color": null, "size": 5, "same": {"a": 1}}'$$);
SELECT told($$attributes = '[1]'$$);
SELECT told($$attributes = '{}'$$);
SELECT told($$raw = '{"a": 1, "b": {"c": [1]}}'$$);
SELECT told($$raw = '{"a": 2, "b": {"c": [1]}}'$$);
SELECT told($$raw = '{"a":  2, "b": {"c": [1]}}'$$);
SELECT told($$raw = '{"a": "\u0000"}'$$);
SELECT told($$raw = '{"a": 1e9999999, "b": "cede"}'$$);
SELECT told($$raw = '{"a": 5}'$$);

-- A number that a number of JavaScript does not hold has its text beside it.
SELECT told('big = 9007199254740993');
SELECT details FROM journal.report(page_size => 1);
UPDATE device SET cost = 0.1234567890123456789, share = 1234567.1234567, big = 9007199254740992;
SELECT jsonb_pretty(details -> 'changes') FROM journal.report(page_size => 1);

-- What a rule is about has a line of its own; what else has changed is told by another, which the report does not show.
SELECT journal.add_event_type('device.repaired', 'other', 'changed', 'device', '{"en": "Device repaired"}');
SELECT journal.add_rule('device', 'device.repaired', 'update', '{done}');
UPDATE device SET done = false, name = 'Saw', cost = 5;
SELECT event, details_text FROM journal.report(page_size => 1);
SELECT event, details_text FROM journal.history('device', '1', page_size => 2);
SELECT count(DISTINCT change), array_agg(old ORDER BY id) AS old FROM journal.entries WHERE id IN (SELECT entry FROM journal.history('device', '1', page_size => 2));

-- Where the object has no label its document stands for it; the object itself is among the links, and each names its column.
CREATE TABLE purchase (nr text, year integer, code text, PRIMARY KEY (year, nr));
CREATE TABLE remark (id integer PRIMARY KEY, year integer, nr text, body text, device integer REFERENCES device, FOREIGN KEY (year, nr) REFERENCES purchase);
COMMENT ON TABLE purchase IS E'Purchase\nof goods';
SELECT journal.track('purchase', label => 'code');
SELECT journal.track('remark', 'order_comment', document => 'nr');
INSERT INTO purchase VALUES ('7', 2024, 'P-7'), ('8', 2024, NULL);
INSERT INTO remark VALUES (1, 2024, '7', 'late', 1), (2, 2024, '8', 'soon', NULL), (3, NULL, NULL, 'lost', NULL);
DELETE FROM remark WHERE id = 1;
SELECT object_type_title, object_id, object_label, event_group_title, links FROM journal.report(events => '{kind:created,kind:deleted}', page_size => 6);
SELECT object_type_title, object_id, object_label, event_group_title FROM journal.report(events => '{kind:created,kind:deleted}', page_size => 6, language => 'ru');
SELECT journal.log('user.logged_in', 'employee', '5', 'Ann', links => '[{"type": "device", "id": 1}]') > 0 AS logged;
SELECT journal.log('fiscal_receipt.printed', 'device', '1', links => '[{"type": "device", "id": "1", "label": "as said"}]') > 0 AS logged;
SELECT event, object_type_title, object_label, links FROM journal.report(page_size => 2);

-- Titles of restored objects: of shipped types their own.
SELECT object_type FROM journal.event_type t WHERE is_core
EXCEPT SELECT split_part(code, '.', 2) FROM journal.term WHERE code ~ '^event\..*\.restored$' AND language = 'ru';
SELECT object_type FROM journal.event_type t WHERE is_core
EXCEPT SELECT split_part(code, '.', 2) FROM journal.term WHERE code ~ '^object_type\.' AND language = 'en';
SELECT code, event_group, titles FROM journal.event_type WHERE code IN ('order_comment.restored', 'remark.restored', 'device.restored') ORDER BY 1;
