\i test/regress/fresh.sql
-- The past of a table reads its own entries, by the object types that it has had; and all of them.
CREATE SCHEMA crm;
CREATE TABLE crm.visits (id integer PRIMARY KEY, n integer);
CREATE TABLE crm.plans (id integer PRIMARY KEY, name text);
INSERT INTO crm.visits SELECT g, 0 FROM generate_series(1, 5000) g;
INSERT INTO crm.plans VALUES (1, 'first'), (2, 'second'), (3, 'third');
SELECT journal.track('crm.visits', 'visit');
SELECT journal.track('crm.plans', 'tariff');
SELECT journal.mark('begun') IS NOT NULL AS marked;

-- Three object types, one of which another table has now.
UPDATE crm.plans SET name = 'tariff' WHERE id < 3;
SELECT journal.track('crm.plans', 'plan');
UPDATE crm.plans SET name = 'plan' WHERE id = 1;
SELECT journal.mark('between') IS NOT NULL AS marked;
UPDATE crm.visits SET n = 1;
SELECT journal.track('crm.plans', 'rate');
SELECT journal.track('crm.visits', 'tariff');
DELETE FROM crm.plans WHERE id = 3;
UPDATE crm.visits SET n = 2 WHERE id < 5;
SELECT relation, object_types FROM journal.tracked_relation ORDER BY id;
ANALYZE journal.entry;

SELECT * FROM journal.table_as_of(NULL::crm.plans, mark => 'begun') ORDER BY id;
SELECT * FROM journal.table_as_of(NULL::crm.plans, mark => 'between') ORDER BY id;
SELECT journal.row_as_of('crm.plans', '1', mark => 'begun'), journal.row_as_of('crm.plans', '3', mark => 'begun');
SELECT object_id, operation, old_row, new_row FROM journal.diff(NULL::crm.plans, from_mark => 'begun') ORDER BY object_id;
SELECT * FROM journal.verify_history('crm.plans');
SELECT n, count(*) FROM journal.table_as_of(NULL::crm.visits, mark => 'begun') GROUP BY n;
SELECT * FROM journal.verify_history('crm.visits');

CREATE FUNCTION entries_read(call text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    before numeric;
    result numeric;
BEGIN
    SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0) INTO before FROM pg_stat_xact_user_tables WHERE relname ~ '^entry_';
    EXECUTE 'SELECT count(*) FROM journal.' || call;
    SELECT sum(seq_tup_read + idx_tup_fetch) - before INTO result FROM pg_stat_xact_user_tables WHERE relname ~ '^entry_';
    RETURN result;
END
$$;
-- The journal has some 5,000 entries.
SELECT call, entries_read(call) < 100 AS few
FROM (VALUES ('table_as_of(NULL::crm.plans, mark => ''begun'')'), ('diff(NULL::crm.plans, from_mark => ''begun'')'),
             ('verify_history(''crm.plans'')'), ('row_as_of(''crm.plans'', ''1'', mark => ''begun'')')) AS c (call);

-- A table that takes a dropped one's place has its object types too.
SELECT journal.untrack('crm.visits');
DROP TABLE crm.visits;
CREATE TABLE crm.visits (id integer PRIMARY KEY, n integer);
SELECT journal.track('crm.visits', 'tariff');
SELECT journal.track('crm.visits', 'visit');
SELECT relation, object_type, object_types FROM journal.tracked_relation ORDER BY id;
INSERT INTO crm.visits VALUES (1, 1);
SELECT journal.mark('new') IS NOT NULL AS marked;
DELETE FROM crm.visits;
SELECT * FROM journal.table_as_of(NULL::crm.visits, mark => 'new');

-- Types are noted without a call of track: what a schema-only restore leaves, and a reference.
CREATE TABLE crm.kinds (id integer PRIMARY KEY, name text);
CREATE TABLE crm.notes (id integer PRIMARY KEY, kind integer REFERENCES crm.kinds);
CREATE TRIGGER "00_event_journal" AFTER INSERT OR UPDATE OR DELETE ON crm.notes FOR EACH ROW EXECUTE FUNCTION journal.capture();
INSERT INTO crm.notes VALUES (1, NULL);
SELECT relation, object_type, object_types FROM journal.tracked_relation WHERE relation::text LIKE 'crm.notes%';
SELECT journal.track('crm.notes', 'remark');
SELECT journal.track('crm.kinds', 'kind');
SELECT relation, object_type, object_types FROM journal.tracked_relation WHERE relation::text ~ 'notes|kinds' ORDER BY relation::text;
