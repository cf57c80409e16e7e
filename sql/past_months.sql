\i test/regress/fresh.sql
-- Months of the journal that are gone: the past before their end is unknown, never empty.
\set VERBOSITY terse
SET timezone = 'UTC';
CREATE TABLE e (id integer PRIMARY KEY, v integer);
SELECT journal.track('e', 'e');
INSERT INTO e VALUES (1, 1);
SELECT journal.mark('m') IS NOT NULL AS marked;
SELECT clock_timestamp() AS moment \gset
UPDATE e SET v = 2;
SELECT max(transaction_id) AS transaction FROM journal.entries \gset
SELECT 'entry_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM') AS month,
       'FOR VALUES FROM (' || quote_literal(date_trunc('month', now(), 'UTC')) || ') TO ('
       || quote_literal(date_trunc('month', now(), 'UTC') + interval '1 month') || ')' AS bounds \gset
CREATE VIEW months AS
SELECT from_moment = date_trunc('month', now(), 'UTC') AS present, isfinite(from_moment) AS is_month, gone_at IS NULL AS attached, was_empty
FROM journal.month ORDER BY from_moment, attached_at;
TABLE months;
SELECT v FROM journal.table_as_of(NULL::e, mark => 'm');

-- Detached.
BEGIN;
ALTER TABLE journal.entry DETACH PARTITION journal.:"month";
UPDATE e SET v = 3;
TABLE months;
SAVEPOINT s;
SELECT * FROM journal.table_as_of(NULL::e, mark => 'm');
ROLLBACK TO s;
\set VERBOSITY sqlstate
SELECT * FROM journal.table_as_of(NULL::e, :'moment');
\set VERBOSITY terse
ROLLBACK TO s;
SELECT * FROM journal.diff(NULL::e, from_mark => 'm');
ROLLBACK TO s;
SELECT * FROM journal.diff(NULL::e, to_mark => 'm', from_moment => clock_timestamp());
ROLLBACK TO s;
SELECT journal.row_as_of('e', '1', mark => 'm');
ROLLBACK TO s;
SELECT v FROM journal.table_as_of(NULL::e, clock_timestamp());
SELECT * FROM journal.verify_history('e');
ROLLBACK;
-- Attached again: nothing is lost.
BEGIN;
ALTER TABLE journal.entry DETACH PARTITION journal.:"month";
SELECT count(*) FROM months WHERE NOT attached AND NOT was_empty;
ALTER TABLE journal.entry ATTACH PARTITION journal.:"month" :bounds;
SELECT count(*) FROM months WHERE NOT attached;
SELECT v FROM journal.table_as_of(NULL::e, mark => 'm');
COMMIT;

-- Dropped; made again, it is another one.
BEGIN;
DROP TABLE journal.:"month";
TABLE months;
SELECT journal.maintain(0);
UPDATE e SET v = 4;
SAVEPOINT s;
SELECT * FROM journal.table_as_of(NULL::e, mark => 'm');
ROLLBACK TO s;
SELECT journal.mark('n') IS NOT NULL AS marked;
UPDATE e SET v = 5;
SELECT v FROM journal.table_as_of(NULL::e, mark => 'n');
SELECT * FROM journal.verify_history('e');
ROLLBACK;

-- A month that was empty is no loss: one that is still to come, or one that held nothing.
DO $$
DECLARE
    month regclass;
BEGIN
    FOR month IN SELECT relation_oid FROM journal.month WHERE from_moment > now() ORDER BY from_moment LOOP
        IF month::text < 'journal.entry_' || to_char(now() AT TIME ZONE 'UTC' + interval '2 months', 'YYYY_MM') THEN
            EXECUTE format('DROP TABLE %s', month);
        ELSE
            EXECUTE format('ALTER TABLE journal.entry DETACH PARTITION %s', month);
        END IF;
    END LOOP;
END
$$;
TABLE months;
SELECT v FROM journal.table_as_of(NULL::e, mark => 'm');
SELECT * FROM journal.verify_history('e');
DO $$
DECLARE
    month regclass;
BEGIN
    FOR month IN SELECT oid FROM pg_class WHERE relname ~ '^entry_\d{4}_\d{2}$' AND NOT relispartition LOOP
        EXECUTE format('DROP TABLE %s', month);
    END LOOP;
END
$$;

-- A month of a former incarnation that a restore did not attach: it came after the mark, as its own months say.
BEGIN;
INSERT INTO journal.month (relation_name, relation_oid, incarnation, from_moment, to_moment, attached_at)
VALUES ('journal.entry_left_out', 1, gen_random_uuid(), now() - interval '1 day', now() + interval '1 day', now() - interval '1 day');
SELECT v FROM journal.table_as_of(NULL::e, mark => 'm');
UPDATE journal.month SET attached_at = clock_timestamp() WHERE incarnation = (SELECT id FROM journal.incarnation);
SAVEPOINT s;
SELECT v FROM journal.table_as_of(NULL::e, mark => 'm');
ROLLBACK TO s;
SELECT v FROM journal.table_as_of(NULL::e, clock_timestamp());
-- It came back in a further one.
INSERT INTO journal.month (relation_name, relation_oid, incarnation, from_moment, to_moment, attached_at)
SELECT relation_name, 2, (SELECT id FROM journal.incarnation), from_moment, to_moment, clock_timestamp()
FROM journal.month WHERE relation_oid = 1;
SELECT v FROM journal.table_as_of(NULL::e, mark => 'm');
ROLLBACK;

-- journal.drop_month is the way to drop one that is over.
SELECT journal.drop_month(now()::date);
SELECT journal.drop_month('2001-02-03');
SELECT journal.drop_month('infinity');
CREATE TABLE old (id integer PRIMARY KEY, made_at timestamptz);
INSERT INTO old VALUES (1, '2001-02-03 10:00:00+00');
SELECT journal.track('old', created_at => 'made_at', backfill => true);
SELECT journal.maintain(0);
SELECT relation_name, was_empty FROM journal.month WHERE from_moment = '2001-02-01 00:00:00+00';
-- 2^64 microseconds after a day of it.
SELECT journal.drop_month(date '2001-02-03' + 213503983);
SELECT journal.drop_month('2001-02-28');
SELECT relation_name, from_moment AT TIME ZONE 'UTC' AS "from", to_moment AT TIME ZONE 'UTC' AS "to", gone_at IS NULL AS attached, was_empty
FROM journal.month WHERE from_moment = '2001-02-01 00:00:00+00';
SELECT v FROM journal.table_as_of(NULL::e, mark => 'm');
CREATE TABLE journal.entry_1999_12 PARTITION OF journal.entry FOR VALUES FROM ('1999-12-01 00:00:00+00') TO ('2000-01-01 00:00:00+00');
SELECT relation_name, gone_at IS NULL AS attached, was_empty FROM journal.month WHERE from_moment < '2000-01-01' AND isfinite(from_moment);
SELECT journal.drop_month('1999-12-31');
SELECT relation_name, gone_at IS NULL AS attached, was_empty FROM journal.month WHERE from_moment < '2000-01-01' AND isfinite(from_moment);
-- It is no reader's business.
CREATE ROLE regress_months;
GRANT USAGE ON SCHEMA journal TO regress_months;
SET ROLE regress_months;
SELECT journal.drop_month('2001-02-03');
SELECT * FROM journal.month;
RESET ROLE;
REVOKE USAGE ON SCHEMA journal FROM regress_months;
DROP ROLE regress_months;
