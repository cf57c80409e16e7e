\i test/regress/fresh.sql
-- What the installed extension is made of.

SELECT extnamespace::regnamespace, extrelocatable FROM pg_extension WHERE extname = 'event_journal';
SELECT count(*) FROM journal.event_types WHERE is_core;

-- Every function, table and view says what it is.
SELECT objid::regprocedure FROM pg_depend
WHERE deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'event_journal')
  AND classid = 'pg_proc'::regclass AND obj_description(objid, 'pg_proc') IS NULL;
-- In one line that \df+ can show.
SELECT objid::regprocedure, length(obj_description(objid, 'pg_proc')) FROM pg_depend
WHERE deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'event_journal')
  AND classid = 'pg_proc'::regclass AND obj_description(objid, 'pg_proc') !~ '^[^\n]{1,160}$';
SELECT c.oid::regclass FROM pg_class c
WHERE relnamespace = 'journal'::regnamespace AND relkind IN ('r', 'p', 'v') AND obj_description(c.oid, 'pg_class') IS NULL;

-- So does every column of a view.
SELECT attrelid::regclass, attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
WHERE relnamespace = 'journal'::regnamespace AND relkind = 'v' AND attnum > 0 AND col_description(attrelid, attnum) IS NULL;

-- Nothing is for everybody, but what the policies and the indexes of the months call.
SELECT oid::regprocedure FROM pg_proc
WHERE pronamespace = 'journal'::regnamespace AND has_function_privilege('public', oid, 'EXECUTE') ORDER BY oid::regprocedure::text;
SELECT oid::regclass FROM pg_class
WHERE relnamespace = 'journal'::regnamespace AND relkind IN ('r', 'p', 'v') AND has_table_privilege('public', oid,
    'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER');
SELECT has_schema_privilege('public', 'journal', 'USAGE, CREATE');

-- A dump holds the rows of every table and the position of every sequence, except for the cluster's mark and for the parent,
-- whose rows are in its partitions.
SELECT c.oid::regclass, relkind FROM pg_class c
JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
JOIN pg_extension e ON e.oid = d.refobjid AND extname = 'event_journal'
WHERE relkind IN ('r', 'p', 'S') AND c.oid <> ALL (extconfig)
ORDER BY relname;

-- It can go, and come again.
DROP EXTENSION event_journal;
SELECT count(*) FROM pg_proc WHERE pronamespace = to_regnamespace('journal');
SELECT evtname FROM pg_event_trigger;
CREATE EXTENSION event_journal;
SELECT count(*) FROM journal.event_types WHERE is_core;
