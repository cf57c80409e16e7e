\i test/regress/fresh.sql
-- Events of other systems: log() with the time at which they occurred.

CREATE SCHEMA crm;
SET search_path = crm;
SET event_journal.account = 'north';
CREATE TABLE orders (id integer PRIMARY KEY, tenant text, number text);
SELECT journal.track('orders', 'order', account => 'tenant');
INSERT INTO orders VALUES (1, 'north', 'A-1');
CREATE VIEW seen AS
SELECT CASE WHEN imported THEN occurred_at::date END AS day, event, employee, object_type, object_id, object_label, imported,
       CASE WHEN imported THEN recorded_at > now() - interval '1 hour' ELSE recorded_at = occurred_at END AS recorded, links
FROM journal.report(sort => 'asc');
SET TimeZone = 'UTC';
SET DateStyle = ISO;

-- The times of both; without a label, but with the document that stands for it.
SELECT journal.log('call.incoming', 'call', 'c-2', occurred_at => '2020-02-29 12:00+00', employee => '7',
                   links => '[{"type": "order", "id": 1, "document": true}, {"type": "client", "id": "5"}]') > 0;
SELECT journal.log('call.incoming', 'call', 'c-1', '', occurred_at => '2020-02-29 11:00+00', employee => '') > 0;
SELECT journal.log('call.incoming', 'call', 'c-3', occurred_at => '2020-02-29 12:00+00', employee => '8') > 0;
SELECT journal.log('call.incoming', 'call', 'c-4', employee => '9') > 0;
SELECT * FROM seen WHERE event LIKE 'call.%';
SELECT event, object_id FROM journal.history('order', '1') WHERE imported;
SELECT object_id, document_type, document_id, imported, recorded_at > occurred_at AS later FROM journal.entries WHERE operation = 'log' ORDER BY occurred_at, id;
-- Pages go on from one of two of the same moment.
SELECT object_id FROM journal.report(events => '{call.incoming}', sort => 'asc', page_size => 1,
    after => (SELECT page_cursor FROM journal.report(events => '{call.incoming}', sort => 'asc', page_size => 2) OFFSET 1));

-- Its month is made afterwards, closed, and takes more.
SELECT count(*) FROM journal.entry_default WHERE operation = 'l';
SELECT journal.maintain() > 0;
SELECT count(*) FROM journal.entry_default WHERE operation = 'l';
SELECT count(*) FROM journal."entry_2020_02";
CALL journal.maintenance();
SELECT entries FROM journal.closed_month WHERE relation_oid = 'journal.entry_2020_02'::regclass;
SELECT journal.log('call.incoming', 'call', 'c-5', occurred_at => '2020-02-28 12:00+00', employee => '7') > 0;
SELECT object_id FROM journal.report(events => '{call.incoming}', employees => '{7}', sort => 'asc');
SELECT object_id, employee FROM journal.history('call', 'c-5');

-- Another account; the report shows the one of its reader.
SELECT journal.log('call.incoming', 'call', 's-1', occurred_at => '2020-02-28 12:00+00', account => 'south') > 0;
SELECT journal.log('call.incoming', 'call', 's-2', account => '') > 0;
SELECT object_id, account FROM journal.entries WHERE object_id LIKE 's-%' ORDER BY id;
SELECT count(*) FROM journal.report(events => '{call.incoming}');

-- The server counts moments from 2000-01-01, which is one like others.
SELECT journal.log('call.incoming', 'call', 'c-0', occurred_at => '2000-01-01 00:00+00') > 0;
SELECT occurred_at, imported FROM journal.report(events => '{call.incoming}', sort => 'asc', page_size => 1);

-- What is refused: what is still to come, and whoever has not got the right.
\set VERBOSITY sqlstate
SELECT journal.log('call.incoming', 'call', 'c-6', occurred_at => now() + interval '1 day');
\set VERBOSITY default
SELECT journal.log('call.incoming', 'call', 'c-6', occurred_at => '-infinity');
SELECT journal.log('call.incoming', 'call', 'c-6', occurred_at => 'infinity');
SELECT journal.log('call.incoming', 'call', 'c-6', employee => repeat('x', 1001));
SELECT journal.log('call.incoming', 'call', 'c-6', account => repeat('x', 1001));
SELECT journal.log('call.incoming', 'call', 'c-6', links => '[{"type": "a", "id": 1, "document": true}, {"type": "b", "id": 1, "document": true}]');
SELECT journal.log('call.incoming', 'call', 'c-6', links => '[{"type": "a"}]');
CREATE ROLE regress_application;
CREATE ROLE regress_north;
GRANT USAGE ON SCHEMA journal TO regress_application, regress_north;
GRANT EXECUTE ON FUNCTION journal.log TO regress_application, regress_north;
GRANT EXECUTE ON FUNCTION journal.importer TO regress_north;
INSERT INTO journal.role_account VALUES ('regress_north', 'north');
SET ROLE regress_application;
SELECT journal.log('call.incoming', 'call', 'c-7', occurred_at => '2020-02-28 12:00+00');
SELECT journal.log('call.incoming', 'call', 'c-7', account => 'south', employee => '1') > 0;
SET ROLE regress_north;
SELECT journal.log('call.incoming', 'call', 'c-8', occurred_at => '2020-02-28 12:00+00') > 0;
SELECT journal.log('call.incoming', 'call', 'c-9', account => 'south');
RESET event_journal.account;
SELECT journal.log('call.incoming', 'call', 'c-9', account => '') > 0;
SELECT journal.log('call.incoming', 'call', 'c-9', account => 'south');
RESET ROLE;
SELECT object_id, account, employee FROM journal.entries WHERE object_id >= 'c-7' AND object_id LIKE 'c-%' ORDER BY id;
DROP OWNED BY regress_application, regress_north;
DROP ROLE regress_application, regress_north;
