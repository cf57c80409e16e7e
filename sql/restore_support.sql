\i test/regress/fresh.sql
\i test/regress/compare.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
-- An order is restored by support, with its items, comments and files.

CREATE SCHEMA crm;
CREATE TABLE crm.client (id int PRIMARY KEY, name text);
CREATE TABLE crm.orders (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number text UNIQUE, client int REFERENCES crm.client,
    parent int REFERENCES crm.orders, total numeric
);
CREATE TABLE crm.items (
    id int PRIMARY KEY, order_id int NOT NULL REFERENCES crm.orders ON DELETE CASCADE, name text, price numeric,
    part_of int REFERENCES crm.items ON DELETE CASCADE
);
CREATE TABLE crm.comments (id int PRIMARY KEY, order_id int NOT NULL REFERENCES crm.orders ON DELETE CASCADE, text text,
    item int REFERENCES crm.items ON DELETE CASCADE);
CREATE TABLE crm.files (order_id int REFERENCES crm.orders, name text, body bytea, PRIMARY KEY (order_id, name));
SELECT journal.track('crm.client');
SELECT journal.track('crm.orders', 'order', label => 'number');
SELECT journal.track('crm.items', 'order_item', document => 'order_id');
SELECT journal.track('crm.comments', 'order_comment', document => 'order_id');
SELECT journal.track('crm.files', 'order_file', document => 'order_id');
SELECT count(journal.add_rule(r::regclass, e, 'delete')) FROM (VALUES
    ('crm.orders', 'order.deleted'), ('crm.items', 'order.item_removed'), ('crm.files', 'order.file_removed')) rule (r, e);

INSERT INTO crm.client VALUES (1, 'Ann');
INSERT INTO crm.orders (number, client, total) VALUES ('A-1', 1, 1.10), ('A-2', 1, 2);
-- Parts come before what they are part of, and a comment's id before its item's.
INSERT INTO crm.items VALUES (9, 1, 'kit', 10.00, NULL), (5, 1, 'part', 1, 9), (3, 1, 'part of the part', 1.0, 5), (20, 2, 'other', 1, NULL);
INSERT INTO crm.items VALUES (30, 1, 'changed one''s mind', 0, NULL);
DELETE FROM crm.items WHERE id = 30;
INSERT INTO crm.comments VALUES (1, 1, 'first', 3), (2, 1, NULL, NULL), (3, 2, 'other', 20);
INSERT INTO crm.files VALUES (1, 'scan.pdf', '\x00ff'), (2, 'other.pdf', '\x');
CREATE SCHEMA copy;
SELECT format('CREATE TABLE copy.%1$I AS SELECT * FROM crm.%1$I', relname) FROM pg_class
WHERE relnamespace = 'crm'::regnamespace AND relkind = 'r' ORDER BY relname \gexec

-- The application deletes the files, and the order takes the rest along by cascade.
BEGIN;
DELETE FROM crm.files WHERE order_id = 1;
DELETE FROM crm.orders WHERE id = 1;
COMMIT;
DELETE FROM crm.comments WHERE id = 3;
SELECT event, object_id, document_type, document_id FROM journal.entries WHERE kind = 'deleted' OR operation = 'delete' ORDER BY id;
SELECT test.deletion('order', '1') AS order_deletion, test.deletion('order_item', '9') AS item_deletion \gset

CREATE ROLE regress_restorer;
CREATE ROLE regress_support IN ROLE regress_restorer;
GRANT USAGE ON SCHEMA journal, crm, test TO regress_restorer;
GRANT EXECUTE ON FUNCTION journal.restore, journal.visible_since, journal.is_unconfined TO regress_restorer;
GRANT SELECT ON journal.entry TO regress_restorer;
GRANT INSERT ON ALL TABLES IN SCHEMA crm TO regress_restorer;
GRANT EXECUTE ON FUNCTION journal.support TO regress_support;

SET ROLE regress_restorer;
SELECT test.refused(:order_deletion, 'please');
-- Nor piece by piece: an item of an order is no object that can be restored.
SELECT test.refused(:item_deletion);
RESET ROLE;
SET ROLE regress_support;
SELECT test.refused(:order_deletion);
SELECT test.refused(:order_deletion, '');
RESET ROLE;

-- All or nothing.
ALTER TABLE crm.files ADD CONSTRAINT no_scans CHECK (name NOT LIKE 'scan%') NOT VALID;
SET ROLE regress_support;
SELECT test.refused(:order_deletion, 'client asked');
RESET ROLE;
ALTER TABLE crm.files DROP CONSTRAINT no_scans;
SELECT count(*) FROM crm.orders WHERE id = 1;
SELECT count(*) FROM journal.restoration;
SELECT count(*) FROM journal.entry WHERE restores IS NOT NULL;

SET ROLE regress_support;
SELECT relation, object_type, object_id, object_label FROM journal.restore(:order_deletion, 'client asked');
SELECT test.refused(:order_deletion, 'again');
RESET ROLE;
SELECT t.relname, d.* FROM pg_class t, test.differences(t.oid, ('copy.' || t.relname)::regclass) d
WHERE t.relnamespace = 'crm'::regnamespace AND t.relname IN ('orders', 'items', 'files');
-- The comment of the other order was deleted for itself, and stays so.
TABLE crm.comments;
SELECT event, object_id, document_id, restores IS NOT NULL AS linked, reason FROM journal.entries WHERE event LIKE '%.restored' ORDER BY id;
SELECT restored_by, reason, count(*) FROM journal.restoration GROUP BY 1, 2;

-- A part that has been brought back on its own is left alone.
BEGIN;
DELETE FROM crm.files WHERE order_id = 1;
DELETE FROM crm.orders WHERE id = 1;
COMMIT;
SELECT test.deletion('order', '1') AS order_deletion, test.deletion('order_file', '["1", "scan.pdf"]') AS file_deletion \gset
ALTER TABLE crm.files DROP CONSTRAINT files_order_id_fkey;
INSERT INTO journal.restoration (entry, restored_entry, restored_by, account) VALUES (:file_deletion, 0, 'somebody', '');
INSERT INTO crm.files VALUES (1, 'scan.pdf', '\x01');
SELECT object_type, object_id FROM journal.restore(:order_deletion, 'without the file');
SELECT order_id, body FROM crm.files ORDER BY 1;

-- Of an item that the transaction deleted twice the last row comes back.
BEGIN;
DELETE FROM crm.items WHERE id = 3;
INSERT INTO crm.items VALUES (3, 1, 'again', 3.00, 5);
DELETE FROM crm.orders WHERE id = 1;
COMMIT;
SELECT object_type, object_id, object_label FROM journal.restore(test.deletion('order', '1'), 'reason');
SELECT id, name, price FROM crm.items WHERE id = 3;

-- A cycle of references that the database checks at the commit.
ALTER TABLE crm.items ALTER CONSTRAINT items_part_of_fkey DEFERRABLE INITIALLY DEFERRED;
DELETE FROM crm.comments;
UPDATE crm.items SET part_of = 3 WHERE id = 9;
CREATE TABLE copy.items_2 AS TABLE crm.items;
DELETE FROM crm.orders WHERE id = 1;
SELECT object_type, object_id FROM journal.restore(test.deletion('order', '1'), 'cycle');
SELECT * FROM test.differences('crm.items', 'copy.items_2');
DROP OWNED BY regress_restorer, regress_support;
DROP ROLE regress_restorer, regress_support;
