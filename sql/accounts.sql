\i test/regress/fresh.sql
SET DateStyle = 'ISO, YMD';
-- Accounts: what set_account states, what a plan shows, and to which accounts a role is confined.

-- NULL leaves a value, '' means the default.
SELECT journal.set_account('acme', 'startup', 'europe/moscow', 'ru');
SELECT journal.set_account('plain');
SELECT * FROM journal.account ORDER BY account;
SELECT journal.set_account('acme', time_zone => 'America/Havana');
SELECT journal.set_account('acme', plan => '', language => '');
SELECT * FROM journal.account ORDER BY account;

-- What it refuses.
DO $$
DECLARE
    attempt text;
    hint text;
BEGIN
    FOREACH attempt IN ARRAY ARRAY[
        $a$journal.set_account(NULL, 'startup')$a$,
        $a$journal.set_account('acme', 'startpu')$a$,
        $a$journal.set_account('acme', time_zone => 'Europe/Mosocw')$a$,
        $a$journal.set_account('acme', language => 'ruu')$a$]
    LOOP
        BEGIN
            EXECUTE 'SELECT ' || attempt;
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
            RAISE INFO '% % / %', SQLSTATE, SQLERRM, hint;
        END;
    END LOOP;
END
$$;
BEGIN READ ONLY;
SELECT journal.set_account('acme', 'free');
ROLLBACK;

-- From when on an account's journal shows: the setting's account only, as far back as its plan lets.
SELECT journal.set_account('acme', 'startup', 'UTC');
SELECT journal.set_account('poor', 'free');
INSERT INTO journal.plan (code, report_window) VALUES ('month', '1 month');
SELECT journal.set_account('monthly', 'month', 'UTC');
SET TIME ZONE 'UTC';
SET event_journal.clock = '2024-03-31 12:00:00+00';
CREATE VIEW shown AS
SELECT name, journal.visible_since(name) FROM unnest('{acme,plain,poor,monthly,""}'::text[]) AS name;
SELECT * FROM shown;
SET event_journal.account = 'acme';
SELECT * FROM shown;
SET event_journal.account = 'plain';
SELECT * FROM shown;
SET event_journal.account = 'poor';
SELECT * FROM shown;
SET event_journal.account = 'monthly';
SELECT * FROM shown;

-- A change shows at once, a savepoint rolled back as well, and nothing is kept for too long.
BEGIN;
SELECT journal.visible_since('monthly');
SAVEPOINT before;
SELECT journal.set_account('monthly', 'free');
SELECT journal.visible_since('monthly');
ROLLBACK TO before;
SELECT journal.visible_since('monthly');
SET LOCAL event_journal.account = 'acme';
SELECT journal.visible_since('monthly'), journal.visible_since('acme');
COMMIT;
SELECT journal.visible_since('monthly'), journal.visible_since('acme'), journal.visible_since(NULL);
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT journal.visible_since('monthly');
SAVEPOINT before;
UPDATE journal.account SET plan = 'business' WHERE account = 'monthly';
SELECT journal.visible_since('monthly');
ROLLBACK TO before;
SELECT journal.visible_since('monthly');
COMMIT;

-- A plan of one's own wins over the shipped one of the same code.
INSERT INTO journal.plan (code, report_window) VALUES ('free', '7 days');
SET event_journal.account = 'poor';
SELECT journal.visible_since('poor');
DELETE FROM journal.plan WHERE code = 'free' AND NOT is_core;

-- Roles that are listed see their accounts only, whatever they set.
CREATE ROLE regress_one;
CREATE ROLE regress_two;
CREATE ROLE regress_all;
CREATE ROLE regress_any;
CREATE ROLE regress_member IN ROLE regress_one;
INSERT INTO journal.role_account (role, account) VALUES
    ('regress_one', 'acme'), ('regress_two', 'acme'), ('regress_two', 'plain'), ('regress_all', NULL);
GRANT USAGE ON SCHEMA journal TO regress_one, regress_two, regress_all, regress_any;
GRANT SELECT ON journal.entry, shown TO regress_one, regress_two, regress_all, regress_any;
GRANT EXECUTE ON FUNCTION journal.visible_since, journal.is_unconfined, journal.report TO
    regress_one, regress_two, regress_all, regress_any;
CREATE FUNCTION log_to(account text) RETURNS void LANGUAGE sql AS $$
    SELECT journal.set_context(account => account);
    SELECT journal.log('user.logged_in', 'employee', account);
$$;
RESET event_journal.clock;
SELECT log_to('acme'), log_to('plain'), log_to('poor'), log_to('');

CREATE PROCEDURE look(said text) LANGUAGE plpgsql AS $$
DECLARE
    sees text;
    report text;
BEGIN
    PERFORM set_config('event_journal.account', said, false);
    SELECT string_agg(DISTINCT quote_literal(account), ' ') INTO sees FROM journal.entry;
    BEGIN
        SELECT string_agg(quote_literal(object_id), ' ') INTO report FROM journal.report();
    EXCEPTION WHEN OTHERS THEN
        report := SQLSTATE || ' ' || SQLERRM;
    END;
    RAISE INFO '% sets %: sees % / report % / unconfined %',
        current_user, quote_literal(said), sees, report, journal.is_unconfined();
END
$$;
SET ROLE regress_any;
CALL look(''); CALL look('acme'); CALL look('plain'); CALL look('poor');
SET ROLE regress_one;
CALL look(''); CALL look('acme'); CALL look('plain');
SET ROLE regress_member;
CALL look(''); CALL look('plain');
SET ROLE regress_two;
CALL look(''); CALL look('acme'); CALL look('plain'); CALL look('poor');
SET ROLE regress_all;
CALL look(''); CALL look('acme'); CALL look('poor');
RESET ROLE;

DROP OWNED BY regress_one, regress_two, regress_all, regress_any;
DROP ROLE regress_one, regress_two, regress_all, regress_any, regress_member;
