\i test/regress/fresh.sql
\i test/regress/compare.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
\pset tuples_only on
-- What cannot be restored says why, each case with a code of its own, and leaves nothing behind.

CREATE SCHEMA shop;
CREATE TABLE shop.city (id int PRIMARY KEY, name text);
CREATE TABLE shop.client (
    id int PRIMARY KEY, name text NOT NULL, email text UNIQUE, city int REFERENCES shop.city,
    region int CONSTRAINT region_later REFERENCES shop.city DEFERRABLE INITIALLY DEFERRED, CHECK (name <> 'forbidden')
);
CREATE TABLE shop.log (line text);
CREATE TABLE shop.sale (id int PRIMARY KEY, total numeric);
CREATE TABLE shop.booking (id int PRIMARY KEY, span int4range, EXCLUDE USING gist (span WITH &&));
SELECT journal.track('shop.sale', 'sale');
SELECT journal.track_schema('shop');
INSERT INTO shop.city VALUES (1, 'Moscow'), (2, 'Tver');
INSERT INTO shop.client VALUES (1, 'Ann', 'ann@x', 1, 2), (2, 'Bob', 'bob@x', 1, NULL), (3, 'Cyd', NULL, NULL, NULL);
INSERT INTO shop.log VALUES ('one');
INSERT INTO shop.sale VALUES (1, 10);
INSERT INTO shop.booking VALUES (1, '[1,5)');

-- Arguments, entries that do not exist, that are no deletion, that hold no row.
SELECT test.refused(NULL);
SELECT test.refused(0);
SELECT test.refused(min(id)) FROM journal.entry WHERE object_type = 'client';
SELECT journal.log('user.logged_in', 'employee', '7') > 0;
SELECT test.refused(max(id)) FROM journal.entry;
SELECT journal.log('task.deleted', 'task', '7', 'Call back') > 0;
SELECT test.refused(max(id)) FROM journal.entry;

-- An object of another type (JE010), a table without a key (JE010).
SELECT count(journal.add_rule('shop.sale', 'sale.deleted', 'delete'));
DELETE FROM shop.sale;
SELECT test.refused(test.deletion('sale', '1'));
DELETE FROM shop.log;
SELECT test.refused(max(id)) FROM journal.entry WHERE object_type = 'log' AND operation = 'd';

-- Restored already (JE012).
DELETE FROM shop.client WHERE id = 3;
SELECT object_id FROM journal.restore(test.deletion('client', '3'));
SELECT test.refused(test.deletion('client', '3'));
DELETE FROM shop.client WHERE id = 3;
SELECT object_id FROM journal.restore(test.deletion('client', '3'));

-- The key is in use, or another unique value, or an excluded one (JE013).
DELETE FROM shop.client WHERE id = 2;
INSERT INTO shop.client VALUES (2, 'New');
SELECT test.refused(test.deletion('client', '2'));
UPDATE shop.client SET id = 22, email = 'bob@x' WHERE id = 2;
SELECT test.refused(test.deletion('client', '2'));
DELETE FROM shop.booking;
INSERT INTO shop.booking VALUES (2, '[4,6)');
SELECT test.refused(test.deletion('booking', '1'));

-- A row that it refers to is missing (JE014); a deferred key says so at the commit.
DELETE FROM shop.client;
DELETE FROM shop.city WHERE id = 1;
SELECT test.refused(test.deletion('client', '1'));
SELECT object_id FROM journal.restore(test.deletion('city', '1'));
DELETE FROM shop.city WHERE id = 2;
-- A deferred constraint is checked at the end of the call.
SELECT test.refused(test.deletion('client', '1'));
SELECT object_id FROM journal.restore_all(ARRAY[test.deletion('client', '1'), test.deletion('city', '2')]) ORDER BY object_type;
-- Not hidden by a session that does not check foreign keys.
DELETE FROM shop.client;
DELETE FROM shop.city WHERE id = 1;
SET session_replication_role = replica;
SELECT test.refused(test.deletion('client', '1'));
RESET session_replication_role;
SELECT object_id FROM journal.restore(test.deletion('city', '1'));

-- A trigger that changes the row, before or after it went in, or takes it away. What a BEFORE trigger sets is told, unless the row
-- has to be exact or a unique column is concerned (JE017); what another one sets is set once more.
CREATE FUNCTION shop.meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF tg_argv[0] = 'change' THEN new.name := 'Other'; new.email := lower(new.email); RETURN new; END IF;
    IF tg_argv[0] = 'email' THEN new.email := 'other@x'; RETURN new; END IF;
    IF tg_argv[0] = 'forbid' THEN RAISE 'clients stay as they are'; END IF;
    IF tg_argv[0] = 'city' THEN new.city := 2; RETURN new; END IF;
    IF tg_argv[0] = 'later' THEN UPDATE shop.client SET name = name || '!' WHERE id = new.id; RETURN NULL; END IF;
    IF tg_argv[0] = 'remove' THEN DELETE FROM shop.client WHERE id = new.id; RETURN NULL; END IF;
    IF tg_argv[0] = 're-key' THEN new.id := 99; RETURN new; END IF;
    IF tg_argv[0] = 'collide' THEN INSERT INTO shop.city VALUES (1, 'twice'); RETURN new; END IF;
    IF tg_argv[0] = 'refuse' THEN RAISE 'not today' USING ERRCODE = 'XX123', DETAIL = 'It is Sunday.', HINT = 'Wait.'; END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER meddle BEFORE INSERT ON shop.client FOR EACH ROW EXECUTE FUNCTION shop.meddle('change');
BEGIN;
SELECT test.refused(test.deletion('client', '1'), exact => true);
SELECT * FROM shop.client;
SELECT count(*) FROM journal.entry WHERE id > test.deletion('client', '1') AND object_type = 'client';
ROLLBACK;
DROP TRIGGER meddle ON shop.client;
CREATE TRIGGER meddle BEFORE INSERT OR UPDATE ON shop.client FOR EACH ROW EXECUTE FUNCTION shop.meddle('change');
SELECT test.refused(test.deletion('client', '1'), exact => true);
BEGIN;
SELECT test.refused(test.deletion('client', '1'));
SELECT * FROM shop.client;
SELECT count(*) FROM journal.entry WHERE id > test.deletion('client', '1') AND object_type = 'client';
ROLLBACK;
DROP TRIGGER meddle ON shop.client;
CREATE TRIGGER meddle BEFORE INSERT OR UPDATE ON shop.client FOR EACH ROW EXECUTE FUNCTION shop.meddle('email');
SELECT test.refused(test.deletion('client', '1'));
DROP TRIGGER meddle ON shop.client;
CREATE TRIGGER meddle BEFORE INSERT OR UPDATE ON shop.client FOR EACH ROW EXECUTE FUNCTION shop.meddle('city');
SELECT test.refused(test.deletion('client', '1'));
DROP TRIGGER meddle ON shop.client;
CREATE TRIGGER meddle AFTER INSERT ON shop.client FOR EACH ROW EXECUTE FUNCTION shop.meddle('later');
BEGIN;
SELECT test.refused(test.deletion('client', '1'), exact => true);
SELECT * FROM shop.client;
ROLLBACK;
DROP TRIGGER meddle ON shop.client;
CREATE TRIGGER meddle AFTER INSERT OR UPDATE ON shop.client FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION shop.meddle('later');
SELECT test.refused(test.deletion('client', '1'));
DROP TRIGGER meddle ON shop.client;
CREATE TRIGGER meddle BEFORE INSERT ON shop.client FOR EACH ROW EXECUTE FUNCTION shop.meddle('change');
CREATE TRIGGER meddle_again BEFORE UPDATE ON shop.client FOR EACH ROW EXECUTE FUNCTION shop.meddle('forbid');
SELECT test.refused(test.deletion('client', '1'), exact => true);
BEGIN;
SELECT test.refused(test.deletion('client', '1'));
ROLLBACK;
DROP TRIGGER meddle_again ON shop.client;
DROP TRIGGER meddle ON shop.client;
CREATE TRIGGER meddle AFTER INSERT ON shop.client FOR EACH ROW EXECUTE FUNCTION shop.meddle('remove');
SELECT test.refused(test.deletion('client', '1'));
DROP TRIGGER meddle ON shop.client;
-- One that discards the row, or gives it another key: the journal would not know of the restore (JE030).
CREATE TRIGGER meddle BEFORE INSERT ON shop.client FOR EACH ROW EXECUTE FUNCTION shop.meddle('discard');
SELECT test.refused(test.deletion('client', '1'));
DROP TRIGGER meddle ON shop.client;
CREATE TRIGGER meddle BEFORE INSERT ON shop.client FOR EACH ROW EXECUTE FUNCTION shop.meddle('re-key');
SELECT test.refused(test.deletion('client', '1'));
DROP TRIGGER meddle ON shop.client;
ALTER TABLE shop.client DISABLE TRIGGER USER;
SELECT test.refused(test.deletion('client', '1'));
ALTER TABLE shop.client ENABLE TRIGGER USER;
-- Errors of triggers and checks stay what they are, though another table's key is in use.
CREATE TRIGGER meddle BEFORE INSERT ON shop.client FOR EACH ROW EXECUTE FUNCTION shop.meddle('collide');
SELECT test.refused(test.deletion('client', '1'));
DROP TRIGGER meddle ON shop.client;
CREATE TRIGGER meddle BEFORE INSERT ON shop.client FOR EACH ROW EXECUTE FUNCTION shop.meddle('refuse');
SELECT test.refused(test.deletion('client', '1'));
DROP TRIGGER meddle ON shop.client;
ALTER TABLE shop.client ADD CONSTRAINT not_ann CHECK (name <> 'Ann');
SELECT test.refused(test.deletion('client', '1'));
ALTER TABLE shop.client DROP CONSTRAINT not_ann;

-- Nothing half-done: no row, no claim, no entry; and the restore is still possible.
SELECT count(*) FROM shop.client;
SELECT count(*) FROM journal.restoration WHERE entry = test.deletion('client', '1');
SELECT count(*) FROM journal.entry WHERE id > test.deletion('client', '1') AND object_type = 'client';
BEGIN;
SELECT object_id FROM journal.restore(test.deletion('client', '1'));
ROLLBACK;

-- The table has changed beyond repair (JE016).
CREATE TYPE shop.size AS ENUM ('small', 'large');
CREATE DOMAIN shop.short AS text;
CREATE TABLE shop.thing (id int PRIMARY KEY, size text, code shop.short, n text);
SELECT journal.track('shop.thing');
INSERT INTO shop.thing VALUES (1, 'huge', 'a long one', '12a');
DELETE FROM shop.thing;
BEGIN;
ALTER TABLE shop.thing ALTER size TYPE shop.size USING NULL;
SELECT test.refused(test.deletion('thing', '1'));
ROLLBACK;
BEGIN;
ALTER DOMAIN shop.short ADD CHECK (length(value) < 5);
SELECT test.refused(test.deletion('thing', '1'));
ROLLBACK;
BEGIN;
ALTER TABLE shop.thing ALTER n TYPE int USING NULL;
SELECT test.refused(test.deletion('thing', '1'));
ROLLBACK;
BEGIN;
ALTER TABLE shop.thing ADD added int NOT NULL;
SELECT test.refused(test.deletion('thing', '1'));
ROLLBACK;
CREATE TABLE shop.visit (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE shop.visit_23 PARTITION OF shop.visit FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
SELECT journal.track('shop.visit');
INSERT INTO shop.visit VALUES (1, '2023-05-05');
DELETE FROM shop.visit;
DROP TABLE shop.visit_23;
SELECT test.refused(test.deletion('visit', '["1", "2023-05-05"]'));
CREATE TABLE shop.document (id int PRIMARY KEY);
CREATE TABLE shop.contract () INHERITS (shop.document);
SELECT journal.track('shop.document');
INSERT INTO shop.contract VALUES (1);
DELETE FROM shop.contract;
BEGIN;
ALTER TABLE shop.contract NO INHERIT shop.document;
SELECT test.refused(test.deletion('document', '1'));
ROLLBACK;
DROP TABLE shop.contract;
SELECT test.refused(test.deletion('document', '1'));
DROP TABLE shop.thing;
SELECT test.refused(test.deletion('thing', '1'));

-- Not tracked any more (JE030).
SELECT journal.untrack('shop.client');
SELECT test.refused(test.deletion('client', '1'));
SELECT journal.track('shop.client');

-- Nothing is written in a read-only transaction.
BEGIN READ ONLY;
SELECT test.refused(test.deletion('client', '1'));
ROLLBACK;

-- Who may: restore inserts as the caller. It needs to read the entry, and INSERT on the table, nothing more.
CREATE ROLE regress_restorer;
CREATE ROLE regress_stranger;
GRANT USAGE ON SCHEMA journal, shop, test TO regress_restorer, regress_stranger;
SELECT test.deletion('client', '1') AS ann, test.deletion('client', '2') AS bob \gset
SET ROLE regress_stranger;
SELECT test.refused(:ann);
RESET ROLE;
GRANT EXECUTE ON FUNCTION journal.restore TO regress_restorer, regress_stranger;
SET ROLE regress_stranger;
SELECT test.refused(:ann);
RESET ROLE;
GRANT EXECUTE ON FUNCTION journal.visible_since, journal.is_unconfined TO regress_restorer;
GRANT SELECT ON journal.entry TO regress_restorer;
SET ROLE regress_restorer;
SELECT test.refused(:ann);
RESET ROLE;
GRANT INSERT ON shop.client TO regress_restorer;
ALTER TABLE shop.client ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON shop.client FOR INSERT TO regress_restorer WITH CHECK (id = 2);
INSERT INTO shop.city VALUES (2, 'Tver') ON CONFLICT DO NOTHING;
SET ROLE regress_restorer;
SELECT test.refused(:ann);
-- Whoever may insert need not be allowed to update, or to read.
RESET ROLE;
CREATE TRIGGER meddle BEFORE INSERT OR UPDATE ON shop.client FOR EACH ROW EXECUTE FUNCTION shop.meddle('change');
SET ROLE regress_restorer;
SELECT test.refused(:bob, exact => true);
BEGIN;
SELECT test.refused(:bob);
ROLLBACK;
RESET ROLE;
DROP TRIGGER meddle ON shop.client;
SET ROLE regress_restorer;
SELECT object_id FROM journal.restore(:bob);
RESET ROLE;
SELECT id, name FROM shop.client;
SELECT restored_by FROM journal.restoration ORDER BY restored_entry DESC LIMIT 1;
-- Another account's deletion does not exist for a role confined to its own.
INSERT INTO journal.role_account VALUES ('regress_restorer', '5');
SET ROLE regress_restorer;
SELECT test.refused(:ann);
RESET ROLE;
DROP OWNED BY regress_restorer, regress_stranger;
DROP ROLE regress_restorer, regress_stranger;
