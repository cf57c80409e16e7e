-- The database of a repair-shop CRM: several accounts (customers of the CRM), each with locations, employees, clients,
-- orders, a shop and a stock. It is ordinary SQL and knows nothing of the journal; tracking.sql switches that on.
--
-- Conventions: every table has a primary key; foreign keys are indexed; a child row that means nothing without its
-- parent (an order's item) goes with it, a mere mention (the author of a row) becomes NULL, and anything else keeps its
-- parent from being deleted. Statuses, types and reasons are rows of lookup tables. Documents get their number from
-- a counter of their account.

\set ON_ERROR_STOP on

-- Roles belong to the whole cluster, so they are made only if missing. They cannot log in: grant them to the users who do.
SELECT format('CREATE ROLE %I NOLOGIN', wanted.name)
  FROM (VALUES ('crm_app'), ('crm_manager')) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name)
\gexec

BEGIN;

CREATE SCHEMA crm;
COMMENT ON SCHEMA crm IS 'A repair-shop CRM: the sample application of event_journal';

CREATE DOMAIN crm.phone AS text CHECK (VALUE ~ '^\+[0-9]{11,15}$');
COMMENT ON DOMAIN crm.phone IS 'Telephone number in the international form, digits only: +70000000001';

CREATE DOMAIN crm.amount AS numeric(12, 2) CHECK (VALUE >= 0);
COMMENT ON DOMAIN crm.amount IS 'Sum of money in the account''s currency, never negative';

CREATE DOMAIN crm.quantity AS numeric CHECK (VALUE >= 0 AND VALUE < 1000000 AND scale(VALUE) <= 3);
COMMENT ON DOMAIN crm.quantity IS 'How many of a product or work, to three decimal places: 1, 2.5';

CREATE DOMAIN crm.percent AS numeric(5, 2) CHECK (VALUE BETWEEN 0 AND 100);
COMMENT ON DOMAIN crm.percent IS 'Share of a hundred';

-- ---------------------------------------------------------------------------------------------------------------------
-- Functions of the schema's own triggers
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE crm.document_counters (
    account_id  text   NOT NULL,
    prefix      text   NOT NULL,
    last_number bigint NOT NULL CHECK (last_number > 0),
    PRIMARY KEY (account_id, prefix)
);
COMMENT ON TABLE crm.document_counters IS 'Last number given to a kind of document in an account; numbers have no gaps';

CREATE FUNCTION crm.number_document() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS
$$
BEGIN
    INSERT INTO crm.document_counters AS counter (account_id, prefix, last_number)
    VALUES (NEW.account_id, TG_ARGV[0], 1)
        ON CONFLICT (account_id, prefix) DO UPDATE SET last_number = counter.last_number + 1
    RETURNING counter.prefix || '-' || lpad(counter.last_number::text, 5, '0') INTO NEW.number;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION crm.number_document() IS 'Trigger: gives a document without a number the next one of its account';

CREATE FUNCTION crm.touch() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS
$$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION crm.touch() IS 'Trigger: keeps updated_at';

CREATE FUNCTION crm.stamp_status() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS
$$
BEGIN
    NEW.status_changed_at := now();
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION crm.stamp_status() IS 'Trigger: keeps status_changed_at';

-- ---------------------------------------------------------------------------------------------------------------------
-- Accounts and plans
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE crm.plans (
    code          text       PRIMARY KEY,
    name          text       NOT NULL UNIQUE,
    monthly_price crm.amount NOT NULL
);
COMMENT ON TABLE crm.plans IS 'Plans that the CRM sells; the journal''s own list of plans is journal.plan';

INSERT INTO crm.plans (code, name, monthly_price)
VALUES ('free',     'Бесплатный',    0),
       ('startup',  'Стартап',     990),
       ('business', 'Бизнес',     2990);

CREATE TABLE crm.accounts (
    id         text        PRIMARY KEY CHECK (id ~ '^[a-z][a-z0-9_]{1,30}$'),
    name       text        NOT NULL CHECK (name <> ''),
    plan_code  text        NOT NULL REFERENCES crm.plans,
    time_zone  text        NOT NULL DEFAULT 'Europe/Moscow',
    language   text        NOT NULL DEFAULT 'ru' CHECK (language ~ '^[a-z]{2}$'),
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE crm.accounts IS 'Customers of the CRM; every other row belongs to one of them';
CREATE INDEX ON crm.accounts (plan_code);

ALTER TABLE crm.document_counters ADD FOREIGN KEY (account_id) REFERENCES crm.accounts ON DELETE CASCADE;

-- ---------------------------------------------------------------------------------------------------------------------
-- Settings: locations, employees
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE crm.locations (
    id            bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id    text        NOT NULL REFERENCES crm.accounts,
    name          text        NOT NULL CHECK (name <> ''),
    address       text        NOT NULL,
    phone         crm.phone,
    opening_hours jsonb       NOT NULL DEFAULT '{"weekdays": ["09:00", "20:00"], "weekend": ["10:00", "18:00"]}',
    created_at    timestamptz NOT NULL DEFAULT now(),
    created_by    bigint,
    UNIQUE (account_id, name)
);
COMMENT ON TABLE crm.locations IS 'Shops and workshops of an account';
COMMENT ON COLUMN crm.locations.opening_hours IS 'From and to, local time, by kind of day';

CREATE TABLE crm.positions (
    id   smallint PRIMARY KEY,
    name text     NOT NULL UNIQUE
);
COMMENT ON TABLE crm.positions IS 'Lookup: what employees are employed as';

INSERT INTO crm.positions (id, name)
VALUES (1, 'Руководитель'),
       (2, 'Менеджер'),
       (3, 'Мастер'),
       (4, 'Стажёр');

CREATE TABLE crm.employees (
    id            bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id    text        NOT NULL REFERENCES crm.accounts,
    location_id   bigint      REFERENCES crm.locations ON DELETE SET NULL,
    position_id   smallint    NOT NULL REFERENCES crm.positions,
    name          text        NOT NULL CHECK (name <> ''),
    login         text        NOT NULL CHECK (login = lower(login)),
    password_hash text        NOT NULL,
    phone         crm.phone,
    salary        crm.amount  NOT NULL DEFAULT 0,
    last_login_at timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    created_by    bigint      REFERENCES crm.employees ON DELETE SET NULL,
    UNIQUE (account_id, login)
);
COMMENT ON TABLE crm.employees IS 'People who work in an account, and its users';
COMMENT ON COLUMN crm.employees.location_id IS 'Where the employee usually works; NULL: everywhere';
CREATE INDEX ON crm.employees (location_id);
CREATE INDEX ON crm.employees (position_id);
CREATE INDEX ON crm.employees (created_by);

ALTER TABLE crm.locations ADD FOREIGN KEY (created_by) REFERENCES crm.employees ON DELETE SET NULL;
CREATE INDEX ON crm.locations (created_by);

-- ---------------------------------------------------------------------------------------------------------------------
-- Clients and their devices
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE crm.clients (
    id               bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id       text        NOT NULL REFERENCES crm.accounts,
    name             text        NOT NULL CHECK (name <> ''),
    is_company       boolean     NOT NULL DEFAULT false,
    phone            crm.phone,
    email            text        CHECK (email LIKE '%_@_%'),
    birthday         date,
    discount_percent crm.percent NOT NULL DEFAULT 0,
    tags             text[]      NOT NULL DEFAULT '{}',
    note             text,
    created_at       timestamptz NOT NULL DEFAULT now(),
    created_by       bigint      REFERENCES crm.employees ON DELETE SET NULL,
    updated_at       timestamptz NOT NULL DEFAULT now(),
    CHECK (NOT (is_company AND birthday IS NOT NULL)),
    UNIQUE (account_id, phone)
);
COMMENT ON TABLE crm.clients IS 'People and companies who bring devices or buy goods';
CREATE INDEX ON crm.clients (created_by);
CREATE TRIGGER touch BEFORE UPDATE ON crm.clients FOR EACH ROW EXECUTE FUNCTION crm.touch();

CREATE TABLE crm.device_types (
    id   smallint PRIMARY KEY,
    name text     NOT NULL UNIQUE
);
COMMENT ON TABLE crm.device_types IS 'Lookup: kinds of devices that are repaired';

INSERT INTO crm.device_types (id, name)
VALUES (1, 'Смартфон'),
       (2, 'Ноутбук'),
       (3, 'Планшет'),
       (4, 'Кофемашина'),
       (5, 'Робот-пылесос');

CREATE TABLE crm.devices (
    id            bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id    text        NOT NULL REFERENCES crm.accounts,
    client_id     bigint      NOT NULL REFERENCES crm.clients ON DELETE CASCADE,
    type_id       smallint    NOT NULL REFERENCES crm.device_types,
    brand         text        NOT NULL,
    model         text        NOT NULL,
    name          text        NOT NULL GENERATED ALWAYS AS (brand || ' ' || model) STORED,
    serial_number text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    created_by    bigint      REFERENCES crm.employees ON DELETE SET NULL,
    UNIQUE (account_id, serial_number)
);
COMMENT ON TABLE crm.devices IS 'Devices that clients bring to be repaired';
CREATE INDEX ON crm.devices (client_id);
CREATE INDEX ON crm.devices (type_id);
CREATE INDEX ON crm.devices (created_by);

-- ---------------------------------------------------------------------------------------------------------------------
-- Tickets: what clients ask before an order exists
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE crm.ticket_statuses (
    id       smallint PRIMARY KEY,
    name     text     NOT NULL UNIQUE,
    is_final boolean  NOT NULL DEFAULT false
);
COMMENT ON TABLE crm.ticket_statuses IS 'Lookup: states of a ticket';

INSERT INTO crm.ticket_statuses (id, name, is_final)
VALUES (1, 'Новое',           false),
       (2, 'В работе',        false),
       (3, 'Ждём клиента',    false),
       (4, 'Оформлен заказ',  true),
       (5, 'Закрыто',         true);

CREATE TABLE crm.ticket_types (
    id   smallint PRIMARY KEY,
    name text     NOT NULL UNIQUE
);
COMMENT ON TABLE crm.ticket_types IS 'Lookup: what a ticket is about';

INSERT INTO crm.ticket_types (id, name)
VALUES (1, 'Вопрос'),
       (2, 'Запись на ремонт'),
       (3, 'Жалоба');

CREATE TABLE crm.tickets (
    id                bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id        text        NOT NULL REFERENCES crm.accounts,
    location_id       bigint      NOT NULL REFERENCES crm.locations,
    number            text        NOT NULL,
    type_id           smallint    NOT NULL DEFAULT 1 REFERENCES crm.ticket_types,
    status_id         smallint    NOT NULL DEFAULT 1 REFERENCES crm.ticket_statuses,
    client_id         bigint      REFERENCES crm.clients,
    manager_id        bigint      REFERENCES crm.employees ON DELETE SET NULL,
    subject           text        NOT NULL CHECK (subject <> ''),
    deadline_at       timestamptz,
    status_changed_at timestamptz,
    created_at        timestamptz NOT NULL DEFAULT now(),
    created_by        bigint      REFERENCES crm.employees ON DELETE SET NULL,
    updated_at        timestamptz NOT NULL DEFAULT now(),
    UNIQUE (account_id, number)
);
COMMENT ON TABLE crm.tickets IS 'Requests of clients: questions, bookings, complaints';
COMMENT ON COLUMN crm.tickets.client_id IS 'NULL until the client is known';
COMMENT ON COLUMN crm.tickets.created_by IS 'NULL: left by the client on the web site';
CREATE INDEX ON crm.tickets (location_id);
CREATE INDEX ON crm.tickets (type_id);
CREATE INDEX ON crm.tickets (status_id);
CREATE INDEX ON crm.tickets (client_id);
CREATE INDEX ON crm.tickets (manager_id);
CREATE INDEX ON crm.tickets (created_by);
CREATE TRIGGER number BEFORE INSERT ON crm.tickets FOR EACH ROW
    WHEN (NEW.number IS NULL) EXECUTE FUNCTION crm.number_document('ОБ');
CREATE TRIGGER touch BEFORE UPDATE ON crm.tickets FOR EACH ROW EXECUTE FUNCTION crm.touch();
CREATE TRIGGER stamp_status BEFORE UPDATE ON crm.tickets FOR EACH ROW
    WHEN (OLD.status_id IS DISTINCT FROM NEW.status_id) EXECUTE FUNCTION crm.stamp_status();

-- ---------------------------------------------------------------------------------------------------------------------
-- Stock: products, warehouses, suppliers and the documents that move goods
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE crm.product_categories (
    id   smallint PRIMARY KEY,
    name text     NOT NULL UNIQUE
);
COMMENT ON TABLE crm.product_categories IS 'Lookup: groups of the price list';

INSERT INTO crm.product_categories (id, name)
VALUES (1, 'Дисплеи'),
       (2, 'Аккумуляторы'),
       (3, 'Запчасти'),
       (4, 'Аксессуары'),
       (5, 'Расходные материалы');

CREATE TABLE crm.products (
    id          bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id  text        NOT NULL REFERENCES crm.accounts,
    category_id smallint    NOT NULL REFERENCES crm.product_categories,
    sku         text        NOT NULL,
    name        text        NOT NULL CHECK (name <> ''),
    unit        text        NOT NULL DEFAULT 'шт',
    price       crm.amount  NOT NULL,
    cost        crm.amount  NOT NULL DEFAULT 0,
    created_at  timestamptz NOT NULL DEFAULT now(),
    created_by  bigint      REFERENCES crm.employees ON DELETE SET NULL,
    updated_at  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (account_id, sku)
);
COMMENT ON TABLE crm.products IS 'Goods and spare parts';
COMMENT ON COLUMN crm.products.cost IS 'Last purchase price';
CREATE INDEX ON crm.products (category_id);
CREATE INDEX ON crm.products (created_by);
CREATE TRIGGER touch BEFORE UPDATE ON crm.products FOR EACH ROW EXECUTE FUNCTION crm.touch();

CREATE TABLE crm.warehouses (
    id          bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id  text        NOT NULL REFERENCES crm.accounts,
    location_id bigint      NOT NULL REFERENCES crm.locations,
    name        text        NOT NULL CHECK (name <> ''),
    created_at  timestamptz NOT NULL DEFAULT now(),
    created_by  bigint      REFERENCES crm.employees ON DELETE SET NULL,
    UNIQUE (account_id, name)
);
COMMENT ON TABLE crm.warehouses IS 'Places where goods are kept';
CREATE INDEX ON crm.warehouses (location_id);
CREATE INDEX ON crm.warehouses (created_by);

CREATE TABLE crm.stock_levels (
    warehouse_id bigint         NOT NULL REFERENCES crm.warehouses ON DELETE CASCADE,
    product_id   bigint         NOT NULL REFERENCES crm.products ON DELETE CASCADE,
    quantity     crm.quantity   NOT NULL,
    PRIMARY KEY (warehouse_id, product_id)
);
COMMENT ON TABLE crm.stock_levels IS 'What lies in a warehouse now';
CREATE INDEX ON crm.stock_levels (product_id);

CREATE TABLE crm.suppliers (
    id         bigint    PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id text      NOT NULL REFERENCES crm.accounts,
    name       text      NOT NULL CHECK (name <> ''),
    phone      crm.phone,
    UNIQUE (account_id, name)
);
COMMENT ON TABLE crm.suppliers IS 'Whom goods are bought from';

CREATE TABLE crm.stock_receipts (
    id           bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id   text        NOT NULL REFERENCES crm.accounts,
    number       text        NOT NULL,
    warehouse_id bigint      NOT NULL REFERENCES crm.warehouses,
    supplier_id  bigint      REFERENCES crm.suppliers,
    comment      text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    created_by   bigint      REFERENCES crm.employees ON DELETE SET NULL,
    UNIQUE (account_id, number)
);
COMMENT ON TABLE crm.stock_receipts IS 'Documents: goods received into a warehouse';
CREATE INDEX ON crm.stock_receipts (warehouse_id);
CREATE INDEX ON crm.stock_receipts (supplier_id);
CREATE INDEX ON crm.stock_receipts (created_by);
CREATE TRIGGER number BEFORE INSERT ON crm.stock_receipts FOR EACH ROW
    WHEN (NEW.number IS NULL) EXECUTE FUNCTION crm.number_document('ПР');

CREATE TABLE crm.stock_receipt_lines (
    stock_receipt_id bigint         NOT NULL REFERENCES crm.stock_receipts ON DELETE CASCADE,
    product_id       bigint         NOT NULL REFERENCES crm.products,
    quantity         crm.quantity   NOT NULL CHECK (quantity > 0),
    cost             crm.amount     NOT NULL,
    amount           numeric(14, 2) NOT NULL GENERATED ALWAYS AS (round(quantity * cost, 2)) STORED,
    PRIMARY KEY (stock_receipt_id, product_id)
);
COMMENT ON TABLE crm.stock_receipt_lines IS 'Lines of stock_receipts';
CREATE INDEX ON crm.stock_receipt_lines (product_id);

CREATE TABLE crm.write_off_reasons (
    id   smallint PRIMARY KEY,
    name text     NOT NULL UNIQUE
);
COMMENT ON TABLE crm.write_off_reasons IS 'Lookup: why goods are written off';

INSERT INTO crm.write_off_reasons (id, name)
VALUES (1, 'Брак'),
       (2, 'Повреждение'),
       (3, 'Недостача'),
       (4, 'Собственные нужды');

CREATE TABLE crm.write_offs (
    id           bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id   text        NOT NULL REFERENCES crm.accounts,
    number       text        NOT NULL,
    warehouse_id bigint      NOT NULL REFERENCES crm.warehouses,
    reason_id    smallint    NOT NULL REFERENCES crm.write_off_reasons,
    comment      text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    created_by   bigint      REFERENCES crm.employees ON DELETE SET NULL,
    UNIQUE (account_id, number)
);
COMMENT ON TABLE crm.write_offs IS 'Documents: goods written off';
CREATE INDEX ON crm.write_offs (warehouse_id);
CREATE INDEX ON crm.write_offs (reason_id);
CREATE INDEX ON crm.write_offs (created_by);
CREATE TRIGGER number BEFORE INSERT ON crm.write_offs FOR EACH ROW
    WHEN (NEW.number IS NULL) EXECUTE FUNCTION crm.number_document('СП');

CREATE TABLE crm.write_off_lines (
    write_off_id bigint         NOT NULL REFERENCES crm.write_offs ON DELETE CASCADE,
    product_id   bigint         NOT NULL REFERENCES crm.products,
    quantity     crm.quantity   NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (write_off_id, product_id)
);
COMMENT ON TABLE crm.write_off_lines IS 'Lines of write_offs';
CREATE INDEX ON crm.write_off_lines (product_id);

CREATE TABLE crm.supplier_returns (
    id           bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id   text        NOT NULL REFERENCES crm.accounts,
    number       text        NOT NULL,
    warehouse_id bigint      NOT NULL REFERENCES crm.warehouses,
    supplier_id  bigint      NOT NULL REFERENCES crm.suppliers,
    comment      text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    created_by   bigint      REFERENCES crm.employees ON DELETE SET NULL,
    UNIQUE (account_id, number)
);
COMMENT ON TABLE crm.supplier_returns IS 'Documents: goods sent back to a supplier';
CREATE INDEX ON crm.supplier_returns (warehouse_id);
CREATE INDEX ON crm.supplier_returns (supplier_id);
CREATE INDEX ON crm.supplier_returns (created_by);
CREATE TRIGGER number BEFORE INSERT ON crm.supplier_returns FOR EACH ROW
    WHEN (NEW.number IS NULL) EXECUTE FUNCTION crm.number_document('ВП');

CREATE TABLE crm.supplier_return_lines (
    supplier_return_id bigint         NOT NULL REFERENCES crm.supplier_returns ON DELETE CASCADE,
    product_id         bigint         NOT NULL REFERENCES crm.products,
    quantity           crm.quantity   NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (supplier_return_id, product_id)
);
COMMENT ON TABLE crm.supplier_return_lines IS 'Lines of supplier_returns';
CREATE INDEX ON crm.supplier_return_lines (product_id);

CREATE TABLE crm.stock_counts (
    id           bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id   text        NOT NULL REFERENCES crm.accounts,
    number       text        NOT NULL,
    warehouse_id bigint      NOT NULL REFERENCES crm.warehouses,
    comment      text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    created_by   bigint      REFERENCES crm.employees ON DELETE SET NULL,
    UNIQUE (account_id, number)
);
COMMENT ON TABLE crm.stock_counts IS 'Documents: a warehouse counted by hand';
CREATE INDEX ON crm.stock_counts (warehouse_id);
CREATE INDEX ON crm.stock_counts (created_by);
CREATE TRIGGER number BEFORE INSERT ON crm.stock_counts FOR EACH ROW
    WHEN (NEW.number IS NULL) EXECUTE FUNCTION crm.number_document('ИН');

CREATE TABLE crm.stock_count_lines (
    stock_count_id bigint         NOT NULL REFERENCES crm.stock_counts ON DELETE CASCADE,
    product_id     bigint         NOT NULL REFERENCES crm.products,
    expected       crm.quantity   NOT NULL,
    counted        crm.quantity   NOT NULL,
    difference     numeric        NOT NULL GENERATED ALWAYS AS (counted - expected) STORED,
    PRIMARY KEY (stock_count_id, product_id)
);
COMMENT ON TABLE crm.stock_count_lines IS 'Lines of stock_counts';
CREATE INDEX ON crm.stock_count_lines (product_id);

CREATE TABLE crm.stock_transfers (
    id                bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id        text        NOT NULL REFERENCES crm.accounts,
    number            text        NOT NULL,
    from_warehouse_id bigint      NOT NULL REFERENCES crm.warehouses,
    to_warehouse_id   bigint      NOT NULL REFERENCES crm.warehouses,
    comment           text,
    created_at        timestamptz NOT NULL DEFAULT now(),
    created_by        bigint      REFERENCES crm.employees ON DELETE SET NULL,
    CHECK (from_warehouse_id <> to_warehouse_id),
    UNIQUE (account_id, number)
);
COMMENT ON TABLE crm.stock_transfers IS 'Documents: goods moved between warehouses';
CREATE INDEX ON crm.stock_transfers (from_warehouse_id);
CREATE INDEX ON crm.stock_transfers (to_warehouse_id);
CREATE INDEX ON crm.stock_transfers (created_by);
CREATE TRIGGER number BEFORE INSERT ON crm.stock_transfers FOR EACH ROW
    WHEN (NEW.number IS NULL) EXECUTE FUNCTION crm.number_document('ПМ');

CREATE TABLE crm.stock_transfer_lines (
    stock_transfer_id bigint         NOT NULL REFERENCES crm.stock_transfers ON DELETE CASCADE,
    product_id        bigint         NOT NULL REFERENCES crm.products,
    quantity          crm.quantity   NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (stock_transfer_id, product_id)
);
COMMENT ON TABLE crm.stock_transfer_lines IS 'Lines of stock_transfers';
CREATE INDEX ON crm.stock_transfer_lines (product_id);

-- ---------------------------------------------------------------------------------------------------------------------
-- Orders: repairs, with their items, comments and files
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE crm.order_statuses (
    id       smallint PRIMARY KEY,
    name     text     NOT NULL UNIQUE,
    is_final boolean  NOT NULL DEFAULT false
);
COMMENT ON TABLE crm.order_statuses IS 'Lookup: states of an order';

INSERT INTO crm.order_statuses (id, name, is_final)
VALUES (1, 'Новый',         false),
       (2, 'Диагностика',   false),
       (3, 'Ждёт запчасть', false),
       (4, 'В работе',      false),
       (5, 'Готов',         false),
       (6, 'Выдан',         true),
       (7, 'Отказ',         true);

CREATE TABLE crm.order_types (
    id   smallint PRIMARY KEY,
    name text     NOT NULL UNIQUE
);
COMMENT ON TABLE crm.order_types IS 'Lookup: who pays for a repair and where it is done';

INSERT INTO crm.order_types (id, name)
VALUES (1, 'Платный'),
       (2, 'Гарантийный'),
       (3, 'Выездной');

CREATE TABLE crm.orders (
    id                bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id        text        NOT NULL REFERENCES crm.accounts,
    location_id       bigint      NOT NULL REFERENCES crm.locations,
    number            text        NOT NULL,
    type_id           smallint    NOT NULL DEFAULT 1 REFERENCES crm.order_types,
    status_id         smallint    NOT NULL DEFAULT 1 REFERENCES crm.order_statuses,
    client_id         bigint      NOT NULL REFERENCES crm.clients,
    device_id         bigint      REFERENCES crm.devices,
    ticket_id         bigint      REFERENCES crm.tickets ON DELETE SET NULL,
    manager_id        bigint      REFERENCES crm.employees ON DELETE SET NULL,
    assignee_id       bigint      REFERENCES crm.employees ON DELETE SET NULL,
    complaint         text        NOT NULL CHECK (complaint <> ''),
    prepayment        crm.amount  NOT NULL DEFAULT 0,
    appointment_at    timestamptz,
    deadline_at       timestamptz,
    status_changed_at timestamptz,
    created_at        timestamptz NOT NULL DEFAULT now(),
    created_by        bigint      REFERENCES crm.employees ON DELETE SET NULL,
    updated_at        timestamptz NOT NULL DEFAULT now(),
    CHECK (deadline_at > created_at),
    UNIQUE (account_id, number)
);
COMMENT ON TABLE crm.orders IS 'Repair orders';
COMMENT ON COLUMN crm.orders.complaint IS 'What is wrong with the device, in the client''s words';
COMMENT ON COLUMN crm.orders.assignee_id IS 'The technician responsible for the repair';
COMMENT ON COLUMN crm.orders.appointment_at IS 'When the client comes, or the technician goes to the client';
CREATE INDEX ON crm.orders (location_id);
CREATE INDEX ON crm.orders (type_id);
CREATE INDEX ON crm.orders (status_id);
CREATE INDEX ON crm.orders (client_id);
CREATE INDEX ON crm.orders (device_id);
CREATE INDEX ON crm.orders (ticket_id);
CREATE INDEX ON crm.orders (manager_id);
CREATE INDEX ON crm.orders (assignee_id);
CREATE INDEX ON crm.orders (created_by);
CREATE TRIGGER number BEFORE INSERT ON crm.orders FOR EACH ROW
    WHEN (NEW.number IS NULL) EXECUTE FUNCTION crm.number_document('ЗК');
CREATE TRIGGER touch BEFORE UPDATE ON crm.orders FOR EACH ROW EXECUTE FUNCTION crm.touch();
CREATE TRIGGER stamp_status BEFORE UPDATE ON crm.orders FOR EACH ROW
    WHEN (OLD.status_id IS DISTINCT FROM NEW.status_id) EXECUTE FUNCTION crm.stamp_status();

CREATE TABLE crm.item_kinds (
    code text PRIMARY KEY,
    name text NOT NULL UNIQUE
);
COMMENT ON TABLE crm.item_kinds IS 'Lookup: what an order or a sale may contain';

INSERT INTO crm.item_kinds (code, name)
VALUES ('work',    'Работа'),
       ('service', 'Услуга'),
       ('product', 'Товар');

CREATE TABLE crm.order_items (
    id         bigint         PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    order_id   bigint         NOT NULL REFERENCES crm.orders ON DELETE CASCADE,
    kind       text           NOT NULL REFERENCES crm.item_kinds,
    product_id bigint         REFERENCES crm.products,
    name       text           NOT NULL CHECK (name <> ''),
    quantity   crm.quantity   NOT NULL DEFAULT 1 CHECK (quantity > 0),
    price      crm.amount     NOT NULL,
    amount     numeric(14, 2) NOT NULL GENERATED ALWAYS AS (round(quantity * price, 2)) STORED,
    created_at timestamptz    NOT NULL DEFAULT now(),
    created_by bigint         REFERENCES crm.employees ON DELETE SET NULL,
    CHECK ((kind = 'product') = (product_id IS NOT NULL))
);
COMMENT ON TABLE crm.order_items IS 'Work, services and products of an order';
COMMENT ON COLUMN crm.order_items.name IS 'As it was called when it was added';
CREATE INDEX ON crm.order_items (order_id);
CREATE INDEX ON crm.order_items (kind);
CREATE INDEX ON crm.order_items (product_id);
CREATE INDEX ON crm.order_items (created_by);

CREATE TABLE crm.order_comments (
    id         bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    order_id   bigint      NOT NULL REFERENCES crm.orders ON DELETE CASCADE,
    body       text        NOT NULL CHECK (body <> ''),
    is_private boolean     NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint      REFERENCES crm.employees ON DELETE SET NULL
);
COMMENT ON TABLE crm.order_comments IS 'What employees write about an order';
COMMENT ON COLUMN crm.order_comments.is_private IS 'Not shown to the client';
CREATE INDEX ON crm.order_comments (order_id);
CREATE INDEX ON crm.order_comments (created_by);

CREATE TABLE crm.order_files (
    id           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    order_id     bigint      NOT NULL REFERENCES crm.orders ON DELETE CASCADE,
    name         text        NOT NULL CHECK (name <> ''),
    content_type text        NOT NULL,
    size_bytes   bigint      NOT NULL CHECK (size_bytes >= 0),
    created_at   timestamptz NOT NULL DEFAULT now(),
    created_by   bigint      REFERENCES crm.employees ON DELETE SET NULL
);
COMMENT ON TABLE crm.order_files IS 'Photographs and papers of an order; the contents are in a file store, under the id';
CREATE INDEX ON crm.order_files (order_id);
CREATE INDEX ON crm.order_files (created_by);

-- ---------------------------------------------------------------------------------------------------------------------
-- Tasks
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE crm.task_statuses (
    code text PRIMARY KEY,
    name text NOT NULL UNIQUE
);
COMMENT ON TABLE crm.task_statuses IS 'Lookup: states of a task';

INSERT INTO crm.task_statuses (code, name)
VALUES ('open',        'Открыта'),
       ('in_progress', 'В работе'),
       ('done',        'Выполнена');

CREATE TABLE crm.tasks (
    id          bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id  text        NOT NULL REFERENCES crm.accounts,
    location_id bigint      REFERENCES crm.locations ON DELETE SET NULL,
    order_id    bigint      REFERENCES crm.orders ON DELETE SET NULL,
    client_id   bigint      REFERENCES crm.clients ON DELETE SET NULL,
    title       text        NOT NULL CHECK (title <> ''),
    status      text        NOT NULL DEFAULT 'open' REFERENCES crm.task_statuses,
    done        boolean     NOT NULL GENERATED ALWAYS AS (status = 'done') STORED,
    assignee_id bigint      REFERENCES crm.employees ON DELETE SET NULL,
    due_at      timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now(),
    created_by  bigint      REFERENCES crm.employees ON DELETE SET NULL,
    updated_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE crm.tasks IS 'Things to do, alone or about an order or a client';
CREATE INDEX ON crm.tasks (account_id);
CREATE INDEX ON crm.tasks (location_id);
CREATE INDEX ON crm.tasks (order_id);
CREATE INDEX ON crm.tasks (client_id);
CREATE INDEX ON crm.tasks (status);
CREATE INDEX ON crm.tasks (assignee_id);
CREATE INDEX ON crm.tasks (created_by);
CREATE TRIGGER touch BEFORE UPDATE ON crm.tasks FOR EACH ROW EXECUTE FUNCTION crm.touch();

-- ---------------------------------------------------------------------------------------------------------------------
-- Finance: cash registers, sales, invoices, fiscal receipts, refunds
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE crm.payment_methods (
    code text PRIMARY KEY,
    name text NOT NULL UNIQUE
);
COMMENT ON TABLE crm.payment_methods IS 'Lookup: ways to pay';

INSERT INTO crm.payment_methods (code, name)
VALUES ('cash',     'Наличные'),
       ('card',     'Карта'),
       ('transfer', 'Безналичный перевод');

CREATE TABLE crm.cash_registers (
    id          bigint         PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id  text           NOT NULL REFERENCES crm.accounts,
    location_id bigint         NOT NULL REFERENCES crm.locations,
    name        text           NOT NULL CHECK (name <> ''),
    balance     numeric(14, 2) NOT NULL DEFAULT 0,
    created_at  timestamptz    NOT NULL DEFAULT now(),
    created_by  bigint         REFERENCES crm.employees ON DELETE SET NULL,
    UNIQUE (account_id, name)
);
COMMENT ON TABLE crm.cash_registers IS 'Tills; balance is what lies in one now';
CREATE INDEX ON crm.cash_registers (location_id);
CREATE INDEX ON crm.cash_registers (created_by);

CREATE TABLE crm.sales (
    id               bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id       text        NOT NULL REFERENCES crm.accounts,
    location_id      bigint      NOT NULL REFERENCES crm.locations,
    number           text        NOT NULL,
    client_id        bigint      REFERENCES crm.clients,
    cash_register_id bigint      NOT NULL REFERENCES crm.cash_registers,
    payment_method   text        NOT NULL DEFAULT 'cash' REFERENCES crm.payment_methods,
    amount           crm.amount  NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now(),
    created_by       bigint      REFERENCES crm.employees ON DELETE SET NULL,
    UNIQUE (account_id, number)
);
COMMENT ON TABLE crm.sales IS 'Goods sold over the counter; client_id is NULL for a passer-by';
CREATE INDEX ON crm.sales (location_id);
CREATE INDEX ON crm.sales (client_id);
CREATE INDEX ON crm.sales (cash_register_id);
CREATE INDEX ON crm.sales (payment_method);
CREATE INDEX ON crm.sales (created_by);
CREATE TRIGGER number BEFORE INSERT ON crm.sales FOR EACH ROW
    WHEN (NEW.number IS NULL) EXECUTE FUNCTION crm.number_document('ПД');

CREATE TABLE crm.sale_lines (
    sale_id    bigint         NOT NULL REFERENCES crm.sales ON DELETE CASCADE,
    product_id bigint         NOT NULL REFERENCES crm.products,
    quantity   crm.quantity   NOT NULL CHECK (quantity > 0),
    price      crm.amount     NOT NULL,
    amount     numeric(14, 2) NOT NULL GENERATED ALWAYS AS (round(quantity * price, 2)) STORED,
    PRIMARY KEY (sale_id, product_id)
);
COMMENT ON TABLE crm.sale_lines IS 'Lines of sales';
CREATE INDEX ON crm.sale_lines (product_id);

CREATE TABLE crm.invoices (
    id          bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id  text        NOT NULL REFERENCES crm.accounts,
    location_id bigint      NOT NULL REFERENCES crm.locations,
    number      text        NOT NULL,
    client_id   bigint      NOT NULL REFERENCES crm.clients,
    order_id    bigint      REFERENCES crm.orders ON DELETE SET NULL,
    amount      crm.amount  NOT NULL,
    due_date    date        NOT NULL,
    paid_at     timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now(),
    created_by  bigint      REFERENCES crm.employees ON DELETE SET NULL,
    UNIQUE (account_id, number)
);
COMMENT ON TABLE crm.invoices IS 'Invoices to clients, mostly companies';
CREATE INDEX ON crm.invoices (location_id);
CREATE INDEX ON crm.invoices (client_id);
CREATE INDEX ON crm.invoices (order_id);
CREATE INDEX ON crm.invoices (created_by);
CREATE TRIGGER number BEFORE INSERT ON crm.invoices FOR EACH ROW
    WHEN (NEW.number IS NULL) EXECUTE FUNCTION crm.number_document('СЧ');

CREATE TABLE crm.fiscal_receipts (
    id               bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id       text        NOT NULL REFERENCES crm.accounts,
    location_id      bigint      NOT NULL REFERENCES crm.locations,
    cash_register_id bigint      NOT NULL REFERENCES crm.cash_registers,
    order_id         bigint      REFERENCES crm.orders,
    sale_id          bigint      REFERENCES crm.sales,
    payment_method   text        NOT NULL REFERENCES crm.payment_methods,
    amount           crm.amount  NOT NULL,
    fiscal_number    text        UNIQUE,
    printed_at       timestamptz,
    created_at       timestamptz NOT NULL DEFAULT now(),
    created_by       bigint      REFERENCES crm.employees ON DELETE SET NULL,
    CHECK (num_nonnulls(order_id, sale_id) = 1),
    CHECK ((printed_at IS NULL) = (fiscal_number IS NULL))
);
COMMENT ON TABLE crm.fiscal_receipts IS 'Receipts: queued for the fiscal printer, then printed; a printed one holds its order or sale';
COMMENT ON COLUMN crm.fiscal_receipts.fiscal_number IS 'Given by the fiscal printer';
CREATE INDEX ON crm.fiscal_receipts (account_id);
CREATE INDEX ON crm.fiscal_receipts (location_id);
CREATE INDEX ON crm.fiscal_receipts (cash_register_id);
CREATE INDEX ON crm.fiscal_receipts (order_id);
CREATE INDEX ON crm.fiscal_receipts (sale_id);
CREATE INDEX ON crm.fiscal_receipts (payment_method);
CREATE INDEX ON crm.fiscal_receipts (created_by);

CREATE TABLE crm.customer_refunds (
    id               bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id       text        NOT NULL REFERENCES crm.accounts,
    location_id      bigint      NOT NULL REFERENCES crm.locations,
    number           text        NOT NULL,
    client_id        bigint      REFERENCES crm.clients,
    order_id         bigint      REFERENCES crm.orders,
    sale_id          bigint      REFERENCES crm.sales,
    cash_register_id bigint      NOT NULL REFERENCES crm.cash_registers,
    amount           crm.amount  NOT NULL,
    reason           text        NOT NULL CHECK (reason <> ''),
    created_at       timestamptz NOT NULL DEFAULT now(),
    created_by       bigint      REFERENCES crm.employees ON DELETE SET NULL,
    CHECK (num_nonnulls(order_id, sale_id) = 1),
    UNIQUE (account_id, number)
);
COMMENT ON TABLE crm.customer_refunds IS 'Money given back to clients';
CREATE INDEX ON crm.customer_refunds (location_id);
CREATE INDEX ON crm.customer_refunds (client_id);
CREATE INDEX ON crm.customer_refunds (order_id);
CREATE INDEX ON crm.customer_refunds (sale_id);
CREATE INDEX ON crm.customer_refunds (cash_register_id);
CREATE INDEX ON crm.customer_refunds (created_by);
CREATE TRIGGER number BEFORE INSERT ON crm.customer_refunds FOR EACH ROW
    WHEN (NEW.number IS NULL) EXECUTE FUNCTION crm.number_document('ВЗ');

-- ---------------------------------------------------------------------------------------------------------------------
-- Communications: calls, text messages, reviews
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE crm.calls (
    id            bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id    text        NOT NULL REFERENCES crm.accounts,
    location_id   bigint      REFERENCES crm.locations ON DELETE SET NULL,
    direction     text        NOT NULL CHECK (direction IN ('in', 'out')),
    phone         crm.phone   NOT NULL,
    client_id     bigint      REFERENCES crm.clients ON DELETE SET NULL,
    employee_id   bigint      REFERENCES crm.employees ON DELETE SET NULL,
    duration      interval    NOT NULL DEFAULT '0' CHECK (duration >= '0'),
    recording_url text        CHECK (recording_url LIKE 'https://%'),
    created_at    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE crm.calls IS 'Telephone calls, written by the telephone exchange when they end';
COMMENT ON COLUMN crm.calls.phone IS 'The other side''s number';
CREATE INDEX ON crm.calls (account_id);
CREATE INDEX ON crm.calls (location_id);
CREATE INDEX ON crm.calls (client_id);
CREATE INDEX ON crm.calls (employee_id);

CREATE TABLE crm.sms_messages (
    id          bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id  text        NOT NULL REFERENCES crm.accounts,
    location_id bigint      REFERENCES crm.locations ON DELETE SET NULL,
    phone       crm.phone   NOT NULL,
    client_id   bigint      REFERENCES crm.clients ON DELETE SET NULL,
    order_id    bigint      REFERENCES crm.orders ON DELETE SET NULL,
    body        text        NOT NULL CHECK (body <> ''),
    sent_at     timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now(),
    created_by  bigint      REFERENCES crm.employees ON DELETE SET NULL
);
COMMENT ON TABLE crm.sms_messages IS 'Text messages to clients: queued, then sent by the gateway';
CREATE INDEX ON crm.sms_messages (account_id);
CREATE INDEX ON crm.sms_messages (location_id);
CREATE INDEX ON crm.sms_messages (client_id);
CREATE INDEX ON crm.sms_messages (order_id);
CREATE INDEX ON crm.sms_messages (created_by);

CREATE TABLE crm.client_reviews (
    id          bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id  text        NOT NULL REFERENCES crm.accounts,
    location_id bigint      REFERENCES crm.locations ON DELETE SET NULL,
    client_id   bigint      NOT NULL REFERENCES crm.clients ON DELETE CASCADE,
    order_id    bigint      REFERENCES crm.orders ON DELETE SET NULL,
    rating      smallint    NOT NULL CHECK (rating BETWEEN 1 AND 5),
    body        text,
    created_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE crm.client_reviews IS 'What clients say after a repair, by a link in a text message';
CREATE INDEX ON crm.client_reviews (account_id);
CREATE INDEX ON crm.client_reviews (location_id);
CREATE INDEX ON crm.client_reviews (client_id);
CREATE INDEX ON crm.client_reviews (order_id);

-- ---------------------------------------------------------------------------------------------------------------------
-- Payroll: bonuses and their application
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE crm.bonuses (
    id          bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id  text        NOT NULL REFERENCES crm.accounts,
    name        text        NOT NULL CHECK (name <> ''),
    position_id smallint    REFERENCES crm.positions,
    percent     crm.percent,
    amount      crm.amount,
    valid_from  date        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    created_by  bigint      REFERENCES crm.employees ON DELETE SET NULL,
    CHECK (num_nonnulls(percent, amount) = 1),
    UNIQUE (account_id, name)
);
COMMENT ON TABLE crm.bonuses IS 'Bonus rules: a share of the work done, or a fixed sum';
COMMENT ON COLUMN crm.bonuses.position_id IS 'Whom the rule is for; NULL: everyone';
CREATE INDEX ON crm.bonuses (position_id);
CREATE INDEX ON crm.bonuses (created_by);

CREATE TABLE crm.bonus_applications (
    id            bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    bonus_id      bigint      NOT NULL REFERENCES crm.bonuses,
    employee_id   bigint      NOT NULL REFERENCES crm.employees,
    order_id      bigint      REFERENCES crm.orders,
    amount        crm.amount  NOT NULL,
    cancelled_at  timestamptz,
    cancel_reason text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    created_by    bigint      REFERENCES crm.employees ON DELETE SET NULL,
    CHECK ((cancelled_at IS NULL) = (cancel_reason IS NULL))
);
COMMENT ON TABLE crm.bonus_applications IS 'Bonuses given to employees; one given in error is cancelled, not deleted';
CREATE INDEX ON crm.bonus_applications (bonus_id);
CREATE INDEX ON crm.bonus_applications (employee_id);
CREATE INDEX ON crm.bonus_applications (order_id);
CREATE INDEX ON crm.bonus_applications (created_by);

-- ---------------------------------------------------------------------------------------------------------------------
-- Privileges
-- ---------------------------------------------------------------------------------------------------------------------

GRANT USAGE ON SCHEMA crm TO crm_app, crm_manager;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA crm TO crm_app;
GRANT SELECT ON ALL TABLES IN SCHEMA crm TO crm_manager;
-- Nobody but the application reads the password hashes.
REVOKE SELECT ON crm.employees FROM crm_manager;
GRANT SELECT (id, account_id, location_id, position_id, name, login, phone, last_login_at, created_at, created_by)
    ON crm.employees TO crm_manager;

COMMIT;
