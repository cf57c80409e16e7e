\i test/regress/fresh.sql
-- Row-level security: what plain SQL shows to whom. Accounts by role, plans' windows by time, on every partition.

SELECT journal.maintain(0);
SET event_journal.clock = '2024-03-31 12:00:00+00';
SELECT journal.set_account('workshop', plan => 'business');
SELECT journal.set_account('garage', plan => 'startup');
SELECT journal.set_account('kiosk', plan => 'free');
CREATE FUNCTION put(entry bigint, at timestamptz, account text) RETURNS void LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, context, command, event_type, operation,
                               reported, backfilled, account)
    VALUES (entry, at, '3', entry, 1, entry, 0, 1, 'l', true, false, account);
    INSERT INTO journal.context (id, account, reason) VALUES (entry, account, 'because');
END;
INSERT INTO journal.session (incarnation, started_at, process_id, session_role, acting_role, application_name)
SELECT id, now(), 1, 'somebody', 'somebody', '' FROM journal.incarnation;

-- 1x: workshop, 2x: garage, 3x: kiosk, 4x: a stranger without a row, 5x: of no account.
SELECT count(put(10 * n + age, '2024-03-31 12:00:00+00'::timestamptz - make_interval(days => days), account))
FROM (VALUES (1, 'workshop'), (2, 'garage'), (3, 'kiosk'), (4, 'stranger'), (5, '')) AS a (n, account),
     (VALUES (1, 0), (2, 29), (3, 31), (4, 400)) AS t (age, days);

CREATE ROLE regress_application;     -- not listed: its account is the setting
CREATE ROLE regress_one;             -- listed for one account
CREATE ROLE regress_both;            -- listed for two
CREATE ROLE regress_member;          -- listed by membership
CREATE ROLE regress_everywhere;      -- listed for all
CREATE ROLE regress_nobody;          -- may use the schema, and no more
GRANT regress_one TO regress_member;
INSERT INTO journal.role_account (role, account) VALUES
    ('regress_one', 'garage'), ('regress_both', 'workshop'), ('regress_both', 'garage'), ('regress_everywhere', NULL);
GRANT USAGE ON SCHEMA journal TO regress_application, regress_one, regress_both, regress_everywhere, regress_nobody;
GRANT SELECT ON journal.entry, journal.context, journal.session
    TO regress_application, regress_one, regress_both, regress_everywhere;
GRANT EXECUTE ON FUNCTION journal.visible_since, journal.is_unconfined
    TO regress_application, regress_one, regress_both, regress_everywhere;

CREATE VIEW seen WITH (security_invoker = true) AS
SELECT (SELECT array_agg(id ORDER BY id) FROM journal.entry) AS entries,
       (SELECT array_agg(id ORDER BY id) FROM journal.context) AS contexts,
       (SELECT count(*) FROM journal.session) AS sessions;
GRANT SELECT ON seen TO PUBLIC;

-- The owner sees everything: it has to dump it.
SELECT * FROM seen;

-- Not listed: the account of the setting, else what is of no account.
SET ROLE regress_application;
SELECT * FROM seen;
SET event_journal.account = 'workshop';
SELECT * FROM seen;
SET event_journal.account = 'garage';
SELECT * FROM seen;
SET event_journal.account = 'kiosk';
SELECT * FROM seen;
SET event_journal.account = 'stranger';
SELECT * FROM seen;

-- Listed: its accounts, whatever it sets, and no session.
SET ROLE regress_one;
SELECT * FROM seen;
SET event_journal.account = 'workshop';
SELECT * FROM seen;
SET ROLE regress_both;
SELECT * FROM seen;
SET ROLE regress_member;
SELECT * FROM seen;
SET ROLE regress_everywhere;
SELECT * FROM seen;
SET ROLE regress_nobody;
SELECT * FROM seen;
RESET ROLE;
RESET event_journal.account;

-- A plan hides rows and deletes none: after an upgrade they show, and after a downgrade they do not.
SELECT journal.set_account('garage', plan => 'business');
SET ROLE regress_one;
SELECT * FROM seen;
RESET ROLE;
SELECT journal.set_account('garage', plan => 'free');
SET ROLE regress_one;
SELECT * FROM seen;
RESET ROLE;
SELECT journal.set_account('garage', plan => 'startup');

-- A cheap operator of the reader's own sees no hidden row.
CREATE SCHEMA regress_peeping AUTHORIZATION regress_one;
SET ROLE regress_one;
CREATE FUNCTION regress_peeping.peep(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS
$$ BEGIN RAISE NOTICE 'account %', $1; RETURN true; END $$;
SELECT id FROM journal.entry WHERE regress_peeping.peep(account) ORDER BY id;
RESET ROLE;
DROP SCHEMA regress_peeping CASCADE;

-- A month made later is no way round, whether through the parent or, after a stray GRANT, directly.
RESET event_journal.clock;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA journal GRANT ALL ON TABLES TO regress_one, regress_nobody WITH GRANT OPTION;
SELECT journal.maintain(1);
SELECT 'journal.entry_' || to_char((now() + '1 month') AT TIME ZONE 'UTC', 'YYYY_MM') AS later \gset
SELECT put(19, now() + '1 month', 'workshop'), put(29, now() + '1 month', 'garage');
SET ROLE regress_one;
SELECT id FROM journal.entry WHERE id IN (19, 29);
SELECT has_table_privilege(:'later', 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') AS has_any,
       has_table_privilege('journal.entry_2024_03', 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') AS has_any;
SELECT id FROM journal.entry_2024_03;
RESET ROLE;
GRANT ALL ON journal.entry_2024_03, journal.entry_default, :later TO regress_one, regress_nobody;
SET event_journal.clock = '2024-03-31 12:00:00+00';
GRANT pg_read_server_files TO regress_one;
SET ROLE regress_one;
SELECT id FROM journal.entry_2024_03 ORDER BY id;
SELECT id FROM :later ORDER BY id;
SELECT count(*) FROM journal.entry_default;
-- Whoever may INSERT or TRUNCATE cannot, either.
INSERT INTO journal.entry_2024_03 SELECT * FROM journal.entry_2024_03 LIMIT 1;
INSERT INTO journal.entry_default DEFAULT VALUES;
TRUNCATE journal.entry_2024_03;
COPY journal.entry_2024_03 FROM '/dev/null';
UPDATE journal.entry_2024_03 SET label = 'changed' RETURNING id;
DELETE FROM journal.entry_2024_03 RETURNING id;
-- row_security = off is an error, not a way round.
SET row_security = off;
SELECT id FROM journal.entry_2024_03;
RESET row_security;
SET ROLE regress_nobody;
SELECT id FROM journal.entry_2024_03 ORDER BY id;
RESET ROLE;

-- A partition that somebody makes or attaches by hand is open to nobody; equipped, it is like the others.
CREATE TABLE journal.entry_1999 PARTITION OF journal.entry FOR VALUES FROM ('1999-01-01 00:00+00') TO ('2000-01-01 00:00+00');
CREATE TABLE public.entry_1998 (LIKE journal.entry);
ALTER TABLE journal.entry ATTACH PARTITION public.entry_1998 FOR VALUES FROM ('1998-01-01 00:00+00') TO ('1999-01-01 00:00+00');
SELECT put(18, '1999-01-01 00:00+00', 'workshop'), put(28, '1998-01-01 00:00+00', 'workshop');
SELECT relname, relrowsecurity, cardinality(relacl) FROM pg_class WHERE relname IN ('entry_1998', 'entry_1999') ORDER BY relname;
GRANT SELECT ON journal.entry_1999, public.entry_1998 TO regress_everywhere;
SET ROLE regress_everywhere;
SELECT id FROM journal.entry_1999;
RESET ROLE;
SELECT journal.equip_partition('journal.entry_1999'), journal.equip_partition('public.entry_1998');
GRANT SELECT ON journal.entry_1999, public.entry_1998 TO regress_everywhere;
SET ROLE regress_everywhere;
SELECT id FROM journal.entry_1999 UNION ALL SELECT id FROM public.entry_1998;
RESET ROLE;

ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM PUBLIC;
DROP OWNED BY regress_application, regress_one, regress_both, regress_member, regress_everywhere, regress_nobody;
DROP ROLE regress_application, regress_one, regress_both, regress_member, regress_everywhere, regress_nobody;
