\i test/regress/fresh.sql
-- Restricted columns: kept and restored like others, shown to roles with SELECT on the column in the table.

CREATE ROLE regress_clerk;
CREATE ROLE regress_payroll;
CREATE TABLE grade (id integer PRIMARY KEY, name text);
CREATE TABLE worker (id integer PRIMARY KEY, name text, salary numeric, grade integer REFERENCES grade, note text);
INSERT INTO grade VALUES (1, 'junior'), (2, 'senior');
SELECT journal.track('grade', 'grade');
SELECT journal.track('worker', 'worker', links => '{grade}');
-- Kept before it was restricted.
INSERT INTO worker VALUES (1, 'Ann', 1000, 1, 'a'), (2, 'Bob', 2000, 2, 'b');
SELECT journal.track('worker', 'worker', restricted => '{salary,grade}');
SELECT relation, links, masked, restricted FROM journal.tracked_relations WHERE object_type = 'worker';
SELECT journal.add_event_type('worker.raised', 'other', 'changed', 'worker', '{"en": "Worker raised"}');
SELECT journal.add_event_type('worker.hired', 'other', 'created', 'worker', '{"en": "Worker hired"}');
SELECT journal.add_event_type('worker.left', 'other', 'deleted', 'worker', '{"en": "Worker left"}', 'journal');
SELECT journal.add_rule('worker', 'worker.raised', 'update', '{salary}');
SELECT journal.add_rule('worker', 'worker.hired', 'insert', details => '{salary,grade,note}');
SELECT journal.add_rule('worker', 'worker.left', 'delete', details => '{salary}');
SELECT journal.mark('before') IS NOT NULL AS marked;
INSERT INTO worker VALUES (3, 'Cid', 3000, 1, 'c');
UPDATE worker SET salary = 1500 WHERE id = 1;
UPDATE worker SET grade = 2, note = 'better' WHERE id = 1;
DELETE FROM worker WHERE id = 3;
SELECT transaction_id AS raise FROM journal.entries WHERE event = 'worker.raised' \gset
SELECT max(id) AS deletion FROM journal.entry WHERE operation = 'd' \gset

SELECT journal.grant_access('auditor', 'regress_clerk'), journal.grant_access('restorer', 'regress_clerk'),
       journal.grant_access('auditor', 'regress_payroll'), journal.grant_access('restorer', 'regress_payroll');
GRANT SELECT (id, name, note), INSERT, UPDATE, DELETE ON worker TO regress_clerk;
GRANT ALL ON worker TO regress_payroll;
GRANT SELECT ON grade TO regress_clerk, regress_payroll;
CREATE PROCEDURE look() LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN SELECT concat_ws(' | ', event, object_id, details_text, details, links) FROM journal.report(sort => 'asc')
        WHERE object_type = 'worker' LOOP RAISE INFO 'report: %', line; END LOOP;
    FOR line IN SELECT concat_ws(' | ', event, details_text, details, links) FROM journal.history('worker', '1') LOOP
        RAISE INFO 'history: %', line; END LOOP;
    FOR line IN SELECT concat_ws(' | ', event, details_text, details, links) FROM journal.deleted_objects() LOOP
        RAISE INFO 'deleted: %', line; END LOOP;
    FOR line IN SELECT concat_ws(' | ', event, object_id, old, new, snapshot, details, links) FROM journal.entries
        WHERE object_type = 'worker' ORDER BY id LOOP RAISE INFO 'entries: %', line; END LOOP;
END
$$;
CREATE FUNCTION attempt(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SELECT string_agg(q::text, '' '') FROM (%s) q', query) INTO result;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
CREATE PROCEDURE look_back(deletion bigint, raise xid8) LANGUAGE plpgsql AS $$
DECLARE
    query text;
BEGIN
    FOREACH query IN ARRAY ARRAY[
        $q$SELECT journal.row_as_of('worker', '1', now())$q$,
        $q$SELECT salary FROM journal.table_as_of(NULL::worker, now()) ORDER BY id$q$,
        $q$SELECT * FROM journal.diff(NULL::worker, from_mark => 'before')$q$,
        $q$SELECT * FROM journal.verify_history('worker')$q$,
        format('SELECT new_values, old_values, conflict, detail FROM journal.restore_plan(%s)', deletion),
        format('SELECT old_values, new_values, conflict, detail FROM journal.undo_plan(%L)', raise)] LOOP
        RAISE INFO '%', attempt(query);
    END LOOP;
END
$$;
SET ROLE regress_clerk;
CALL look();
CALL look_back(:deletion, :'raise');
SET ROLE regress_payroll;
CALL look();
CALL look_back(:deletion, :'raise');
-- Restored by one who does not see it, exactly.
SET ROLE regress_clerk;
SELECT object_label, outcome, detail FROM journal.restore(:deletion);
RESET ROLE;
SELECT * FROM worker ORDER BY id;

-- A grant and its end count at once; so does a restriction.
GRANT SELECT (salary) ON worker TO regress_clerk;
SET ROLE regress_clerk;
SELECT details_text FROM journal.report(events => '{worker.raised}');
RESET ROLE;
REVOKE SELECT (salary) ON worker FROM regress_clerk;
SET ROLE regress_clerk;
SELECT details_text FROM journal.report(events => '{worker.raised}');
RESET ROLE;
SELECT journal.track('worker', 'worker');
SET ROLE regress_clerk;
SELECT details_text FROM journal.report(events => '{worker.raised}');
RESET ROLE;
SELECT journal.track('worker', 'worker', restricted => '{salary}');
ALTER TABLE worker RENAME COLUMN salary TO pay;
SET ROLE regress_clerk;
SELECT details_text FROM journal.report(events => '{worker.raised}');
-- What is gone shows to whoever may read the table; of a table that is gone, to superusers.
RESET ROLE;
DELETE FROM journal.event_rule;
ALTER TABLE worker DROP COLUMN pay;
SET ROLE regress_clerk;
SELECT details_text FROM journal.report(events => '{worker.raised}');
SET ROLE regress_payroll;
SELECT details_text FROM journal.report(events => '{worker.raised}');
RESET ROLE;
DROP TABLE worker;
SET ROLE regress_payroll;
SELECT details_text FROM journal.report(events => '{worker.raised}');
RESET ROLE;
SELECT details_text FROM journal.report(events => '{worker.raised}');

-- What every entry shows cannot be restricted.
CREATE TABLE doc (id integer PRIMARY KEY, title text, account text, place text, parent integer REFERENCES doc);
SELECT journal.track('doc', restricted => '{id}');
SELECT journal.track('doc', label => 'title', restricted => '{title}');
SELECT journal.track('doc', account => 'account', restricted => '{account}');
SELECT journal.track('doc', location => 'place', restricted => '{place}');
SELECT journal.track('doc', document => 'parent', restricted => '{parent}');
SELECT journal.track('doc', links => '{parent}', restricted => '{parent}');
SELECT journal.track('doc', restricted => '{nothing}');
SELECT journal.track('doc', restricted => '{title}');
SELECT label, restricted FROM journal.tracked_relations WHERE object_type = 'doc';
DROP OWNED BY regress_clerk, regress_payroll;
DROP ROLE regress_clerk, regress_payroll;
