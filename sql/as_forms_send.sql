\i test/regress/fresh.sql
-- Arguments as forms and people write them: words in any case of letters, '' for what was not given.

CREATE SCHEMA crm;
SET search_path = crm;
CREATE TABLE orders (id integer PRIMARY KEY, number text, status text, note text);
SELECT journal.track('orders', 'order');
-- The first rule of a table hides what no rule names, and says so; the others need not.
SELECT journal.add_rule('orders', 'Order.Created', 'INSERT') > 0;
SELECT journal.add_rule('orders', 'order.status_changed', 'Update', '{status}') > 0;
SELECT journal.drop_rule(number) FROM journal.event_rules;
SELECT journal.add_rule('orders', 'order.created', 'insert') > 0;
SELECT journal.add_rule('orders', 'order.status_changed', 'update', '{status}') > 0;
SELECT event, operation FROM journal.event_rules ORDER BY number;
BEGIN;
SELECT journal.set_context(employee => '7', actor_kind => 'ROBOT');
SHOW event_journal.actor_kind;
INSERT INTO orders VALUES (1, 'A-1', 'new', 'x');
COMMIT;
UPDATE orders SET status = 'done';
UPDATE orders SET note = 'y';
DELETE FROM orders;

SELECT event FROM journal.report(sort => 'ASC');
SELECT event FROM journal.report(events => '{all}', sort => 'asc');
SELECT event FROM journal.report(events => '{All,order.created}', sort => 'asc', page_size => 2);
SELECT event FROM journal.report(events => '{all}', sort => 'asc', employees => '{7}');
SELECT event FROM journal.report(events => '{Group:Orders}', sort => 'asc');
SELECT event FROM journal.report(events => '{KIND:Created}', sort => 'asc');
SELECT event FROM journal.report(events => '{ORDER.STATUS_CHANGED}', sort => 'asc');
SELECT count(*) FROM journal.report('TODAY');
SELECT event FROM journal.report(filter => '{"actor_kinds": ["Robot", "robot"]}');
SELECT title FROM journal.report(language => 'RU', page_size => 1);
-- A cursor goes on whatever the letters are.
SELECT event FROM journal.report('Today', sort => 'asc', page_size => 1,
                                 after => (SELECT page_cursor FROM journal.report('today', sort => 'ASC', page_size => 1)));

-- What is empty is not given.
SELECT count(*) FROM journal.report(period => '', locations => '{""}', employees => '{""}', events => '{""}', sort => '', after => '', language => '', filter => '{"search": ""}');
SELECT event FROM journal.report(employees => '{"", 7}');
SELECT event FROM journal.report(events => '{"", kind:created}');
SELECT count(*) FROM journal.history('order', '1', after => '', language => '');
SELECT count(*) FROM journal.deleted_objects(object_types => '{""}', after => '', language => '');
SELECT count(*) FROM journal.report(employees => '{}');
SELECT count(*) FROM journal.history('order', '');

-- Other words.
SELECT journal.add_event_type('order.promised', 'ORDERS', 'Changed', 'order', '{"en": "Order promised"}');
SELECT journal.add_event_type('order.lost', 'orders', 'DELETED', 'order', '{"en": "Order lost"}', restore => 'Support');
SELECT code, event_group, kind, restore FROM journal.event_types WHERE NOT is_core AND code IN ('order.promised', 'order.lost') ORDER BY 1;
SELECT journal.set_account('north', plan => 'Startup', time_zone => 'europe/madrid', language => 'EN');
SELECT * FROM journal.account;
SELECT journal.log('SMS.Sent') > 0;
SELECT relation, object_id, action FROM journal.restore_plan((SELECT max(id) FROM journal.entry WHERE operation = 'd'), related => 'Children');
SELECT count(*) FROM journal.undo_plan((SELECT transaction_id FROM journal.entry WHERE operation = 'd'), on_conflict => 'FORCE');
CREATE ROLE regress_reader;
SELECT journal.grant_access('READER', 'regress_reader');
SELECT journal.revoke_access('Reader', 'regress_reader');
DROP ROLE regress_reader;
-- What is not known is said as it was written.
SELECT journal.report('TODAYS');
SELECT journal.report(events => '{KIND:CREATES}');
SELECT journal.report(sort => 'up');
SET event_journal.actor_kind = 'Robots';
