\echo Use "CREATE EXTENSION event_journal" to load this file. \quit

-- event_journal: the install script. Its parts stand in src/sql and are joined in the order of their numbers.

-- A schema of this name that somebody else owns, or that already holds objects, could plant functions in our way.
DO $$
DECLARE
    schema_owner name;
BEGIN
    SELECT pg_catalog.pg_get_userbyid(nspowner) INTO schema_owner
    FROM pg_catalog.pg_namespace WHERE nspname OPERATOR(pg_catalog.=) 'journal';
    IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) schema_owner) THEN
        RAISE EXCEPTION 'schema "journal" belongs to role "%", which is not a superuser', schema_owner
            USING HINT = 'Rename or drop that schema, then create the extension.';
    END IF;
    IF EXISTS (SELECT FROM pg_catalog.pg_class WHERE relnamespace OPERATOR(pg_catalog.=) 'journal'::pg_catalog.regnamespace)
       OR EXISTS (SELECT FROM pg_catalog.pg_proc WHERE pronamespace OPERATOR(pg_catalog.=) 'journal'::pg_catalog.regnamespace)
    THEN
        RAISE EXCEPTION 'schema "journal" is not empty'
            USING HINT = 'Rename or drop that schema, then create the extension.';
    END IF;
END
$$;
-- The catalogue: what can happen. The shipped rows are replaceable and not dumped; what a user adds, or says
-- differently, stands in rows of its own, which a dump keeps.

CREATE TABLE journal.event_group (
    code     text PRIMARY KEY,
    position integer NOT NULL DEFAULT 1000,
    is_core  boolean NOT NULL DEFAULT false,
    titles   jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE journal.event_group IS 'groups of event types, as a report''s filter shows them';

CREATE SEQUENCE journal.event_type_id_seq AS integer START 1001;
CREATE TABLE journal.event_type (
    id          integer PRIMARY KEY DEFAULT pg_catalog.nextval('journal.event_type_id_seq'),
    code        text NOT NULL UNIQUE CHECK (code ~ '^[^\s:.][^\s:]*\.[^\s:.]+$'),
    event_group text NOT NULL REFERENCES journal.event_group,
    kind        text NOT NULL CHECK (kind IN ('created', 'deleted', 'changed', 'other')),
    object_type text NOT NULL,
    restore     text CHECK (restore IN ('journal', 'support')),
    is_core     boolean NOT NULL DEFAULT false,
    titles      jsonb NOT NULL DEFAULT '{}'
);
ALTER SEQUENCE journal.event_type_id_seq OWNED BY journal.event_type.id;
COMMENT ON TABLE journal.event_type IS 'event types: the 69 of the catalogue, and those added by add_event_type and track';
COMMENT ON COLUMN journal.event_type.restore IS
    'who may restore the object that such a deletion removed: journal (any restorer), support, or NULL (nobody)';

CREATE TABLE journal.event_title (
    code     text NOT NULL,
    language text NOT NULL,
    title    text NOT NULL,
    PRIMARY KEY (code, language)
);
COMMENT ON TABLE journal.event_title IS
    'titles of event types and groups in further languages, or in place of the shipped ones';

CREATE TABLE journal.term (
    code     text NOT NULL,
    language text NOT NULL,
    is_core  boolean NOT NULL DEFAULT false,
    text     text NOT NULL,
    PRIMARY KEY (code, language, is_core)
);
COMMENT ON TABLE journal.term IS
    'words of details_text by language: "empty", "masked", "yes", "no", and names of columns and of log() keys; '
    'a row of your own (is_core = false) wins over the shipped one';

INSERT INTO journal.event_group (code, position, is_core, titles) VALUES
    ('tasks', 1, true, jsonb_build_object('ru', 'Задачи', 'en', 'Tasks')),
    ('tickets', 2, true, jsonb_build_object('ru', 'Обращения', 'en', 'Tickets')),
    ('orders', 3, true, jsonb_build_object('ru', 'Заказы', 'en', 'Orders')),
    ('sales', 4, true, jsonb_build_object('ru', 'Продажи', 'en', 'Sales')),
    ('finance', 5, true, jsonb_build_object('ru', 'Финансы', 'en', 'Finance')),
    ('stock', 6, true, jsonb_build_object('ru', 'Склад', 'en', 'Stock')),
    ('clients', 7, true, jsonb_build_object('ru', 'Клиенты', 'en', 'Clients')),
    ('communications', 8, true, jsonb_build_object('ru', 'Коммуникации', 'en', 'Communications')),
    ('settings', 9, true, jsonb_build_object('ru', 'Настройки', 'en', 'Settings')),
    ('payroll', 10, true, jsonb_build_object('ru', 'Зарплата', 'en', 'Payroll')),
    ('other', 11, true, jsonb_build_object('ru', 'Прочее', 'en', 'Other')),
    ('auth', 12, true, jsonb_build_object('ru', 'Авторизация', 'en', 'Sign-in'));

INSERT INTO journal.event_type (id, code, event_group, kind, object_type, restore, is_core, titles)
SELECT id, code, event_group, kind, object_type, restore, true, jsonb_build_object('ru', ru, 'en', en)
FROM (VALUES
    (1, 'task.created', 'tasks', 'created', 'task', NULL,
     'Задача создана', 'Task created'),
    (2, 'task.deleted', 'tasks', 'deleted', 'task', 'journal',
     'Задача удалена', 'Task deleted'),
    (3, 'task.due_date_changed', 'tasks', 'changed', 'task', NULL,
     'Изменился срок выполнения задачи', 'Task due date changed'),
    (4, 'task.assignee_changed', 'tasks', 'changed', 'task', NULL,
     'Изменился исполнитель задачи', 'Task assignee changed'),
    (5, 'task.completed', 'tasks', 'changed', 'task', NULL,
     'Задача выполнена', 'Task completed'),
    (6, 'task.reopened', 'tasks', 'changed', 'task', NULL,
     'Задача не выполнена (возвращена в работу)', 'Task reopened'),
    (7, 'ticket.created', 'tickets', 'created', 'ticket', NULL,
     'Обращение создано', 'Ticket created'),
    (8, 'ticket.deleted', 'tickets', 'deleted', 'ticket', 'journal',
     'Обращение удалено', 'Ticket deleted'),
    (9, 'ticket.status_changed', 'tickets', 'changed', 'ticket', NULL,
     'Изменился статус в обращении', 'Ticket status changed'),
    (10, 'ticket.type_changed', 'tickets', 'changed', 'ticket', NULL,
     'Изменился тип в обращении', 'Ticket type changed'),
    (11, 'ticket.client_changed', 'tickets', 'changed', 'ticket', NULL,
     'Изменился клиент в обращении', 'Ticket client changed'),
    (12, 'ticket.deadline_changed', 'tickets', 'changed', 'ticket', NULL,
     'Изменился крайний срок в обращении', 'Ticket deadline changed'),
    (13, 'ticket.location_changed', 'tickets', 'changed', 'ticket', NULL,
     'Изменилась локация в обращении', 'Ticket location changed'),
    (14, 'ticket.manager_changed', 'tickets', 'changed', 'ticket', NULL,
     'Изменился менеджер в обращении', 'Ticket manager changed'),
    (15, 'order.created', 'orders', 'created', 'order', NULL,
     'Заказ создан', 'Order created'),
    (16, 'order.deleted', 'orders', 'deleted', 'order', 'support',
     'Заказ удален', 'Order deleted'),
    (17, 'order.status_changed', 'orders', 'changed', 'order', NULL,
     'Изменился статус в заказе', 'Order status changed'),
    (18, 'order.location_changed', 'orders', 'changed', 'order', NULL,
     'Изменилась локация в заказе', 'Order location changed'),
    (19, 'order.client_changed', 'orders', 'changed', 'order', NULL,
     'Изменился клиент в заказе', 'Order client changed'),
    (20, 'order.type_changed', 'orders', 'changed', 'order', NULL,
     'Изменился тип в заказе', 'Order type changed'),
    (21, 'order.deadline_changed', 'orders', 'changed', 'order', NULL,
     'Изменился крайний срок в заказе', 'Order deadline changed'),
    (22, 'order.appointment_changed', 'orders', 'changed', 'order', NULL,
     'Изменилось время записи в заказе', 'Order appointment changed'),
    (23, 'order.manager_changed', 'orders', 'changed', 'order', NULL,
     'Изменился менеджер в заказе', 'Order manager changed'),
    (24, 'order.assignee_changed', 'orders', 'changed', 'order', NULL,
     'Изменился ответственный исполнитель в заказе', 'Order assignee changed'),
    (25, 'order.item_added', 'orders', 'created', 'order_item', NULL,
     'Добавлена работа, услуга или товар в заказ', 'Labour, service or product added to order'),
    (26, 'order.item_removed', 'orders', 'deleted', 'order_item', NULL,
     'Удалена работа, услуга или товар в заказе', 'Labour, service or product removed from order'),
    (27, 'sale.created', 'sales', 'created', 'sale', NULL,
     'Продажа создана', 'Sale created'),
    (28, 'sale.deleted', 'sales', 'deleted', 'sale', NULL,
     'Продажа удалена', 'Sale deleted'),
    (29, 'fiscal_receipt.printed', 'finance', 'other', 'fiscal_receipt', NULL,
     'Напечатан фискальный чек', 'Fiscal receipt printed'),
    (30, 'invoice.created', 'finance', 'created', 'invoice', NULL,
     'Счет создан', 'Invoice created'),
    (31, 'invoice.deleted', 'finance', 'deleted', 'invoice', 'journal',
     'Счет удален', 'Invoice deleted'),
    (32, 'cash_register.created', 'finance', 'created', 'cash_register', NULL,
     'Касса создана', 'Cash register created'),
    (33, 'cash_register.deleted', 'finance', 'deleted', 'cash_register', 'journal',
     'Касса удалена', 'Cash register deleted'),
    (34, 'customer_refund.created', 'finance', 'created', 'customer_refund', NULL,
     'Возврат клиенту создан', 'Customer refund created'),
    (35, 'customer_refund.deleted', 'finance', 'deleted', 'customer_refund', NULL,
     'Возврат клиенту удален', 'Customer refund deleted'),
    (36, 'product.created', 'stock', 'created', 'product', NULL,
     'Товар создан', 'Product created'),
    (37, 'product.deleted', 'stock', 'deleted', 'product', 'journal',
     'Товар удален', 'Product deleted'),
    (38, 'product.renamed', 'stock', 'changed', 'product', NULL,
     'Изменилось название товара', 'Product renamed'),
    (39, 'stock_receipt.created', 'stock', 'created', 'stock_receipt', NULL,
     'Оприходование создано', 'Stock receipt created'),
    (40, 'stock_receipt.deleted', 'stock', 'deleted', 'stock_receipt', NULL,
     'Оприходование удалено', 'Stock receipt deleted'),
    (41, 'write_off.created', 'stock', 'created', 'write_off', NULL,
     'Списание создано', 'Write-off created'),
    (42, 'write_off.deleted', 'stock', 'deleted', 'write_off', NULL,
     'Списание удалено', 'Write-off deleted'),
    (43, 'supplier_return.created', 'stock', 'created', 'supplier_return', NULL,
     'Возврат поставщику создан', 'Supplier return created'),
    (44, 'supplier_return.deleted', 'stock', 'deleted', 'supplier_return', NULL,
     'Возврат поставщику удален', 'Supplier return deleted'),
    (45, 'stock_count.created', 'stock', 'created', 'stock_count', NULL,
     'Инвентаризация создана', 'Stock count created'),
    (46, 'stock_count.deleted', 'stock', 'deleted', 'stock_count', NULL,
     'Инвентаризация удалена', 'Stock count deleted'),
    (47, 'stock_transfer.created', 'stock', 'created', 'stock_transfer', NULL,
     'Перемещение создано', 'Stock transfer created'),
    (48, 'client.created', 'clients', 'created', 'client', NULL,
     'Клиент создан', 'Client created'),
    (49, 'client.deleted', 'clients', 'deleted', 'client', 'journal',
     'Клиент удален', 'Client deleted'),
    (50, 'client.discount_changed', 'clients', 'changed', 'client', NULL,
     'Скидка изменена', 'Client discount changed'),
    (51, 'client.review_received', 'clients', 'other', 'client_review', NULL,
     'Отзыв от клиента получен', 'Client review received'),
    (52, 'call.incoming', 'communications', 'other', 'call', NULL,
     'Входящий звонок', 'Incoming call'),
    (53, 'call.outgoing', 'communications', 'other', 'call', NULL,
     'Исходящий звонок', 'Outgoing call'),
    (54, 'sms.sent', 'communications', 'other', 'sms', NULL,
     'SMS отправлено', 'SMS sent'),
    (55, 'employee.created', 'settings', 'created', 'employee', NULL,
     'Сотрудник создан', 'Employee created'),
    (56, 'employee.deleted', 'settings', 'deleted', 'employee', NULL,
     'Сотрудник удален', 'Employee deleted'),
    (57, 'location.created', 'settings', 'created', 'location', NULL,
     'Локация создана', 'Location created'),
    (58, 'location.deleted', 'settings', 'deleted', 'location', NULL,
     'Локация удалена', 'Location deleted'),
    (59, 'warehouse.created', 'settings', 'created', 'warehouse', NULL,
     'Склад создан', 'Warehouse created'),
    (60, 'warehouse.deleted', 'settings', 'deleted', 'warehouse', 'journal',
     'Склад удален', 'Warehouse deleted'),
    (61, 'bonus.created', 'payroll', 'created', 'bonus', NULL,
     'Бонус создан', 'Bonus created'),
    (62, 'bonus.changed', 'payroll', 'changed', 'bonus', NULL,
     'Бонус изменен', 'Bonus changed'),
    (63, 'bonus.applied', 'payroll', 'other', 'bonus', NULL,
     'Бонус применен', 'Bonus applied'),
    (64, 'bonus.cancelled', 'payroll', 'other', 'bonus', NULL,
     'Бонус отменен', 'Bonus cancelled'),
    (65, 'bonus.deleted', 'payroll', 'deleted', 'bonus', NULL,
     'Бонус удален', 'Bonus deleted'),
    (66, 'order.comment_created', 'other', 'created', 'order_comment', NULL,
     'Комментарий в заказе создан', 'Order comment created'),
    (67, 'order.file_attached', 'other', 'other', 'order_file', NULL,
     'Файл в заказе прикреплен', 'File attached to order'),
    (68, 'order.file_removed', 'other', 'other', 'order_file', NULL,
     'Файл в заказе удален', 'File removed from order'),
    (69, 'user.logged_in', 'auth', 'other', 'employee', NULL,
     'Пользователь авторизовался', 'User logged in')
) AS shipped (id, code, event_group, kind, object_type, restore, ru, en);

INSERT INTO journal.term (code, language, is_core, text) VALUES
    ('empty', 'ru', true, '(пусто)'), ('empty', 'en', true, '(empty)'),
    ('masked', 'ru', true, '(скрыто)'), ('masked', 'en', true, '(hidden)'),
    ('yes', 'ru', true, 'да'), ('yes', 'en', true, 'yes'),
    ('no', 'ru', true, 'нет'), ('no', 'en', true, 'no'),
    ('ip', 'ru', true, 'IP-адрес'), ('ip', 'en', true, 'IP address'),
    ('number', 'ru', true, 'номер'), ('number', 'en', true, 'number'),
    ('duration', 'ru', true, 'длительность'), ('duration', 'en', true, 'duration'),
    ('recording', 'ru', true, 'запись'), ('recording', 'en', true, 'recording'),
    ('recording_url', 'ru', true, 'запись'), ('recording_url', 'en', true, 'recording'),
    ('text', 'ru', true, 'текст'), ('text', 'en', true, 'text'),
    ('rating', 'ru', true, 'оценка'), ('rating', 'en', true, 'rating'),
    ('name', 'ru', true, 'название'), ('name', 'en', true, 'name'),
    ('kind', 'ru', true, 'вид'), ('kind', 'en', true, 'kind'),
    ('quantity', 'ru', true, 'количество'), ('quantity', 'en', true, 'quantity'),
    ('price', 'ru', true, 'цена'), ('price', 'en', true, 'price'),
    ('reason', 'ru', true, 'причина'), ('reason', 'en', true, 'reason');

-- Accounts (tenants), what their plans allow, and which roles are confined to which accounts.

CREATE TABLE journal.plan (
    code          text NOT NULL,
    is_core       boolean NOT NULL DEFAULT false,
    has_journal   boolean NOT NULL DEFAULT true,
    report_window interval CHECK (report_window > interval '0'),
    PRIMARY KEY (code, is_core)
);
COMMENT ON TABLE journal.plan IS
    'what a plan of the CRM allows; a row of your own (is_core = false) wins over the shipped one of the same code';
COMMENT ON COLUMN journal.plan.report_window IS
    'how far back reports reach, always counted from now and with no choice of dates; NULL: any dates';
INSERT INTO journal.plan (code, is_core, has_journal, report_window) VALUES
    ('free', true, false, NULL), ('startup', true, true, '30 days'), ('business', true, true, NULL);

CREATE TABLE journal.account (
    account   text PRIMARY KEY,
    plan      text NOT NULL DEFAULT 'business',
    time_zone text,
    language  text
);
COMMENT ON TABLE journal.account IS
    'accounts as set_account states them; one without a row has plan business and the database''s time zone';

CREATE TABLE journal.role_account (
    role    name NOT NULL,
    account text
);
CREATE UNIQUE INDEX role_account_key ON journal.role_account (role, (account IS NULL), (coalesce(account, '')));
COMMENT ON TABLE journal.role_account IS
    'a role listed here (or a member of it) sees only these accounts, whatever it sets; account NULL: every account';
-- What is tracked and how. Columns are kept by an identity of ours (see journal.layout), never by name or number.

CREATE SEQUENCE journal.tracked_relation_id_seq AS integer;
CREATE TABLE journal.tracked_relation (
    id                 integer PRIMARY KEY DEFAULT pg_catalog.nextval('journal.tracked_relation_id_seq'),
    relation           regclass UNIQUE,
    relation_name      text NOT NULL,
    capture            text NOT NULL CHECK (capture IN ('events', 'labels', 'none')),
    object_type        text UNIQUE,
    label_column       integer,
    account_column     integer,
    location_column    integer,
    author_column      integer,
    created_at_column  integer,
    document_column    integer,
    link_columns       integer[],
    ignored_columns    integer[] NOT NULL DEFAULT '{}',
    excluded_columns   integer[] NOT NULL DEFAULT '{}',
    masked_columns     integer[] NOT NULL DEFAULT '{}',
    snapshot_on_create boolean NOT NULL DEFAULT true,
    always             boolean NOT NULL DEFAULT false,
    tracked_since      timestamptz NOT NULL DEFAULT now(),
    CHECK (object_type IS NOT NULL OR capture <> 'events')
);
ALTER SEQUENCE journal.tracked_relation_id_seq OWNED BY journal.tracked_relation.id;
COMMENT ON TABLE journal.tracked_relation IS
    'relations that the journal knows: tracked ones (capture = events), those of which it keeps names only (labels), '
    'and former ones (none); a row outlives its table';
COMMENT ON COLUMN journal.tracked_relation.relation IS 'the table; NULL once it is dropped';
COMMENT ON COLUMN journal.tracked_relation.relation_name IS 'its qualified name when last seen';
COMMENT ON COLUMN journal.tracked_relation.link_columns IS 'first columns of the foreign keys shown as links; NULL: those to tracked relations';

CREATE SEQUENCE journal.event_rule_number_seq AS integer;
CREATE TABLE journal.event_rule (
    number            integer PRIMARY KEY DEFAULT pg_catalog.nextval('journal.event_rule_number_seq'),
    relation          integer NOT NULL REFERENCES journal.tracked_relation,
    event_type        integer NOT NULL REFERENCES journal.event_type,
    operation         text NOT NULL CHECK (operation IN ('insert', 'update', 'delete')),
    columns           integer[],
    condition         text,
    condition_columns integer[],
    search_path       text,
    details           integer[],
    changed_at        integer
);
ALTER SEQUENCE journal.event_rule_number_seq OWNED BY journal.event_rule.number;
CREATE INDEX event_rule_relation_idx ON journal.event_rule (relation);
COMMENT ON TABLE journal.event_rule IS 'which event an operation on a tracked relation gives';
COMMENT ON COLUMN journal.event_rule.condition_columns IS
    'identities of the columns that the condition names, in the order of their appearance: a rename is followed';
COMMENT ON COLUMN journal.event_rule.search_path IS 'the search_path in which the condition was added and is parsed again';

-- One row for each column layout that a tracked table, or a partition or child of it, has had. Never unique-checked:
-- two transactions that meet a new layout at once both write it, and equal rows are equal.
--
-- columns: one object a column, in the order of a snapshot's values:
--   {"id": identity, "number": attnum, "name", "type": name as format_type gives it (qualified), "collation",
--    "mode": "stored" | "excluded" | "masked" | "virtual" | "generated",
--    "ignored": true if so}                                        excluded, masked and virtual: null in snapshots
-- foreign_keys: {"columns": [positions in columns, from 0], "relation": tracked_relation.id of the referenced one,
--    "name": its qualified name, "type": its object type (or table name), "link": shown as a link?}
--   An entry's links hold one key for each foreign key with "link": true, in this order.
CREATE SEQUENCE journal.layout_id_seq AS integer;
CREATE TABLE journal.layout (
    id            integer NOT NULL DEFAULT pg_catalog.nextval('journal.layout_id_seq'),
    relation      integer NOT NULL,
    relation_oid  oid NOT NULL,
    is_root       boolean NOT NULL,
    incarnation   uuid NOT NULL,
    seen_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    relation_name text NOT NULL,
    key_columns   integer[] NOT NULL,
    columns       jsonb NOT NULL,
    foreign_keys  jsonb NOT NULL
);
ALTER SEQUENCE journal.layout_id_seq OWNED BY journal.layout.id;
CREATE INDEX layout_id_idx ON journal.layout (id);
CREATE INDEX layout_relation_idx ON journal.layout (relation, id);
COMMENT ON TABLE journal.layout IS
    'every column layout that a tracked table has had; a snapshot''s values follow its layout''s columns';
COMMENT ON COLUMN journal.layout.relation_oid IS
    'the very table: the tracked one, or a partition or child of it; meaningful within the same incarnation';
COMMENT ON COLUMN journal.layout.is_root IS 'the tracked table itself, not a partition or child of it';
COMMENT ON COLUMN journal.layout.key_columns IS 'positions (from 0) of the key''s columns, in key order; {}: no key';
-- The journal itself.

-- A transaction is (incarnation, xid8). This table is not dumped: a restore into another cluster begins with a new
-- incarnation, while pg_upgrade, which carries the file over together with the transaction ids, keeps it.
CREATE TABLE journal.incarnation (
    id         uuid NOT NULL DEFAULT pg_catalog.gen_random_uuid(),
    started_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX incarnation_single ON journal.incarnation ((true));
INSERT INTO journal.incarnation DEFAULT VALUES;
COMMENT ON TABLE journal.incarnation IS 'the present life of this journal, within which transaction ids are comparable';

CREATE SEQUENCE journal.session_id_seq;
CREATE TABLE journal.session (
    id               bigint NOT NULL DEFAULT pg_catalog.nextval('journal.session_id_seq'),
    incarnation      uuid NOT NULL,
    started_at       timestamptz NOT NULL,
    process_id       integer NOT NULL,
    client_address   inet,
    session_role     name NOT NULL,
    acting_role      name NOT NULL,
    application_name text NOT NULL
);
ALTER SEQUENCE journal.session_id_seq OWNED BY journal.session.id;
CREATE INDEX session_id_idx ON journal.session (id);
COMMENT ON TABLE journal.session IS
    'who was connected, as the server knows it; only application_name is the client''s word';
COMMENT ON COLUMN journal.session.session_role IS 'SESSION_USER when the entry was written';
COMMENT ON COLUMN journal.session.acting_role IS 'CURRENT_USER when the entry was written';

CREATE SEQUENCE journal.context_id_seq;
CREATE TABLE journal.context (
    id         bigint NOT NULL DEFAULT pg_catalog.nextval('journal.context_id_seq'),
    account    text NOT NULL,
    actor_kind text,
    reason     text,
    extra      jsonb
);
ALTER SEQUENCE journal.context_id_seq OWNED BY journal.context.id;
CREATE INDEX context_id_idx ON journal.context (id);
COMMENT ON TABLE journal.context IS 'what the application said of itself, once for each distinct context of a transaction';

-- One row is one event. The parent has no index, key or identity: a dump of partitions made later would create them
-- twice. Each month gets its own from journal.equip_partition.
--
-- data: what the change did, positions and values following the entry's layout:
--   operation i, d:  [value, ...]                         one for each of the layout's columns; null where not stored
--   operation u:     [[position, ...], [old, ...], [new, ...]]    changed columns that belong to this entry
--   back-filled u:   [[position, ...], null, [value, ...]]        the old value is unknown
-- details: of a rule with details columns [[position, ...], [value, ...]]; of a logged event (layout NULL) as given to log().
-- links: of a row event [key, ...] (see journal.layout); of a logged event [{"type", "id", "label"}, ...] as given.
CREATE SEQUENCE journal.entry_id_seq;
CREATE TABLE journal.entry (
    id             bigint NOT NULL,
    occurred_at    timestamptz NOT NULL,
    transaction_id xid8 NOT NULL,
    change         bigint NOT NULL,
    session        bigint NOT NULL,
    context        bigint,
    restores       bigint,
    command        integer NOT NULL,
    event_type     integer NOT NULL,
    relation       integer,
    layout         integer,
    operation      "char" NOT NULL,
    reported       boolean NOT NULL,
    backfilled     boolean NOT NULL,
    account        text NOT NULL,
    location       text,
    employee       text,
    object_type    text,
    object_id      text,
    previous_id    text,
    document_type  text,
    document_id    text,
    label          text,
    links          jsonb,
    details        jsonb,
    data           jsonb
) PARTITION BY RANGE (occurred_at);
COMMENT ON TABLE journal.entry IS 'the journal: one row is one event; append-only; read it decoded in journal.entries';
COMMENT ON COLUMN journal.entry.change IS 'id of the first entry of the same change';
COMMENT ON COLUMN journal.entry.command IS
    'command within the transaction: cmin of the new row version, cmax of a deleted one; orders a row''s changes with id';
COMMENT ON COLUMN journal.entry.operation IS 'i, u, d: a row was inserted, updated, deleted; l: logged';
COMMENT ON COLUMN journal.entry.reported IS 'false: no rule of the relation matched, so a report shows it only by its code';
COMMENT ON COLUMN journal.entry.previous_id IS 'the object''s key before an update of the key, else NULL';
COMMENT ON COLUMN journal.entry.document_id IS 'the object that this one belongs to; NULL: it is its own document';
COMMENT ON COLUMN journal.entry.restores IS 'the deletion that this entry brought back';

CREATE TABLE journal.entry_default PARTITION OF journal.entry DEFAULT;
COMMENT ON TABLE journal.entry_default IS 'entries of months for which journal.maintain has not yet made a partition';

-- Names at event time, of relations that are not tracked themselves.
CREATE TABLE journal.label (
    relation   integer NOT NULL,
    key        text NOT NULL,
    label      text,
    valid_from timestamptz NOT NULL,
    valid_to   timestamptz NOT NULL DEFAULT 'infinity'
);
CREATE INDEX label_key_idx ON journal.label (relation, key, valid_from);
COMMENT ON TABLE journal.label IS 'names of referenced rows (statuses, types, …) over time';

CREATE TABLE journal.restoration (
    entry          bigint PRIMARY KEY,
    restored_entry bigint,
    restored_at    timestamptz NOT NULL DEFAULT now(),
    restored_by    name NOT NULL,
    reason         text
);
COMMENT ON TABLE journal.restoration IS 'which deletions have been restored, and by which entry';
-- What is recorded: the triggers, and the functions that say what they record.

CREATE FUNCTION journal.capture() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'journal_capture';
COMMENT ON FUNCTION journal.capture() IS 'records each changed row of a tracked table; journal.track creates the trigger';

CREATE FUNCTION journal.capture_truncate() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'journal_capture_truncate';
COMMENT ON FUNCTION journal.capture_truncate() IS
    'records every row of a tracked table before TRUNCATE; journal.track creates the trigger';

CREATE FUNCTION journal.capture_moved() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'journal_capture_moved';
COMMENT ON FUNCTION journal.capture_moved() IS
    'ends an update that moves rows between partitions; journal.track creates the trigger';

CREATE FUNCTION journal.object_key(VARIADIC key "any") RETURNS text
LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_object_key';
COMMENT ON FUNCTION journal.object_key("any") IS
    'the key under which the journal keeps an object: the key column''s text form, or a JSON array of several';

CREATE FUNCTION journal.track(
    relation regclass, object_type text DEFAULT NULL, label name DEFAULT NULL, account name DEFAULT NULL,
    location name DEFAULT NULL, author name DEFAULT NULL, created_at name DEFAULT NULL, document name DEFAULT NULL,
    links name[] DEFAULT NULL, ignored name[] DEFAULT '{}', excluded name[] DEFAULT '{}', masked name[] DEFAULT '{}',
    snapshot_on_create boolean DEFAULT true, backfill boolean DEFAULT false, always boolean DEFAULT false)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_track';
COMMENT ON FUNCTION journal.track(regclass, text, name, name, name, name, name, name, name[], name[], name[], name[],
                                  boolean, boolean, boolean) IS
    'records the changes of a table from now on, or changes how; returns the number of entries added by back-fill';

CREATE FUNCTION journal.untrack(relation regclass) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_untrack';
COMMENT ON FUNCTION journal.untrack(regclass) IS 'no longer records the changes of a table; its history and its restores stay';

CREATE FUNCTION journal.track_schema(schema name, backfill boolean DEFAULT false) RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_track_schema';
COMMENT ON FUNCTION journal.track_schema(name, boolean) IS
    'tracks every table of a schema that is not tracked yet, with generic events; returns how many';

CREATE FUNCTION journal.add_rule(
    relation regclass, event text, operation text, columns name[] DEFAULT NULL, condition text DEFAULT NULL,
    details name[] DEFAULT NULL, changed_at name DEFAULT NULL)
RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_add_rule';
COMMENT ON FUNCTION journal.add_rule(regclass, text, text, name[], text, name[], name) IS
    'says which event an insert, update or delete of a tracked table gives; returns the rule''s number';

CREATE FUNCTION journal.drop_rule(number integer) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_drop_rule';
COMMENT ON FUNCTION journal.drop_rule(integer) IS 'takes an event rule back; what it recorded stays';

CREATE FUNCTION journal.set_context(
    employee text DEFAULT NULL, location text DEFAULT NULL, account text DEFAULT NULL, actor_kind text DEFAULT NULL,
    reason text DEFAULT NULL, extra jsonb DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_set_context';
COMMENT ON FUNCTION journal.set_context(text, text, text, text, text, jsonb) IS
    'says who acts, where and why, for this transaction; NULL leaves a value, '''' clears it';

CREATE FUNCTION journal.log(
    event text, object_type text DEFAULT NULL, object_id text DEFAULT NULL, label text DEFAULT NULL,
    details jsonb DEFAULT NULL, location text DEFAULT NULL, links jsonb DEFAULT NULL)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_log';
COMMENT ON FUNCTION journal.log(text, text, text, text, jsonb, text, jsonb) IS
    'records an event that is no row change; returns the entry''s number';

CREATE FUNCTION journal.backfill(relation regclass) RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_backfill';
COMMENT ON FUNCTION journal.backfill(regclass) IS
    'adds the history that was there before: a created event per row and the last known changes; returns the number of '
    'entries added, and never doubles one';
-- Accounts, event types, and the reading functions.

CREATE FUNCTION journal.set_account(account text, plan text DEFAULT NULL, time_zone text DEFAULT NULL,
                                    language text DEFAULT NULL) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_set_account';
COMMENT ON FUNCTION journal.set_account(text, text, text, text) IS
    'states an account''s plan, time zone and language; NULL leaves a value, '''' means the default';

CREATE FUNCTION journal.visible_since(account text) RETURNS timestamptz
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'journal_visible_since';
COMMENT ON FUNCTION journal.visible_since(text) IS
    'the first moment of that account''s journal that the caller sees: -infinity, the start of the plan''s window, or infinity (nothing)';

CREATE FUNCTION journal.is_unconfined() RETURNS boolean
LANGUAGE C STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'journal_is_unconfined';
COMMENT ON FUNCTION journal.is_unconfined() IS
    'whether the caller sees facts that belong to no account: journal.role_account does not confine it to some accounts';

CREATE FUNCTION journal.add_event_type(code text, event_group text, kind text, object_type text, titles jsonb,
                                       restore text DEFAULT NULL) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_add_event_type';
COMMENT ON FUNCTION journal.add_event_type(text, text, text, text, jsonb, text) IS
    'adds an event type, or changes one added before; kind: created, deleted, changed or other; '
    'restore: who may restore what such a deletion removed: journal, support or NULL (nobody)';

CREATE VIEW journal.event_types AS
SELECT e.code, e.event_group, e.kind, e.object_type, e.restore, e.is_core,
       coalesce(ru.title, e.titles ->> 'ru') AS title_ru,
       coalesce(en.title, e.titles ->> 'en') AS title_en,
       e.id
FROM journal.event_type e
LEFT JOIN journal.event_title ru ON ru.code = e.code AND ru.language = 'ru'
LEFT JOIN journal.event_title en ON en.code = e.code AND en.language = 'en'
ORDER BY e.id;
COMMENT ON VIEW journal.event_types IS 'event types with their titles: the 69 of the catalogue (is_core) and those added';

-- Reading. The caller's own privileges and row-level security apply to journal.entry; everything else that a page shows
-- (titles, words, names at the time of the event, whether a deletion was restored) is read for it. A reader needs:
--   USAGE on schema journal, SELECT on journal.entry, EXECUTE on these three functions and on journal.visible_since(text),
--   and SELECT on journal.event_types to choose filters from.
CREATE FUNCTION journal.report(
    period text DEFAULT NULL, date_from timestamptz DEFAULT NULL, date_to timestamptz DEFAULT NULL,
    locations text[] DEFAULT NULL, employees text[] DEFAULT NULL, events text[] DEFAULT NULL,
    sort text DEFAULT 'desc', page_size integer DEFAULT 50, after text DEFAULT NULL, language text DEFAULT NULL)
RETURNS TABLE (
    entry bigint, occurred_at timestamptz, location text, location_name text, employee text, employee_name text,
    object_type text, object_id text, object_label text, event text, title text, event_group text, kind text,
    details jsonb, details_text text, links jsonb, restorable boolean, backfilled boolean, transaction_id xid8,
    page_cursor text)
LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 50 AS 'MODULE_PATHNAME', 'journal_report';
COMMENT ON FUNCTION journal.report(text, timestamptz, timestamptz, text[], text[], text[], text, integer, text, text) IS
    'what happened in the account: period is today, yesterday, this_week, this_month, last_week, last_month or custom '
    '(with dates); events are codes, group:<group> or kind:<kind>; after is page_cursor of the last row of the page before';

CREATE FUNCTION journal.history(
    object_type text, object_id text, page_size integer DEFAULT 50, after text DEFAULT NULL, language text DEFAULT NULL)
RETURNS TABLE (
    entry bigint, occurred_at timestamptz, location text, location_name text, employee text, employee_name text,
    object_type text, object_id text, object_label text, event text, title text, event_group text, kind text,
    details jsonb, details_text text, links jsonb, restorable boolean, backfilled boolean, transaction_id xid8,
    page_cursor text)
LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 50 AS 'MODULE_PATHNAME', 'journal_history';
COMMENT ON FUNCTION journal.history(text, text, integer, text, text) IS
    'everything that happened to one object and to what belongs to it, newest first, across changes of its key';

CREATE FUNCTION journal.deleted_objects(
    object_types text[] DEFAULT NULL, page_size integer DEFAULT 50, after text DEFAULT NULL, language text DEFAULT NULL)
RETURNS TABLE (
    entry bigint, occurred_at timestamptz, location text, location_name text, employee text, employee_name text,
    object_type text, object_id text, object_label text, event text, title text, event_group text, kind text,
    details jsonb, details_text text, links jsonb, restorable boolean, backfilled boolean, transaction_id xid8,
    page_cursor text)
LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 50 AS 'MODULE_PATHNAME', 'journal_deleted_objects';
COMMENT ON FUNCTION journal.deleted_objects(text[], integer, text, text) IS
    'objects that do not exist now, each by its latest deletion, newest first; restorable says which can be brought back';
-- Bringing back what was deleted.

CREATE FUNCTION journal.restore(entry bigint, reason text DEFAULT NULL)
    RETURNS TABLE (relation regclass, object_type text, object_id text, object_label text, restored_entry bigint)
    LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1 AS 'MODULE_PATHNAME', 'journal_restore';
COMMENT ON FUNCTION journal.restore(bigint, text) IS
    'brings the row back that a deletion''s entry holds, as the calling role; an order (support only) with its items, comments and files';
-- Partitions, guards, row-level security, and what follows the DDL of tracked tables.

-- The support right. A role name is the cluster's, a grant is the database's: it is dumped with it.
CREATE FUNCTION journal.support() RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN true;
COMMENT ON FUNCTION journal.support() IS
    'marks the support right: whoever has EXECUTE on it may restore what only support may; calling it does nothing';

-- Append-only. Rows are guarded on the parent (the server clones that trigger to every partition), TRUNCATE on the parent
-- and on every partition, ENABLE ALWAYS: session_replication_role passes other triggers.
CREATE FUNCTION journal.refuse_change() RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_refuse_change';
COMMENT ON FUNCTION journal.refuse_change() IS
    'trigger function that refuses UPDATE, DELETE and TRUNCATE of the journal to everybody (JE040)';

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['entry', 'session', 'context', 'layout', 'restoration'] LOOP
        EXECUTE pg_catalog.format(
            'CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON journal.%I FOR EACH ROW '
            'EXECUTE FUNCTION journal.refuse_change()', guarded);
        EXECUTE pg_catalog.format(
            'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON journal.%I FOR EACH STATEMENT '
            'EXECUTE FUNCTION journal.refuse_change()', guarded);
        EXECUTE pg_catalog.format('ALTER TABLE journal.%I ENABLE ALWAYS TRIGGER refuse_change', guarded);
        EXECUTE pg_catalog.format('ALTER TABLE journal.%I ENABLE ALWAYS TRIGGER refuse_truncate', guarded);
    END LOOP;
END
$$;

-- Row-level security: enabled, not forced, so that the owner can dump. What a role sees of the entries is the accounts
-- and the plan's window that journal.visible_since knows; without a policy for INSERT nobody but the owner inserts.
ALTER TABLE journal.entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY account_window ON journal.entry FOR SELECT
    USING (occurred_at >= journal.visible_since(account));

ALTER TABLE journal.context ENABLE ROW LEVEL SECURITY;
CREATE POLICY account_scope ON journal.context FOR SELECT
    USING (journal.visible_since(account) < 'infinity');

ALTER TABLE journal.session ENABLE ROW LEVEL SECURITY;
CREATE POLICY unconfined ON journal.session FOR SELECT
    USING (journal.is_unconfined());

-- Without a key they need an identity: under a FOR ALL TABLES publication an UPDATE (of a label, say) would fail.
ALTER TABLE journal.label REPLICA IDENTITY FULL;
ALTER TABLE journal.role_account REPLICA IDENTITY FULL;
ALTER TABLE journal.layout REPLICA IDENTITY FULL;
ALTER TABLE journal.session REPLICA IDENTITY FULL;
ALTER TABLE journal.context REPLICA IDENTITY FULL;
ALTER TABLE journal.incarnation REPLICA IDENTITY FULL;

-- Partitions. Months made later are no members of the extension: a dump holds them.
CREATE FUNCTION journal.equip_partition(partition regclass) RETURNS void
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_equip_partition';
COMMENT ON FUNCTION journal.equip_partition(regclass) IS
    'gives a partition of journal.entry its indexes, TRUNCATE guard, row-level security and replica identity, and revokes '
    'every privilege on it but the owner''s; what it has already stays';

CREATE FUNCTION journal.maintain(months_ahead integer DEFAULT 3) RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_maintain';
COMMENT ON FUNCTION journal.maintain(integer) IS
    'makes the partitions of this month (UTC) and of so many further ones, moves to them and to past months what the default '
    'partition holds, and returns the number of partitions made; run it once a month';

SELECT journal.equip_partition('journal.entry_default');

-- Whoever changes what is tracked, or how, has every backend rebuild its plans.
CREATE FUNCTION journal.invalidate_plan() RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_invalidate_plan';
COMMENT ON FUNCTION journal.invalidate_plan() IS
    'trigger function that has every session read anew how the relation of a changed row is tracked';

CREATE TRIGGER invalidate_plan AFTER INSERT OR UPDATE OR DELETE ON journal.tracked_relation
    FOR EACH ROW EXECUTE FUNCTION journal.invalidate_plan();
ALTER TABLE journal.tracked_relation ENABLE ALWAYS TRIGGER invalidate_plan;
CREATE TRIGGER invalidate_plan AFTER INSERT OR UPDATE OR DELETE ON journal.event_rule
    FOR EACH ROW EXECUTE FUNCTION journal.invalidate_plan();
ALTER TABLE journal.event_rule ENABLE ALWAYS TRIGGER invalidate_plan;

-- DDL. Commands that an event rule's condition could notice, and those that make, alter or drop tables.
CREATE FUNCTION journal.follow_ddl() RETURNS event_trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_follow_ddl';
COMMENT ON FUNCTION journal.follow_ddl() IS
    'event trigger function: tracks new partitions and children of tracked tables, records layouts and names, and refuses '
    'what breaks an event rule (JE033)';

CREATE FUNCTION journal.follow_drop() RETURNS event_trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_follow_drop';
COMMENT ON FUNCTION journal.follow_drop() IS
    'event trigger function: forgets dropped tables, keeping their history, and refuses to drop what an event rule or an '
    'option of track depends on (JE033)';

CREATE EVENT TRIGGER event_journal_ddl ON ddl_command_end
    WHEN TAG IN ('CREATE TABLE', 'CREATE SCHEMA', 'ALTER TABLE', 'ALTER SCHEMA', 'ALTER TYPE', 'ALTER DOMAIN',
                 'ALTER FUNCTION', 'ALTER PROCEDURE', 'ALTER ROUTINE', 'ALTER AGGREGATE', 'ALTER OPERATOR',
                 'ALTER COLLATION', 'CREATE FUNCTION', 'CREATE AGGREGATE', 'CREATE OPERATOR', 'CREATE CAST')
    EXECUTE FUNCTION journal.follow_ddl();
ALTER EVENT TRIGGER event_journal_ddl ENABLE ALWAYS;

CREATE EVENT TRIGGER event_journal_drop ON sql_drop
    EXECUTE FUNCTION journal.follow_drop();
ALTER EVENT TRIGGER event_journal_drop ENABLE ALWAYS;
-- The journal in readable form: views over entries and tracked relations.
--
-- Both run with the rights of whoever reads them (security_invoker), so that privileges and row-level
-- security of the tables apply. What the positions mean is known to C functions, which need no rights
-- on journal.layout: a layout holds names of columns, no values.

CREATE FUNCTION journal.decode_entry(part text, layout integer, operation "char", stored jsonb) RETURNS jsonb
    LANGUAGE c STABLE STRICT PARALLEL RESTRICTED COST 10 AS 'MODULE_PATHNAME', 'journal_decode_entry';
COMMENT ON FUNCTION journal.decode_entry(text, integer, "char", jsonb) IS
    'one part of an entry (old, new, snapshot, details or links), keyed by column, out of its positional form';

CREATE FUNCTION journal.column_names(relation integer, columns integer[]) RETURNS name[]
    LANGUAGE c STABLE STRICT PARALLEL RESTRICTED COST 10 AS 'MODULE_PATHNAME', 'journal_column_names';
COMMENT ON FUNCTION journal.column_names(integer, integer[]) IS
    'present (or last known) names of columns of a tracked relation, by our identities of them';

-- A fact about the session is NULL for a role that is confined to accounts.
CREATE VIEW journal.entries WITH (security_invoker = true) AS
SELECT e.id, e.occurred_at, s.incarnation, e.transaction_id, e.command, e.change,
       CASE e.operation WHEN 'i' THEN 'insert' WHEN 'u' THEN 'update' WHEN 'd' THEN 'delete' ELSE 'log' END AS operation,
       v.code AS event, v.event_group, v.kind,
       t.relation, t.relation_name,
       e.account, e.location, e.employee,
       e.object_type, e.object_id, e.label, e.previous_id,
       coalesce(e.document_type, e.object_type) AS document_type,
       coalesce(e.document_id, e.object_id) AS document_id,
       journal.decode_entry('old', e.layout, e.operation, e.data) AS old,
       journal.decode_entry('new', e.layout, e.operation, e.data) AS new,
       journal.decode_entry('snapshot', e.layout, e.operation, e.data) AS snapshot,
       CASE WHEN e.layout IS NULL THEN e.details
            ELSE journal.decode_entry('details', e.layout, e.operation, e.details) END AS details,
       CASE WHEN e.layout IS NULL THEN e.links
            ELSE journal.decode_entry('links', e.layout, e.operation, e.links) END AS links,
       e.reported, e.backfilled, e.restores,
       r.restored_entry, r.restored_at,
       c.actor_kind, c.reason, c.extra,
       s.session_role, s.acting_role, s.application_name, s.client_address, s.process_id
FROM journal.entry e
    JOIN journal.event_type v ON v.id = e.event_type
    LEFT JOIN journal.tracked_relation t ON t.id = e.relation
    LEFT JOIN journal.session s ON s.id = e.session
    LEFT JOIN journal.context c ON c.id = e.context
    LEFT JOIN journal.restoration r ON r.entry = e.change AND e.operation = 'd';
COMMENT ON VIEW journal.entries IS 'every entry, decoded: old and new values of an update, the row of an insert or delete';
COMMENT ON COLUMN journal.entries.old IS
    'values before, of the columns that this entry holds; NULL: unknown (back-filled); masked columns: JSON null';
COMMENT ON COLUMN journal.entries.snapshot IS 'the whole row inserted or deleted, but for excluded and masked columns';

CREATE VIEW journal.tracked_relations WITH (security_invoker = true) AS
SELECT t.relation, t.relation_name, t.object_type,
       (journal.column_names(t.id, ARRAY[t.label_column]))[1] AS label,
       (journal.column_names(t.id, ARRAY[t.account_column]))[1] AS account,
       (journal.column_names(t.id, ARRAY[t.location_column]))[1] AS location,
       (journal.column_names(t.id, ARRAY[t.author_column]))[1] AS author,
       (journal.column_names(t.id, ARRAY[t.created_at_column]))[1] AS created_at,
       (journal.column_names(t.id, ARRAY[t.document_column]))[1] AS document,
       journal.column_names(t.id, t.link_columns) AS links,
       journal.column_names(t.id, t.ignored_columns) AS ignored,
       journal.column_names(t.id, t.excluded_columns) AS excluded,
       journal.column_names(t.id, t.masked_columns) AS masked,
       t.snapshot_on_create, t.always, t.tracked_since,
       t.capture = 'events' AS tracked
FROM journal.tracked_relation t
WHERE t.object_type IS NOT NULL;
COMMENT ON VIEW journal.tracked_relations IS
    'what is tracked and how, columns by name; with tracked = false what once was and has left its history';

CREATE VIEW journal.event_rules WITH (security_invoker = true) AS
SELECT r.number, t.relation, v.code AS event, r.operation,
       journal.column_names(r.relation, r.columns) AS columns,
       r.condition,
       journal.column_names(r.relation, r.details) AS details,
       (journal.column_names(r.relation, ARRAY[r.changed_at]))[1] AS changed_at
FROM journal.event_rule r
    JOIN journal.tracked_relation t ON t.id = r.relation
    JOIN journal.event_type v ON v.id = r.event_type;
COMMENT ON VIEW journal.event_rules IS
    'which event an operation on a tracked relation gives, columns by their present names; a condition as it was written';
-- Who may do what, and what a dump holds.

-- Nothing is for PUBLIC, and nothing for those to whom the installer's default privileges would give it.
DO $$
DECLARE
    revoke text;
BEGIN
    FOR revoke IN
        SELECT pg_catalog.format('REVOKE ALL ON SCHEMA journal FROM %s CASCADE', grantee)
        FROM (SELECT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::pg_catalog.regrole::text END
              FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) g
              WHERE n.nspname = 'journal' AND g.grantee <> n.nspowner) AS s (grantee)
        UNION
        SELECT pg_catalog.format('REVOKE ALL ON %s %I.%I FROM %s CASCADE',
                                 CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, 'journal', c.relname,
                                 CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::pg_catalog.regrole::text END)
        FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) g
        WHERE c.relnamespace = 'journal'::pg_catalog.regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
          AND g.grantee <> c.relowner
        UNION
        SELECT pg_catalog.format('REVOKE ALL ON FUNCTION %s FROM %s CASCADE', p.oid::pg_catalog.regprocedure,
                                 CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::pg_catalog.regrole::text END)
        FROM pg_catalog.pg_proc p,
             pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) g
        WHERE p.pronamespace = 'journal'::pg_catalog.regnamespace AND g.grantee <> p.proowner
    LOOP
        EXECUTE revoke;
    END LOOP;
END
$$;

-- The journal's rows and what users added to the catalogue are data, not part of the extension; the shipped rows and the
-- incarnation (a restored journal begins a new one) are not dumped. Each call is a command of its own: all of them change the
-- same row of pg_extension.
DO $$
DECLARE
    dumped pg_catalog.regclass;
    condition text;
BEGIN
    FOR dumped, condition IN
        VALUES ('journal.event_group'::pg_catalog.regclass, 'WHERE NOT is_core'),
               ('journal.event_type', 'WHERE NOT is_core'),
               ('journal.event_title', ''),
               ('journal.term', 'WHERE NOT is_core'),
               ('journal.plan', 'WHERE NOT is_core'),
               ('journal.account', ''),
               ('journal.role_account', ''),
               ('journal.tracked_relation', ''),
               ('journal.event_rule', ''),
               ('journal.layout', ''),
               ('journal.session', ''),
               ('journal.context', ''),
               ('journal.entry_default', ''),
               ('journal.label', ''),
               ('journal.restoration', '')
        UNION ALL
        SELECT c.oid, '' FROM pg_catalog.pg_class c
        WHERE c.relnamespace = 'journal'::pg_catalog.regnamespace AND c.relkind = 'S'
    LOOP
        PERFORM pg_catalog.pg_extension_config_dump(dumped, condition);
    END LOOP;
END
$$;
