\i test/regress/fresh.sql
-- What is recorded is read and restored while the server discards its caches whenever it could have to.
CREATE SCHEMA crm;
SET search_path = crm;
CREATE TABLE client (id integer PRIMARY KEY, name text NOT NULL, discount numeric(5, 2));
SELECT journal.track('client', 'client');
SELECT journal.add_rule('client', 'client.created', 'insert');
SELECT journal.add_rule('client', 'client.deleted', 'delete');
INSERT INTO client VALUES (1, 'Ann', 0), (2, 'Bob', 5);
UPDATE client SET discount = 20 WHERE id = 1;
DELETE FROM client WHERE id = 1;
SELECT max(id) AS deletion FROM journal.entry WHERE operation = 'd' \gset

SET debug_discard_caches = 1;
SELECT event, object_id, object_label, details_text FROM journal.report('today');
SELECT relation, object_id, object_label FROM journal.restore(:deletion);
RESET debug_discard_caches;
SELECT * FROM client ORDER BY id;
