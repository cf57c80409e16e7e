\i test/regress/fresh.sql
\i test/regress/compare.sql
\i test/regress/undo.sql
\i test/ordinary/schema.sql
\i test/ordinary/tell.sql
-- Tables with rules, policies, checks, keys and names of all kinds: each change is undone, and what was deleted restored.

-- Deletions that are refused or passed over.
INSERT INTO invoice VALUES (3, true);
SELECT test.back('invoice');
INSERT INTO currency VALUES ('USD', 2);
SELECT test.back('currency');

-- Rules.
INSERT INTO ruled VALUES (2);
SELECT test.back('ruled');
DELETE FROM ruled WHERE id = 1;
SELECT test.back('ruled');
UPDATE locked SET closed = true;
SELECT test.back('locked');

-- A unique expression; a sum that is checked at the commit.
DELETE FROM login WHERE id = 1;
SELECT test.last() AS deleted \gset
INSERT INTO login (email) VALUES ('ANN@X');
SELECT test.refused(test.deletion('login', '1'));
SELECT test.try(format('journal.undo(%L)', :'deleted'));
DELETE FROM login WHERE id = 2;
SELECT test.back('login');
UPDATE login SET email = 'ann2@x' WHERE id = 3;
SELECT test.back('login');
DELETE FROM share;
SELECT test.back('share');
UPDATE share SET percent = 100 - percent;
SELECT test.back('share');

-- Policies: the row's owner, and somebody else.
SET client_min_messages = warning;
DROP ROLE IF EXISTS regress_ordinary;
RESET client_min_messages;
CREATE ROLE regress_ordinary;
GRANT USAGE ON SCHEMA ordinary, journal, test TO regress_ordinary;
GRANT SELECT, INSERT, UPDATE, DELETE ON secret_note TO regress_ordinary;
GRANT SELECT ON journal.entry TO regress_ordinary;
GRANT EXECUTE ON FUNCTION journal.visible_since, journal.undo, journal.undo_plan, journal.restore_all,
    journal.restore_plan(bigint[], text, jsonb) TO regress_ordinary;
UPDATE secret_note SET text = 'still mine';
SET ROLE regress_ordinary;
SELECT test.back('secret_note');
INSERT INTO secret_note (id, text) VALUES (2, 'the clerk''s');
UPDATE secret_note SET text = 'changed';
SELECT test.back('secret_note');
DELETE FROM secret_note;
SELECT test.back('secret_note');
RESET ROLE;

-- Partitions with keys of their own.
BEGIN;
DELETE FROM payment;
DELETE FROM payer;
COMMIT;
SELECT test.back('payer', 'payment');
UPDATE payment SET day = '2025-06-06' WHERE id = 1;
SELECT test.back('payment');

-- No key, links of two parents, a child that nobody tracks, a parent of several types.
DELETE FROM line_of_log;
SELECT test.back('line_of_log');
DELETE FROM student WHERE id = 1;
SELECT test.back('student', 'attends', 'reader');
DELETE FROM course WHERE code = 1.5;
SELECT test.back('course', 'attends');
BEGIN;
DELETE FROM remark WHERE parent_type = 'student' AND parent_id = 2;
DELETE FROM student WHERE id = 2;
COMMIT;
SELECT test.back('student', 'attends', 'remark');

-- Names.
UPDATE "Order ""Form""" SET "my note" = 'c', "select" = NULL;
SELECT test.back('"Order ""Form"""');
DELETE FROM "Order ""Form""";
SELECT test.back('"Order ""Form"""');
DELETE FROM "Заказ";
SELECT test.back('"Заказ"');
BEGIN;
DELETE FROM sale;
DELETE FROM employee;
COMMIT;
SELECT test.back('employee', 'sale');
UPDATE "user" SET name = 'admin';
SELECT test.back('"user"');
DELETE FROM "user";
SELECT test.back('"user"');
SELECT object_type, outcome FROM journal.restore(test.deletion('user', '1'), overrides => '{"user": {"password": "new"}}');
TABLE "user";

-- Keys.
UPDATE subscriber SET email = 'ann@y';
SELECT test.back('subscriber');
DELETE FROM rate WHERE amount = 1;
SELECT test.back('rate');
UPDATE rate SET amount = 1.25 WHERE amount = 1.5;
SELECT test.back('rate');

-- A sequence that restored values are beyond.
DELETE FROM login WHERE id = 3;
SELECT setval('login_id_seq', 1);
SELECT test.back('login');
SELECT last_value FROM login_id_seq;

DROP OWNED BY regress_ordinary;
DROP ROLE regress_ordinary;
