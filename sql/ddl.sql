\i test/regress/fresh.sql
-- What follows the DDL of tracked tables, done by an owner who has no privilege on the journal's tables.

CREATE ROLE regress_owner;
CREATE SCHEMA shop AUTHORIZATION regress_owner;
GRANT USAGE ON SCHEMA journal TO regress_owner;
GRANT CREATE ON DATABASE event_journal_test TO regress_owner;
GRANT EXECUTE ON FUNCTION journal.track, journal.untrack, journal.add_rule, journal.drop_rule, journal.maintain
    TO regress_owner;
CREATE VIEW tracked AS
SELECT relation, relation_name, capture, object_type FROM journal.tracked_relation ORDER BY id;
CREATE VIEW layout AS
SELECT relation_name, string_agg(concat_ws(' ', c ->> 'id', c ->> 'name', c ->> 'type'), ', ' ORDER BY n) AS columns
FROM journal.layout, jsonb_array_elements(columns) WITH ORDINALITY AS e (c, n) GROUP BY layout.id, 1 ORDER BY layout.id;
CREATE VIEW recorded AS
SELECT event, relation_name, object_id, coalesce(snapshot, new) AS data FROM journal.entries ORDER BY id;
CREATE VIEW ours AS
SELECT tgrelid::regclass AS relation, array_agg(tgname ORDER BY tgname) AS triggers
FROM pg_trigger WHERE tgfoid::regproc::text LIKE 'journal.%' AND NOT tgrelid::regclass::text LIKE 'journal.%'
GROUP BY tgrelid ORDER BY tgrelid::regclass::text;

SET ROLE regress_owner;
SET search_path = shop;

-- Partitions and children that come later, whichever way.
CREATE TABLE sale (id integer, day date, amount numeric) PARTITION BY RANGE (day);
CREATE TABLE sale_1 PARTITION OF sale FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
SELECT journal.track('sale', 'sale');
CREATE TABLE sale_2 PARTITION OF sale FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
CREATE TABLE sale_3 (amount numeric, id integer, day date);
ALTER TABLE sale ATTACH PARTITION sale_3 FOR VALUES FROM ('2024-03-01') TO ('2024-04-01');
CREATE TABLE note (id integer PRIMARY KEY, body text);
SELECT journal.track('note', 'note');
CREATE TABLE private_note (secret text) INHERITS (note);
CREATE TABLE old_note (id integer NOT NULL, body text);
ALTER TABLE old_note INHERIT note;
CREATE SCHEMA branch CREATE TABLE branch_note (office text) INHERITS (note);
RESET ROLE;
SELECT * FROM public.ours;
SET ROLE regress_owner;
INSERT INTO sale VALUES (1, '2024-01-15', 1), (2, '2024-02-15', 2), (3, '2024-03-15', 3);
INSERT INTO private_note VALUES (1, 'body', 'secret');
INSERT INTO old_note VALUES (2, 'old');
INSERT INTO branch.branch_note VALUES (3, 'body', 'office');
TRUNCATE sale_3;
RESET ROLE;
SELECT * FROM public.recorded;
SET ROLE regress_owner;

-- Those that leave are left alone.
ALTER TABLE sale DETACH PARTITION sale_2;
ALTER TABLE sale DETACH PARTITION sale_3;
ALTER TABLE old_note NO INHERIT note;
RESET ROLE;
SELECT * FROM public.ours;
SELECT count(*) FROM public.recorded;
SET ROLE regress_owner;
INSERT INTO sale_2 VALUES (4, '2024-02-20', 4);
INSERT INTO old_note VALUES (4, 'old');
TRUNCATE sale_3;
RESET ROLE;
SELECT count(*) FROM public.recorded;
SELECT * FROM public.tracked;
SET ROLE regress_owner;
DROP TABLE branch.branch_note;

-- A rename is followed, of a column, a table, a schema, a type; the journal's old entries stay readable.
CREATE DOMAIN mood AS text;
CREATE TABLE task (id integer PRIMARY KEY, title text, owner_id integer, feeling mood, done boolean DEFAULT false);
SELECT journal.track('task', 'task', label => 'title');
SELECT journal.add_rule('task', 'task.assignee_changed', 'update', '{owner_id}') AS rule \gset
SELECT journal.add_rule('task', 'task.completed', 'update', '{done}', 'new.done AND NOT old.done') AS condition_rule \gset
INSERT INTO task VALUES (1, 'first', 7, 'fine');
ALTER TABLE task RENAME COLUMN owner_id TO assignee_id;
ALTER TABLE task RENAME COLUMN done TO completed;
ALTER TABLE task RENAME TO job;
ALTER DOMAIN mood RENAME TO temper;
ALTER TABLE job ADD COLUMN due date;
UPDATE job SET assignee_id = 8, completed = true;
ALTER SCHEMA shop RENAME TO store;
SET search_path = store;
RESET ROLE;
SELECT * FROM public.layout WHERE relation_name ~ 'task|job';
SELECT * FROM public.tracked;
SELECT event, object_id, old, new FROM journal.entries WHERE object_type = 'task' ORDER BY id;
SET ROLE regress_owner;

-- A column that a rule, or whose and where an entry is, depends on is not dropped; others are: the label, what a back-fill
-- reads, and what is merely ignored, excluded or masked.
CREATE TABLE ticket (id integer PRIMARY KEY, subject text, account text, branch text, author text, made timestamptz,
                     job_id integer REFERENCES job, status text, rank integer, rank_changed timestamptz, seen boolean,
                     noise text, secret text, hidden text);
SELECT journal.track('ticket', 'ticket', label => 'subject', account => 'account', location => 'branch', author => 'author',
                     created_at => 'made', document => 'job_id', ignored => '{noise}', excluded => '{secret}',
                     masked => '{hidden}');
SELECT journal.add_rule('ticket', 'ticket.status_changed', 'update', '{status}');
SELECT journal.add_rule('ticket', 'ticket.type_changed', 'update', '{rank}', 'new.seen', changed_at => 'rank_changed');
SELECT journal.add_rule('ticket', 'ticket.deleted', 'delete', details => '{made}');
ALTER TABLE ticket DROP COLUMN subject;
ALTER TABLE ticket DROP COLUMN account;
ALTER TABLE ticket DROP COLUMN branch;
ALTER TABLE ticket DROP COLUMN author;
ALTER TABLE ticket DROP COLUMN made;
ALTER TABLE ticket DROP COLUMN job_id;
ALTER TABLE ticket DROP COLUMN status;
ALTER TABLE ticket DROP COLUMN rank;
ALTER TABLE ticket DROP COLUMN rank_changed;
ALTER TABLE ticket DROP COLUMN seen;
ALTER TABLE ticket DROP COLUMN noise, DROP COLUMN secret, DROP COLUMN hidden;
-- Taken back, the rule is in nobody's way; nor is an option that is no longer given.
SELECT journal.drop_rule(number) FROM generate_series(3, 4) AS number;
ALTER TABLE ticket DROP COLUMN status, DROP COLUMN rank, DROP COLUMN seen;
SELECT journal.track('ticket', 'ticket', account => 'account', created_at => 'made', document => 'job_id');
ALTER TABLE ticket DROP COLUMN branch;
INSERT INTO ticket VALUES (1, 'a', now(), 1);

-- What a condition calls is not dropped, and not altered so that the condition no longer holds together.
CREATE TYPE phase AS ENUM ('open', 'closed');
CREATE FUNCTION is_closed(phase) RETURNS boolean IMMUTABLE LANGUAGE sql RETURN $1 = 'closed';
CREATE TABLE order_ (id integer PRIMARY KEY, phase phase);
SELECT journal.track('order_', 'order');
SELECT journal.add_rule('order_', 'order.status_changed', 'update', '{phase}', 'is_closed(new.phase)');
SELECT journal.add_rule('order_', 'order.type_changed', 'update', '{phase}', 'new.phase = ''open''');
DROP FUNCTION is_closed(phase);
DROP FUNCTION is_closed(phase) CASCADE;
ALTER FUNCTION is_closed(phase) VOLATILE;
ALTER FUNCTION is_closed(phase) RENAME TO closed;
ALTER FUNCTION is_closed(phase) SET SCHEMA branch;
CREATE OR REPLACE FUNCTION is_closed(phase) RETURNS boolean VOLATILE LANGUAGE sql RETURN $1 = 'closed';
ALTER TYPE phase RENAME VALUE 'open' TO 'opened';
ALTER TABLE order_ ALTER COLUMN phase TYPE text;
DROP TYPE phase CASCADE;
-- What does no harm, goes.
ALTER TYPE phase ADD VALUE 'lost';
ALTER FUNCTION is_closed(phase) COST 5;
CREATE FUNCTION is_closed(text) RETURNS boolean IMMUTABLE LANGUAGE sql RETURN false;
ALTER TYPE phase RENAME TO stage;
-- The condition finds the function by its author's search_path.
ALTER SCHEMA store RENAME TO shop;
SELECT journal.drop_rule(6), journal.drop_rule(7);
ALTER SCHEMA store RENAME TO shop;
SET search_path = shop;
DROP FUNCTION is_closed(stage);

-- The names of a table that was never tracked itself are kept as long as it has a label.
CREATE TABLE colour (id integer PRIMARY KEY, name text);
ALTER TABLE order_ ADD COLUMN colour_id integer REFERENCES colour;
INSERT INTO colour VALUES (1, 'red');
ALTER TABLE colour DROP COLUMN name;
INSERT INTO order_ VALUES (1, 'open', 1);
RESET ROLE;
SELECT * FROM public.tracked;
SELECT key, label FROM journal.label ORDER BY valid_from;
SET ROLE regress_owner;

-- A dropped table is forgotten with its rules; its history stays.
DROP TABLE ticket, order_;
DROP TABLE note CASCADE;
RESET ROLE;
SELECT * FROM public.tracked;
SELECT number FROM journal.event_rule ORDER BY number;
SELECT event, object_id FROM journal.entries WHERE object_type IN ('order', 'ticket', 'note') ORDER BY id;
SET ROLE regress_owner;

-- In one transaction: writes, months, more writes, DDL, a savepoint.
BEGIN;
INSERT INTO job (id, title) VALUES (2, 'second');
SELECT journal.maintain(9) > 0;
INSERT INTO job (id, title) VALUES (3, 'third');
SAVEPOINT before;
ALTER TABLE job DROP COLUMN due;
DROP TABLE job CASCADE;
ROLLBACK TO before;
ALTER TABLE job ADD COLUMN extra integer DEFAULT 5;
INSERT INTO job (id, title) VALUES (4, 'fourth');
COMMIT;
RESET ROLE;
SELECT event, object_id, snapshot FROM journal.entries WHERE object_type = 'task' AND object_id > '1' ORDER BY id;
SELECT * FROM public.tracked WHERE object_type = 'task';

-- A change of what is tracked reaches plans that exist already, whoever makes it.
SET ROLE regress_owner;
INSERT INTO job (id, title) VALUES (5, 'fifth');
RESET ROLE;
UPDATE journal.tracked_relation SET capture = 'none' WHERE object_type = 'task';
INSERT INTO shop.job (id, title) VALUES (6, 'sixth');
UPDATE journal.tracked_relation SET capture = 'events' WHERE object_type = 'task';
DELETE FROM journal.event_rule WHERE relation = (SELECT id FROM journal.tracked_relation WHERE object_type = 'task');
UPDATE shop.job SET assignee_id = 9 WHERE id = 5;
SELECT event, object_id FROM journal.entries WHERE object_type = 'task' AND object_id > '4' ORDER BY id;

-- The functions are for their triggers alone.
SELECT journal.follow_ddl();
SELECT journal.follow_drop();
SELECT journal.invalidate_plan();

\set VERBOSITY terse
DROP SCHEMA shop, branch CASCADE;
SELECT * FROM public.tracked;
DROP OWNED BY regress_owner;
DROP ROLE regress_owner;
