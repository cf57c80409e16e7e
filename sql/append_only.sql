\i test/regress/fresh.sql
-- The journal is append-only: UPDATE, DELETE and TRUNCATE are refused to everybody, by every way there is.

SELECT journal.maintain(0);
SELECT 'journal.entry_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM') AS month \gset
CREATE FUNCTION put(entry bigint, at timestamptz) RETURNS void LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation,
                               reported, backfilled, account)
    VALUES (entry, at, '3', entry, 1, 0, 1, 'l', true, false, '');
END;
-- Says what an attempt raised, without the name of the present month.
CREATE PROCEDURE attempt(statement text) LANGUAGE plpgsql AS $$
DECLARE
    count bigint;
BEGIN
    EXECUTE statement;
    GET DIAGNOSTICS count = ROW_COUNT;
    RAISE NOTICE 'done, % rows', count;
EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE '% %', SQLSTATE, regexp_replace(SQLERRM, 'entry_2\d\d\d_\d\d', 'entry_MONTH');
END
$$;

SELECT put(1, now());
SELECT put(2, '2001-01-01 00:00:00+00');
INSERT INTO journal.session (incarnation, started_at, process_id, session_role, acting_role, application_name)
SELECT id, now(), 1, 'somebody', 'somebody', '' FROM journal.incarnation;
INSERT INTO journal.context (account, reason) VALUES ('', 'because');
INSERT INTO journal.layout (relation, relation_oid, is_root, incarnation, relation_name, key_columns, columns, foreign_keys)
SELECT 1, 0, true, id, 'public.nothing', '{}', '[]', '[]' FROM journal.incarnation;
INSERT INTO journal.restoration (entry, restored_by, account) VALUES (1, 'somebody', '');

-- What it says.
DELETE FROM journal.entry_default;

-- Through the parent, a partition, ONLY, a join; rows of one partition or of several.
CALL attempt('UPDATE journal.entry SET label = ''changed''');
CALL attempt('UPDATE ONLY journal.entry_default SET label = ''changed'' WHERE id = 2');
CALL attempt('UPDATE journal.entry SET occurred_at = ''2030-01-01'' WHERE id = 1');
CALL attempt('DELETE FROM journal.entry WHERE id = 1');
CALL attempt(format('DELETE FROM %s', :'month'));
CALL attempt(format('DELETE FROM ONLY %s USING pg_class WHERE relname = ''pg_class''', :'month'));
CALL attempt('MERGE INTO journal.entry e USING (VALUES (1::bigint)) AS s (id) ON s.id = e.id WHEN MATCHED THEN DELETE');
CALL attempt('MERGE INTO journal.entry e USING (VALUES (1::bigint)) AS s (id) ON s.id = e.id
              WHEN MATCHED THEN UPDATE SET label = ''changed''');
CALL attempt('WITH gone AS (DELETE FROM journal.entry RETURNING *) SELECT count(*) FROM gone');
CALL attempt('TRUNCATE journal.entry');
CALL attempt('TRUNCATE ONLY journal.entry_default');
CALL attempt(format('TRUNCATE %s', :'month'));
CALL attempt('TRUNCATE journal.entry CASCADE');

-- The tables that entries point at.
CALL attempt('UPDATE journal.session SET session_role = ''somebody else''');
CALL attempt('DELETE FROM journal.session');
CALL attempt('TRUNCATE journal.session');
CALL attempt('UPDATE journal.context SET reason = ''another''');
CALL attempt('DELETE FROM journal.context');
CALL attempt('TRUNCATE journal.context');
CALL attempt('UPDATE journal.layout SET columns = ''[1]''');
CALL attempt('DELETE FROM journal.layout');
CALL attempt('TRUNCATE journal.layout, journal.session');
CALL attempt('UPDATE journal.restoration SET entry = 2');
CALL attempt('DELETE FROM journal.restoration');
CALL attempt('INSERT INTO journal.restoration (entry, restored_by, account) VALUES (1, ''x'', '''') ON CONFLICT (entry) DO UPDATE SET reason = ''x''');
CALL attempt('TRUNCATE journal.restoration');

-- A replica's session passes ordinary triggers, not these.
SET session_replication_role = replica;
CALL attempt('UPDATE journal.entry SET label = ''changed''');
CALL attempt(format('DELETE FROM %s', :'month'));
CALL attempt('TRUNCATE journal.entry');
CALL attempt(format('TRUNCATE %s', :'month'));
CALL attempt('DELETE FROM journal.restoration');
RESET session_replication_role;

-- A month made later, and one that somebody else attached.
SELECT journal.maintain(2);
SELECT put(3, now() + '1 month');
CALL attempt('DELETE FROM journal.entry WHERE id = 3');
CALL attempt(format('TRUNCATE journal.entry_%s', to_char((now() + '1 month') AT TIME ZONE 'UTC', 'YYYY_MM')));
CREATE TABLE journal.entry_1999 PARTITION OF journal.entry FOR VALUES FROM ('1999-01-01 00:00+00') TO ('2000-01-01 00:00+00');
SELECT put(4, '1999-06-01 00:00+00');
CALL attempt('DELETE FROM journal.entry_1999');
CALL attempt('TRUNCATE journal.entry');
SELECT relrowsecurity FROM pg_class WHERE oid = 'journal.entry_1999'::regclass;
SELECT journal.equip_partition('journal.entry_1999');
CALL attempt('TRUNCATE journal.entry_1999');

-- A role with every privilege sees no row to change.
CREATE ROLE regress_clerk;
GRANT USAGE ON SCHEMA journal TO regress_clerk;
GRANT ALL ON ALL TABLES IN SCHEMA journal TO regress_clerk;
GRANT EXECUTE ON FUNCTION journal.visible_since, journal.is_unconfined TO regress_clerk;
SET ROLE regress_clerk;
CALL attempt('DELETE FROM journal.entry');
CALL attempt('TRUNCATE journal.entry');
CALL attempt('TRUNCATE journal.session');
CALL attempt('INSERT INTO journal.entry SELECT * FROM journal.entry');
CALL attempt('SET session_replication_role = replica');
CALL attempt('ALTER TABLE journal.entry DISABLE TRIGGER ALL');
RESET ROLE;

-- Nothing changed.
SELECT id, label FROM journal.entry ORDER BY id;
SELECT count(*) FROM journal.session WHERE session_role = 'somebody';

-- ENABLE TRIGGER ALL, which ends a data-only dump's load, would make the guards ordinary triggers: they stay what they are.
ALTER TABLE journal.entry_default DISABLE TRIGGER ALL;
ALTER TABLE journal.entry_default ENABLE TRIGGER ALL;
ALTER TABLE journal.session DISABLE TRIGGER ALL;
ALTER TABLE journal.session ENABLE TRIGGER ALL;
ALTER TABLE journal.entry DISABLE TRIGGER ALL;
ALTER TABLE journal.entry ENABLE TRIGGER ALL;
SELECT tgenabled, count(*) = (SELECT count(*) * 2 FROM pg_inherits WHERE inhparent = 'journal.entry'::regclass) + 18 AS everywhere
FROM pg_trigger WHERE tgfoid = 'journal.refuse_change()'::regprocedure GROUP BY tgenabled;

-- The guard is no function to call, and its trigger stands before changes only.
SELECT journal.refuse_change();
CREATE TABLE elsewhere (id integer);
CREATE TRIGGER after_all AFTER DELETE ON elsewhere FOR EACH ROW EXECUTE FUNCTION journal.refuse_change();
INSERT INTO elsewhere VALUES (1);
DELETE FROM elsewhere;

-- An owner who is no superuser.
GRANT ALL ON SCHEMA journal TO regress_clerk;
ALTER TABLE journal.entry OWNER TO regress_clerk;
ALTER TABLE journal.entry_1999 OWNER TO regress_clerk;
SET ROLE regress_clerk;
CALL attempt('DELETE FROM journal.entry');
CALL attempt('TRUNCATE journal.entry_1999');
RESET ROLE;
ALTER TABLE journal.entry OWNER TO CURRENT_USER;
ALTER TABLE journal.entry_1999 OWNER TO CURRENT_USER;

DROP OWNED BY regress_clerk;
DROP ROLE regress_clerk;
