\i test/regress/fresh.sql
-- The journal's indexes hold an object as a number, which is frozen; other objects may have the same.

-- Fixed values, which indexes of older journals hold; test/unit/object_hash_test.cpp has more.
SELECT journal.object_hash('', '', '') AS nothing, journal.object_hash('acme', 'order', '1') AS one,
       journal.object_hash('', 'order', '1') AS without_account, journal.object_hash('a', 'client', repeat('x', 1000)) AS long;
SELECT journal.object_hash(convert_from('\xd09cd0bed181d0bad0b2d0b0', 'UTF8'), convert_from('\xd0b7d0b0d0bad0b0d0b7', 'UTF8'),
                           convert_from('\xe284962037', 'UTF8')) = 4600820878527920807 AS by_bytes
WHERE getdatabaseencoding() = 'UTF8';
SELECT journal.object_hash('acme', 'order', NULL) IS NULL AS of_null;
-- A deletion's number is its object's with one bit more.
SELECT journal.entry_hash('acme', 'order', '1', 'u') = journal.object_hash('acme', 'order', '1') AS others,
       journal.entry_hash('acme', 'order', '1', 'd') = journal.deletion_hash('acme', 'order', '1') AS deletions,
       journal.deletion_hash('acme', 'order', '1') - journal.object_hash('acme', 'order', '1') = 1::bigint << 47 AS one_bit,
       journal.entry_hash('acme', 'order', NULL, 'd') IS NULL AS of_null;
SELECT journal.account_hash('acme') AS account, journal.text_hash('acme') AS text, journal.text_hash('') AS empty, journal.text_hash(NULL) AS of_null,
       journal.event_key(48, true, 'd') AS deletion, journal.event_key(48, false, 'l') AS logged;
SELECT to_hex(journal.entry_facts(48, true, 'd', 'acme', 'acme')) AS facts, to_hex(journal.entry_facts(48, true, 'd', NULL, NULL)) AS without,
       to_hex(journal.text_hash('acme')) AS text, to_hex(journal.event_key(48, true, 'd')) AS deletion;
-- However a text is stored.
CREATE TABLE stored (id text);
ALTER TABLE stored ALTER id SET STORAGE EXTERNAL;
INSERT INTO stored VALUES (repeat('x', 1000)), (repeat('x', 100000));
ALTER TABLE stored ALTER id SET STORAGE MAIN;
INSERT INTO stored VALUES (repeat('x', 100000));
SELECT length(id), count(*), count(DISTINCT journal.object_hash('a', 'client', id)) FROM stored GROUP BY 1 ORDER BY 1;
-- A type's objects lie side by side.
SELECT count(DISTINCT journal.object_hash('a' || n, 'order', n::text) >> 48) AS places, count(DISTINCT journal.object_hash('a' || n, 'order', n::text)) AS numbers
FROM generate_series(1, 10000) n;
SELECT journal.object_hashes(journal.account_hashes('{a,NULL}'), '{t,u}', '{1,2}')
     = ARRAY[journal.object_hash('a', 't', '1'), journal.object_hash('a', 't', '2'), journal.object_hash('a', 'u', '1'),
             journal.object_hash('a', 'u', '2')] AS of_all, journal.object_hashes('{}', '{t}', '{1}') AS of_none;
SELECT journal.entry_hashes(journal.account_hashes('{a}'), '{t}', '{1,2}')
     = ARRAY[journal.object_hash('a', 't', '1'), journal.deletion_hash('a', 't', '1'), journal.object_hash('a', 't', '2'),
             journal.deletion_hash('a', 't', '2')] AS with_deletions;

-- Two keys that were made to meet.
\set one 0000000000000001
\set other '00005664KL:bDD4|'
SELECT journal.object_hash('acme', 'note', :'one') = journal.object_hash('acme', 'note', :'other') AS meet;
SET event_journal.account = 'acme';
CREATE TABLE note (id text PRIMARY KEY, title text);
CREATE TABLE part (id integer PRIMARY KEY, note text NOT NULL REFERENCES note ON DELETE CASCADE);
SELECT journal.track('note', label => 'title');
SELECT journal.track('part', document => 'note');
INSERT INTO note VALUES (:'one', 'One'), (:'other', 'Other');
INSERT INTO part VALUES (1, :'one'), (2, :'other');
SELECT now() AS moment FROM pg_sleep(0.01) \gset
UPDATE note SET title = 'One!' WHERE id = :'one';
UPDATE note SET title = 'Other!' WHERE id = :'other';
SELECT object_type, object_id, count(*) FROM journal.history('note', :'one') GROUP BY 1, 2 ORDER BY 1, 2;
SELECT object_type, object_id, count(*) FROM journal.history('note', :'other') GROUP BY 1, 2 ORDER BY 1, 2;
SELECT operation, label FROM journal.entries_of('note', :'one') ORDER BY id;
SELECT operation, label FROM journal.entries_of('note', :'other') ORDER BY id;
SELECT journal.row_as_of('note', :'one', :'moment') ->> 'title' AS one, journal.row_as_of('note', :'other', :'moment') ->> 'title' AS other;
SELECT object_id, links -> 0 ->> 'label' AS note FROM journal.report(events => '{part.created}') ORDER BY 1;
-- What happens to the one afterwards is not the other's: it is still deleted, and comes back.
DELETE FROM note WHERE id = :'one';
UPDATE note SET title = 'Other?' WHERE id = :'other';
SELECT object_type, object_id, object_label FROM journal.deleted_objects() ORDER BY entry;
SELECT r.object_type, r.object_id FROM journal.entries_of('note', :'one') e, journal.restore(e.id, related => 'children') r
WHERE e.operation = 'delete' ORDER BY 1;
SELECT * FROM note ORDER BY id;
SELECT * FROM part ORDER BY id;
-- A part brings back the note that it belongs to.
DELETE FROM note;
SELECT r.object_type, r.object_id FROM journal.deleted_objects('{part}') d, journal.restore(d.entry, related => 'parents') r
WHERE d.object_id = '1' ORDER BY 1;
SELECT object_type, object_id FROM journal.deleted_objects() ORDER BY entry;

-- entries_of shows what the caller may read.
SET event_journal.account = 'emca';
SELECT journal.reader_account(), count(*) FROM journal.entries_of('note', :'one');
INSERT INTO note VALUES ('theirs');
CREATE ROLE regress_auditor;
SELECT journal.grant_access('auditor', 'regress_auditor');
INSERT INTO journal.role_account (role, account) VALUES ('regress_auditor', 'emca');
SET ROLE regress_auditor;
RESET event_journal.account;
SELECT account, object_id FROM journal.entries_of('note', 'theirs');
SELECT count(*) FROM journal.entries_of('note', :'one');
-- It is looked up by index, for one who is confined as well.
SET enable_seqscan = off;
CREATE FUNCTION pg_temp.plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        IF line ~ 'Index Scan.* on entry_default|Index Cond: .*entry_hash' THEN
            RETURN NEXT regexp_replace(trim(line), ' = .*| e_?[0-9]*$', '');
        END IF;
    END LOOP;
END
$$;
SELECT DISTINCT plan FROM pg_temp.plan($$SELECT id, data FROM journal.entries_of('note', '1'), LATERAL (SELECT snapshot AS data) d$$) AS plan;
RESET enable_seqscan;
RESET ROLE;
DROP OWNED BY regress_auditor;
DROP ROLE regress_auditor;
RESET event_journal.account;

-- Whoever writes evaluates it, whatever rights he has.
CREATE ROLE regress_writer;
GRANT INSERT ON note TO regress_writer;
SET ROLE regress_writer;
INSERT INTO note VALUES ('written');
RESET ROLE;
SELECT operation FROM journal.entries_of('note', 'written');
DROP OWNED BY regress_writer;
DROP ROLE regress_writer;

-- An object of a type that only entries know.
SELECT count(*) FROM journal.log('ticket.created', object_type => 'visitor', object_id => '1') l;
SELECT object_id, event FROM journal.history('visitor', '1');
SELECT count(*) FROM journal.history('visitor', '2');
\set VERBOSITY terse
SELECT count(*) FROM journal.history('visitors', '2');
\set VERBOSITY default

-- Two accounts that were made to meet: each reads its own, and the past of a table or a row has both.
\set one north-account-01
\set other '00002168kpVh]7ZK'
SELECT journal.account_hash(:'one') = journal.account_hash(:'other') AS meet,
       journal.object_hash(:'one', 'visit', '1') = journal.object_hash(:'other', 'visit', '1') AS so_do_objects;
CREATE TABLE visit (id integer PRIMARY KEY, account text NOT NULL, place text, title text);
SELECT journal.track('visit', account => 'account', location => 'place', label => 'title');
INSERT INTO visit VALUES (1, :'one', 'here', 'First'), (2, :'other', NULL, 'Second');
SELECT now() AS moment FROM pg_sleep(0.01) \gset
UPDATE visit SET title = title || '!';
SELECT id, row_as_of ->> 'title' AS title FROM visit, journal.row_as_of('visit', id::text, :'moment') ORDER BY id;
SELECT id, title FROM journal.table_as_of(NULL::visit, :'moment') ORDER BY id;
UPDATE visit SET id = id + 10;
DELETE FROM visit;
SET event_journal.account = :'one';
SELECT object_id, object_label, event FROM journal.report() ORDER BY entry;
SELECT object_id, event FROM journal.history('visit', '1') ORDER BY entry;
SELECT object_id, event FROM journal.history('visit', '2') ORDER BY entry;
SELECT object_id FROM journal.deleted_objects();
SET event_journal.account = :'other';
SELECT object_id, event FROM journal.report() ORDER BY entry;
SELECT object_id FROM journal.deleted_objects();
RESET event_journal.account;

-- Which accounts there are costs no more where a partition holds the remains of many entries, as the default one does after
-- they were moved to their months.
INSERT INTO journal.entry (id, occurred_at, transaction_id, change, session, command, event_type, operation, reported, backfilled,
                           account, object_type, object_id)
SELECT -n, '2020-01-01 00:00+00'::timestamptz + n * interval '1 minute', '3', -n, 1, 0, 69, 'l', true, false, 'account ' || n % 20, 'ticket', n
FROM generate_series(1, 20000) AS n;
SELECT journal.maintain(0);
INSERT INTO visit VALUES (22, :'one', 'here', 'Late');
CREATE FUNCTION buffers(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ' || query INTO plan;
    RETURN (plan -> 0 -> 'Plan' ->> 'Shared Hit Blocks')::bigint + (plan -> 0 -> 'Plan' ->> 'Shared Read Blocks')::bigint;
END
$$;
SELECT journal.row_as_of('visit', '22', :'moment') IS NULL AS was_not_there;
-- Some 1,000; 80,000 where each account's search met those remains. A server that forgets its caches reads 11,000 blocks of catalogues.
SELECT buffers(format('SELECT FROM journal.row_as_of(''visit'', ''22'', %L)', :'moment')) < 20000 AS few;
