\i test/regress/fresh.sql
-- What makes the past unknown is an error that says since when it is known, and never a wrong row; what does not, does not.
CREATE SCHEMA crm;
CREATE FUNCTION crm.past(of regclass, at text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found text;
    why text;
BEGIN
    EXECUTE format('SELECT string_agg(t::text, %L ORDER BY t::text) FROM journal.table_as_of(NULL::%s, mark => %L) t', ' ', of, at) INTO found;
    RETURN coalesce(found, 'empty');
EXCEPTION WHEN SQLSTATE 'JE016' OR SQLSTATE 'JE030' OR SQLSTATE 'JE050' OR SQLSTATE 'JE051' THEN
    GET STACKED DIAGNOSTICS why = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || ': ' || regexp_replace(regexp_replace(why, '^It is known since [^a-z]*([A-Z]{3})?: ', ''), 'entry \d+', 'entry N', 'g');
END $$;
-- A tracked table of two rows that are the same at the mark and now, but for one change in between.
CREATE FUNCTION crm.make(name text, columns text DEFAULT 'id integer PRIMARY KEY, v text', row_values text DEFAULT '(1, ''a''), (2, ''b'')') RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE crm.%I (%s)', name, columns);
    PERFORM journal.track(format('crm.%I', name)::regclass, 'gap_' || name);
    EXECUTE format('INSERT INTO crm.%I VALUES %s', name, row_values);
    PERFORM journal.mark(name);
END $$;

-- The trigger: disabled and enabled, also within one transaction or by a change of its mode; dropped and made again.
SELECT crm.make(n) FROM unnest('{off,off_once,replica,always,dropped,undone}'::text[]) n;
ALTER TABLE crm.off DISABLE TRIGGER "00_event_journal";
SELECT crm.past('crm.off', 'off');
UPDATE crm.off SET v = 'unseen';
ALTER TABLE crm.off ENABLE TRIGGER "00_event_journal";
SELECT crm.past('crm.off', 'off');
BEGIN;
ALTER TABLE crm.off_once DISABLE TRIGGER ALL;
DELETE FROM crm.off_once;
ALTER TABLE crm.off_once ENABLE TRIGGER ALL;
COMMIT;
SELECT crm.past('crm.off_once', 'off_once');
ALTER TABLE crm.replica ENABLE REPLICA TRIGGER "00_event_journal";
INSERT INTO crm.replica VALUES (3, 'unseen');
SELECT crm.past('crm.replica', 'replica');
ALTER TABLE crm.replica ENABLE ALWAYS TRIGGER "00_event_journal";
SELECT crm.past('crm.replica', 'replica');
ALTER TABLE crm.always ENABLE ALWAYS TRIGGER "00_event_journal";
UPDATE crm.always SET v = 'c' WHERE id = 1;
SELECT crm.past('crm.always', 'always');
DROP TRIGGER "00_event_journal" ON crm.dropped;
SELECT crm.past('crm.dropped', 'dropped');
INSERT INTO crm.dropped VALUES (3, 'unseen');
SELECT journal.track('crm.dropped', 'gap_dropped');
SELECT crm.past('crm.dropped', 'dropped');
BEGIN;
ALTER TABLE crm.undone DISABLE TRIGGER ALL;
ROLLBACK;
UPDATE crm.undone SET v = 'c' WHERE id = 1;
SELECT crm.past('crm.undone', 'undone');

-- The trigger of one partition, of the statement's TRUNCATE; a child of the table.
CREATE TABLE crm.parted (id integer PRIMARY KEY, v text) PARTITION BY RANGE (id);
CREATE TABLE crm.parted_1 PARTITION OF crm.parted FOR VALUES FROM (1) TO (10);
CREATE TABLE crm.parted_2 PARTITION OF crm.parted FOR VALUES FROM (10) TO (20);
SELECT journal.track('crm.parted');
INSERT INTO crm.parted VALUES (1, 'a'), (11, 'b');
SELECT journal.mark('parted') IS NOT NULL AS marked;
ALTER TABLE crm.parted_2 DISABLE TRIGGER "00_event_journal";
UPDATE crm.parted SET v = 'c';
SELECT crm.past('crm.parted', 'parted');
ALTER TABLE crm.parted_2 ENABLE TRIGGER "00_event_journal";
SELECT crm.past('crm.parted', 'parted');
SELECT journal.mark('parted again') IS NOT NULL AS marked;
BEGIN;
DROP TRIGGER "00_event_journal" ON crm.parted_1;
ALTER TABLE crm.parted ADD COLUMN w integer REFERENCES crm.off;
SELECT tgname FROM pg_trigger WHERE tgrelid = 'crm.parted_1'::regclass AND NOT tgisinternal ORDER BY 1;
SELECT crm.past('crm.parted', 'parted again');
ROLLBACK;
DROP TRIGGER "00_event_journal_truncate" ON crm.parted_1;
TRUNCATE crm.parted_1;
SELECT crm.past('crm.parted', 'parted again');
SELECT journal.track('crm.parted');
SELECT crm.past('crm.parted', 'parted again');
SELECT crm.make('base');
CREATE TABLE crm.base_child (id integer PRIMARY KEY, v text);
INSERT INTO crm.base_child VALUES (3, 'child');
ALTER TABLE crm.base_child INHERIT crm.base;
SELECT crm.past('crm.base', 'base');
SELECT journal.mark('base with child') IS NOT NULL AS marked;
ALTER TABLE crm.base_child NO INHERIT crm.base;
SELECT crm.past('crm.base', 'base with child');

-- The table: dropped and made again, untracked and tracked again, moved to another schema, truncated.
SELECT crm.make(n) FROM unnest('{gone,untracked,moved,emptied}'::text[]) n;
DROP TABLE crm.gone;
CREATE TABLE crm.gone (id integer PRIMARY KEY, v text);
SELECT crm.past('crm.gone', 'gone');
SELECT journal.track('crm.gone', 'gap_gone');
SELECT crm.past('crm.gone', 'gone');
SELECT journal.untrack('crm.untracked');
UPDATE crm.untracked SET v = 'unseen';
SELECT crm.past('crm.untracked', 'untracked');
SELECT journal.track('crm.untracked', 'gap_untracked');
SELECT crm.past('crm.untracked', 'untracked');
CREATE SCHEMA elsewhere;
ALTER TABLE crm.moved SET SCHEMA elsewhere;
ALTER TABLE elsewhere.moved RENAME TO still;
UPDATE elsewhere.still SET v = 'c' WHERE id = 1;
SELECT crm.past('elsewhere.still', 'moved');
TRUNCATE crm.emptied;
SELECT crm.past('crm.emptied', 'emptied');

-- The key: its column renamed, of another type with the same text forms, of one with others, or another key.
SELECT crm.make(n) FROM unnest('{key_renamed,key_wider,key_text,key_other}'::text[]) n;
ALTER TABLE crm.key_renamed RENAME id TO number;
UPDATE crm.key_renamed SET v = 'c' WHERE number = 1;
SELECT crm.past('crm.key_renamed', 'key_renamed');
ALTER TABLE crm.key_wider ALTER id TYPE bigint;
UPDATE crm.key_wider SET v = 'c' WHERE id = 1;
SELECT crm.past('crm.key_wider', 'key_wider');
ALTER TABLE crm.key_text ALTER id TYPE text;
UPDATE crm.key_text SET v = 'c' WHERE id = '1';
SELECT crm.past('crm.key_text', 'key_text');
ALTER TABLE crm.key_other DROP CONSTRAINT key_other_pkey, ADD PRIMARY KEY (v);
SELECT crm.past('crm.key_other', 'key_other');
SELECT crm.make('key_number', 'id numeric(5,2) PRIMARY KEY, v text');
UPDATE crm.key_number SET v = 'c' WHERE id = 1;
ALTER TABLE crm.key_number ALTER id TYPE integer;
SELECT crm.past('crm.key_number', 'key_number');
SELECT crm.make('key_figures', 'id text PRIMARY KEY, v text', $$('01', 'a'), ('02', 'b')$$);
DELETE FROM crm.key_figures WHERE id = '01';
ALTER TABLE crm.key_figures ALTER id TYPE integer USING id::integer;
INSERT INTO crm.key_figures VALUES (1, 'c');
SELECT crm.past('crm.key_figures', 'key_figures');

-- Times of which a type keeps the zone and another does not: what became of them depended on somebody's TimeZone.
SELECT crm.make('zoned', 'id integer PRIMARY KEY, v timestamptz', $$(1, '2026-01-01 10:00+03'), (2, '2026-01-01 10:00+03')$$);
UPDATE crm.zoned SET v = 'infinity' WHERE id = 1;
ALTER TABLE crm.zoned ALTER v TYPE timestamp;
SELECT crm.past('crm.zoned', 'zoned');
SELECT crm.make('dated', 'id integer PRIMARY KEY, v timestamptz', $$(1, '2026-01-01 10:00+03'), (2, '2026-01-01 10:00+03')$$);
UPDATE crm.dated SET v = 'infinity' WHERE id = 1;
ALTER TABLE crm.dated ALTER v TYPE date;
SELECT crm.past('crm.dated', 'dated');

-- A column's type: converted by its text form, or by an expression of whoever changed it, of which the entries know nothing.
SELECT crm.make(n, 'id integer PRIMARY KEY, v integer', '(1, 100), (2, 200)') FROM unnest('{cast,cast_twice,computed,dollars,swapped}'::text[]) n;
ALTER TABLE crm.cast ALTER v TYPE text USING v::text;
UPDATE crm.cast SET v = 'c' WHERE id = 1;
SELECT crm.past('crm.cast', 'cast');
ALTER TABLE crm.cast_twice ALTER v TYPE text USING CAST((v)::bigint AS text);
UPDATE crm.cast_twice SET v = 'c' WHERE id = 1;
SELECT crm.past('crm.cast_twice', 'cast_twice');
ALTER TABLE crm.computed ALTER v TYPE integer USING v + 1;
UPDATE crm.computed SET v = 7 WHERE id = 1;
SELECT crm.past('crm.computed', 'computed');
ALTER TABLE crm.dollars ALTER v TYPE numeric(10,2) USING v / 100.0;
SELECT crm.past('crm.dollars', 'dollars');
SELECT journal.mark('dollars now') IS NOT NULL AS marked;
UPDATE crm.dollars SET v = 7.5 WHERE id = 1;
SELECT crm.past('crm.dollars', 'dollars now');
ALTER TABLE crm.swapped ALTER v TYPE bigint USING id;
SELECT crm.past('crm.swapped', 'swapped');
\set VERBOSITY terse
SELECT * FROM journal.verify_history('crm.dollars');
\set VERBOSITY default

-- Behind the journal's back: a changed value is noticed; a row that came or went is not where no entry of it says anything.
SELECT crm.make('behind', row_values => $$(1, 'a'), (2, 'b'), (3, 'c')$$);
-- Nothing notes that it goes unrecorded.
DROP TRIGGER "00_event_journal_unrecorded" ON crm.behind;
UPDATE crm.behind SET v = 'seen' WHERE id < 3;
SELECT journal.mark('behind now') IS NOT NULL AS marked;
SET session_replication_role = replica;
UPDATE crm.behind SET v = 'unseen' WHERE id = 1;
RESET session_replication_role;
SELECT crm.past('crm.behind', 'behind');
SELECT object_id, column_name FROM journal.verify_history('crm.behind');
SET session_replication_role = replica;
UPDATE crm.behind SET v = 'seen' WHERE id = 1;
DELETE FROM crm.behind WHERE id = 2;
RESET session_replication_role;
SELECT crm.past('crm.behind', 'behind');
SELECT object_id, column_name FROM journal.verify_history('crm.behind');
-- A row without any entry looks like one that was there before the journal.
SELECT crm.make('without_entry');
DROP TRIGGER "00_event_journal_unrecorded" ON crm.without_entry;
SET session_replication_role = replica;
INSERT INTO crm.without_entry VALUES (3, 'unseen');
RESET session_replication_role;
SELECT crm.past('crm.without_entry', 'without_entry');
SELECT object_id, column_name FROM journal.verify_history('crm.without_entry');
DELETE FROM crm.without_entry WHERE id = 3;
SELECT crm.past('crm.without_entry', 'without_entry');

SELECT t.object_type, string_agg(g.reason, ', ' ORDER BY g.at) FROM journal.gap g JOIN journal.tracked_relation t ON t.id = g.relation
WHERE g.reason <> 'tracked' GROUP BY 1 ORDER BY 1;
