\i test/regress/fresh.sql
-- The past asked for in the middle of a statement: rows have changed whose triggers, the journal's among them, are still to
-- come. What lies before the transaction is right; what is of the transaction itself is an error.
CREATE SCHEMA crm;
CREATE TABLE crm.parents (id integer PRIMARY KEY, name text);
CREATE TABLE crm.orders (id integer PRIMARY KEY, parent integer REFERENCES crm.parents ON DELETE CASCADE DEFERRABLE, price integer);
SELECT journal.track('crm.parents', 'mother'), journal.track('crm.orders', 'shop_order');
INSERT INTO crm.parents VALUES (1, 'one'), (2, 'two');
INSERT INTO crm.orders VALUES (1, 1, 10), (2, 1, 20), (3, 2, 30);
SELECT journal.mark('start') IS NOT NULL AS marked;
UPDATE crm.orders SET price = price + 1;
DELETE FROM crm.orders WHERE id = 3;
CREATE FUNCTION crm.past() RETURNS text LANGUAGE sql VOLATILE AS
$$SELECT string_agg(t::text, ' ' ORDER BY id) FROM journal.table_as_of(NULL::crm.orders, mark => 'start') t$$;
CREATE FUNCTION crm.tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE NOTICE '% % %: %', TG_WHEN, TG_OP, TG_LEVEL, crm.past();
    RETURN NEW;
END $$;

-- In a user's triggers, of each row and of the statement.
CREATE TRIGGER tell BEFORE INSERT OR UPDATE ON crm.orders FOR EACH ROW EXECUTE FUNCTION crm.tell();
CREATE TRIGGER tell_after AFTER INSERT OR UPDATE OR DELETE ON crm.orders FOR EACH ROW EXECUTE FUNCTION crm.tell();
CREATE TRIGGER tell_statement AFTER UPDATE OR DELETE ON crm.orders EXECUTE FUNCTION crm.tell();
UPDATE crm.orders SET price = 100 + id;
BEGIN;
INSERT INTO crm.orders VALUES (4, 2, 40), (5, 2, 50);
DELETE FROM crm.orders;
ROLLBACK;
DROP TRIGGER tell ON crm.orders;
DROP TRIGGER tell_after ON crm.orders;
DROP TRIGGER tell_statement ON crm.orders;
-- In a trigger of the table whose deletions cascade.
CREATE TRIGGER tell AFTER DELETE ON crm.parents FOR EACH ROW EXECUTE FUNCTION crm.tell();
BEGIN;
DELETE FROM crm.parents WHERE id = 1;
ROLLBACK;
DROP TRIGGER tell ON crm.parents;

-- In the statement itself: each row set back to what it was, and the whole past told for each.
UPDATE crm.orders SET price = (journal.row_as_of('crm.orders', id::text, mark => 'start') ->> 'price')::integer RETURNING *, crm.past();
UPDATE crm.orders SET price = price * 2 RETURNING id, (journal.row_as_of('crm.orders', id::text, now()) ->> 'price')::integer AS was, price;

-- What is of the transaction itself.
CREATE FUNCTION crm.try(what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    EXECUTE what INTO found;
    RETURN found;
EXCEPTION WHEN SQLSTATE 'JE050' THEN
    RETURN SQLERRM;
END $$;
CREATE TABLE asked (n integer, what text);
INSERT INTO asked VALUES (1, $$SELECT count(*) FROM journal.diff(NULL::crm.orders, from_mark => 'start')$$),
    (2, $$SELECT count(*) FROM journal.table_as_of(NULL::crm.orders, mark => 'mine')$$),
    (3, $$SELECT count(*) FROM journal.table_as_of(NULL::crm.orders, moment => 'infinity')$$),
    (4, format($$SELECT string_agg(t::text, ' ' ORDER BY id) FROM journal.table_as_of(NULL::crm.orders, before_transaction => pg_current_xact_id()) t$$)),
    (5, format($$SELECT count(*) FROM journal.table_as_of(NULL::crm.orders, after_transaction => pg_current_xact_id())$$)),
    (6, $$SELECT string_agg(t::text, ' ' ORDER BY id) FROM journal.table_as_of(NULL::crm.orders, moment => now()) t$$),
    (7, $$SELECT count(*) FROM journal.diff(NULL::crm.orders, from_mark => 'start', to_moment => now())$$);
CREATE FUNCTION crm.try_all() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    a record;
BEGIN
    FOR a IN SELECT * FROM asked ORDER BY n LOOP
        RAISE NOTICE '%: %', a.n, regexp_replace(crm.try(a.what), '\d{4,}|infinity', 'N');
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER try_all AFTER UPDATE ON crm.orders FOR EACH ROW WHEN (new.id = 1) EXECUTE FUNCTION crm.try_all();
BEGIN;
UPDATE crm.orders SET price = 7 WHERE id = 2;
SELECT journal.mark('mine') IS NOT NULL AS marked;
UPDATE crm.orders SET price = 1000;
DROP TRIGGER try_all ON crm.orders;
-- When the statement is over everything is known, constraints that are still to be checked or not.
SET CONSTRAINTS ALL DEFERRED;
UPDATE crm.orders SET parent = 2;
DECLARE c CURSOR FOR SELECT id FROM crm.parents;
FETCH c;
SELECT n, regexp_replace(crm.try(what), '\d{4,}|infinity', 'N') FROM asked WHERE n NOT IN (4) ORDER BY n;
ROLLBACK;

DROP TRIGGER try_all ON crm.orders;
-- A table that the transaction has written anew has no rows of before to be read.
CREATE TRIGGER tell AFTER UPDATE ON crm.orders FOR EACH ROW EXECUTE FUNCTION crm.tell();
BEGIN;
ALTER TABLE crm.orders ALTER COLUMN price TYPE bigint;
\set VERBOSITY terse
UPDATE crm.orders SET price = 5;
ROLLBACK;
