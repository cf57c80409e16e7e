\i test/regress/fresh.sql
-- Months of the journal: journal.maintain() makes them and moves to them what the default partition holds.

CREATE FUNCTION put(entry bigint, at timestamptz, account text DEFAULT '') RETURNS void LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation,
                               reported, backfilled, account, object_type, object_id, data)
    VALUES (entry, at, '3', entry, 1, 0, 1, 'l', true, false, account, 'task', entry::text, journal.packed('{"kept": [1.10, null]}'));
END;
CREATE VIEW month AS
SELECT c.oid::regclass AS partition, c.oid,
       CASE WHEN c.relname = 'entry_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM') THEN 'the present month'
            WHEN c.relname > 'entry_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM') THEN 'coming or default'
            ELSE c.relname END AS what
FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
WHERE inhparent = 'journal.entry'::regclass;

SELECT partition FROM month;
-- This month and three more; again there is nothing to do.
SELECT journal.maintain();
SELECT journal.maintain();
SELECT journal.maintain(months_ahead => 5);
SELECT what, count(*) FROM month GROUP BY what ORDER BY what;
SELECT put(1, now());
SELECT what FROM month WHERE oid = (SELECT tableoid FROM journal.entry WHERE id = 1);

-- What lies in the default partition moves, by months in UTC, whatever the session's time zone.
SET TimeZone = 'Asia/Tokyo';
SET DateStyle = 'SQL, DMY';
SELECT put(10, '2020-01-31 23:59:59.999999+00');
SELECT put(11, '2020-02-01 00:00:00+00');
SELECT put(12, '2020-02-29 12:00:00+00', 'a');
SELECT put(13, '2020-12-31 23:00:00+00', 'b');
SELECT put(14, '-infinity');
SELECT put(15, 'infinity');
SELECT put(16, '0044-03-15 12:00:00+00 BC');
SELECT tableoid::regclass, id FROM journal.entry WHERE id >= 10 ORDER BY id;
SELECT journal.maintain();
RESET TimeZone;
RESET DateStyle;
SELECT tableoid::regclass, id, account, object_id, journal.unpacked(data) AS data FROM journal.entry WHERE id >= 10 ORDER BY id;
SELECT count(*) FROM ONLY journal.entry_default;

-- Every partition has the same equipment, and nobody but the owner a privilege.
SELECT definition, count(*) = (SELECT count(*) FROM month) AS everywhere
FROM month JOIN pg_index ON indrelid = oid,
     LATERAL regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', '') AS d (definition)
GROUP BY definition ORDER BY definition;
SELECT tgname, tgenabled, pg_get_triggerdef(t.oid) ~ 'BEFORE TRUNCATE' AS on_truncate,
       count(*) = (SELECT count(*) FROM month) AS everywhere
FROM month JOIN pg_trigger t ON tgrelid = month.oid GROUP BY 1, 2, 3 ORDER BY 1;
SELECT polname, polcmd, pg_get_expr(polqual, polrelid), count(*) = (SELECT count(*) FROM month) AS everywhere
FROM month JOIN pg_policy ON polrelid = month.oid GROUP BY 1, 2, 3;
SELECT relrowsecurity, relforcerowsecurity, relreplident, relacl IS NULL OR cardinality(relacl) = 1 AS only_owner,
       count(*) = (SELECT count(*) FROM month) AS everywhere
FROM month JOIN pg_class USING (oid) GROUP BY 1, 2, 3, 4;
-- The parent has no index and no constraint (NOT NULL is one in PostgreSQL 18), and months are no members of the extension: a dump holds them.
SELECT relhasindex FROM pg_class WHERE oid = 'journal.entry'::regclass;
SELECT count(*) FROM pg_constraint WHERE conrelid = 'journal.entry'::regclass AND contype <> 'n';
SELECT partition FROM month WHERE oid IN (SELECT objid FROM pg_depend WHERE classid = 'pg_class'::regclass AND deptype = 'e');

-- The entries of a transaction are found by an index.
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM journal.entry_2020_02 WHERE transaction_id = '5';
RESET enable_seqscan;
SELECT array_agg(id ORDER BY id) FROM journal.entry_2020_02 WHERE transaction_id = (SELECT transaction_id FROM journal.entry WHERE id = 12);

-- Equipping again changes nothing; only partitions are equipped.
SELECT journal.equip_partition('journal.entry_2020_02');
SELECT count(*) FROM pg_index WHERE indrelid = 'journal.entry_2020_02'::regclass;
SELECT journal.equip_partition('journal.session');

-- A month that was detached is in the way of its own name; the error leaves nothing behind, and the guards stand.
ALTER TABLE journal.entry DETACH PARTITION journal.entry_2020_12;
SELECT put(20, '2020-12-01 00:00:00+00');
SELECT put(21, '2020-11-01 00:00:00+00');
\set VERBOSITY terse
SELECT journal.maintain();
SELECT to_regclass('journal.entry_2020_11');
DELETE FROM journal.entry WHERE id = 20;
BEGIN;
SAVEPOINT before;
SELECT journal.maintain();
ROLLBACK TO before;
DELETE FROM journal.entry_default WHERE id = 20;
ROLLBACK;
\set VERBOSITY default
-- Once it is out of the way, the month is made; the pass is given back at once.
ALTER TABLE journal.entry_2020_12 RENAME TO old_2020_12;
BEGIN;
SELECT journal.maintain();
DELETE FROM journal.entry_default WHERE id = 14;
ROLLBACK;
SELECT journal.maintain();
SELECT tableoid::regclass, id FROM journal.entry WHERE id >= 20 ORDER BY id;
-- The detached month kept the names of its indexes.
SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 'journal.entry_2020_12'::regclass ORDER BY indexrelid;

-- Rolled back, it made nothing.
BEGIN;
SELECT put(30, '2019-07-01 00:00:00+00');
SELECT journal.maintain();
ROLLBACK;
SELECT to_regclass('journal.entry_2019_07'), count(*) FROM journal.entry WHERE id = 30;

-- Under a publication of everything too: rows are deleted from the default partition, and names of lookup tables change.
SET client_min_messages = error;  -- a server may have another wal_level
CREATE PUBLICATION everything FOR ALL TABLES;
RESET client_min_messages;
CREATE TABLE colour (id integer PRIMARY KEY, name text);
CREATE TABLE thing (id integer PRIMARY KEY, colour_id integer REFERENCES colour);
SELECT journal.track('thing');
INSERT INTO colour VALUES (1, 'red');
UPDATE colour SET name = 'dark red';
INSERT INTO thing VALUES (1, 1);
SELECT put(40, '2018-07-01 00:00:00+00');
SELECT journal.maintain();
SELECT label FROM journal.label ORDER BY valid_from;
INSERT INTO journal.role_account VALUES ('pg_monitor', 'a');
DELETE FROM journal.role_account;
DROP TABLE thing, colour;
DROP PUBLICATION everything;

-- In a transaction that sees the past only.
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT put(41, '2017-07-01 00:00:00+00');
SELECT journal.maintain();
COMMIT;

-- Refused: nonsense, and a transaction that cannot write.
SELECT journal.maintain(-1);
SELECT journal.maintain(1000);
BEGIN READ ONLY;
SELECT journal.maintain();
ROLLBACK;

-- An administrator needs EXECUTE alone; what is made belongs to the owner, and the caller's storage defaults are not its.
CREATE ROLE regress_administrator;
GRANT USAGE ON SCHEMA journal TO regress_administrator;
SET ROLE regress_administrator;
SELECT journal.maintain(7);
RESET ROLE;
CREATE ACCESS METHOD regress_heap TYPE TABLE HANDLER heap_tableam_handler;
GRANT EXECUTE ON FUNCTION journal.maintain TO regress_administrator;
SET ROLE regress_administrator;
SET default_table_access_method = regress_heap;
SET search_path = pg_temp;
CREATE TEMP TABLE entry_default (occurred_at timestamptz);
SELECT journal.maintain(7);
SELECT journal.equip_partition('journal.entry_default');
RESET ROLE;
RESET search_path;
SELECT DISTINCT pg_get_userbyid(relowner) = current_user AS is_owner, relacl, amname FROM pg_class c JOIN month USING (oid) JOIN pg_am a ON a.oid = relam;
DROP OWNED BY regress_administrator;
DROP ROLE regress_administrator;
