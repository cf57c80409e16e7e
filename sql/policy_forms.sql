\i test/regress/fresh.sql
\i test/regress/compare.sql
\i test/regress/undo.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
-- Policies that look at a row as a whole, and whose functions find their tables by the caller's search_path.
SET client_min_messages = warning;
DROP ROLE IF EXISTS regress_member;
RESET client_min_messages;
CREATE ROLE regress_member;
CREATE SCHEMA shop;
CREATE TABLE shop.member (role name, tenant integer);
INSERT INTO shop.member VALUES ('regress_member', 1);
CREATE TABLE shop.client (id integer PRIMARY KEY, gone text, tenant integer, name text);
ALTER TABLE shop.client DROP gone;
CREATE FUNCTION shop.is_member(integer) RETURNS boolean LANGUAGE plpgsql STABLE AS
    $$BEGIN RETURN EXISTS (SELECT FROM member WHERE role = current_user AND tenant = $1); END$$;
CREATE FUNCTION shop.may_see(shop.client) RETURNS boolean LANGUAGE plpgsql STABLE AS
    $$BEGIN RETURN is_member($1.tenant); END$$;
SELECT journal.track('shop.client');
ALTER TABLE shop.client ENABLE ROW LEVEL SECURITY;
CREATE POLICY members ON shop.client USING (shop.may_see(client));
CREATE POLICY named ON shop.client AS RESTRICTIVE USING (shop.is_member(tenant) AND name <> 'nobody');
GRANT USAGE ON SCHEMA shop, journal, test TO regress_member;
GRANT SELECT ON shop.member TO regress_member;
GRANT SELECT, INSERT, UPDATE, DELETE ON shop.client TO regress_member;
GRANT SELECT ON journal.entry TO regress_member;
GRANT EXECUTE ON FUNCTION journal.table_as_of, journal.diff, journal.undo, journal.undo_plan, journal.restore,
    journal.restore_plan(bigint[], text, jsonb), journal.restore_all, journal.visible_since TO regress_member;
INSERT INTO shop.client (id, tenant, name) VALUES (1, 1, 'Ann'), (2, 2, 'Bob'), (3, 1, 'Cid'), (4, 2, 'Dan'), (5, 1, 'nobody');
SELECT journal.mark('start') IS NOT NULL AS marked;
UPDATE shop.client SET name = name || '!' WHERE id < 5;
SELECT test.last() AS change \gset
DELETE FROM shop.client WHERE id IN (1, 2);
SELECT array_agg(id ORDER BY id) AS deletions FROM journal.entries WHERE operation = 'delete' \gset

SET ROLE regress_member;
SET search_path = shop;
TABLE client ORDER BY id;
SELECT * FROM journal.table_as_of(NULL::client, mark => 'start') ORDER BY id;
SELECT object_id, operation, old_row, new_row FROM journal.diff(NULL::client, from_mark => 'start') ORDER BY object_id;
SELECT object_id, new_values, sqlstate, detail FROM journal.restore_plan(:'deletions'::bigint[]) ORDER BY 1;
SELECT object_id, old_values, new_values, conflict FROM journal.undo_plan(:'change') ORDER BY 1;
SELECT object_id, outcome FROM journal.undo(:'change', on_conflict => 'skip') ORDER BY 1;
SELECT object_id, outcome FROM journal.restore_all(ARRAY[(:'deletions'::bigint[])[1]], on_conflict => 'skip');
RESET search_path;
RESET ROLE;
TABLE shop.client ORDER BY id;
SET client_min_messages = warning;
DROP OWNED BY regress_member;
DROP ROLE regress_member;
