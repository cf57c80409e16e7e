\i test/regress/fresh.sql
-- The feed: every committed entry once, by pages.
CREATE TABLE task (id integer PRIMARY KEY, title text);
SELECT journal.track('task');
INSERT INTO task SELECT g, 'task ' || g FROM generate_series(1, 5) g;
UPDATE task SET title = 'done' WHERE id = 1;
DELETE FROM task WHERE id = 2;

-- The last row of a page says where to go on.
CREATE FUNCTION position_behind(after text, page_size integer) RETURNS text
LANGUAGE sql AS 'SELECT (array_agg(next_position))[count(*)] FROM journal.changes_since(after, page_size)';
SELECT object_id, event, old, new, snapshot, entry FROM journal.changes_since(page_size => 3);
SELECT position_behind(NULL, 3) AS position \gset
SELECT object_id, event, old, new, snapshot, entry FROM journal.changes_since(:'position');
SELECT position_behind(:'position', 1000) AS position \gset
-- Where nothing follows, one row has the position to go on from, and nothing else.
SELECT object_id, event, entry, next_position <> :'position' AS has_moved FROM journal.changes_since(:'position');
SELECT position_behind(:'position', 1000) AS behind \gset
SELECT object_id, event FROM journal.changes_since(:'behind');
SELECT object_id, event FROM journal.changes_since(:'behind', page_size => 1);
-- Nothing is lost between two positions, and an older one gives the same again.
INSERT INTO task VALUES (6, 'late');
SELECT object_id, event FROM journal.changes_since(:'position');
SELECT object_id, event FROM journal.changes_since(:'behind');

-- What the caller's own transaction did is not committed, whatever becomes of it.
BEGIN;
INSERT INTO task VALUES (7, 'not yet');
SELECT object_id, event FROM journal.changes_since(:'behind');
SELECT position_behind(:'behind', 1000) AS meanwhile \gset
SAVEPOINT s;
UPDATE task SET title = 'never' WHERE id = 6;
ROLLBACK TO s;
INSERT INTO task VALUES (8, 'kept');
COMMIT;
SELECT object_id, event, new FROM journal.changes_since(:'meanwhile');
BEGIN;
INSERT INTO task VALUES (9, 'rolled back');
ROLLBACK;
SELECT position_behind(:'meanwhile', 1000) AS position \gset
SELECT object_id, event FROM journal.changes_since(:'position');
-- Filters.
SELECT object_id, event FROM journal.changes_since(filter => '{"events": ["KIND:deleted", "Task.changed"]}');
SELECT object_id, event FROM journal.changes_since(filter => '{"object_types": ["task"], "accounts": [""], "events": ["kind:deleted"]}');
SELECT object_id, event FROM journal.changes_since(filter => '{"object_types": ["other"]}');
SELECT count(*) FROM journal.changes_since(filter => '{}');
SELECT * FROM journal.changes_since(filter => '{"event": ["task.changed"]}');
SELECT * FROM journal.changes_since(filter => '{"events": ["task.change"]}');
SELECT * FROM journal.changes_since(filter => '{"events": "task.changed"}');
SELECT * FROM journal.changes_since(filter => '{"events": []}');
SELECT * FROM journal.changes_since(filter => '{"accounts": [1]}');
SELECT * FROM journal.changes_since(filter => '["task.changed"]');
-- What is no position, and what is no size of a page.
SELECT * FROM journal.changes_since('');
SELECT * FROM journal.changes_since('12.5');
SELECT * FROM journal.changes_since(regexp_replace(:'position', '^..', '00'));
SELECT * FROM journal.changes_since(:'position' || '0x');
SELECT * FROM journal.changes_since(page_size => 0);
SELECT * FROM journal.changes_since(page_size => 10001);
SELECT count(*) FROM journal.changes_since(page_size => NULL);

-- Consumers, whose position the journal keeps.
SELECT journal.add_consumer('search index', '{"object_types": ["task"]}') IS NOT NULL AS added;
SELECT journal.add_consumer('search index');
SELECT object_id, event FROM journal.next_changes('search index', 2);
SELECT object_id, event FROM journal.next_changes('search index', 2);
SELECT journal.confirm('search index', (SELECT (array_agg(next_position))[count(*)] FROM journal.next_changes('search index', 2)));
SELECT object_id, event FROM journal.next_changes('search index', 2);
SELECT journal.add_consumer('new ones only', from_now => true) IS NOT NULL AS added;
SELECT object_id, event FROM journal.next_changes('new ones only');
INSERT INTO task VALUES (11, 'new');
SELECT object_id, event FROM journal.next_changes('new ones only');
SELECT name, role = current_user::regrole AS mine, filter, confirmed_at IS NOT NULL AS confirmed, silent_for < '1 hour' AS is_young FROM journal.consumers ORDER BY name;
SELECT journal.next_changes('search indx');
SELECT journal.confirm('search index', 'elsewhere');
SELECT journal.confirm('search index', NULL);
SELECT journal.add_consumer('');
SELECT journal.add_consumer(NULL);
SELECT journal.add_consumer('other', '{"kinds": []}');
-- One that says nothing for a day is told of.
UPDATE journal.consumer SET added_at = now() - interval '25 hours' WHERE name = 'new ones only';
SELECT severity, finding, object, remedy FROM journal.check() WHERE finding = 'consumer is silent';

-- Others.
CREATE ROLE regress_auditor;
CREATE ROLE regress_reader;
SELECT journal.grant_access('auditor', 'regress_auditor'), journal.grant_access('reader', 'regress_reader');
INSERT INTO journal.role_account VALUES ('regress_auditor', 'acme');
SET event_journal.account = 'acme';
INSERT INTO task VALUES (12, 'of acme');
RESET event_journal.account;
SET ROLE regress_auditor;
SELECT account, object_id, event FROM journal.changes_since();
SELECT * FROM journal.next_changes('search index');
SELECT journal.drop_consumer('search index');
SELECT journal.add_consumer('of the auditor') IS NOT NULL AS added;
SELECT account, object_id FROM journal.next_changes('of the auditor');
SELECT journal.drop_consumer('of the auditor');
SET ROLE regress_reader;
SELECT * FROM journal.changes_since();
RESET ROLE;
SELECT journal.drop_consumer('search index'), journal.drop_consumer('new ones only');
SELECT journal.drop_consumer('search index');
SELECT count(*) FROM journal.consumers;
-- A month's bounds are the same whatever the session's form of dates.
SELECT journal.log('user.logged_in', occurred_at => '2024-02-01 00:30+00') IS NOT NULL AS logged;
SET client_min_messages = warning;
CALL journal.maintenance(0);
SET datestyle = 'SQL, DMY';
SET timezone = 'Asia/Kolkata';
SELECT count(entry) FROM journal.changes_since(filter => '{"events": ["user.logged_in"]}');
RESET datestyle;
RESET timezone;
-- An index of a part of a month says nothing of the rest.
SELECT count(*) AS entries FROM journal.changes_since() \gset
DO $$
DECLARE
    index regclass;
BEGIN
    FOR index IN SELECT i.indexrelid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
                 WHERE a.amname = 'brin' AND c.relnamespace = 'journal'::regnamespace LOOP
        EXECUTE format('CREATE INDEX ON %s USING brin (id, transaction_id journal.xid8_minmax_ops) WHERE id < 3',
                       (SELECT indrelid::regclass FROM pg_index WHERE indexrelid = index));
        EXECUTE format('DROP INDEX %s', index);
    END LOOP;
END
$$;
SELECT count(*) = :entries AS same FROM journal.changes_since();
DROP OWNED BY regress_auditor, regress_reader;
DELETE FROM journal.granted_access;
DROP ROLE regress_auditor, regress_reader;
