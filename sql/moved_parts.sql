\i test/regress/fresh.sql
-- A part that moves to another document stands in the histories of both; so does a row of a table of links at both its ends.
CREATE TABLE purchase (id integer PRIMARY KEY, number text);
CREATE TABLE tag (name text PRIMARY KEY);
CREATE TABLE part (id integer PRIMARY KEY, name text, purchase_id integer REFERENCES purchase ON UPDATE CASCADE);
CREATE TABLE tagged (purchase_id integer REFERENCES purchase ON DELETE CASCADE, tag text REFERENCES tag ON UPDATE CASCADE, since integer, PRIMARY KEY (purchase_id, tag));
SELECT journal.track('purchase'), journal.track('tag'), journal.track('part', document => 'purchase_id'), journal.track('tagged');
CREATE FUNCTION told(type text, id text) RETURNS TABLE (event text, object_label text, details_text text) LANGUAGE sql AS $$
    SELECT event, object_label, details_text FROM journal.history(type, id)
$$;
INSERT INTO purchase VALUES (1, 'A-1'), (2, 'A-2'), (3, 'A-3');
INSERT INTO part VALUES (1, 'screen', 1), (2, 'case', 1), (3, 'stray', NULL);
UPDATE part SET name = 'big screen' WHERE id = 1;
UPDATE part SET purchase_id = 2 WHERE id = 1;
UPDATE part SET name = 'small screen' WHERE id = 1;
SELECT * FROM told('purchase', '1');
SELECT * FROM told('purchase', '2');
-- Out of its document, into one, and along with it.
UPDATE part SET purchase_id = NULL WHERE id = 1;
UPDATE part SET purchase_id = 3 WHERE id = 3;
UPDATE purchase SET id = 33 WHERE id = 3;
SELECT * FROM told('purchase', '2');
SELECT * FROM told('purchase', '33');
SELECT * FROM told('part', '1');
SELECT count(*) FROM journal.report(filter => '{"documents": [{"type": "purchase", "id": "1"}]}');

-- Links: each row at both ends.
INSERT INTO tag VALUES ('urgent'), ('paid');
INSERT INTO tagged VALUES (1, 'urgent', 5), (1, 'paid', 6), (2, 'paid', 7);
UPDATE tagged SET since = 8 WHERE tag = 'urgent';
DELETE FROM tagged WHERE purchase_id = 2;
SELECT * FROM told('tag', 'paid');
SELECT * FROM told('tag', 'urgent');
SELECT * FROM told('purchase', '2');
SELECT event, object_id, object_label, links FROM journal.history('tagged', journal.object_key(1, 'urgent'));
UPDATE tag SET name = 'settled' WHERE name = 'paid';
SELECT event, object_id, object_label, details_text FROM journal.history('tag', 'settled');
-- A link goes with its document, and comes back with it.
DELETE FROM part WHERE purchase_id = 1;
DELETE FROM purchase WHERE id = 1;
SELECT event, object_label FROM journal.deleted_objects('{purchase,tagged}');
SELECT relation, object_id FROM journal.restore((SELECT entry FROM journal.deleted_objects('{purchase}')), related => 'children');
SELECT * FROM tagged ORDER BY 1, 2;
SELECT event, object_label FROM journal.history('tag', 'urgent', page_size => 3);

-- With a document of one's own choice; filled back.
SELECT journal.track('tagged', document => 'tag');
INSERT INTO tagged VALUES (2, 'urgent');
SELECT object_label FROM journal.history('purchase', '2', page_size => 1);
SELECT object_label FROM journal.history('tag', 'urgent', page_size => 1);
CREATE TABLE rated (purchase_id integer REFERENCES purchase, tag text REFERENCES tag, PRIMARY KEY (tag, purchase_id));
INSERT INTO rated VALUES (2, 'urgent');
SELECT journal.track('rated', backfill => true);
SELECT event, object_label, backfilled FROM journal.history('tag', 'urgent', page_size => 1);
SELECT event, object_label, backfilled FROM journal.history('purchase', '2', page_size => 1);

SELECT index FROM (SELECT regexp_replace(indexrelid::regclass::text, '^journal\.entry_', '') AS index FROM pg_index WHERE indrelid = 'journal.entry_default'::regclass) i ORDER BY 1;
SELECT other_type, other_id, count(*) FROM journal.entry WHERE other_id IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2;

-- What a column says of many rows alike is no label: postal codes, job titles, first names.
CREATE TABLE person (id integer PRIMARY KEY, first_name text, title text, postal_code text, zip_code text, login text);
CREATE TABLE sailor (id integer PRIMARY KEY, first_name text, last_name text, title text);
CREATE TABLE place (id integer PRIMARY KEY, postal_code text, job_title text);
CREATE TABLE song (id integer PRIMARY KEY, title text);
SELECT journal.track('person'), journal.track('sailor'), journal.track('place'), journal.track('song');
SELECT relation, label FROM journal.tracked_relations WHERE object_type IN ('person', 'sailor', 'place', 'song') ORDER BY 1;
