-- Switches the journal on for the sample CRM: which tables are tracked, and which change is which event. All 69 event
-- types come from here; only user.logged_in, which changes no row, is logged by the application with journal.log.
--
-- Run it once, by the owner of the tables, after schema.sql and CREATE EXTENSION event_journal.

\set ON_ERROR_STOP on
-- Every call returns a row; none of them is worth showing.
\o /dev/null
-- A NOTICE tells of each table that reports show only what its rules name.
SET client_min_messages = warning;

BEGIN;

-- ---------------------------------------------------------------------------------------------------------------------
-- Settings: locations, employees, warehouses
--
-- The object types `employee` and `location` are the ones the report takes its names from. A location is its own location.
-- The hash of a password is never stored; that a salary changed is, but not to what. A login is an event by itself, so
-- last_login_at is no second one.
-- ---------------------------------------------------------------------------------------------------------------------

SELECT journal.track('crm.locations', 'location', label => 'name', account => 'account_id', location => 'id',
                     author => 'created_by', created_at => 'created_at');
SELECT journal.add_rule('crm.locations', 'location.created', 'insert', details => '{address,phone}');
SELECT journal.add_rule('crm.locations', 'location.deleted', 'delete', details => '{address}');

SELECT journal.track('crm.employees', 'employee', label => 'name', account => 'account_id', location => 'location_id',
                     author => 'created_by', created_at => 'created_at',
                     ignored => '{last_login_at}', excluded => '{password_hash}', masked => '{salary}');
SELECT journal.add_rule('crm.employees', 'employee.created', 'insert', details => '{position_id,login}');
SELECT journal.add_rule('crm.employees', 'employee.deleted', 'delete', details => '{position_id,login}');

SELECT journal.track('crm.warehouses', 'warehouse', label => 'name', account => 'account_id', location => 'location_id',
                     author => 'created_by', created_at => 'created_at');
SELECT journal.add_rule('crm.warehouses', 'warehouse.created', 'insert');
SELECT journal.add_rule('crm.warehouses', 'warehouse.deleted', 'delete');

-- ---------------------------------------------------------------------------------------------------------------------
-- Clients, their devices and reviews
--
-- updated_at is kept by a trigger and says nothing that the event's own time does not.
-- ---------------------------------------------------------------------------------------------------------------------

SELECT journal.track('crm.clients', 'client', label => 'name', account => 'account_id',
                     author => 'created_by', created_at => 'created_at', ignored => '{updated_at}');
SELECT journal.add_rule('crm.clients', 'client.created', 'insert', details => '{phone,email}');
SELECT journal.add_rule('crm.clients', 'client.deleted', 'delete', details => '{phone,email}');
SELECT journal.add_rule('crm.clients', 'client.discount_changed', 'update', '{discount_percent}');
-- What track adds for every object type, here in words of our own.
SELECT journal.add_event_type('client.restored', 'clients', 'other', 'client',
                              '{"ru": "Клиент восстановлен", "en": "Client restored"}');

-- The catalogue has no event for devices. They are tracked all the same, so that orders link to them, and with an event
-- type of our own: a changed serial number is worth a question. Their other changes are in their history only.
SELECT journal.track('crm.devices', 'device', label => 'name', account => 'account_id',
                     author => 'created_by', created_at => 'created_at');
SELECT journal.add_event_type('device.serial_number_changed', 'clients', 'changed', 'device',
                              '{"ru": "Изменился серийный номер изделия", "en": "Device serial number changed"}');
SELECT journal.add_rule('crm.devices', 'device.serial_number_changed', 'update', '{serial_number}');

SELECT journal.track('crm.client_reviews', 'client_review', account => 'account_id', location => 'location_id',
                     created_at => 'created_at', links => '{client_id,order_id}');
SELECT journal.add_rule('crm.client_reviews', 'client.review_received', 'insert', details => '{rating,body}');

-- ---------------------------------------------------------------------------------------------------------------------
-- Tasks: `done` is generated from the status, so the conditions read as one would say them
-- ---------------------------------------------------------------------------------------------------------------------

SELECT journal.track('crm.tasks', 'task', label => 'title', account => 'account_id', location => 'location_id',
                     author => 'created_by', created_at => 'created_at', ignored => '{done,updated_at}');
SELECT journal.add_rule('crm.tasks', 'task.created', 'insert', details => '{assignee_id,due_at}');
SELECT journal.add_rule('crm.tasks', 'task.deleted', 'delete', details => '{assignee_id,due_at}');
SELECT journal.add_rule('crm.tasks', 'task.due_date_changed', 'update', '{due_at}');
SELECT journal.add_rule('crm.tasks', 'task.assignee_changed', 'update', '{assignee_id}');
SELECT journal.add_rule('crm.tasks', 'task.completed', 'update', '{status}', 'new.done AND NOT old.done');
SELECT journal.add_rule('crm.tasks', 'task.reopened', 'update', '{status}', 'old.done AND NOT new.done');

-- ---------------------------------------------------------------------------------------------------------------------
-- Tickets
--
-- One UPDATE of status and manager gives two events. status_changed_at tells a back-fill when the status was set.
-- ---------------------------------------------------------------------------------------------------------------------

SELECT journal.track('crm.tickets', 'ticket', label => 'number', account => 'account_id', location => 'location_id',
                     author => 'created_by', created_at => 'created_at', ignored => '{status_changed_at,updated_at}');
SELECT journal.add_rule('crm.tickets', 'ticket.created', 'insert', details => '{type_id,subject,deadline_at}');
SELECT journal.add_rule('crm.tickets', 'ticket.deleted', 'delete', details => '{type_id,subject}');
SELECT journal.add_rule('crm.tickets', 'ticket.status_changed', 'update', '{status_id}', changed_at => 'status_changed_at');
SELECT journal.add_rule('crm.tickets', 'ticket.type_changed', 'update', '{type_id}');
SELECT journal.add_rule('crm.tickets', 'ticket.client_changed', 'update', '{client_id}');
SELECT journal.add_rule('crm.tickets', 'ticket.deadline_changed', 'update', '{deadline_at}');
SELECT journal.add_rule('crm.tickets', 'ticket.location_changed', 'update', '{location_id}');
SELECT journal.add_rule('crm.tickets', 'ticket.manager_changed', 'update', '{manager_id}');

-- ---------------------------------------------------------------------------------------------------------------------
-- Orders, their items, comments and files
--
-- Items, comments and files belong to their order's document: journal.history('order', …) shows them all. They have no
-- account column; they take the account from the context, as they do the location.
-- ---------------------------------------------------------------------------------------------------------------------

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

SELECT journal.track('crm.order_items', 'order_item', label => 'name', document => 'order_id',
                     author => 'created_by', created_at => 'created_at', links => '{order_id,product_id}');
SELECT journal.add_rule('crm.order_items', 'order.item_added', 'insert', details => '{kind,name,quantity,price}');
SELECT journal.add_rule('crm.order_items', 'order.item_removed', 'delete', details => '{kind,name,quantity,price}');

SELECT journal.track('crm.order_comments', 'order_comment', document => 'order_id',
                     author => 'created_by', created_at => 'created_at', links => '{order_id}');
SELECT journal.add_rule('crm.order_comments', 'order.comment_created', 'insert', details => '{body}');

SELECT journal.track('crm.order_files', 'order_file', label => 'name', document => 'order_id',
                     author => 'created_by', created_at => 'created_at', links => '{order_id}');
SELECT journal.add_rule('crm.order_files', 'order.file_attached', 'insert', details => '{name,size_bytes}');
SELECT journal.add_rule('crm.order_files', 'order.file_removed', 'delete', details => '{name,size_bytes}');

-- ---------------------------------------------------------------------------------------------------------------------
-- Sales and finance
--
-- A receipt is queued first and printed later: the event is the moment at which the printer reports back.
-- The balance of a cash register changes with every sale; the sales are the events, not the balance.
-- ---------------------------------------------------------------------------------------------------------------------

SELECT journal.track('crm.sales', 'sale', label => 'number', account => 'account_id', location => 'location_id',
                     author => 'created_by', created_at => 'created_at');
SELECT journal.add_rule('crm.sales', 'sale.created', 'insert', details => '{amount,payment_method}');
SELECT journal.add_rule('crm.sales', 'sale.deleted', 'delete', details => '{amount,payment_method}');

SELECT journal.track('crm.invoices', 'invoice', label => 'number', account => 'account_id', location => 'location_id',
                     author => 'created_by', created_at => 'created_at');
SELECT journal.add_rule('crm.invoices', 'invoice.created', 'insert', details => '{amount,due_date}');
SELECT journal.add_rule('crm.invoices', 'invoice.deleted', 'delete', details => '{amount,due_date}');

SELECT journal.track('crm.cash_registers', 'cash_register', label => 'name', account => 'account_id',
                     location => 'location_id', author => 'created_by', created_at => 'created_at',
                     ignored => '{balance}');
SELECT journal.add_rule('crm.cash_registers', 'cash_register.created', 'insert');
SELECT journal.add_rule('crm.cash_registers', 'cash_register.deleted', 'delete', details => '{balance}');

SELECT journal.track('crm.fiscal_receipts', 'fiscal_receipt', label => 'fiscal_number', account => 'account_id',
                     location => 'location_id', author => 'created_by', created_at => 'created_at');
SELECT journal.add_rule('crm.fiscal_receipts', 'fiscal_receipt.printed', 'update', '{printed_at,fiscal_number}',
                        'old.printed_at IS NULL AND new.printed_at IS NOT NULL',
                        details => '{amount,payment_method,fiscal_number}', changed_at => 'printed_at');

SELECT journal.track('crm.customer_refunds', 'customer_refund', label => 'number', account => 'account_id',
                     location => 'location_id', author => 'created_by', created_at => 'created_at');
SELECT journal.add_rule('crm.customer_refunds', 'customer_refund.created', 'insert', details => '{amount,reason}');
SELECT journal.add_rule('crm.customer_refunds', 'customer_refund.deleted', 'delete', details => '{amount,reason}');

-- ---------------------------------------------------------------------------------------------------------------------
-- Stock
--
-- The documents' lines are not tracked: the documents are the events.
-- ---------------------------------------------------------------------------------------------------------------------

SELECT journal.track('crm.products', 'product', label => 'name', account => 'account_id',
                     author => 'created_by', created_at => 'created_at', ignored => '{updated_at}');
SELECT journal.add_rule('crm.products', 'product.created', 'insert', details => '{sku,category_id,price}');
SELECT journal.add_rule('crm.products', 'product.deleted', 'delete', details => '{sku,category_id,price}');
SELECT journal.add_rule('crm.products', 'product.renamed', 'update', '{name}');

SELECT journal.track('crm.stock_receipts', 'stock_receipt', label => 'number', account => 'account_id',
                     author => 'created_by', created_at => 'created_at');
SELECT journal.add_rule('crm.stock_receipts', 'stock_receipt.created', 'insert', details => '{warehouse_id,supplier_id}');
SELECT journal.add_rule('crm.stock_receipts', 'stock_receipt.deleted', 'delete', details => '{warehouse_id,supplier_id}');

SELECT journal.track('crm.write_offs', 'write_off', label => 'number', account => 'account_id',
                     author => 'created_by', created_at => 'created_at');
SELECT journal.add_rule('crm.write_offs', 'write_off.created', 'insert', details => '{warehouse_id,reason_id,comment}');
SELECT journal.add_rule('crm.write_offs', 'write_off.deleted', 'delete', details => '{warehouse_id,reason_id,comment}');

SELECT journal.track('crm.supplier_returns', 'supplier_return', label => 'number', account => 'account_id',
                     author => 'created_by', created_at => 'created_at');
SELECT journal.add_rule('crm.supplier_returns', 'supplier_return.created', 'insert',
                        details => '{warehouse_id,supplier_id,comment}');
SELECT journal.add_rule('crm.supplier_returns', 'supplier_return.deleted', 'delete',
                        details => '{warehouse_id,supplier_id,comment}');

SELECT journal.track('crm.stock_counts', 'stock_count', label => 'number', account => 'account_id',
                     author => 'created_by', created_at => 'created_at');
SELECT journal.add_rule('crm.stock_counts', 'stock_count.created', 'insert', details => '{warehouse_id}');
SELECT journal.add_rule('crm.stock_counts', 'stock_count.deleted', 'delete', details => '{warehouse_id}');

SELECT journal.track('crm.stock_transfers', 'stock_transfer', label => 'number', account => 'account_id',
                     author => 'created_by', created_at => 'created_at');
SELECT journal.add_rule('crm.stock_transfers', 'stock_transfer.created', 'insert',
                        details => '{from_warehouse_id,to_warehouse_id}');

-- ---------------------------------------------------------------------------------------------------------------------
-- Communications
--
-- Which event a call is depends on its row. A text message is an event when the gateway has sent it, not when it is queued.
-- ---------------------------------------------------------------------------------------------------------------------

SELECT journal.track('crm.calls', 'call', label => 'phone', account => 'account_id', location => 'location_id',
                     author => 'employee_id', created_at => 'created_at', employee => 'employee_id');
SELECT journal.add_rule('crm.calls', 'call.incoming', 'insert', condition => $$new.direction = 'in'$$,
                        details => '{phone,duration,recording_url}');
SELECT journal.add_rule('crm.calls', 'call.outgoing', 'insert', condition => $$new.direction = 'out'$$,
                        details => '{phone,duration,recording_url}');

SELECT journal.track('crm.sms_messages', 'sms', label => 'phone', account => 'account_id', location => 'location_id',
                     author => 'created_by', created_at => 'created_at', employee => 'created_by');
SELECT journal.add_rule('crm.sms_messages', 'sms.sent', 'update', '{sent_at}',
                        'old.sent_at IS NULL AND new.sent_at IS NOT NULL', details => '{body}', changed_at => 'sent_at');

-- ---------------------------------------------------------------------------------------------------------------------
-- Payroll: the bonus is created, changed and deleted; its application is applied and cancelled
-- ---------------------------------------------------------------------------------------------------------------------

SELECT journal.track('crm.bonuses', 'bonus', label => 'name', account => 'account_id',
                     author => 'created_by', created_at => 'created_at');
SELECT journal.add_rule('crm.bonuses', 'bonus.created', 'insert', details => '{position_id,percent,amount,valid_from}');
SELECT journal.add_rule('crm.bonuses', 'bonus.changed', 'update', '{name,position_id,percent,amount,valid_from}');
SELECT journal.add_rule('crm.bonuses', 'bonus.deleted', 'delete', details => '{position_id,percent,amount}');

SELECT journal.track('crm.bonus_applications', 'bonus_application', document => 'bonus_id',
                     author => 'created_by', created_at => 'created_at');
SELECT journal.add_rule('crm.bonus_applications', 'bonus.applied', 'insert', details => '{employee_id,amount}');
SELECT journal.add_rule('crm.bonus_applications', 'bonus.cancelled', 'update', '{cancelled_at,cancel_reason}',
                        'old.cancelled_at IS NULL AND new.cancelled_at IS NOT NULL',
                        details => '{employee_id,amount,cancel_reason}', changed_at => 'cancelled_at');

-- ---------------------------------------------------------------------------------------------------------------------
-- Accounts: the plan decides how far back the report goes, the time zone when a day begins
-- ---------------------------------------------------------------------------------------------------------------------

SELECT journal.set_account('rembyt',   plan => 'business', time_zone => 'Europe/Moscow', language => 'ru');
SELECT journal.set_account('smartfix', plan => 'startup',  time_zone => 'Europe/Moscow', language => 'ru');

-- ---------------------------------------------------------------------------------------------------------------------
-- Words: how the line of details calls the columns
-- ---------------------------------------------------------------------------------------------------------------------

INSERT INTO journal.term (code, language, text)
SELECT word.code, t.language, t.text
  FROM (VALUES ('address',          'адрес',            'address'),
               ('amount',           'сумма',            'amount'),
               ('appointment_at',   'время записи',     'appointment'),
               ('assignee_id',      'исполнитель',      'assignee'),
               ('balance',          'остаток',          'balance'),
               ('body',             'текст',            'text'),
               ('cancel_reason',    'причина отмены',   'reason for cancelling'),
               ('cancelled_at',     'отменён',          'cancelled'),
               ('category_id',      'категория',        'category'),
               ('client_id',        'клиент',           'client'),
               ('comment',          'комментарий',      'comment'),
               ('complaint',        'неисправность',    'complaint'),
               ('deadline_at',      'срок',             'deadline'),
               ('device_id',        'изделие',          'device'),
               ('discount_percent', 'скидка',           'discount'),
               ('discount_percent.form', '# %',         '#%'),
               ('percent.form',     '# %',              '#%'),
               ('price.form',       '# ₽',              '₽#'),
               ('amount.form',      '# ₽',              '₽#'),
               ('balance.form',     '# ₽',              '₽#'),
               ('due_at',           'срок',             'due'),
               ('due_date',         'оплатить до',      'due'),
               ('email',            'e-mail',           'e-mail'),
               ('employee_id',      'сотрудник',        'employee'),
               ('fiscal_number',    'номер чека',       'receipt number'),
               ('from_warehouse_id', 'со склада',       'from warehouse'),
               ('location_id',      'локация',          'location'),
               ('login',            'логин',            'login'),
               ('manager_id',       'менеджер',         'manager'),
               ('payment_method',   'оплата',           'payment'),
               ('percent',          'процент',          'percent'),
               ('phone',            'телефон',          'phone'),
               ('position_id',      'должность',        'position'),
               ('printed_at',       'напечатан',        'printed'),
               ('reason_id',        'причина',          'reason'),
               ('sent_at',          'отправлено',       'sent'),
               ('serial_number',    'серийный номер',   'serial number'),
               ('size_bytes',       'размер, байт',     'size, bytes'),
               ('sku',              'артикул',          'SKU'),
               ('status',           'статус',           'status'),
               ('status_id',        'статус',           'status'),
               ('subject',          'тема',             'subject'),
               ('supplier_id',      'поставщик',        'supplier'),
               ('to_warehouse_id',  'на склад',         'to warehouse'),
               ('type_id',          'тип',              'type'),
               ('valid_from',       'действует с',      'valid from'),
               ('warehouse_id',     'склад',            'warehouse')) AS word (code, ru, en)
 CROSS JOIN LATERAL (VALUES ('ru', word.ru), ('en', word.en)) AS t (language, text);

-- ---------------------------------------------------------------------------------------------------------------------
-- Privileges: writing needs none, the triggers do it. Reading, restoring and logging are granted.
-- ---------------------------------------------------------------------------------------------------------------------

-- The application names who acts, and logs what is no row change.
GRANT USAGE ON SCHEMA journal TO crm_app;
GRANT EXECUTE ON FUNCTION journal.set_context, journal.log TO crm_app;

-- Readers of reports. Row-level security on journal.entry leaves them the account and the days that they may see; it asks
-- journal.visible_since which those are.
GRANT USAGE ON SCHEMA journal TO crm_manager;
GRANT SELECT ON journal.entry TO crm_app, crm_manager;
GRANT EXECUTE ON FUNCTION journal.report, journal.history, journal.deleted_objects, journal.visible_since
   TO crm_app, crm_manager;

-- Who may bring deleted objects back; the rows are inserted with the caller's own privileges on the tables.
GRANT EXECUTE ON FUNCTION journal.restore TO crm_app;

-- The managers of one account see that account and no other, whatever they set. The application serves all of them.
INSERT INTO journal.role_account (role, account) VALUES ('crm_manager', 'rembyt');

COMMIT;

-- ---------------------------------------------------------------------------------------------------------------------
-- What was there before the journal: an event for every row, at its own time and by its author. The sample is still
-- empty; on a CRM in use this line gives the journal its past. Rows of tables without an account column (items, comments,
-- files, applied bonuses) come under the account of the context, so several accounts want that column first.
-- ---------------------------------------------------------------------------------------------------------------------

SELECT journal.backfill(relation) FROM journal.tracked_relations;

RESET client_min_messages;
\o
