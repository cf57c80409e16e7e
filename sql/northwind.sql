\i test/regress/fresh.sql
\i test/regress/compare.sql
-- A database that knows nothing of the journal: Northwind is loaded, tracked as it is, changed and deleted all over, and
-- brought back. Not one value may differ in the end.

CREATE SCHEMA northwind;
SET search_path = northwind;
-- The file's one error is of a setting that servers no longer have.
\set ECHO none
\o /dev/null
\i ../shared/data/northwind.sql
\o
\set ECHO all
RESET ALL;
-- Two tables come empty.
INSERT INTO northwind.customer_demographics VALUES ('VIP', 'Very important'), ('NEW', NULL);
INSERT INTO northwind.customer_customer_demo
SELECT customer_id, CASE country WHEN 'Germany' THEN 'VIP' ELSE 'NEW' END FROM northwind.customers;

-- Deleting a row takes along what refers to it.
DO $$
DECLARE
    command text;
BEGIN
    FOR command IN
        SELECT format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %2$I %s ON UPDATE CASCADE ON DELETE CASCADE',
                      conrelid::regclass, conname, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE connamespace = 'northwind'::regnamespace AND contype = 'f'
    LOOP
        EXECUTE command;
    END LOOP;
END $$;

CREATE SCHEMA copy;
CREATE FUNCTION test.each_table(command text) RETURNS TABLE (name name, result bigint) LANGUAGE plpgsql AS $$
BEGIN
    FOR name IN
        SELECT relname FROM pg_class WHERE relnamespace = 'northwind'::regnamespace AND relkind = 'r' ORDER BY relname
    LOOP
        EXECUTE format(command, name) INTO result;
        RETURN NEXT;
    END LOOP;
END $$;
SELECT * FROM test.each_table('WITH made AS (SELECT count(*) FROM northwind.%1$I) SELECT * FROM made');
SELECT format('CREATE TABLE copy.%1$I AS TABLE northwind.%1$I', name) FROM test.each_table('SELECT 1')
\set ECHO none
\gexec
\set ECHO all
-- Tables with rows that are in one of the two only, by their exact text.
CREATE VIEW test.changed_tables AS
SELECT name, result AS rows FROM test.each_table(
    'SELECT count(*) FROM ((SELECT t::text FROM northwind.%1$I t EXCEPT ALL SELECT t::text FROM copy.%1$I t)
     UNION ALL (SELECT t::text FROM copy.%1$I t EXCEPT ALL SELECT t::text FROM northwind.%1$I t)) d')
WHERE result > 0;
TABLE test.changed_tables;

-- Tracked with what is there; a second back-fill adds nothing.
SELECT journal.track_schema('northwind', backfill => true);
SELECT event, backfilled, count(*) FROM journal.entries GROUP BY 1, 2 ORDER BY event;
SELECT sum(journal.backfill(relation)) AS added FROM journal.tracked_relations WHERE tracked;

-- Every table is changed, and changed back from the copies.
UPDATE northwind.categories SET description = upper(description);
UPDATE northwind.customer_customer_demo SET customer_type_id = CASE customer_type_id WHEN 'VIP' THEN 'NEW' ELSE 'VIP' END;
UPDATE northwind.customer_demographics SET customer_desc = customer_desc || '!';
UPDATE northwind.customers SET fax = NULL, city = lower(city);
UPDATE northwind.employees SET notes = left(notes, 7), reports_to = NULL;
UPDATE northwind.employee_territories SET employee_id = 9 WHERE employee_id = 1;
UPDATE northwind.order_details SET discount = 0, unit_price = unit_price * 1.1;
UPDATE northwind.orders SET shipped_date = '0044-03-15 BC', freight = 'NaN', ship_via = 1;
UPDATE northwind.products SET discontinued = 1, supplier_id = 1;
UPDATE northwind.region SET region_description = region_description || '.';
UPDATE northwind.shippers SET phone = '';
UPDATE northwind.suppliers SET homepage = E'\\';
UPDATE northwind.territories SET region_id = 5 - region_id;
UPDATE northwind.us_states SET state_region = NULL;
-- A key goes on to everything that refers to it.
UPDATE northwind.customers SET customer_id = 'ZZZZ' WHERE customer_id = 'ALFKI';
SELECT event, count(*) FROM journal.entries WHERE operation = 'update' GROUP BY 1 ORDER BY event;
TABLE test.changed_tables;

UPDATE northwind.customers SET customer_id = 'ALFKI' WHERE customer_id = 'ZZZZ';
UPDATE northwind.categories t SET description = c.description FROM copy.categories c WHERE c.category_id = t.category_id;
UPDATE northwind.customer_customer_demo SET customer_type_id = CASE customer_type_id WHEN 'VIP' THEN 'NEW' ELSE 'VIP' END;
UPDATE northwind.customer_demographics SET customer_desc = left(customer_desc, -1);
UPDATE northwind.customers t SET fax = c.fax, city = c.city FROM copy.customers c WHERE c.customer_id = t.customer_id;
UPDATE northwind.employees t SET notes = c.notes, reports_to = c.reports_to FROM copy.employees c WHERE c.employee_id = t.employee_id;
UPDATE northwind.employee_territories t SET employee_id = 1 FROM copy.employee_territories c
WHERE t.employee_id = 9 AND c.employee_id = 1 AND c.territory_id = t.territory_id;
UPDATE northwind.order_details t SET discount = c.discount, unit_price = c.unit_price FROM copy.order_details c
WHERE c.order_id = t.order_id AND c.product_id = t.product_id;
UPDATE northwind.orders t SET shipped_date = c.shipped_date, freight = c.freight, ship_via = c.ship_via FROM copy.orders c WHERE c.order_id = t.order_id;
UPDATE northwind.products t SET discontinued = c.discontinued, supplier_id = c.supplier_id FROM copy.products c WHERE c.product_id = t.product_id;
UPDATE northwind.region SET region_description = left(region_description, -1);
UPDATE northwind.shippers t SET phone = c.phone FROM copy.shippers c WHERE c.shipper_id = t.shipper_id;
UPDATE northwind.suppliers t SET homepage = c.homepage FROM copy.suppliers c WHERE c.supplier_id = t.supplier_id;
UPDATE northwind.territories SET region_id = 5 - region_id;
UPDATE northwind.us_states t SET state_region = c.state_region FROM copy.us_states c WHERE c.state_id = t.state_id;
TABLE test.changed_tables;

-- Everything goes: by cascade, from parents and from children, by TRUNCATE.
DELETE FROM northwind.customers WHERE country = 'Germany';
DELETE FROM northwind.employees WHERE employee_id = 5;
BEGIN;
DELETE FROM northwind.order_details WHERE order_id < 10300;
DELETE FROM northwind.orders WHERE order_id < 10300;
SAVEPOINT too_far;
DELETE FROM northwind.orders;
ROLLBACK TO too_far;
COMMIT;
DELETE FROM northwind.region;
DELETE FROM northwind.categories;
DELETE FROM northwind.shippers;
DELETE FROM northwind.suppliers;
DELETE FROM northwind.customer_demographics;
DELETE FROM northwind.customers;
DELETE FROM northwind.employees;
TRUNCATE northwind.us_states;
SELECT sum(result) AS left_over FROM test.each_table('SELECT count(*) FROM northwind.%I');

-- The report knows of every deletion, and that all can come back.
SELECT event, title, restorable, count(*) FROM journal.report('today', events => '{kind:deleted}', page_size => 10000, language => 'en')
GROUP BY 1, 2, 3 ORDER BY event;
SELECT object_id, object_label, l ->> 'type' AS type, l ->> 'id' AS id, l -> 'exists' AS exists
FROM journal.report('today', events => '{products.deleted}', page_size => 10000), jsonb_array_elements(links) l
WHERE object_id IN ('1', '2') ORDER BY 1, 3;
SELECT count(*) FROM journal.deleted_objects(page_size => 10000);

-- Restored in whatever order the references allow: what lacks a parent waits for the next round, and rows of link tables come with their
-- document.
DO $$
DECLARE
    deletion bigint;
    progress boolean;
BEGIN
    LOOP
        progress := false;
        FOR deletion IN
            SELECT id FROM journal.entry e WHERE operation = 'd' AND NOT EXISTS (SELECT FROM journal.restoration r WHERE r.entry = e.id) ORDER BY id
        LOOP
            BEGIN
                PERFORM journal.restore(deletion, 'Northwind');
                progress := true;
            EXCEPTION WHEN SQLSTATE 'JE014' OR SQLSTATE 'JE012' THEN
                NULL;
            END;
        END LOOP;
        EXIT WHEN NOT progress;
    END LOOP;
END $$;
TABLE test.changed_tables;
SELECT count(*) AS compared FROM test.each_table('SELECT 1');
SELECT count(*) FROM journal.deleted_objects(page_size => 10000);
SELECT event, reason, count(*) FROM journal.entries WHERE restores IS NOT NULL GROUP BY 1, 2 ORDER BY event;
SELECT count(*) FILTER (WHERE restorable) AS restorable FROM journal.report('today', events => '{kind:deleted}', page_size => 10000);
