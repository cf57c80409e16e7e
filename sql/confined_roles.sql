\i test/regress/fresh.sql
-- Roles that are confined to accounts: whatever role is in force, whatever it is called, and what they write.

CREATE ROLE regress_reader;
CREATE ROLE regress_north LOGIN IN ROLE regress_reader;
CREATE ROLE regress_south;
CREATE ROLE regress_pool LOGIN IN ROLE regress_north, regress_south;
CREATE ROLE regress_both IN ROLE regress_reader;
CREATE ROLE regress_all IN ROLE regress_reader;
GRANT USAGE ON SCHEMA journal TO regress_reader, regress_south;
GRANT EXECUTE ON FUNCTION journal.report, journal.visible_since, journal.is_unconfined, journal.log, journal.set_context
    TO regress_reader, regress_south;
GRANT SELECT ON journal.entry, journal.session, journal.context, journal.restoration, journal.undone, journal.undos
    TO regress_reader, regress_south;
CREATE TABLE item (id integer PRIMARY KEY, name text, account text);
CREATE TABLE note (id integer PRIMARY KEY, note text);
GRANT SELECT, INSERT, UPDATE, DELETE ON item, note TO regress_reader, regress_south;
SELECT journal.track('item', 'item', account => 'account'), journal.track('note', 'note', label => 'note');
INSERT INTO item VALUES (1, 'N-1', 'north'), (2, 'S-1 SECRET', 'south');

-- A role that does not exist is an error; one that is renamed stays confined.
INSERT INTO journal.role_account VALUES ('regress_gone', 'north');
CREATE ROLE regress_before;
GRANT regress_reader TO regress_before;
INSERT INTO journal.role_account VALUES ('regress_before', 'north'), ('regress_north', 'north'), ('regress_south', 'south'),
    ('regress_both', 'north'), ('regress_both', 'south'), ('regress_all', NULL);
ALTER ROLE regress_before RENAME TO regress_after;
SELECT * FROM journal.role_account ORDER BY role::text, account;
SET event_journal.account = 'south';
SET ROLE regress_after;
SELECT object_label FROM journal.report();
SELECT journal.visible_since('south'), journal.visible_since('north'), journal.is_unconfined();
RESET ROLE;
DROP OWNED BY regress_after;
DROP ROLE regress_after;

-- The confinement of whoever logged in, and of each role since, holds.
CREATE FUNCTION peep() RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ SELECT coalesce(string_agg(object_label, ' '), 'nothing') FROM journal.report() $$;
CREATE FUNCTION peep_south() RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ SELECT coalesce(string_agg(object_label, ' '), 'nothing') FROM journal.report() $$;
ALTER FUNCTION peep_south() OWNER TO regress_south;
CREATE PROCEDURE write_as_south(id integer, note text) LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ INSERT INTO note VALUES (id, note) $$;
ALTER PROCEDURE write_as_south(integer, text) OWNER TO regress_south;
CREATE PROCEDURE look(said text) LANGUAGE plpgsql AS $$
DECLARE
    report text;
BEGIN
    PERFORM set_config('event_journal.account', said, false);
    BEGIN
        SELECT string_agg(object_label, ' ') INTO report FROM journal.report();
    EXCEPTION WHEN OTHERS THEN
        report := SQLSTATE || ' ' || SQLERRM;
    END;
    RAISE INFO '% as % sets %: % / sees % / unconfined %', session_user, current_user, quote_literal(said), report,
        (SELECT string_agg(DISTINCT account, ' ') FROM journal.entry), journal.is_unconfined();
END
$$;
SET SESSION AUTHORIZATION regress_north;
CALL look(''); CALL look('south');
SET ROLE regress_reader;
CALL look(''); CALL look('south'); CALL look('north');
RESET ROLE;
SET event_journal.account = 'north';
SELECT peep();
SELECT peep_south();
SET event_journal.account = 'south';
SELECT peep();
SELECT peep_south();
SET SESSION AUTHORIZATION regress_pool;
CALL look(''); CALL look('south'); CALL look('north');
SET ROLE regress_north;
CALL look(''); CALL look('south'); CALL look('north');
RESET SESSION AUTHORIZATION;
SET ROLE regress_both;
CALL look(''); CALL look('south'); CALL look('east');
RESET event_journal.account;
SET ROLE regress_north;
SELECT peep();
SET ROLE regress_all;
CALL look(''); CALL look('south');
RESET ROLE;
SELECT journal.is_unconfined(), peep();

-- What is recorded: unset means the only account that it has, another is an error. A row's account is the table's business.
RESET event_journal.account;
SET SESSION AUTHORIZATION regress_north;
INSERT INTO note VALUES (1, 'unset');
SELECT journal.log('user.logged_in', 'employee', '7') IS NOT NULL AS logged;
SET event_journal.account = 'south';
INSERT INTO note VALUES (2, 'refused');
SELECT journal.log('user.logged_in', 'employee', '7');
INSERT INTO item VALUES (3, 'N-2', 'north'), (4, 'S-2', 'south');
SET ROLE regress_reader;
INSERT INTO note VALUES (2, 'refused');
RESET ROLE;
SET event_journal.account = 'north';
INSERT INTO note VALUES (3, 'set');
SELECT journal.set_context(account => 'south');
SELECT journal.set_context(account => 'north');
RESET event_journal.account;
SET ROLE regress_reader;
INSERT INTO note VALUES (4, 'unset, as another role');
-- Nothing is open to both.
CALL write_as_south(5, 'of no account');
SET event_journal.account = 'south';
CALL write_as_south(9, 'refused');
RESET event_journal.account;
RESET SESSION AUTHORIZATION;
SET ROLE regress_both;
INSERT INTO note VALUES (6, 'of no account, since of two');
SET event_journal.account = 'south';
INSERT INTO note VALUES (7, 'one of two');
RESET event_journal.account;
RESET ROLE;
INSERT INTO note VALUES (8, 'unconfined');
SELECT account, event, label, session_role, acting_role FROM journal.entries WHERE object_type <> 'item' ORDER BY id;

-- A change of role_account and of memberships counts at once, a rollback too.
BEGIN;
SET LOCAL ROLE regress_north;
INSERT INTO note VALUES (10, 'north');
RESET ROLE;
SAVEPOINT before;
UPDATE journal.role_account SET account = 'west' WHERE role = 'regress_north'::regrole;
SET LOCAL ROLE regress_north;
INSERT INTO note VALUES (11, 'west');
RESET ROLE;
SELECT account, label FROM journal.entry WHERE object_type = 'note' AND object_id = '11';
ROLLBACK TO before;
SET LOCAL ROLE regress_north;
INSERT INTO note VALUES (12, 'north');
RESET ROLE;
GRANT regress_both TO regress_south;
SET LOCAL ROLE regress_south;
INSERT INTO note VALUES (13, 'of no account, since of two');
RESET ROLE;
REVOKE regress_both FROM regress_south;
SET LOCAL ROLE regress_south;
INSERT INTO note VALUES (14, 'south');
RESET ROLE;
TRUNCATE journal.role_account;
SET LOCAL ROLE regress_south;
INSERT INTO note VALUES (15, 'of no account');
RESET ROLE;
SELECT account, label FROM journal.entry WHERE object_type = 'note' AND object_id::integer >= 10 ORDER BY id;
ROLLBACK;

-- What was restored and undone shows to readers of its account.
SELECT transaction_id AS south_only FROM journal.entry WHERE label = 'one of two' \gset
SELECT transaction_id AS both FROM journal.entry WHERE label = 'S-2' \gset
SELECT count(*) FROM journal.undo(:'south_only', 'of the south');
SELECT count(*) FROM journal.undo(:'both', 'of both');
SELECT max(id) AS change FROM journal.entry WHERE object_type = 'item' AND object_id = '1' \gset
SELECT count(*) FROM journal.revert(:change, 'a change of the north');
DELETE FROM item;
SELECT count(*) FROM journal.restore_all(ARRAY(SELECT id FROM journal.entry WHERE operation = 'd' AND object_type = 'item'
    AND label IN ('S-1 SECRET', 'N-1')
    AND NOT EXISTS (SELECT FROM journal.restoration r WHERE r.entry = id)), 'back', on_conflict => 'skip');
SELECT e.label, r.account, r.reason FROM journal.restoration r JOIN journal.entry e ON e.id = r.entry ORDER BY e.id;
SELECT reason, accounts FROM journal.undone ORDER BY at;
SET ROLE regress_north;
SELECT account, reason FROM journal.restoration ORDER BY entry;
SELECT reason FROM journal.undos ORDER BY at;
SELECT reason FROM journal.undone ORDER BY at;
SET ROLE regress_south;
SELECT account, reason FROM journal.restoration ORDER BY entry;
SELECT reason FROM journal.undos ORDER BY at;
RESET ROLE;
SELECT journal.set_account('north', 'free');
SET ROLE regress_north;
SELECT count(*) FROM journal.restoration;
SELECT count(*) FROM journal.undos;
RESET ROLE;
DROP OWNED BY regress_reader, regress_north, regress_south, regress_pool, regress_both, regress_all;
DROP ROLE regress_reader, regress_north, regress_south, regress_pool, regress_both, regress_all;
-- A dropped role's row says nothing any more.
SELECT count(*) FROM journal.role_account;
