-- The sample CRM's week: every event type of the catalogue occurs, as often as the week has it, with its details, its
-- actor and its account; and nothing that was rolled back.
SELECT current_database() AS first_database \gset
\i test/regress/fresh.sql
\set ECHO none
SELECT count(*) = 0 AS roles_are_ours FROM pg_roles WHERE rolname IN ('crm_app', 'crm_manager') \gset
\i examples/crm/schema.sql
\i examples/crm/tracking.sql
\i examples/crm/day.sql
\set ON_ERROR_STOP off
\set ECHO all

-- all 69, and how often
SELECT t.id, t.code, count(e.event) AS occurred
  FROM journal.event_types t LEFT JOIN journal.entries e ON e.event = t.code
 WHERE t.is_core
 GROUP BY 1, 2 ORDER BY 1;

-- what else happened: changes that are no event of the catalogue, kept for histories
SELECT event, reported, count(*) FROM journal.entries
 WHERE event NOT IN (SELECT code FROM journal.event_types WHERE is_core)
 GROUP BY 1, 2 ORDER BY 1, 2;

-- rows inserted and deleted, by type of object
SELECT object_type, operation, count(DISTINCT change) AS changes FROM journal.entries
 WHERE operation <> 'update' GROUP BY 1, 2 ORDER BY 1, 2;

-- every entry has its account; whoever is no employee says what he is
SELECT account, count(*) FILTER (WHERE employee IS NOT NULL) AS by_employees,
       count(*) FILTER (WHERE employee IS NULL) AS by_others
  FROM journal.entries GROUP BY 1 ORDER BY 1;
SELECT DISTINCT actor_kind FROM journal.entries WHERE employee IS NULL ORDER BY 1;
SELECT DISTINCT session_role, acting_role FROM journal.entries WHERE operation = 'insert';

-- rolled back: nothing of it
SELECT count(*) FROM journal.entries WHERE event = 'order.item_added' AND snapshot ->> 'name' = 'Срочность';
SELECT count(*) FROM journal.entries e
 WHERE e.event = 'order.created' AND NOT EXISTS (SELECT FROM crm.orders o WHERE o.id::text = e.object_id);
SELECT count(*) FROM journal.entries e
 WHERE e.event = 'order.item_added' AND e.snapshot ->> 'kind' = 'product'
   AND e.document_id IN (SELECT id::text FROM crm.orders WHERE status_id = 3);

-- what rows hold and what the journal has heard agree
SELECT count(*) FROM crm.orders o
 WHERE o.status_id IS DISTINCT FROM coalesce((SELECT (e.new ->> 'status_id')::integer FROM journal.entries e
                                               WHERE e.event = 'order.status_changed' AND e.object_id = o.id::text
                                               ORDER BY e.id DESC LIMIT 1), 1);

-- one UPDATE, several events
SELECT string_agg(event, ' ' ORDER BY event) AS events, count(*) OVER () > 0 AS found
  FROM journal.entries WHERE reason = 'Перепутали клиента при приёмке' AND object_type = 'order' GROUP BY change;

-- excluded and masked columns are nowhere
SELECT count(*) FROM journal.entry e WHERE e::text LIKE '%scram$%';
SELECT DISTINCT snapshot -> 'salary' AS salary, snapshot ? 'password_hash' AS has_hash
  FROM journal.entries WHERE event = 'employee.created';

-- details of each kind of event that has some
SET event_journal.account = 'rembyt';
SELECT DISTINCT ON (r.event) r.event, r.details_text
  FROM unnest('{sms.sent,user.logged_in,call.incoming,order.comment_created,order.item_added,order.item_removed,
                order.file_attached,order.status_changed,order.manager_changed,order.assignee_changed,order.type_changed,
                client.review_received,client.discount_changed,product.renamed,product.created,task.completed,
                task.reopened,ticket.type_changed,ticket.status_changed,ticket.client_changed,bonus.changed,
                bonus.cancelled,customer_refund.created,write_off.created,fiscal_receipt.printed}'::text[]) AS code,
       journal.report(events => ARRAY[code], page_size => 1, sort => 'asc') AS r
 ORDER BY r.event;
SELECT DISTINCT ON (r.event) r.event, r.details_text
  FROM unnest('{call.outgoing,order.item_added,order.status_changed,user.logged_in}'::text[]) AS code,
       journal.report(events => ARRAY[code], page_size => 1, sort => 'asc', language => 'en') AS r
 ORDER BY r.event;
SELECT details FROM journal.report(events => '{order.item_added}', page_size => 1, sort => 'asc');
SELECT details FROM journal.report(events => '{order.status_changed}', page_size => 1, sort => 'asc');

-- names as of the event: the renamed type, the trainee who left
SELECT details_text FROM journal.report(events => '{ticket.type_changed}');
SELECT DISTINCT employee_name FROM journal.report(events => '{user.logged_in}', page_size => 100) ORDER BY 1;

-- an order's history holds its items, comments and files
SELECT title, details_text FROM journal.history('order', (SELECT id::text FROM crm.orders
                                                           WHERE account_id = 'rembyt' AND number = 'ЗК-00005'))
 WHERE event NOT LIKE '%deadline%' AND event NOT LIKE 'order.created';

-- deleted objects, and which of them can come back
SELECT object_type, object_label, restorable
  FROM journal.deleted_objects('{task,ticket,client,invoice,cash_register,warehouse,product,order,order_item,employee,
                                 location,sale,bonus,stock_receipt}', page_size => 100);

-- what the manager of one account may read, and the application for an account on the plan startup
\set VERBOSITY sqlstate
SET SESSION AUTHORIZATION crm_manager;
RESET event_journal.account;
SELECT object_label FROM journal.report(events => '{location.created}') ORDER BY 1;
SET event_journal.account = 'smartfix';
SELECT object_label FROM journal.report(events => '{location.created}');
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION crm_app;
SELECT object_label FROM journal.report(events => '{location.created}');
SELECT * FROM journal.report('today');
RESET SESSION AUTHORIZATION;

\set ECHO none
\connect :first_database
DROP DATABASE event_journal_test;
\if :roles_are_ours
DROP ROLE crm_app, crm_manager;
\endif
