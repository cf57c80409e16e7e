\i test/regress/fresh.sql
\i test/regress/recorded.sql
-- What of a table is worth recording: operations, a condition, and rows that count as deleted.

CREATE SCHEMA crm;
SET search_path = crm;
CREATE TABLE visit (id integer PRIMARY KEY, name text, seller integer, amount integer, deleted_at timestamptz);
CREATE VIEW selected AS
SELECT object_type, employee, require_employee, operations, condition, deleted_when, personal FROM journal.tracked_relations;

-- Lists in any case of letters and any order; all of them is the same as none.
SELECT journal.track('visit', operations => '{Delete,INSERT,insert}', personal => '{name}', employee => 'seller');
SELECT * FROM selected;
SELECT journal.track('visit', operations => '{delete,update,insert}', condition => 'coalesce(new.amount, old.amount) > 10', deleted_when => 'new.deleted_at IS NOT NULL');
SELECT * FROM selected;
SELECT journal.track('visit');
SELECT journal.track('visit', operations => NULL, condition => NULL, deleted_when => NULL, personal => NULL, employee => NULL, require_employee => NULL);
SELECT * FROM selected;

-- What is refused.
SELECT journal.track('visit', operations => '{}');
SELECT journal.track('visit', operations => '{NULL}');
SELECT journal.track('visit', operations => '{insert,truncate}');
SELECT journal.track('visit', personal => '{nme}');
SELECT journal.track('visit', employee => 'nobody');
SELECT journal.track('visit', employee => 'seller', masked => '{seller}');
SELECT journal.track('visit', label => 'name || seller');
SELECT journal.track('visit', condition => 'new.amount > 10');
SELECT journal.track('visit', condition => 'old.amount > 10', operations => '{insert,delete}');
SELECT journal.track('visit', condition => 'amount > 10');
SELECT journal.track('visit', condition => 'new.amount > (SELECT 1)');
SELECT journal.track('visit', condition => 'new.amount + old.amount');
SELECT journal.track('visit', condition => 'new.amount > random() * old.amount');
SELECT journal.track('visit', condition => 'new.price > old.amount');
SELECT journal.track('visit', condition => '');
SELECT journal.track('visit', deleted_when => 'old.deleted_at IS NULL AND new.deleted_at IS NOT NULL');
SELECT journal.track('visit', deleted_when => 'new.deleted_at IS NOT NULL', operations => '{insert,delete}');
SELECT * FROM selected;
