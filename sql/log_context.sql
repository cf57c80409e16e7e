\i test/regress/fresh.sql
\i test/regress/recorded.sql
-- Who acts, as the application says it and as the server knows it; events that are no row change.

CREATE SCHEMA crm;
SET search_path = crm;
CREATE TABLE client (id integer PRIMARY KEY, name text, tenant text, branch text);
SELECT journal.track('client', 'client', account => 'tenant', location => 'branch');
CREATE VIEW said AS
SELECT id, event, object_id, account, location, employee, actor_kind, reason, extra FROM journal.entries;

-- NULL and what is not given leave a value, '' clears it, and all of it ends with the transaction.
BEGIN;
SELECT journal.set_context(employee => '7', location => 'north', account => 'a', actor_kind => 'employee', reason => 'as asked', extra => '{"ip": "::1"}');
INSERT INTO client VALUES (1, 'Ann', NULL, NULL), (2, 'Bob', 'b', 'south');
SELECT journal.set_context(employee => '8');
UPDATE client SET name = 'Anna' WHERE id = 1;
SELECT journal.set_context(location => '', reason => '', extra => 'null');
UPDATE client SET name = 'Anne' WHERE id = 1;
SELECT journal.set_context(employee => NULL, account => '', actor_kind => '', extra => '{}');
UPDATE client SET name = 'Annie' WHERE id = 1;
COMMIT;
UPDATE client SET name = 'Robert' WHERE id = 2;
SHOW event_journal.employee;
SELECT event, object_id, account, location, employee, actor_kind, reason, extra FROM said ORDER BY id;
-- One row for each context that is distinct.
SELECT count(*), count(DISTINCT (account, actor_kind, reason, extra)) FROM journal.context;

-- After SET LOCAL a setting reads '', which is nobody; a savepoint takes back what was said in it.
BEGIN;
SET LOCAL event_journal.employee = '9';
SAVEPOINT a;
SELECT journal.set_context(employee => '10', reason => 'in the savepoint');
UPDATE client SET name = 'Bob 1' WHERE id = 2;
ROLLBACK TO a;
UPDATE client SET name = 'Bob 2' WHERE id = 2;
SAVEPOINT b;
SELECT journal.set_context(reason => 'kept');
UPDATE client SET name = 'Bob 3' WHERE id = 2;
RELEASE b;
UPDATE client SET name = 'Bob 4' WHERE id = 2;
ROLLBACK;
BEGIN;
SET LOCAL event_journal.employee = '9';
SAVEPOINT a;
SELECT journal.set_context(employee => '10', reason => 'said twice');
UPDATE client SET name = 'Bob 1' WHERE id = 2;
ROLLBACK TO a;
SELECT journal.set_context(reason => 'said twice');
UPDATE client SET name = 'Bob 2' WHERE id = 2;
COMMIT;
SELECT current_setting('event_journal.employee') = '' AS is_empty;
UPDATE client SET name = 'Bob 5' WHERE id = 2;
SELECT event, employee, reason, new FROM journal.entries ORDER BY id DESC LIMIT 2;
SELECT count(*) FROM journal.entry e WHERE context IS NOT NULL AND NOT EXISTS (SELECT FROM journal.context c WHERE c.id = e.context);
-- A function's SET clause, and SET for the connection.
CREATE FUNCTION renamed() RETURNS void LANGUAGE sql SET event_journal.employee = 'robot' AS $$ UPDATE crm.client SET name = 'by function' WHERE id = 2 $$;
SET event_journal.employee = 'all day';
SELECT renamed();
UPDATE client SET name = 'by session' WHERE id = 2;
RESET event_journal.employee;
SELECT employee, new FROM journal.entries ORDER BY id DESC LIMIT 2;

-- What is refused.
SELECT journal.set_context(actor_kind => 'boss');
SET event_journal.actor_kind = 'boss';
SET event_journal.extra = '{';
SET event_journal.extra = '{"a": 1} x';
SET event_journal.nothing = 'x';
SELECT count(*) FROM test.recorded();

-- Logged events.
SELECT journal.log('user.logged_in') > 0 AS logged;
BEGIN;
SELECT journal.set_context(employee => '7', location => 'north', account => 'a', actor_kind => 'client', reason => 'why');
SELECT journal.log('user.logged_in', 'employee', '7', 'Ann', '{"ip": "10.0.0.1"}', links => '[{"type": "location", "id": 3, "label": "North"}]') > 0 AS logged;
SELECT journal.log(event => 'fiscal_receipt.printed', object_id => '17', location => 'south', links => '[]') > 0 AS logged;
SELECT journal.log('sms.sent', object_type => '', object_id => '', label => '', details => '"text"', location => '') > 0 AS logged;
SAVEPOINT a;
SELECT journal.log('sms.sent') > 0 AS logged;
ROLLBACK TO a;
COMMIT;
SELECT event, object_type, object_id, label, account, location, employee, actor_kind, details, links, relation, operation FROM journal.entries
WHERE operation = 'log' ORDER BY id;
SELECT journal.log(NULL);
SELECT journal.log('user.loged_in');
SELECT journal.log('');
SELECT journal.log('group:auth');
SELECT journal.log('sms.sent', links => '{}');
SELECT journal.log('sms.sent', links => '[1]');
SELECT journal.log('sms.sent', links => '[[]]');
SELECT journal.log('sms.sent', links => '"order"');
SELECT journal.log('sms.sent', links => '[{"type": "order"}]');
SELECT journal.log('sms.sent', links => '[{"type": "order", "id": null}]');
SELECT journal.log('sms.sent', links => '[{"type": 1, "id": {}}]');
BEGIN READ ONLY;
SELECT journal.log('sms.sent');
ROLLBACK;
BEGIN READ ONLY;
SELECT journal.set_context(employee => '7');
ROLLBACK;
-- In the order of the commands, between changes.
BEGIN;
INSERT INTO client VALUES (3, 'Cid');
SELECT journal.log('sms.sent', 'client', '3') > 0 AS logged;
WITH gone AS (DELETE FROM client WHERE id = 3 RETURNING id) SELECT journal.log('sms.sent', 'client', id::text) > 0 AS logged FROM gone;
COMMIT;
SELECT event, object FROM test.recorded();

-- The server's own facts: another row when a role or the application's name changes, and after a rollback.
CREATE ROLE regress_one;
CREATE ROLE regress_two;
GRANT USAGE ON SCHEMA crm TO regress_one, regress_two;
GRANT ALL ON client TO regress_one, regress_two;
GRANT USAGE ON SCHEMA journal TO regress_one;
GRANT EXECUTE ON FUNCTION journal.set_context TO regress_one;
\connect -
SET search_path = crm;
SET application_name = 'one';
SELECT coalesce(max(id), 0) AS last FROM journal.session \gset
BEGIN;
SAVEPOINT a;
UPDATE client SET name = 'x';
ROLLBACK TO a;
UPDATE client SET name = 'y';
SAVEPOINT b;
SET LOCAL application_name = 'two';
UPDATE client SET name = 'z';
ROLLBACK TO b;
UPDATE client SET name = 'a';
COMMIT;
SET ROLE regress_one;
UPDATE client SET name = 'b';
SET ROLE regress_two;
UPDATE client SET name = 'c';
RESET ROLE;
SET SESSION AUTHORIZATION regress_one;
UPDATE client SET name = 'd';
RESET SESSION AUTHORIZATION;
UPDATE client SET name = 'e';
UPDATE client SET name = 'f';
-- To and fro with each row, by a cascade that runs as the table's owner, and through accounts.
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = crm AS $$
BEGIN UPDATE client SET branch = 'touched' WHERE id = NEW.id; RETURN NULL; END $$;
INSERT INTO client SELECT i, 'many', 'account ' || i % 3 FROM generate_series(10, 40) i;
CREATE TRIGGER "000" AFTER UPDATE OF name ON client FOR EACH ROW EXECUTE FUNCTION touch();
SELECT count(*) AS contexts FROM journal.context \gset
SET ROLE regress_one;
BEGIN;
SELECT journal.set_context(reason => 'to and fro');
UPDATE client SET name = 'more' WHERE id >= 10;
COMMIT;
RESET ROLE;
SELECT count(*) - :contexts AS contexts FROM journal.context;
SELECT session_role = current_user AS mine, acting_role = current_user AS acting, session_role ~ 'regress' AS one, application_name,
       process_id = pg_backend_pid() AS same_process, count(e.*) AS entries
FROM journal.session s LEFT JOIN journal.entry e ON e.session = s.id WHERE s.id > :last GROUP BY s.id, 1, 2, 3, 4, 5 ORDER BY s.id;
SELECT count(*) FROM journal.entry e WHERE NOT EXISTS (SELECT FROM journal.session s WHERE s.id = e.session);
DROP OWNED BY regress_one, regress_two;
DROP ROLE regress_one, regress_two;
