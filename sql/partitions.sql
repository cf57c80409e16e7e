\i test/regress/fresh.sql
\i test/regress/recorded.sql
-- Partitioned tables and inheritance: whatever holds a row, its changes are the root's, and a move is an update.

CREATE SCHEMA crm;
SET search_path = crm;
SET DateStyle = 'ISO, YMD';
SET TimeZone = 'UTC';
CREATE TABLE sale (id integer, branch text, day date, amount numeric, note text, PRIMARY KEY (id, branch, day)) PARTITION BY LIST (branch);
CREATE TABLE sale_north PARTITION OF sale FOR VALUES IN ('north') PARTITION BY RANGE (day);
CREATE TABLE sale_north_1 PARTITION OF sale_north FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
-- Attached with another order of columns, and with a dropped one.
CREATE TABLE sale_north_2 (note text, gone integer, amount numeric, day date NOT NULL, branch text NOT NULL, id integer NOT NULL);
ALTER TABLE sale_north_2 DROP COLUMN gone;
ALTER TABLE sale_north ATTACH PARTITION sale_north_2 FOR VALUES FROM ('2024-07-01') TO ('2025-01-01');
CREATE TABLE sale_south PARTITION OF sale FOR VALUES IN ('south');
SELECT journal.track('sale', 'sale', label => 'note');
SELECT journal.add_rule('sale', 'sale.created', 'insert', details => '{amount}');
SELECT journal.add_rule('sale', 'sale.deleted', 'delete', details => '{amount}');
CREATE TABLE sale_rest PARTITION OF sale DEFAULT;

-- Through the root, straight into a leaf, into a partition in the middle.
INSERT INTO sale VALUES (1, 'north', '2024-01-01', 1.10, 'one'), (2, 'north', '2024-08-01', 2, 'two'), (3, 'south', '2024-01-01', 3, 'three'),
    (4, 'west', '2024-01-01', 4, 'four');
INSERT INTO sale_north_2 VALUES ('five', 5, '2024-09-01', 'north', 5);
INSERT INTO sale_north VALUES (6, 'north', '2024-02-01', 6, 'six');
COPY sale FROM stdin;
7	south	2024-01-07	7	seven
\.
UPDATE sale_north SET amount = amount + 1;
UPDATE sale_south SET note = 'THREE' WHERE id = 3;
DELETE FROM sale_rest;
SELECT * FROM test.recorded();

-- Rows that move: one update each, whatever order the leaves' columns have; in several statements, with others between.
UPDATE sale SET day = '2024-08-08' WHERE id = 1;
UPDATE sale SET branch = 'south', amount = 20 WHERE id = 2;
UPDATE sale_north SET day = '2024-03-03' WHERE id IN (1, 5);
UPDATE sale SET branch = CASE branch WHEN 'north' THEN 'south' ELSE 'north' END;
BEGIN;
UPDATE sale SET branch = 'east' WHERE id = 3;
UPDATE sale SET branch = 'south' WHERE id = 3;
SAVEPOINT a;
UPDATE sale SET branch = 'north' WHERE id = 3;
ROLLBACK TO a;
UPDATE sale SET branch = 'west' WHERE id = 3;
COMMIT;
MERGE INTO sale USING (VALUES (3), (33)) AS n (id) ON n.id = sale.id AND sale.branch = 'west'
    WHEN MATCHED THEN UPDATE SET branch = 'south' WHEN NOT MATCHED THEN INSERT VALUES (n.id, 'west', '2024-01-01', 33, 'new');
SELECT * FROM test.recorded();
SELECT id, branch, day, amount, note FROM sale ORDER BY id;
SELECT count(*) FROM journal.deleted_objects('{sale}') WHERE restorable;

-- A move whose insert a trigger takes away is a deletion; one that a trigger changes is the update that came of it.
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.note = 'refused' THEN RETURN NULL; END IF;
    NEW.note := NEW.note || '!';
    RETURN NEW;
END $$;
CREATE TRIGGER refuse BEFORE INSERT ON sale_rest FOR EACH ROW EXECUTE FUNCTION refuse();
UPDATE sale SET branch = 'east', note = CASE id WHEN 3 THEN 'refused' WHEN 33 THEN note ELSE 'moved' END WHERE id IN (1, 3, 33);
UPDATE sale SET branch = 'west', note = 'refused' WHERE id = 2;
BEGIN;
UPDATE sale SET branch = 'west', note = 'refused' WHERE id = 6;
INSERT INTO sale VALUES (60, 'west', '2024-01-01', 60, 'after it');
SAVEPOINT a;
UPDATE sale SET branch = 'west', note = 'refused' WHERE id = 7;
ROLLBACK TO a;
COMMIT;
SELECT * FROM test.recorded();
SELECT id, branch, note FROM sale ORDER BY id;

-- A trigger on the deletion that itself moves and changes rows, and one on the insert.
DROP TRIGGER refuse ON sale_rest;
TRUNCATE sale;
INSERT INTO sale VALUES (1, 'north', '2024-01-01', 1, 'one'), (2, 'north', '2024-01-02', 2, 'two'), (3, 'south', '2024-01-03', 3, 'three');
SELECT count(*) FROM test.recorded();
CREATE FUNCTION drag() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE sale SET branch = 'west' WHERE branch = 'south' AND id = 3;
    INSERT INTO sale VALUES (OLD.id + 100, 'east', OLD.day, 0, 'copy');
    RETURN NULL;
END $$;
CREATE TRIGGER drag AFTER DELETE ON sale_north_1 FOR EACH ROW EXECUTE FUNCTION drag();
UPDATE sale SET branch = 'south' WHERE branch = 'north';
SELECT * FROM test.recorded();
SELECT id, branch, note FROM sale ORDER BY id;
SELECT bool_and(command >= before) FROM
    (SELECT command, lag(command) OVER (PARTITION BY transaction_id ORDER BY occurred_at, id) AS before FROM journal.entry) e;
DROP TRIGGER drag ON sale_north_1;

-- TRUNCATE of a leaf, of a partition in the middle, of the root.
INSERT INTO sale VALUES (11, 'north', '2024-01-01', 1, 'a'), (12, 'north', '2024-08-01', 1, 'b'), (13, 'south', '2024-01-01', 1, 'c');
SELECT count(*) FROM test.recorded();
TRUNCATE sale_north_2;
TRUNCATE sale_north;
SELECT * FROM test.recorded();
TRUNCATE sale;
SELECT event, object FROM test.recorded();

-- Partitions that leave are no more recorded, and come back; their history stays.
ANALYZE sale;
ALTER TABLE sale DETACH PARTITION sale_south;
INSERT INTO sale_south VALUES (20, 'south', '2024-01-01', 1, 'alone');
UPDATE sale_south SET note = 'still alone';
TRUNCATE sale_south;
INSERT INTO sale_south VALUES (21, 'south', '2024-01-01', 1, 'alone');
ALTER TABLE sale_south RENAME COLUMN note TO remark;
ALTER TABLE sale_south RENAME COLUMN remark TO note;
ALTER TABLE sale ATTACH PARTITION sale_south FOR VALUES IN ('south');
UPDATE sale SET note = 'back' WHERE id = 21;
DROP TABLE sale_north_1;
CREATE TABLE sale_north_3 PARTITION OF sale_north FOR VALUES FROM ('2023-01-01') TO ('2024-07-01');
UPDATE sale SET branch = 'north', day = '2023-05-05';
SELECT * FROM test.recorded();
-- A column added to and renamed on the root is the same in all leaves.
ALTER TABLE sale ADD COLUMN rating integer DEFAULT 5;
ALTER TABLE sale RENAME COLUMN amount TO total;
ALTER TABLE sale DROP COLUMN rating;
ALTER TABLE sale ADD COLUMN rating text DEFAULT 'good';
UPDATE sale SET branch = 'south', rating = 'bad', total = 2;
INSERT INTO sale VALUES (22, 'north', '2024-10-10', 3, 'n', 'fair');
UPDATE sale SET day = '2024-01-01' WHERE id = 22;
SELECT * FROM test.recorded();
SELECT count(DISTINCT c ->> 'id') AS identities, count(DISTINCT c ->> 'name') AS names
FROM journal.layout, jsonb_array_elements(columns) c WHERE relation_name LIKE 'crm.sale%' AND c ->> 'name' IN ('id', 'branch', 'day', 'note');
SELECT journal.untrack('sale');
UPDATE sale SET branch = 'north', day = '2024-10-10' WHERE branch = 'south';
DELETE FROM sale;
SELECT count(*) FROM test.recorded();
SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgrelid::regclass::text LIKE '%sale%' ORDER BY 1, 2;

-- A key and references to a partitioned table; under replica only with always.
CREATE TABLE account (id integer PRIMARY KEY, name text) PARTITION BY HASH (id);
CREATE TABLE account_0 PARTITION OF account FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE account_1 PARTITION OF account FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE member (id integer PRIMARY KEY, account_id integer REFERENCES account ON UPDATE CASCADE ON DELETE CASCADE, name text);
SELECT journal.track('account', 'account', always => true), journal.track('member', 'member');
ALTER TABLE account DETACH PARTITION account_1;
ALTER TABLE account ATTACH PARTITION account_1 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO account SELECT i, 'account ' || i FROM generate_series(1, 4) i;
INSERT INTO member VALUES (1, 1, 'Ann'), (2, 2, 'Bob');
UPDATE account SET id = id + 100 WHERE id <= 2;
DELETE FROM account WHERE id = 101;
SET session_replication_role = replica;
UPDATE account SET id = id + 100 WHERE id <= 4;
RESET session_replication_role;
SELECT * FROM test.recorded();
SELECT event, object_id, details_text, links -> 0 AS link FROM journal.history('member', '2');

-- Inheritance children with columns of their own.
CREATE TABLE party (id integer PRIMARY KEY, name text, secret text);
CREATE TABLE person (birthday date) INHERITS (party);
CREATE TABLE employee (salary numeric, secret_note text) INHERITS (person);
SELECT journal.track('party', 'party', excluded => '{secret}');
SELECT journal.add_rule('party', 'client.created', 'insert', details => '{name}');
CREATE TABLE company (secret text, name text, id integer NOT NULL, vat text);
ALTER TABLE company INHERIT party;
INSERT INTO party VALUES (1, 'somebody', 's');
INSERT INTO person VALUES (2, 'Ann', 's', '2000-01-01');
INSERT INTO employee VALUES (3, 'Bob', 's', '1999-01-01', 100.50, 'n');
INSERT INTO company VALUES ('s', 'Ltd', 4, 'VAT');
UPDATE party SET name = upper(name), secret = 't';
UPDATE employee SET salary = 200, birthday = NULL;
UPDATE company SET secret = 'u';
DELETE FROM ONLY party;
TRUNCATE employee;
TRUNCATE ONLY person;
SELECT * FROM test.recorded();
TRUNCATE party;
ALTER TABLE person ADD COLUMN local text;
ALTER TABLE party ADD COLUMN common text;
INSERT INTO employee (id, name, local, common) VALUES (5, 'Cid', 'l', 'c');
UPDATE person SET local = 'm', common = 'd';
SELECT * FROM test.recorded();

-- Where a row may be refused on arrival, another one that the same statement inserts is not taken for it.
CREATE TABLE parcel (id integer, area text, note text, PRIMARY KEY (id, area)) PARTITION BY LIST (area);
CREATE TABLE parcel_a PARTITION OF parcel FOR VALUES IN ('a');
CREATE TABLE parcel_b PARTITION OF parcel FOR VALUES IN ('b');
SELECT journal.track('parcel', 'parcel');
INSERT INTO parcel VALUES (1, 'a', 'kept'), (2, 'a', 'lost'), (3, 'a', 'kept'), (4, 'a', 'kept');
UPDATE parcel SET id = 40, area = 'b' WHERE id = 4;
CREATE FUNCTION refuse_lost() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RETURN CASE WHEN NEW.note <> 'lost' THEN NEW END; END $$;
CREATE TRIGGER refuse_lost BEFORE INSERT ON parcel_b FOR EACH ROW EXECUTE FUNCTION refuse_lost();
SELECT * FROM test.recorded();
MERGE INTO parcel USING (VALUES (1), (2), (5), (3), (6)) AS s (id) ON parcel.id = s.id
    WHEN MATCHED THEN UPDATE SET area = 'b' WHEN NOT MATCHED THEN INSERT VALUES (s.id, 'b', 'new');
SELECT event, object, data FROM test.recorded() ORDER BY object;
