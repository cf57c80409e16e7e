\i test/regress/fresh.sql
-- Columns whose names hold blanks and commas are not taken for others: what stands in the way of an undo is found by columns, not
-- by the text of their names.

CREATE TABLE t (id integer PRIMARY KEY, "my note" text, note text, "x, note" text);
SELECT journal.track('t');
INSERT INTO t VALUES (1, 'a', 'x', 'p');
UPDATE t SET "my note" = 'b';
SELECT max(transaction_id) AS first FROM journal.entries \gset
UPDATE t SET "my note" = 'c';
SELECT max(transaction_id) AS second FROM journal.entries \gset
UPDATE t SET note = 'y';
SELECT later_transaction = :'second' AS only_the_second, conflict FROM journal.undo_plan(:'first');
SELECT action, outcome FROM journal.undo(:'first', on_conflict => 'cascade');
TABLE t;

UPDATE t SET "x, note" = 'q';
SELECT max(transaction_id) AS first FROM journal.entries \gset
UPDATE t SET "x, note" = 'r';
SELECT max(transaction_id) AS second FROM journal.entries \gset
UPDATE t SET note = 'z';
SELECT later_transaction = :'second' AS only_the_second, conflict FROM journal.undo_plan(:'first');
SELECT action, outcome FROM journal.undo(:'first', on_conflict => 'cascade');
TABLE t;

-- A column that was renamed meanwhile is still the same.
UPDATE t SET note = 'one';
SELECT max(transaction_id) AS first FROM journal.entries \gset
UPDATE t SET note = 'two';
SELECT max(transaction_id) AS second FROM journal.entries \gset
ALTER TABLE t RENAME note TO remark;
SELECT later_transaction = :'second' AS the_second, conflict FROM journal.undo_plan(:'first');
SELECT action, outcome FROM journal.undo(:'first', on_conflict => 'cascade');
TABLE t;
