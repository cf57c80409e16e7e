\i test/regress/fresh.sql
-- Who may see the past: the table's privileges, the journal's, row-level security of both, accounts and plans.
CREATE SCHEMA crm;
CREATE TABLE crm.deals (id integer PRIMARY KEY, tenant text NOT NULL, title text);
SELECT journal.track('crm.deals', 'deal', account => 'tenant');
INSERT INTO crm.deals VALUES (1, 'east', 'e1'), (2, 'east', 'e2'), (3, 'west', 'w3'), (4, 'west', 'w4'), (5, 'east', 'e5');
SELECT journal.mark('start') IS NOT NULL AS marked;
UPDATE crm.deals SET title = title || '!' WHERE id IN (1, 3);
DELETE FROM crm.deals WHERE id IN (2, 4);

CREATE ROLE past_reader;
CREATE ROLE past_east;
\set VERBOSITY terse
-- Nothing is for everybody.
SET ROLE past_reader;
SELECT journal.mark('mine');
SELECT * FROM journal.table_as_of(NULL::crm.deals, mark => 'start');
RESET ROLE;
GRANT USAGE ON SCHEMA journal TO past_reader, past_east;
SET ROLE past_reader;
SELECT journal.mark('mine');
SELECT * FROM journal.table_as_of(NULL::crm.deals, now());
SELECT journal.row_as_of('crm.deals', '1', now());
SELECT * FROM journal.diff(NULL::crm.deals, now());
SELECT * FROM journal.verify_history('crm.deals');
SELECT * FROM journal.marks;
RESET ROLE;
GRANT EXECUTE ON FUNCTION journal.table_as_of, journal.row_as_of, journal.diff, journal.verify_history TO past_reader, past_east;
-- SELECT on the journal and on every column of the table.
SET ROLE past_reader;
SELECT * FROM journal.table_as_of(NULL::crm.deals, mark => 'start');
RESET ROLE;
GRANT SELECT ON journal.entry TO past_reader, past_east;
GRANT USAGE ON SCHEMA crm TO past_reader, past_east;
GRANT SELECT (id, tenant) ON crm.deals TO past_reader;
SET ROLE past_reader;
SELECT * FROM journal.table_as_of(NULL::crm.deals, mark => 'start');
SELECT journal.row_as_of('crm.deals', '1', mark => 'start');
RESET ROLE;
GRANT SELECT ON crm.deals TO past_reader, past_east;
-- Rows whose entries are of an account that the role does not read: unknown if it sees the row.
SET ROLE past_reader;
SET event_journal.account = 'east';
SELECT * FROM journal.table_as_of(NULL::crm.deals, mark => 'start');
SELECT journal.row_as_of('crm.deals', '2', mark => 'start'), journal.row_as_of('crm.deals', '5', mark => 'start');
SELECT journal.row_as_of('crm.deals', '4', mark => 'start');
SELECT journal.row_as_of('crm.deals', '3', mark => 'start');
RESET event_journal.account;
RESET ROLE;

-- A tenant whose rows the table's own policy shows, and whose account the journal confines it to.
INSERT INTO journal.role_account (role, account) VALUES ('past_east', 'east');
ALTER TABLE crm.deals ENABLE ROW LEVEL SECURITY;
CREATE POLICY east ON crm.deals TO past_east USING (tenant = 'east');
SET ROLE past_east;
SELECT * FROM journal.table_as_of(NULL::crm.deals, mark => 'start') ORDER BY id;
SELECT * FROM journal.diff(NULL::crm.deals, from_mark => 'start') ORDER BY object_id;
SELECT * FROM journal.verify_history('crm.deals');
RESET ROLE;
-- A row that went to another tenant: a part of its history is hidden.
UPDATE crm.deals SET tenant = 'west' WHERE id = 5;
UPDATE crm.deals SET tenant = 'east' WHERE id = 5;
SET ROLE past_east;
SELECT * FROM journal.table_as_of(NULL::crm.deals, mark => 'start') ORDER BY id;
RESET ROLE;

-- A plan's window: what lies behind it is not known to the account, and said so.
SELECT journal.set_account('east', plan => 'startup');
BEGIN;
SET LOCAL event_journal.clock = '2100-01-01';
SET ROLE past_east;
SELECT journal.row_as_of('crm.deals', '1', mark => 'start');
ROLLBACK;
SELECT journal.set_account('east', plan => 'free');
SET ROLE past_east;
SELECT journal.row_as_of('crm.deals', '1', mark => 'start');
RESET ROLE;

-- Whoever row-level security does not hold sees all.
SELECT count(*) FROM journal.table_as_of(NULL::crm.deals, mark => 'start');

-- Reading only: in a read-only transaction a mark cannot be made, and the past can be seen.
BEGIN READ ONLY;
SELECT count(*) FROM journal.table_as_of(NULL::crm.deals, mark => 'start');
SELECT journal.mark('read only');
ROLLBACK;
DROP OWNED BY past_reader, past_east;
DROP ROLE past_reader, past_east;
