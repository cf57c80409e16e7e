\i test/regress/fresh.sql
\i test/regress/recorded.sql
-- What is excluded or masked is in no place of the journal, whatever the operation and on whichever side.
-- Every value to be hidden contains "xyzzy".

CREATE SCHEMA crm;
SET search_path = crm;
SET DateStyle = 'ISO, YMD';
SET TimeZone = 'UTC';
CREATE FUNCTION leaks() RETURNS TABLE (place text, leaked text) LANGUAGE plpgsql AS $$
DECLARE
    table_name text;
BEGIN
    FOR table_name IN
        SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'journal'::regnamespace AND c.relkind IN ('r', 'v')
            AND c.relname !~ '^(term|event_t|event_group|column_)' ORDER BY 1
    LOOP
        RETURN QUERY EXECUTE format('SELECT %L, t::text FROM %s t WHERE t::text LIKE ''%%xyzzy%%''', table_name, table_name);
    END LOOP;
    RETURN QUERY SELECT 'report', r::text FROM journal.report(page_size => 1000) r WHERE r::text LIKE '%xyzzy%';
    RETURN QUERY SELECT 'history', h::text FROM (SELECT DISTINCT object_type, object_id FROM journal.entry WHERE object_id IS NOT NULL) o,
        LATERAL journal.history(o.object_type, o.object_id, page_size => 1000) h WHERE h::text LIKE '%xyzzy%';
    RETURN QUERY SELECT 'deleted_objects', d::text FROM journal.deleted_objects(page_size => 1000) d WHERE d::text LIKE '%xyzzy%';
END
$$;

-- One column of every kind for what is excluded and what is masked; names that would be guessed as a label.
CREATE TYPE mood AS ENUM ('xyzzy', 'very xyzzy');
CREATE TABLE client (
    id integer PRIMARY KEY, code text, name text, title text, full_name text, passport text, tags text[], doc jsonb, mood mood,
    made timestamptz DEFAULT '2024-01-01',
    derived text GENERATED ALWAYS AS (passport || ' derived') STORED, pin text, pins text[], note text, seen integer);
SELECT journal.track('client', 'client', excluded => '{passport,tags,name,mood,derived}', masked => '{pin,pins,doc,title,full_name}',
                     ignored => '{note,pin}', created_at => 'made');
SELECT label, excluded, masked, ignored FROM journal.tracked_relations;
SELECT journal.add_rule('client', 'client.created', 'insert', condition => 'new.passport <> '''' OR new.pin <> ''''', details => '{code,title,full_name,doc,pin}');
SELECT journal.add_rule('client', 'client.deleted', 'delete', details => '{code,pin,pins}');
SELECT journal.add_rule('client', 'client.discount_changed', 'update', '{pin}', 'old.pin IS DISTINCT FROM new.pin', '{title,code}');
INSERT INTO client VALUES (1, 'C-1', 'xyzzy name', 'xyzzy title', 'xyzzy full', 'xyzzy passport', '{xyzzy,tags}', '{"xyzzy": 1}', 'xyzzy',
                           DEFAULT, DEFAULT, 'xyzzy pin', '{xyzzy}', 'note', 0);
INSERT INTO client (id) VALUES (2);
UPDATE client SET passport = 'xyzzy new', name = 'xyzzy new', tags = NULL, mood = 'very xyzzy';
UPDATE client SET passport = 'xyzzy ' || id, seen = 1;
UPDATE client SET pin = 'xyzzy new';
UPDATE client SET pins = '{xyzzy,new}', doc = '"xyzzy"', title = 'xyzzy', full_name = 'xyzzy', seen = 2;
UPDATE client SET doc = NULL, title = NULL;
UPDATE client SET pin = 'xyzzy pin', code = 'C-' || id;
UPDATE client SET pin = NULL, note = 'again' WHERE id = 2;
UPDATE client SET id = id + 10;
DELETE FROM client WHERE id = 12;
SELECT * FROM test.recorded();
SELECT event, details, details_text FROM journal.report(sort => 'asc');
SELECT object_label, journal.restore(entry) IS NOT NULL AS restored FROM journal.deleted_objects();
SELECT * FROM client WHERE id = 12;
TRUNCATE client;
SELECT event, data FROM test.recorded();
SELECT * FROM leaks();

-- Hidden references: no link, no document, no name of what they point at.
CREATE TABLE employee (id text PRIMARY KEY, name text);
CREATE TABLE illness (id text PRIMARY KEY, name text);
CREATE TABLE patient (id integer PRIMARY KEY, number text, doctor text REFERENCES employee, illness text REFERENCES illness,
                      second text REFERENCES employee, third text REFERENCES illness);
SELECT journal.track('employee', 'employee');
SELECT journal.track('patient', 'patient', excluded => '{doctor,third}', masked => '{illness,second}');
SELECT journal.add_rule('patient', 'client.review_received', 'insert', details => '{number,illness,second}');
INSERT INTO employee VALUES ('e1', 'Dr. No'), ('e2', 'Dr. Yes');
INSERT INTO illness VALUES ('i1', 'flu'), ('i2', 'cold');
INSERT INTO patient VALUES (1, 'P-1', 'e1', 'i1', 'e2', 'i2');
UPDATE patient SET doctor = 'e2', illness = 'i2', second = 'e1', third = 'i1';
UPDATE patient SET number = 'P-2', doctor = 'e1', illness = NULL;
DELETE FROM patient;
SELECT * FROM test.recorded() WHERE event LIKE 'patient%' OR event LIKE 'client%';
SELECT event, details, details_text, links FROM journal.report(page_size => 4);
SELECT * FROM leaks();

-- Hidden from now on: what was recorded before stays, with the layout of its time; and shown again.
CREATE TABLE note (id integer PRIMARY KEY, body text, extra text);
SELECT journal.track('note', 'note');
SELECT journal.add_rule('note', 'order.comment_created', 'insert', details => '{body,extra}');
SELECT journal.add_rule('note', 'order.status_changed', 'update', '{body,extra}', details => '{body,extra}');
INSERT INTO note VALUES (1, 'open', 'open');
SELECT journal.track('note', 'note', excluded => '{body}', masked => '{extra}');
INSERT INTO note VALUES (2, 'xyzzy', 'xyzzy');
UPDATE note SET body = 'xyzzy 2', extra = 'xyzzy 2';
UPDATE note SET body = 'xyzzy 3';
DELETE FROM note WHERE id = 2;
ALTER TABLE note RENAME COLUMN body TO content;
ALTER TABLE note RENAME COLUMN extra TO body;
UPDATE note SET content = 'xyzzy 4', body = 'xyzzy 4';
ALTER TABLE note ALTER COLUMN content TYPE varchar(20);
UPDATE note SET content = 'xyzzy 5';
INSERT INTO note VALUES (3, 'xyzzy', 'xyzzy');
SELECT * FROM leaks();
SELECT journal.track('note', 'note');
UPDATE note SET content = 'open again', body = 'open again' WHERE id = 3;
SELECT * FROM test.recorded();

-- Hidden in partitions, in children, and in rows that move.
CREATE TABLE visit (id integer, day date, secret text, pin text) PARTITION BY RANGE (day);
CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
CREATE TABLE visit_2 (pin text, secret text, day date, id integer);
SELECT journal.track('visit', 'visit', excluded => '{secret}', masked => '{pin}');
ALTER TABLE visit ATTACH PARTITION visit_2 FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
INSERT INTO visit VALUES (1, '2024-01-01', 'xyzzy', 'xyzzy'), (2, '2024-02-01', 'xyzzy', 'xyzzy');
UPDATE visit SET day = '2024-02-02', secret = 'xyzzy too', pin = 'xyzzy too' WHERE id = 1;
UPDATE visit SET secret = 'xyzzy again';
TRUNCATE visit_2;
SELECT * FROM test.recorded();

-- Back-fill hides the same.
CREATE TABLE old (id integer PRIMARY KEY, name text, secret text, pin text, changed date);
INSERT INTO old VALUES (1, 'one', 'xyzzy', 'xyzzy', '2024-01-01');
SELECT journal.track('old', 'old', excluded => '{secret}', masked => '{pin}');
SELECT journal.add_rule('old', 'client.discount_changed', 'update', '{pin}', changed_at => 'changed');
SELECT journal.backfill('old');
SELECT * FROM test.recorded();
SELECT * FROM leaks() WHERE leaked NOT LIKE '%open again%';
