\i test/regress/fresh.sql
\i test/regress/recorded.sql
-- Which event a change gives: rules with columns, conditions and details.

CREATE SCHEMA crm;
SET search_path = crm;
CREATE TABLE status (id integer PRIMARY KEY, name text);
CREATE TABLE ticket (
    id integer PRIMARY KEY, number text, status_id integer REFERENCES status, manager text, type text, due date,
    done boolean NOT NULL DEFAULT false, price numeric, note text, secret text, pin text);
INSERT INTO status VALUES (1, 'new'), (2, 'at work');

-- Before track there are no rules, after it each change is an event of its own generic type.
SELECT journal.add_rule('ticket', 'ticket.created', 'insert');
SELECT journal.track('ticket', 'ticket', ignored => '{note}', excluded => '{secret}', masked => '{pin}');
INSERT INTO ticket (id, number, status_id, price) VALUES (1, 'T-1', 1, 1.10);
UPDATE ticket SET price = 1.1;
SELECT * FROM test.recorded();

-- Columns: each changed column stands in exactly one of the change's events.
SELECT journal.add_rule('ticket', 'ticket.created', 'insert', details => '{number,price,pin}');
SELECT journal.add_rule('ticket', 'ticket.deleted', 'delete', details => '{type,done}');
SELECT journal.add_rule('ticket', 'ticket.status_changed', 'update', '{status_id}');
SELECT journal.add_rule('ticket', 'ticket.manager_changed', 'update', '{manager}', details => '{number,status_id}');
SELECT journal.add_rule('ticket', 'ticket.type_changed', 'update', '{type,manager}');
UPDATE ticket SET status_id = 2, manager = 'Ann';
UPDATE ticket SET status_id = 1, manager = 'Bob', price = 2, done = true;
UPDATE ticket SET type = 'repair', note = 'with it';
UPDATE ticket SET price = 3;
UPDATE ticket SET note = 'ignored alone';
UPDATE ticket SET secret = 'excluded alone';
UPDATE ticket SET pin = '1234';
UPDATE ticket SET status_id = status_id, manager = 'Bob', price = 3.0;
UPDATE ticket SET status_id = status_id;
INSERT INTO ticket (id, number, price, pin, secret) VALUES (2, 'T-2', NULL, '42', 'x');
DELETE FROM ticket WHERE id = 1;
SELECT * FROM test.recorded();

-- A rule without columns and condition is for every update that changes something.
SELECT journal.add_event_type('ticket.touched', 'tickets', 'other', 'ticket', '{"en": "Touched"}');
SELECT journal.add_rule('ticket', 'ticket.touched', 'update') AS touched \gset
UPDATE ticket SET price = 4;
UPDATE ticket SET status_id = 2, price = 5;
UPDATE ticket SET note = 'nothing else';
SELECT journal.drop_rule(:touched);
UPDATE ticket SET price = 6;
SELECT * FROM test.recorded();

-- Conditions, each with both outcomes, over several statements and rows of one session.
CREATE TABLE task (id integer PRIMARY KEY, title text, assignee text, done boolean, due date, priority integer);
SELECT journal.track('task', 'task');
SELECT journal.add_rule('task', 'task.completed', 'update', '{done}', 'new.done AND NOT coalesce(old.done, false)');
SELECT journal.add_rule('task', 'task.reopened', 'update', '{done}', 'old.done AND NOT new.done');
SELECT journal.add_rule('task', 'task.assignee_changed', 'update', '{assignee}', 'new.assignee <> ''nobody, who is long enough'' -- a comment');
SELECT journal.add_rule('task', 'task.due_date_changed', 'update', '{due}',
                        'old.due IS DISTINCT FROM new.due AND new.priority IN (1, 2, 3)');
INSERT INTO task VALUES (1, 'one', 'Ann', false, '2024-01-01', 1), (2, 'two', 'Bob', false, '2024-01-01', 9);
UPDATE task SET done = true;
UPDATE task SET done = false WHERE id = 1;
UPDATE task SET done = NULL;
UPDATE task SET done = true;
UPDATE task SET done = true;
UPDATE task SET assignee = 'Cid';
UPDATE task SET assignee = 'nobody, who is long enough';
UPDATE task SET due = '2024-02-02';
UPDATE task SET due = NULL, assignee = 'Dan', done = false;
SELECT * FROM test.recorded();

-- Rows of one table that give different events: incoming and outgoing calls.
CREATE TABLE call (id integer PRIMARY KEY, direction text, number text, seconds integer);
SELECT journal.track('call', 'call');
SELECT journal.add_rule('call', 'call.incoming', 'insert', condition => 'new.direction = ''in''', details => '{number,seconds}');
SELECT journal.add_rule('call', 'call.outgoing', 'insert', condition => $$(new).direction = 'out'$$, details => '{number}');
SELECT journal.add_rule('call', 'call.outgoing', 'insert', condition => $$new.direction = 'out'$$, details => '{number}');
INSERT INTO call VALUES (1, 'in', '+1', 10), (2, 'out', '+2', 0), (3, NULL, '+3', NULL);
SELECT * FROM test.recorded();

-- What a condition may contain.
CREATE FUNCTION is_large(integer) RETURNS boolean STABLE LANGUAGE sql RETURN $1 > 100;
CREATE FUNCTION noisy(integer) RETURNS boolean VOLATILE LANGUAGE sql RETURN $1 > 100;
CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq);
SELECT journal.add_event_type('call.long', 'communications', 'other', 'call', '{"en": "Long call", "ru": "Долгий звонок"}');
SELECT journal.add_rule('call', 'call.long', 'update', condition => 'is_large(new.seconds) AND new.direction === ''in''') AS long \gset
SET search_path = '';
UPDATE crm.call SET seconds = 1000;
UPDATE crm.call SET seconds = 10;
SET search_path = crm;
SELECT * FROM test.recorded();
SELECT number, relation, event, operation, columns, condition, details FROM journal.event_rules ORDER BY number;
SELECT search_path FROM journal.event_rule WHERE number = :long;

-- A constant means the same to every writer.
SELECT journal.add_rule('task', 'task.due_date_changed', 'update', '{priority}', 'new.due < ''2024-02-01''');
\set VERBOSITY sqlstate
SELECT journal.add_rule('task', 'task.due_date_changed', 'update', '{priority}', 'new.due < ''01/02/2024''');
\set VERBOSITY default
SET DateStyle = 'SQL, DMY';
UPDATE task SET due = '31/01/2024';
UPDATE task SET priority = 5 WHERE id = 1;
\connect -
SET DateStyle = 'SQL, DMY';
UPDATE crm.task SET priority = 6 WHERE id = 1;
UPDATE crm.task SET due = '02/02/2024' WHERE id = 1;
UPDATE crm.task SET priority = 7 WHERE id = 1;
RESET DateStyle;
SET search_path = crm;
SELECT * FROM test.recorded();

-- What it may not.
CREATE FUNCTION refused(condition text, operation text DEFAULT 'update') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    code text; message text; detail text; hint text;
BEGIN
    PERFORM journal.add_rule('crm.call', 'call.long', operation, condition => condition);
    RETURN NEXT 'accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    -- Some servers give as a hint what others give as a detail.
    RETURN NEXT concat_ws(' | ', code || ': ' || message, nullif(detail, ''), nullif(hint, ''));
END
$$;
\pset format unaligned
\pset tuples_only on
SELECT refused('EXISTS (SELECT FROM crm.call)');
SELECT refused('new.seconds = (SELECT 1)');
SELECT refused('new.seconds IN (SELECT 1)');
SELECT refused('count(*) > 1');
SELECT refused('max(new.seconds) > 1');
SELECT refused('row_number() OVER () = 1');
SELECT refused('generate_series(1, new.seconds) > 1');
SELECT refused('random() > 0.5');
SELECT refused('noisy(new.seconds)');
SELECT refused('clock_timestamp() > ''2000-01-01''');
SELECT refused('new IS NOT NULL');
SELECT refused('new.* IS NOT NULL');
SELECT refused('old = new');
SELECT refused('to_jsonb(new) ? ''x''');
SELECT refused('seconds > 1');
SELECT refused('call.seconds > 1');
SELECT refused('crm.call.seconds > 1');
SELECT refused('new.minutes > 1');
SELECT refused('new.tableoid = 1');
SELECT refused('new.ctid IS NULL');
SELECT refused('new.seconds > $1');
SELECT refused('new.seconds');
SELECT refused('''text''');
SELECT refused('new.seconds = ''text''');
SELECT refused('');
SELECT refused('-- nothing');
SELECT refused('true); drop table crm.call; --');
SELECT refused('true) FROM crm.call WHERE (true');
SELECT refused('true), (true');
SELECT refused('true) UNION SELECT (true');
SELECT refused('true) AS x, (true');
SELECT refused('true) ORDER BY (1');
SELECT refused('true) LIMIT (1');
SELECT refused('1) OVER (');
SELECT refused('new.seconds > 1 /* open');
SELECT refused('current_setting(''x.y'')');
SELECT refused('old.seconds > 1', 'insert');
SELECT refused('new.seconds > 1', 'delete');
SELECT refused('new.seconds > :x');
SELECT refused('DEFAULT');
SELECT refused('GROUPING(new.seconds) = 1');
SELECT refused('CASE WHEN new.seconds > 1 THEN (SELECT true) END');
SELECT refused('new.seconds = ANY (ARRAY(SELECT 1))');
SELECT refused('coalesce(new.seconds, nextval(''journal.entry_id_seq'')) > 1');
SELECT refused('(VALUES (true))');
\pset format aligned
\pset tuples_only off
SELECT count(*) FROM call;
SELECT count(*) FROM journal.event_rules WHERE relation = 'call'::regclass;

-- Arguments.
SELECT journal.add_rule('call', 'call.incomming', 'insert');
SELECT journal.add_rule('call', 'call.incoming', 'upsert');
SELECT journal.add_rule('call', 'call.incoming', 'INSERTED');
SELECT journal.add_rule('call', 'call.incoming', 'update', '{}');
SELECT journal.add_rule('call', 'call.incoming', 'update', '{NULL}');
SELECT journal.add_rule('call', 'call.incoming', 'update', '{minutes}');
SELECT journal.add_rule('call', 'call.incoming', 'update', '{ctid}');
SELECT journal.add_rule('call', 'call.incoming', 'insert', '{number}');
SELECT journal.add_rule('call', 'call.incoming', 'insert', details => '{}');
SELECT journal.add_rule('call', 'call.incoming', 'insert', details => '{minutes}');
SELECT journal.add_rule('call', 'call.incoming', 'update', '{number}', changed_at => 'minutes');
SELECT journal.add_rule('call', 'call.incoming', 'update', '{number}', changed_at => 'number');
SELECT journal.add_rule('ticket', 'ticket.type_changed', 'update', '{secret}');
SELECT journal.add_rule('ticket', 'ticket.type_changed', 'update', '{type}', details => '{secret}');
SELECT journal.add_rule(NULL, 'call.incoming', 'insert');
SELECT journal.add_rule('call', NULL, 'insert');
SELECT journal.add_rule('call', 'call.incoming', NULL);
SELECT journal.add_rule('status', 'ticket.status_changed', 'update');
SELECT journal.add_rule(0, 'call.incoming', 'insert');
SELECT journal.drop_rule(NULL);
SELECT journal.drop_rule(4711);

-- Who may.
CREATE ROLE regress_writer;
GRANT USAGE ON SCHEMA crm, journal TO regress_writer;
GRANT ALL ON ALL TABLES IN SCHEMA crm TO regress_writer;
GRANT EXECUTE ON FUNCTION journal.add_rule, journal.drop_rule TO regress_writer;
SET ROLE regress_writer;
SELECT journal.add_rule('call', 'call.incoming', 'insert');
SELECT journal.drop_rule(1);
-- A rule works for whoever writes: without EXECUTE on what its condition calls, the write is refused.
UPDATE call SET seconds = 200 WHERE id = 1;
RESET ROLE;
REVOKE EXECUTE ON FUNCTION is_large FROM PUBLIC;
SET ROLE regress_writer;
UPDATE call SET seconds = 201 WHERE id = 1;
RESET ROLE;
SELECT * FROM test.recorded();

-- A rename is followed, wherever the column is used; and a drop is refused where a rule needs the column.
ALTER TABLE ticket RENAME COLUMN status_id TO state;
ALTER TABLE ticket RENAME COLUMN note TO remark;
ALTER TABLE ticket RENAME COLUMN secret TO hidden;
ALTER TABLE ticket RENAME COLUMN pin TO code;
ALTER TABLE ticket RENAME COLUMN price TO amount;
ALTER TABLE task RENAME COLUMN done TO finished;
ALTER TABLE task RENAME COLUMN title TO done;
UPDATE ticket SET state = 1, hidden = 'y', code = '43', remark = 'z';
UPDATE ticket SET remark = 'zz', hidden = 'yy';
INSERT INTO ticket (id, number, amount, code, hidden) VALUES (3, 'T-3', 7, '44', 'y');
UPDATE task SET finished = true;
UPDATE task SET done = 'a title now';
SELECT * FROM test.recorded();
ALTER TABLE ticket DROP COLUMN state;
ALTER TABLE task DROP COLUMN finished;
ALTER TABLE call DROP COLUMN seconds;
ALTER TABLE call ALTER COLUMN direction TYPE integer USING 1;
DROP FUNCTION is_large;
SELECT number, event, columns, condition, details FROM journal.event_rules ORDER BY number;

-- An error in a condition is the write's error: nothing is lost silently.
SELECT journal.add_rule('call', 'call.long', 'update', '{number}', '100 / new.seconds > 1');
UPDATE call SET number = '+0', seconds = 0;
SELECT * FROM test.recorded();

-- Rules that one transaction adds and takes back.
BEGIN;
SAVEPOINT s;
SELECT journal.add_rule('ticket', 'ticket.deadline_changed', 'update', '{due}') AS due \gset
UPDATE ticket SET due = '2024-01-01' WHERE id = 2;
ROLLBACK TO s;
UPDATE ticket SET due = '2024-01-02' WHERE id = 2;
COMMIT;
BEGIN;
SELECT journal.add_rule('ticket', 'ticket.deadline_changed', 'update', '{due}') AS due \gset
UPDATE ticket SET due = '2024-01-03' WHERE id = 2;
SELECT journal.drop_rule(:due);
UPDATE ticket SET due = '2024-01-04' WHERE id = 2;
COMMIT;
SELECT * FROM test.recorded();
DROP OWNED BY regress_writer;
DROP ROLE regress_writer;
