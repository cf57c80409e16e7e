\i test/regress/fresh.sql
-- Marks, transactions, what differs in between, and the proof of a history.
CREATE SCHEMA crm;
CREATE TABLE crm.orders (id integer PRIMARY KEY, status text, price numeric);
SELECT journal.track('crm.orders', 'shop_order');
-- Several events of one change: the columns of an update stand in different entries.
SELECT journal.add_event_type('shop_order.status_changed', 'other', 'changed', 'shop_order', '{"en": "Status"}');
SELECT journal.add_event_type('shop_order.price_changed', 'other', 'changed', 'shop_order', '{"en": "Price"}');
SELECT journal.add_rule('crm.orders', 'shop_order.status_changed', 'update', columns => '{status}') > 0 AS added,
       journal.add_rule('crm.orders', 'shop_order.price_changed', 'update', columns => '{price}') > 0 AS added;

INSERT INTO crm.orders VALUES (1, 'new', 10), (2, 'new', 20), (3, 'new', 30);
SELECT journal.mark('before import') IS NOT NULL AS marked;
BEGIN;
UPDATE crm.orders SET status = 'work', price = price + 1 WHERE id < 3;
SELECT journal.mark('within import') IS NOT NULL AS marked;
INSERT INTO crm.orders VALUES (4, 'imported', 40);
DELETE FROM crm.orders WHERE id = 3;
SELECT pg_current_xact_id() AS import \gset
COMMIT;
BEGIN;
UPDATE crm.orders SET status = 'done' WHERE id = 1;
SELECT journal.mark('rolled back') IS NOT NULL AS marked;
ROLLBACK;
SELECT journal.mark('after import') IS NOT NULL AS marked;
UPDATE crm.orders SET status = 'done' WHERE id IN (1, 4);
DELETE FROM crm.orders WHERE id = 2;
INSERT INTO crm.orders VALUES (3, 'again', 31);

SELECT * FROM journal.table_as_of(NULL::crm.orders, mark => 'before import') ORDER BY id;
SELECT * FROM journal.table_as_of(NULL::crm.orders, mark => 'within import') ORDER BY id;
SELECT * FROM journal.table_as_of(NULL::crm.orders, mark => 'after import') ORDER BY id;
SELECT * FROM journal.table_as_of(NULL::crm.orders, before_transaction => :'import') ORDER BY id;
SELECT * FROM journal.table_as_of(NULL::crm.orders, after_transaction => :'import') ORDER BY id;
SELECT journal.row_as_of('crm.orders', '3', mark => 'before import') AS before,
       journal.row_as_of('crm.orders', '3', mark => 'after import') AS after;
SELECT name, made_by = current_user AS by_me FROM journal.marks ORDER BY made_at;
SELECT journal.mark('after import');
SELECT * FROM journal.table_as_of(NULL::crm.orders, mark => 'rolled back');
SELECT * FROM journal.table_as_of(NULL::crm.orders, before_transaction => '1');

-- What differs: from a moment to another, or to now; the old row, the new one, and which columns.
SELECT * FROM journal.diff(NULL::crm.orders, from_mark => 'before import', to_mark => 'after import');
SELECT * FROM journal.diff(NULL::crm.orders, from_transaction => :'import', to_transaction => :'import');
SELECT * FROM journal.diff(NULL::crm.orders, from_mark => 'after import');
SELECT object_id, operation, (old_row).price AS old_price, (new_row).price AS new_price, changed
FROM journal.diff(NULL::crm.orders, from_mark => 'before import') ORDER BY object_id;
SELECT * FROM journal.diff(NULL::crm.orders, now(), now());
SELECT object_id, operation, old_row, new_row FROM journal.diff(NULL::crm.orders, from_mark => 'after import', to_mark => 'before import') ORDER BY object_id;
SELECT * FROM journal.diff(NULL::crm.orders);

-- Back and forth is no difference.
SELECT journal.mark('back and forth') IS NOT NULL AS marked;
UPDATE crm.orders SET price = 99 WHERE id = 1;
UPDATE crm.orders SET price = 11 WHERE id = 1;
DELETE FROM crm.orders WHERE id = 3;
INSERT INTO crm.orders VALUES (3, 'again', 31);
INSERT INTO crm.orders VALUES (9, 'gone', 9);
DELETE FROM crm.orders WHERE id = 9;
SELECT * FROM journal.diff(NULL::crm.orders, from_mark => 'back and forth');
SELECT object_id, operation, changed FROM journal.diff(NULL::crm.orders, from_mark => 'before import', to_mark => 'back and forth');

-- A mark is kept by nobody but the journal.
DELETE FROM journal.mark;
UPDATE journal.gap SET at = 'infinity';

-- The history is sound until somebody changes rows behind the journal's back.
SELECT * FROM journal.verify_history('crm.orders');
-- Nothing notes that it goes unrecorded.
DROP TRIGGER "00_event_journal_unrecorded" ON crm.orders;
SET session_replication_role = replica;
UPDATE crm.orders SET price = 12 WHERE id = 1;
INSERT INTO crm.orders VALUES (9, 'unseen', 9);
DELETE FROM crm.orders WHERE id = 4;
RESET session_replication_role;
UPDATE crm.orders SET price = 13 WHERE id = 1;
SELECT journal.mark('after unseen') IS NOT NULL AS marked;
UPDATE crm.orders SET status = 'known' WHERE id = 1;
SELECT object_id, entry IS NOT NULL AS has_entry, column_name, regexp_replace(finding, '\d+', 'N', 'g') AS finding
FROM journal.verify_history('crm.orders') ORDER BY object_id;
-- Where the break lies behind the moment nothing is wrong, before it everything may be.
SELECT * FROM journal.table_as_of(NULL::crm.orders, mark => 'after unseen') ORDER BY id;
\set VERBOSITY sqlstate
SELECT * FROM journal.table_as_of(NULL::crm.orders, mark => 'before import');
SELECT journal.row_as_of('crm.orders', '1', mark => 'back and forth');
SELECT journal.row_as_of('crm.orders', '3', mark => 'back and forth');
\set VERBOSITY default

-- A clock that was set back after the mark: the change has a time before it, and is later all the same.
CREATE TABLE crm.steps (id integer PRIMARY KEY, n integer);
SELECT journal.track('crm.steps', 'step');
DROP TRIGGER "00_event_journal_unrecorded" ON crm.steps;
INSERT INTO crm.steps VALUES (1, 0);
UPDATE crm.steps SET n = 1;
SELECT journal.mark('before step') IS NOT NULL AS marked;
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE crm.steps SET n = 2;
INSERT INTO journal.entry
SELECT (jsonb_populate_record(e, jsonb_build_object('id', i.id, 'change', i.id, 'transaction_id', pg_current_xact_id()::text,
                                                    'occurred_at', m.made_at - interval '2 seconds', 'data', journal.packed('[1, 1, 2]')))).*
FROM journal.entry e, journal.mark m, nextval('journal.entry_id_seq') AS i (id)
WHERE e.object_type = 'step' AND e.operation = 'u' AND m.name = 'before step';
COMMIT;
SELECT * FROM journal.table_as_of(NULL::crm.steps, mark => 'before step');
SELECT old_row, new_row FROM journal.diff(NULL::crm.steps, from_mark => 'before step');
