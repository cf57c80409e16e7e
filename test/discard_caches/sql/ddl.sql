\i test/regress/fresh.sql
\i test/regress/recorded.sql
-- Tables change between changes of their rows, while the server discards its caches whenever it could have to.
CREATE SCHEMA crm;
SET search_path = crm;
CREATE TABLE client (id integer PRIMARY KEY, name text NOT NULL, phone text);
SELECT journal.track('client', 'client');
SELECT journal.add_rule('client', 'client.changed', 'update', '{name}', condition => 'new.name <> ''x''');
INSERT INTO client VALUES (1, 'Ann', '1');

SET debug_discard_caches = 1;
ALTER TABLE client ADD COLUMN city text DEFAULT 'Riga';
UPDATE client SET name = 'Anna', city = 'Tartu';
ALTER TABLE client RENAME COLUMN name TO title;
BEGIN;
ALTER TABLE client DROP COLUMN phone;
UPDATE client SET title = 'Anne';
ROLLBACK;
UPDATE client SET phone = '2';
RESET debug_discard_caches;
SELECT * FROM test.recorded();
