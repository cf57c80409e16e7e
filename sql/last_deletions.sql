\i test/regress/fresh.sql
-- Deleted objects are those after whose deletion nothing happened to them, as the entries say it; what is known otherwise of a row
-- that is not there (further deletions, changes of its key or account) spares reading them, and may say nothing else.

-- Tables with and without names, and with and without accounts.
CREATE TABLE named (id integer PRIMARY KEY, name text);
CREATE TABLE owned (id integer PRIMARY KEY, tenant text, made text);
CREATE TABLE titled (id integer PRIMARY KEY, tenant text, name text);
CREATE TABLE bare (id integer PRIMARY KEY, made text);
SELECT journal.track('named', label => 'name'), journal.track('owned', account => 'tenant'),
       journal.track('titled', account => 'tenant', label => 'name'), journal.track('bare');

-- Rows that come and go: what happens to row n of each table in turn, of i(nsert), d(elete), k(ey changed), a(ccount changed).
CREATE TABLE fate (n integer, deeds text);
INSERT INTO fate VALUES
    (1, 'd'), (2, 'di'), (3, 'did'), (4, 'dik'), (5, 'dia'), (6, 'diad'), (7, 'k'), (8, 'kid'), (9, 'kidi'), (10, 'a'), (11, 'ad'),
    (12, 'adid'), (13, 'didid'), (14, 'didik'), (15, 'dikid'), (16, 'diaid');
CREATE FUNCTION do_it(kind text, n integer, deed text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    is_of_account boolean := kind IN ('owned', 'titled');
BEGIN
    EXECUTE CASE deed
        WHEN 'i' THEN format(CASE WHEN is_of_account THEN 'INSERT INTO %I VALUES (%s, %L, ''x'') ON CONFLICT DO NOTHING'
                                  ELSE 'INSERT INTO %I VALUES (%s, ''x'') ON CONFLICT DO NOTHING' END, kind, n, 'north')
        WHEN 'd' THEN format('DELETE FROM %I WHERE id = %s', kind, n)
        WHEN 'k' THEN format('UPDATE %I SET id = id + 1000 * (1 + (SELECT count(*) FROM %1$I)) WHERE id = %s', kind, n)
        WHEN 'a' THEN CASE WHEN is_of_account THEN format('UPDATE %I SET tenant = ''south'' WHERE id = %s', kind, n)
                           ELSE 'SET event_journal.account = ''south''' END
    END;
END $$;
CREATE PROCEDURE live(kind text) LANGUAGE plpgsql AS $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT n, deed FROM fate, regexp_split_to_table('i' || deeds, '') WITH ORDINALITY d (deed, place) ORDER BY n, place LOOP
        IF r.deed = 'i' THEN
            SET event_journal.account = 'north';
        END IF;
        PERFORM do_it(kind, r.n, r.deed);
    END LOOP;
END $$;
CALL live('named');
CALL live('owned');
CALL live('titled');
CALL live('bare');

CREATE FUNCTION is_there(type text, id text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    found boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE id = %L)', type, id) INTO found;
    RETURN found;
END $$;
-- What is to be shown, by the entries alone.
CREATE FUNCTION held(of text) RETURNS SETOF bigint LANGUAGE sql AS $$
    SELECT id FROM journal.entry e
    WHERE account = of AND operation = 'd' AND id = change AND NOT is_there(object_type, object_id)
    AND NOT EXISTS (SELECT FROM journal.entry l WHERE l.account = of AND l.object_type = e.object_type AND l.object_id = e.object_id
                    AND l.id > e.id AND l.change <> e.change AND l.operation <> 'l') $$;
CREATE FUNCTION shown(of text) RETURNS SETOF bigint LANGUAGE sql AS $$
    SELECT set_config('event_journal.account', of, false);
    SELECT entry FROM journal.deleted_objects(page_size => 200) $$;
CREATE VIEW differences AS
SELECT a.of, d.why, e.object_type, e.object_id FROM (VALUES ('north'), ('south')) a (of), LATERAL (
    SELECT 'not shown', h FROM held(of) h WHERE h NOT IN (SELECT shown(of))
    UNION ALL SELECT 'shown', s FROM shown(of) s WHERE s NOT IN (SELECT held(of))) d (why, entry) JOIN journal.entry e ON e.id = d.entry
ORDER BY 1, 2, 3, 4;
TABLE differences;
SELECT of, object_type, array_agg(object_id::integer ORDER BY object_id::integer) AS deleted
FROM (VALUES ('north'), ('south')) a (of), LATERAL (SELECT e.* FROM shown(of) s JOIN journal.entry e ON e.id = s) e
GROUP BY 1, 2 ORDER BY 1, 2;

-- The same when all of it was long ago, in months that are closed, and when one of these was written to afterwards.
DO $$
DECLARE
    present regclass := (SELECT DISTINCT tableoid FROM journal.entry);
BEGIN
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER ALL', present);
    UPDATE journal.entry SET occurred_at = '2024-01-10'::timestamptz + (id - (SELECT min(id) FROM journal.entry)) * interval '1 hour';
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER refuse_change', present);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER refuse_truncate', present);
END $$;
SET client_min_messages = warning;
CALL journal.maintenance(0);
RESET client_min_messages;
SELECT count(DISTINCT relation_oid) > 1 AS months, count(*) AS deletions FROM journal.month_deletion;
TABLE differences;
CALL live('named');
CALL live('titled');
TABLE differences;
-- A month that was written to afterwards is read itself.
INSERT INTO journal.entry
SELECT (jsonb_populate_record(e, jsonb_build_object('id', n, 'change', n, 'occurred_at', e.occurred_at + '1 minute'))).*
FROM journal.entry e, nextval('journal.entry_id_seq') n
WHERE e.id = (SELECT max(id) FROM journal.entry WHERE operation = 'd' AND object_type = 'owned' AND object_id = '13' AND account = 'north');
TABLE differences;

-- What happened unseen has no entries, so the deletion is the last that is known; what is seen again tells nothing of before.
ALTER TABLE titled DISABLE TRIGGER ALL;
INSERT INTO titled VALUES (100, 'north', 'x');
ALTER TABLE titled ENABLE TRIGGER ALL;
DELETE FROM titled WHERE id = 100;
INSERT INTO titled VALUES (101, 'north', 'x');
DELETE FROM titled WHERE id = 101;
ALTER TABLE titled DISABLE TRIGGER ALL;
INSERT INTO titled VALUES (101, 'north', 'x');
ALTER TABLE titled ENABLE TRIGGER ALL;
UPDATE titled SET name = 'seen' WHERE id = 101;
ALTER TABLE titled DISABLE TRIGGER ALL;
DELETE FROM titled WHERE id = 101;
ALTER TABLE titled ENABLE TRIGGER ALL;
TABLE differences;

-- Rows that policies hide are not taken for gone: nothing is said of the key but what the entries say.
CREATE ROLE regress_reader;
SELECT journal.grant_access('reader', 'regress_reader');
GRANT SELECT ON ALL TABLES IN SCHEMA public TO regress_reader;
SET event_journal.account = 'north';
INSERT INTO titled VALUES (102, 'north', 'hidden'), (103, 'north', 'hidden');
DELETE FROM titled WHERE id IN (102, 103);
INSERT INTO titled VALUES (102, 'north', 'hidden');
INSERT INTO named VALUES (102, 'hidden'), (103, 'hidden');
DELETE FROM named WHERE id IN (102, 103);
INSERT INTO named VALUES (102, 'hidden');
ALTER TABLE titled ENABLE ROW LEVEL SECURITY;
ALTER TABLE named ENABLE ROW LEVEL SECURITY;
SET ROLE regress_reader;
SELECT object_type, object_id FROM journal.deleted_objects(page_size => 200) WHERE object_id IN ('102', '103');
SELECT count(*) FROM titled;
RESET ROLE;
DROP OWNED BY regress_reader;
DROP ROLE regress_reader;
