\i test/regress/fresh.sql
-- What a reader needs, and what it sees: its privileges and row-level security apply, names do not depend on them.

CREATE SCHEMA shop;
CREATE TABLE shop.client (id integer PRIMARY KEY, account text, name text, owner name);
CREATE TABLE shop.visit (id integer PRIMARY KEY, account text, client_id integer, title text,
                         FOREIGN KEY (client_id) REFERENCES shop.client ON DELETE SET NULL);
SELECT journal.track('shop.client', account => 'account');
SELECT journal.track('shop.visit', account => 'account');
INSERT INTO shop.client VALUES (1, 'one', 'Ann', 'regress_reader'), (2, 'one', 'Bob', 'somebody'), (3, 'two', 'Cid', 'regress_reader');
INSERT INTO shop.visit VALUES (1, 'one', 1, 'first'), (2, 'one', 2, 'second'), (3, 'two', 3, 'third');
DELETE FROM shop.client WHERE id = 1;
CREATE ROLE regress_reader;
GRANT USAGE ON SCHEMA journal TO regress_reader;
CREATE VIEW seen AS
SELECT event, object_label, details_text, link->>'label' AS link, link->'exists' AS exists, restorable
FROM journal.report(sort => 'asc') WITH ORDINALITY AS r LEFT JOIN LATERAL jsonb_array_elements(r.links) AS link ON link ->> 'type' <> r.object_type
WHERE object_type = 'visit' OR kind = 'deleted' ORDER BY ordinality;
GRANT SELECT ON seen TO regress_reader;
SET event_journal.account = 'one';

-- Each privilege is needed, and no other.
SET ROLE regress_reader;
SELECT count(*) FROM journal.report();
RESET ROLE;
GRANT EXECUTE ON FUNCTION journal.report TO regress_reader;
SET ROLE regress_reader;
SELECT count(*) FROM journal.report();
RESET ROLE;
GRANT SELECT ON journal.entry TO regress_reader;
SET ROLE regress_reader;
SELECT count(*) FROM journal.report();
SELECT * FROM seen;
SELECT count(*) FROM journal.deleted_objects();
SELECT count(*) FROM journal.history('visit', '1');
RESET ROLE;
GRANT EXECUTE ON FUNCTION journal.deleted_objects, journal.history TO regress_reader;

-- Whether a link exists is for those who may look: schema, key column, table, rows.
SET ROLE regress_reader;
SELECT link, exists FROM seen WHERE event = 'visit.created';
RESET ROLE;
GRANT USAGE ON SCHEMA shop TO regress_reader;
GRANT SELECT (name) ON shop.client TO regress_reader;
SET ROLE regress_reader;
SELECT link, exists FROM seen WHERE event = 'visit.created';
RESET ROLE;
GRANT SELECT (id) ON shop.client TO regress_reader;
SET ROLE regress_reader;
SELECT link, exists FROM seen WHERE event = 'visit.created';
RESET ROLE;
ALTER TABLE shop.client ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON shop.client USING (owner = current_user);
SET ROLE regress_reader;
SELECT link, exists FROM seen WHERE event = 'visit.created';
RESET ROLE;

-- The present name of a row that the journal has never seen is shown by the word of whoever tracked the table; whether the
-- row exists, only with the caller's own rights.
CREATE TABLE shop.room (id integer PRIMARY KEY, name text);
INSERT INTO shop.room VALUES (1, 'Blue');
SELECT journal.track('shop.room');
SELECT journal.log('sms.sent', links => '[{"type": "room", "id": "1"}]') > 0;
SET ROLE regress_reader;
SELECT links FROM journal.report(events => '{sms.sent}');
RESET ROLE;
SELECT links FROM journal.report(events => '{sms.sent}');

-- Nothing of a reader's own is run in our queries, and nothing is left behind by an error.
CREATE SCHEMA trap;
GRANT USAGE ON SCHEMA trap TO regress_reader;
CREATE FUNCTION trap.equal(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.equal);
SET ROLE regress_reader;
SET search_path = trap, pg_catalog;
SELECT count(*) FROM journal.report(events => '{group:other,user.logged_in,visit.created}', locations => NULL);
BEGIN;
SAVEPOINT before;
SELECT * FROM journal.report(events => '{nothing.happened}');
ROLLBACK TO before;
SHOW search_path;
SELECT current_user, count(*) FROM journal.report(page_size => 2);
COMMIT;
RESET search_path;

-- In a read-only transaction, from a function, in a join, with a prepared statement.
BEGIN READ ONLY;
SELECT count(*) FROM journal.report();
SELECT count(*) FROM journal.history('visit', '1'), journal.deleted_objects();
COMMIT;
PREPARE page (text) AS SELECT object_label FROM journal.report(events => ARRAY[$1]);
EXECUTE page ('visit.created');
EXECUTE page ('client.deleted');
RESET ROLE;

DROP OWNED BY regress_reader;
DROP ROLE regress_reader;
