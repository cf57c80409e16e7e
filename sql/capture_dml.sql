\i test/regress/fresh.sql
\i test/regress/recorded.sql
-- Every way in which a row changes is seen, once, in the order of the commands.

CREATE SCHEMA crm;
SET search_path = crm;

-- COPY, MERGE, ON CONFLICT, UPDATE … FROM, DELETE … USING.
CREATE TABLE product (id integer PRIMARY KEY, name text, price numeric(10, 2), stock integer DEFAULT 0);
SELECT journal.track('product', 'product');
COPY product FROM stdin;
1	bolt	1.10	5
2	nut	\N	7
\.
INSERT INTO product VALUES (1, 'bolt', 2, 1), (3, 'washer', 3, 3)
    ON CONFLICT (id) DO UPDATE SET price = excluded.price, stock = product.stock + excluded.stock;
INSERT INTO product VALUES (1, 'bolt'), (4, 'screw') ON CONFLICT DO NOTHING;
INSERT INTO product VALUES (1, 'bolt', 2) ON CONFLICT (id) DO UPDATE SET price = excluded.price;
INSERT INTO product VALUES (1, 'bolt') ON CONFLICT (id) DO UPDATE SET price = 9 WHERE product.price > 100;
MERGE INTO product p USING (VALUES (1, 10), (2, 0), (5, 50)) AS n (id, stock) ON n.id = p.id
    WHEN MATCHED AND n.stock = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET stock = n.stock
    WHEN NOT MATCHED THEN INSERT (id, name, stock) VALUES (n.id, 'new', n.stock);
UPDATE product SET name = upper(name) FROM (VALUES (1), (1), (3)) AS n (id) WHERE n.id = product.id;
DELETE FROM product USING (VALUES (4), (4)) AS n (id) WHERE n.id = product.id;
SELECT * FROM test.recorded();

-- What changes nothing is no event; and an update of the key is found under both keys.
UPDATE product SET price = price, stock = stock + 0, name = name;
UPDATE product SET id = id WHERE false;
UPDATE product SET id = id + 10;
UPDATE product SET id = 1, name = 'again' WHERE id = 11;
SELECT * FROM test.recorded();
SELECT object_id, event FROM journal.history('product', '11');
CREATE TABLE pair (a text, b date, note text, PRIMARY KEY (b, a));
SELECT journal.track('pair', 'pair');
INSERT INTO pair VALUES ('x "y"', '2024-01-01', 'one');
UPDATE pair SET a = 'z';
DELETE FROM pair;
SELECT * FROM test.recorded();

-- Foreign keys: cascades and SET NULL, several levels.
CREATE TABLE client (id integer PRIMARY KEY, name text);
CREATE TABLE "order" (id integer PRIMARY KEY, client_id integer REFERENCES client ON DELETE CASCADE ON UPDATE CASCADE, number text);
CREATE TABLE item (order_id integer REFERENCES "order" ON DELETE CASCADE ON UPDATE CASCADE, line integer, name text,
                   PRIMARY KEY (order_id, line));
CREATE TABLE call (id integer PRIMARY KEY, client_id integer DEFAULT 0 REFERENCES client ON DELETE SET NULL ON UPDATE SET DEFAULT);
SELECT journal.track('client', 'client'), journal.track('"order"', 'order'),
       journal.track('item', 'order_item', document => 'order_id'), journal.track('call', 'call');
INSERT INTO client VALUES (0, 'Nobody'), (1, 'Ann'), (2, 'Bob');
INSERT INTO "order" VALUES (10, 1, 'O-10'), (20, 2, 'O-20');
INSERT INTO item VALUES (10, 1, 'bolt'), (10, 2, 'nut'), (20, 1, 'screw');
INSERT INTO call VALUES (100, 1), (200, 2);
SELECT count(*) FROM test.recorded();
UPDATE client SET id = 3 WHERE id = 2;
DELETE FROM client WHERE id = 1;
SELECT * FROM test.recorded();
SELECT event, object_id, links, document_type, document_id FROM journal.entries
WHERE object_type IN ('order', 'order_item', 'call') ORDER BY id DESC LIMIT 4;

-- Data-modifying CTEs are one command.
WITH new AS (INSERT INTO client VALUES (4, 'Cid') RETURNING id),
     renamed AS (UPDATE client SET name = 'Robert' WHERE id = 3 RETURNING id),
     gone AS (DELETE FROM item RETURNING *)
INSERT INTO "order" SELECT 40, id, 'O-40' FROM new;
SELECT * FROM test.recorded();
SELECT count(DISTINCT command), count(DISTINCT transaction_id), count(DISTINCT change)
FROM (SELECT * FROM journal.entry ORDER BY id DESC LIMIT 4) last;

-- Triggers of the user's that change the row itself, the same row once more, and other tables.
CREATE TABLE doc (id integer PRIMARY KEY, title text, version integer DEFAULT 1, total integer DEFAULT 0);
CREATE TABLE line (id integer PRIMARY KEY, doc_id integer, amount integer);
CREATE FUNCTION before_doc() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.title := initcap(NEW.title); NEW.version := coalesce(OLD.version, 0) + 1; RETURN NEW; END $$;
CREATE FUNCTION after_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN UPDATE doc SET total = total + NEW.amount WHERE id = NEW.doc_id; RETURN NULL; END $$;
CREATE FUNCTION after_doc() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN UPDATE doc SET total = 100 WHERE id = NEW.id AND total > 100; RETURN NULL; END $$;
CREATE TRIGGER before_doc BEFORE INSERT OR UPDATE ON doc FOR EACH ROW EXECUTE FUNCTION before_doc();
-- Sorts before ours, so that ours fires out of order.
CREATE TRIGGER "000" AFTER UPDATE ON doc FOR EACH ROW EXECUTE FUNCTION after_doc();
CREATE TRIGGER "000" AFTER INSERT ON line FOR EACH ROW EXECUTE FUNCTION after_line();
SELECT journal.track('doc', 'doc'), journal.track('line', 'line');
INSERT INTO doc (id, title) VALUES (1, 'first'), (2, 'second');
INSERT INTO line VALUES (1, 1, 10), (2, 1, 20), (3, 2, 30), (4, 1, 200);
UPDATE doc SET title = 'both', total = total * 10;
SELECT * FROM test.recorded();
-- Each update begins with what the one before ended with.
SELECT object_id, count(*), bool_and(old ->> 'version' = before) AS in_order
FROM (SELECT object_id, old, lag(new ->> 'version') OVER (PARTITION BY object_id ORDER BY occurred_at, id) AS before
      FROM journal.entries WHERE object_type = 'doc' AND operation = 'update') updates
WHERE before IS NOT NULL GROUP BY 1 ORDER BY 1;
SELECT bool_and(command >= before) FROM
    (SELECT command, lag(command) OVER (PARTITION BY transaction_id ORDER BY occurred_at, id) AS before FROM journal.entry) e;
-- A volatile function in a command changes other rows before the command's own triggers fire.
CREATE FUNCTION add_lines(doc integer) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO line SELECT coalesce(max(id), 0) + 1, 0, doc FROM line;
    INSERT INTO line SELECT max(id) + 1, 0, doc FROM line;
    INSERT INTO line SELECT max(id) + 1, 0, doc FROM line;
    RETURN doc;
END $$;
BEGIN;
INSERT INTO line VALUES (50, 0, 0);
UPDATE doc SET total = add_lines(id);
DELETE FROM line WHERE id = 50;
COMMIT;
SELECT * FROM test.recorded();
SELECT bool_and(command >= before) FROM
    (SELECT command, lag(command) OVER (PARTITION BY transaction_id ORDER BY occurred_at, id) AS before FROM journal.entry) e;
-- The same within one function, and often.
DO $$
BEGIN
    INSERT INTO line VALUES (60, 0, 0);
    UPDATE doc SET total = 10 + add_lines(id);
    DELETE FROM line WHERE id = 60;
END $$;
INSERT INTO doc SELECT 100 + i, 'nested', 0, add_lines(i) FROM generate_series(3, 42) i;
SELECT count(*) FROM test.recorded();
SELECT bool_and(command >= before) FROM
    (SELECT command, lag(command) OVER (PARTITION BY transaction_id ORDER BY occurred_at, id) AS before FROM journal.entry) e;
DELETE FROM doc WHERE id > 100;
-- Many nested commands in each of many rows.
CREATE FUNCTION many() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN FOR i IN 1..40 LOOP UPDATE line SET amount = amount + 1 WHERE id = NEW.id; END LOOP; RETURN NULL; END $$;
CREATE TRIGGER many AFTER UPDATE ON doc FOR EACH ROW EXECUTE FUNCTION many();
UPDATE doc SET title = 'many';
DROP TRIGGER many ON doc;
SELECT count(*) FROM test.recorded();
SELECT bool_and(command >= before) FROM
    (SELECT command, lag(command) OVER (PARTITION BY transaction_id ORDER BY occurred_at, id) AS before FROM journal.entry) e;

-- Two updates of one row in one transaction are two events; savepoints and blocks with exceptions.
BEGIN;
INSERT INTO line VALUES (1000, 0, 1);
UPDATE line SET amount = 2 WHERE id = 1000;
SAVEPOINT a;
UPDATE line SET amount = 3 WHERE id = 1000;
SAVEPOINT b;
UPDATE line SET amount = 4 WHERE id = 1000;
RELEASE b;
ROLLBACK TO a;
UPDATE line SET amount = 5 WHERE id = 1000;
SAVEPOINT c;
UPDATE line SET amount = 6 WHERE id = 1000;
RELEASE c;
COMMIT;
BEGIN;
DELETE FROM line WHERE id = 1000;
ROLLBACK;
DO $$
BEGIN
    UPDATE line SET amount = 7 WHERE id = 1000;
    BEGIN
        UPDATE line SET amount = 8 WHERE id = 1000;
        PERFORM 1 / 0;
    EXCEPTION WHEN division_by_zero THEN
        UPDATE line SET amount = 9 WHERE id = 1000;
    END;
    BEGIN
        UPDATE line SET amount = 10 WHERE id = 1000;
    EXCEPTION WHEN division_by_zero THEN
        NULL;
    END;
END $$;
CREATE PROCEDURE commits() LANGUAGE plpgsql AS $$
BEGIN
    UPDATE line SET amount = 11 WHERE id = 1000;
    COMMIT;
    UPDATE line SET amount = 12 WHERE id = 1000;
    ROLLBACK;
    UPDATE line SET amount = 13 WHERE id = 1000;
END $$;
CALL commits();
SELECT * FROM test.recorded();
-- The first writes of a session, its layouts and event types included, in a savepoint that is rolled back.
CREATE TABLE fresh (id integer PRIMARY KEY, a text);
SELECT journal.track('fresh', 'fresh');
\connect -
SET search_path = crm;
BEGIN;
SAVEPOINT a;
INSERT INTO fresh VALUES (1, 'lost');
ALTER TABLE fresh ADD COLUMN b text;
INSERT INTO fresh VALUES (2, 'lost too', 'with it');
ROLLBACK TO a;
INSERT INTO fresh VALUES (3, 'kept');
ALTER TABLE fresh ADD COLUMN c text DEFAULT 'given';
UPDATE fresh SET a = 'kept on';
COMMIT;
SELECT * FROM test.recorded();
SELECT count(*) FROM journal.entry e WHERE NOT EXISTS (SELECT FROM journal.session s WHERE s.id = e.session)
    OR NOT EXISTS (SELECT FROM journal.layout l WHERE l.id = e.layout);

-- Values: arrays and jsonb that are reordered, shortened or written otherwise.
CREATE TABLE value (id integer PRIMARY KEY, a integer[], t text[], j jsonb, o json, n numeric, f float8, c char(5), b bytea, i interval);
SELECT journal.track('value', 'value');
INSERT INTO value VALUES (1, '{1,2,3}', '{a,b}', '[1, 2, {"a": 1}]', '{"a": 1, "a": 2}', 1.10, 0, 'ab', '\x00', '1 day');
UPDATE value SET a = '{3,2,1}', t = '{b,a}', j = '[{"a": 1}, 2, 1]';
UPDATE value SET a = '{3,2}', t = '{b}', j = '[{"a": 1}, 2]';
UPDATE value SET a = '{}', t = '{}', j = '[]';
UPDATE value SET a = '[0:1]={3,2}', t = '{{a},{b}}', j = 'null';
UPDATE value SET a = '{3,2}', t = '{a,b}', j = NULL;
UPDATE value SET j = '{"b": 1, "a": [1, 2]}', o = '{"a": 2, "a": 1}';
UPDATE value SET j = '{"a":[1,2],"b":1}', o = '{"a": 2, "a": 1}', c = 'ab   ', n = 1.10, f = '0.0', i = '1 day';
UPDATE value SET f = '-0', n = 1.1, i = '24:00', o = '{"a":2,"a":1}';
UPDATE value SET f = 'NaN', n = 'NaN';
UPDATE value SET f = 'NaN', n = 'NaN';
SELECT * FROM test.recorded();
-- The same array with and without a bitmap of NULLs is the same.
UPDATE value SET a = '{1,NULL}';
UPDATE value SET a[2] = 2;
UPDATE value SET a = '{1,2}';
UPDATE value SET a[3] = NULL;
UPDATE value SET a = '[2:3]={1,2}';
SELECT * FROM test.recorded();

-- One value stored plain, compressed and out of line; rows older than a column with a default.
CREATE TABLE large (id integer PRIMARY KEY, body text, words text[], doc jsonb, other integer);
ALTER TABLE large ALTER COLUMN body SET STORAGE EXTERNAL;
SELECT journal.track('large', 'large');
CREATE TABLE copy (body text, words text[], doc jsonb);
ALTER TABLE copy ALTER COLUMN body SET STORAGE EXTENDED, ALTER COLUMN words SET STORAGE EXTERNAL;
INSERT INTO large SELECT 1, string_agg(md5(i::text), '' ORDER BY i), array_agg(md5(i::text) ORDER BY i), jsonb_object_agg(i, md5(i::text)), 0
FROM generate_series(1, 500) i;
INSERT INTO large SELECT 2, repeat('x', 3000), ARRAY[repeat('y', 3000)], to_jsonb(repeat('z', 3000)), 0;
INSERT INTO copy SELECT body, words, doc FROM large ORDER BY id;
SELECT change, event, object, length(data) > 3000 AS is_whole FROM test.recorded();
UPDATE large SET body = body || '', words = words || '{}'::text[], doc = doc || '{}' WHERE id = 1;
UPDATE large SET body = copy.body, words = copy.words, doc = copy.doc FROM copy WHERE length(copy.body) = length(large.body);
UPDATE large SET body = substr(body, 1), other = 1;
SELECT * FROM test.recorded();
UPDATE large SET body = left(body, 10), words = words[1:1], doc = NULL, other = 2;
SELECT change, event, object, length(data) > 3000 AS is_whole FROM test.recorded();
ALTER TABLE large ADD COLUMN added text DEFAULT 'given', ADD COLUMN empty integer;
UPDATE large SET added = 'given', empty = NULL;
UPDATE large SET added = 'changed', other = 3 WHERE id = 1;
DELETE FROM large WHERE id = 2;
SELECT change, event, object, left(data, 30), right(data, 60) FROM test.recorded();

-- Generated and identity columns.
CREATE TABLE sum (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, price numeric, count integer,
                  total numeric GENERATED ALWAYS AS (price * count) STORED);
SELECT journal.track('sum', 'sum');
INSERT INTO sum (price, count) VALUES (1.5, 2);
UPDATE sum SET count = 3;
UPDATE sum SET price = 0.5, count = 9;
DELETE FROM sum;
SELECT * FROM test.recorded();

-- Under session_replication_role = replica only what was tracked with always.
SELECT journal.track('client', 'client', always => true);
SET session_replication_role = replica;
INSERT INTO client VALUES (5, 'replica');
INSERT INTO product VALUES (50, 'replica');
TRUNCATE product;
UPDATE client SET name = 'always' WHERE id = 5;
RESET session_replication_role;
SELECT journal.track('client', 'client');
SET session_replication_role = replica;
DELETE FROM client WHERE id = 5;
RESET session_replication_role;
SELECT * FROM test.recorded();

-- TRUNCATE records every row, also of what it takes along; not rows that this transaction took back.
INSERT INTO item VALUES (20, 1, 'screw'), (20, 2, 'nail');
SELECT count(*) FROM test.recorded();
BEGIN;
INSERT INTO client VALUES (6, 'just now');
DELETE FROM item WHERE line = 2;
TRUNCATE client CASCADE;
COMMIT;
BEGIN;
INSERT INTO client VALUES (7, 'saved');
TRUNCATE client CASCADE;
ROLLBACK;
TRUNCATE client, item CASCADE;
SELECT * FROM test.recorded();

-- Under an empty search_path, and under a hostile one.
SET search_path = '';
INSERT INTO crm.client VALUES (8, 'bare');
UPDATE crm.client SET id = 9, name = 'barer';
DELETE FROM crm.client;
SELECT * FROM test.recorded();
CREATE SCHEMA hostile;
CREATE FUNCTION hostile.trap(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE FUNCTION hostile.trap(integer, integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE FUNCTION hostile.trap(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE FUNCTION hostile.trap(oid, oid) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE FUNCTION hostile.trap(timestamptz, timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE OPERATOR hostile.= (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.trap);
CREATE OPERATOR hostile.= (LEFTARG = integer, RIGHTARG = integer, FUNCTION = hostile.trap);
CREATE OPERATOR hostile.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = hostile.trap);
CREATE OPERATOR hostile.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = hostile.trap);
CREATE OPERATOR hostile.= (LEFTARG = timestamptz, RIGHTARG = timestamptz, FUNCTION = hostile.trap);
CREATE OPERATOR hostile.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.trap);
CREATE FUNCTION hostile.count(text) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE FUNCTION hostile.now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE FUNCTION hostile.nextval(text) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE FUNCTION hostile.format_type(oid, integer) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE FUNCTION hostile.max(integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE TABLE hostile.entry (id bigint);
CREATE TABLE crm.label_only (id integer PRIMARY KEY, name text);
CREATE TABLE crm.guest (id integer PRIMARY KEY, client_id integer REFERENCES crm.client, kind integer REFERENCES crm.label_only, made date);
\connect -
SET search_path = hostile, crm, pg_catalog;
SELECT journal.track('crm.guest', 'guest', created_at => 'made');
SELECT journal.add_rule('crm.guest', 'client.created', 'insert', details => '{kind}') OPERATOR(pg_catalog.>) 0 AS added;
INSERT INTO client VALUES (8, 'hostile');
INSERT INTO label_only VALUES (1, 'one');
INSERT INTO guest VALUES (1, 8, 1);
UPDATE client SET name = 'hostiler';
UPDATE label_only SET name = 'first';
SELECT journal.backfill('crm.guest');
SELECT journal.log('user.logged_in', 'employee', '1') OPERATOR(pg_catalog.>) 0 AS logged;
SELECT event, object_label, details_text FROM journal.report(page_size => 4);
TRUNCATE guest;
SELECT journal.untrack('crm.guest');
SET search_path = crm;
SELECT * FROM test.recorded();

-- A SECURITY DEFINER function writes as its owner, and says so.
CREATE ROLE regress_owner;
CREATE ROLE regress_writer;
GRANT USAGE ON SCHEMA crm TO regress_owner, regress_writer;
GRANT ALL ON line TO regress_owner;
CREATE FUNCTION rise(integer) RETURNS void SECURITY DEFINER SET search_path = crm LANGUAGE sql AS
    'UPDATE line SET amount = amount + 1 WHERE id = $1';
ALTER FUNCTION rise OWNER TO regress_owner;
GRANT UPDATE, SELECT ON line TO regress_writer;
SET ROLE regress_writer;
SELECT rise(1);
UPDATE line SET amount = 0 WHERE id = 1;
RESET ROLE;
SELECT event, object_id, old, new, session_role = session_user AS mine, acting_role FROM journal.entries ORDER BY id DESC LIMIT 2;
SELECT count(*) FROM test.recorded();
REVOKE ALL ON SCHEMA crm FROM regress_owner, regress_writer;
REVOKE ALL ON line FROM regress_owner, regress_writer;
DROP FUNCTION rise;
DROP ROLE regress_owner, regress_writer;

-- Tables without a key, without columns, with as many columns as there can be.
CREATE TABLE keyless (a integer, b text);
CREATE TABLE bare ();
SELECT journal.track('keyless', 'keyless'), journal.track('bare', 'bare');
INSERT INTO keyless VALUES (1, 'x'), (1, 'x'), (NULL, NULL);
UPDATE keyless SET b = 'y' WHERE a = 1;
DELETE FROM keyless WHERE a IS NULL;
INSERT INTO bare DEFAULT VALUES;
DELETE FROM bare;
TRUNCATE keyless;
SELECT * FROM test.recorded();
\set ECHO none
SELECT format('CREATE TABLE wide (%s, PRIMARY KEY (c1))', string_agg(format('c%s integer', i), ', ')) FROM generate_series(1, 1600) i \gexec
\set ECHO all
SELECT journal.track('wide', 'wide');
\set ECHO none
SELECT format('INSERT INTO wide VALUES (%s)', string_agg(i::text, ', ')) FROM generate_series(1, 1600) i \gexec
\set ECHO all
UPDATE wide SET c1600 = NULL, c2 = 3;
DELETE FROM wide;
SELECT operation, (SELECT count(*) FROM jsonb_object_keys(snapshot)) AS columns, old, new
FROM journal.entries WHERE object_type = 'wide' ORDER BY id;
SELECT count(*) FROM test.recorded();

-- A value of every type that a column can have.
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE TYPE point3 AS (x integer, y text, z positive);
CREATE TYPE span AS RANGE (subtype = float8);
DO $$
DECLARE
    column_type record;
    value text;
    failed text;
BEGIN
    CREATE TABLE every (id integer PRIMARY KEY);
    FOR column_type IN
        SELECT t.oid, format_type(t.oid, NULL) AS name FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE t.typtype IN ('b', 'e', 'r', 'm', 'd') AND n.nspname IN ('pg_catalog', 'crm') AND t.typisdefined
            AND NOT EXISTS (SELECT FROM pg_type e WHERE e.oid = t.typelem AND e.typtype = 'c')
    LOOP
        BEGIN
            EXECUTE format('ALTER TABLE every ADD COLUMN c%s %s', column_type.oid, column_type.name);
        EXCEPTION WHEN OTHERS THEN
            RAISE NOTICE '%: %', column_type.name, SQLERRM;
        END;
    END LOOP;
    ALTER TABLE every ADD COLUMN composite point3, ADD COLUMN composites point3[];
    PERFORM journal.track('every', 'every');
    INSERT INTO every (id, composite, composites) VALUES (1, '(1,"a b",2)', '{"(1,a,2)",NULL}');
    FOR column_type IN
        SELECT attname, format_type(atttypid, NULL) AS name FROM pg_attribute
        WHERE attrelid = 'every'::regclass AND attnum > 0 AND attname LIKE 'c%' AND attname NOT LIKE 'com%' ORDER BY attnum
    LOOP
        failed := NULL;
        FOREACH value IN ARRAY ARRAY['1', 'a', 'true', '2024-01-01', '{}', '(1,2)', '10.0.0.1', 'empty', '08:00:2b:01:02:03',
                '08:00:2b:01:02:03:04:05', '<(1,2),3>', '{1,2,3}', '[(1,2),(3,4)]', '(1,2),(3,4)', '((1,2),(3,4),(5,6))', '12:00',
                'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '1 day', '1:2:', '16/B374D848', 'pg_class', 'int4in', 'abs(integer)', '+(integer,integer)',
                'glad', 'postgres=r/postgres', 'english', 'simple', '\x01'] LOOP
            BEGIN
                EXECUTE format('UPDATE every SET %I = %L', column_type.attname, value);
                failed := NULL;
                EXIT;
            EXCEPTION WHEN OTHERS THEN
                failed := SQLERRM;
            END;
        END LOOP;
        IF failed IS NOT NULL THEN
            RAISE NOTICE '% has no value', column_type.name;
        END IF;
    END LOOP;
    DELETE FROM every;
END $$;
SELECT count(*) > 150 AS many, count(*) FILTER (WHERE new = '{}' OR old IS NULL) AS empty FROM journal.entries
WHERE object_type = 'every' AND operation = 'update';
SELECT count(*) > 150 AS many, count(*) FILTER (WHERE value <> 'null') > 150 AS full FROM journal.entries, jsonb_each(snapshot)
WHERE object_type = 'every' AND operation = 'delete';
SELECT snapshot -> 'composite' AS composite, snapshot -> 'composites' AS composites FROM journal.entries
WHERE object_type = 'every' AND operation = 'delete';

-- A function that runs many commands in the middle of a statement, one of them on a row that the statement has changed.
CREATE TABLE shelf (id integer PRIMARY KEY, note text, place integer);
CREATE TABLE other_shelf (id integer);
SELECT journal.track('shelf'), journal.track('other_shelf');
INSERT INTO shelf VALUES (1), (2);
CREATE FUNCTION find_place(id integer) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    IF id = 2 THEN
        UPDATE shelf SET note = 'nested' WHERE shelf.id = 1;
        FOR n IN 1..100 LOOP
            INSERT INTO other_shelf VALUES (n);
        END LOOP;
    END IF;
    RETURN id;
END $$;
DO $$ BEGIN
    INSERT INTO other_shelf VALUES (0);
    UPDATE shelf SET place = find_place(id);
END $$;
SELECT old, new FROM journal.entries WHERE object_type = 'shelf' AND operation = 'update' ORDER BY occurred_at, id;

-- The order of a transaction's entries was that of its commands throughout.
SELECT bool_and(command >= before) FROM
    (SELECT command, lag(command) OVER (PARTITION BY transaction_id ORDER BY occurred_at, id) AS before FROM journal.entry) e;
