-- event_journal with the sample CRM's rules of crm.orders (examples/crm/tracking.sql).
CREATE EXTENSION event_journal;
SELECT journal.track('crm.orders', 'order', label => 'number', account => 'account_id', location => 'location_id',
                     author => 'created_by', created_at => 'created_at', links => '{client_id,device_id,ticket_id}',
                     ignored => '{status_changed_at,updated_at}');
SELECT journal.add_rule('crm.orders', 'order.created', 'insert', details => '{type_id,complaint,deadline_at}');
SELECT journal.add_rule('crm.orders', 'order.deleted', 'delete', details => '{type_id,status_id,complaint}');
SELECT journal.add_rule('crm.orders', 'order.status_changed', 'update', '{status_id}', changed_at => 'status_changed_at');
SELECT journal.add_rule('crm.orders', 'order.location_changed', 'update', '{location_id}');
SELECT journal.add_rule('crm.orders', 'order.client_changed', 'update', '{client_id}');
SELECT journal.add_rule('crm.orders', 'order.type_changed', 'update', '{type_id}');
SELECT journal.add_rule('crm.orders', 'order.deadline_changed', 'update', '{deadline_at}');
SELECT journal.add_rule('crm.orders', 'order.appointment_changed', 'update', '{appointment_at}');
SELECT journal.add_rule('crm.orders', 'order.manager_changed', 'update', '{manager_id}');
SELECT journal.add_rule('crm.orders', 'order.assignee_changed', 'update', '{assignee_id}');
-- Who acts is said once for a connection.
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET event_journal.employee = %L', current_database(), '17'); END $$;
