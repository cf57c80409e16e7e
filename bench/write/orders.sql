-- The table that every contender writes: orders of a CRM, 20 columns, about 400 bytes a row, two secondary indexes.
-- The lookups that it references have a few rows each; the checks of foreign keys are switched off, for all alike: they
-- would only hide what journaling costs.
CREATE SCHEMA crm;
CREATE TABLE crm.accounts (id text PRIMARY KEY);
INSERT INTO crm.accounts VALUES ('rembyt'), ('smartfix');
CREATE TABLE crm.locations (id bigint PRIMARY KEY, name text NOT NULL);
INSERT INTO crm.locations SELECT i, 'Location ' || i FROM generate_series(1, 20) AS i;
CREATE TABLE crm.order_types (id smallint PRIMARY KEY, name text NOT NULL);
INSERT INTO crm.order_types SELECT i, 'Type ' || i FROM generate_series(1, 4) AS i;
CREATE TABLE crm.order_statuses (id smallint PRIMARY KEY, name text NOT NULL);
INSERT INTO crm.order_statuses SELECT i, 'Status ' || i FROM generate_series(1, 8) AS i;
CREATE TABLE crm.clients (id bigint PRIMARY KEY, name text NOT NULL);
INSERT INTO crm.clients SELECT i, 'Client ' || i FROM generate_series(1, 1000) AS i;
CREATE TABLE crm.devices (id bigint PRIMARY KEY, name text NOT NULL);
INSERT INTO crm.devices SELECT i, 'Device ' || i FROM generate_series(1, 1000) AS i;
CREATE TABLE crm.tickets (id bigint PRIMARY KEY, subject text NOT NULL);
INSERT INTO crm.tickets SELECT i, 'Ticket ' || i FROM generate_series(1, 1000) AS i;
CREATE TABLE crm.employees (id bigint PRIMARY KEY, name text NOT NULL);
INSERT INTO crm.employees SELECT i, 'Employee ' || i FROM generate_series(1, 100) AS i;

CREATE TABLE crm.orders (
    id                bigint PRIMARY KEY,
    account_id        text NOT NULL REFERENCES crm.accounts,
    location_id       bigint NOT NULL REFERENCES crm.locations,
    number            text NOT NULL,
    type_id           smallint NOT NULL REFERENCES crm.order_types,
    status_id         smallint NOT NULL REFERENCES crm.order_statuses,
    client_id         bigint NOT NULL REFERENCES crm.clients,
    device_id         bigint REFERENCES crm.devices,
    ticket_id         bigint REFERENCES crm.tickets,
    manager_id        bigint REFERENCES crm.employees,
    assignee_id       bigint REFERENCES crm.employees,
    complaint         text NOT NULL,
    note              text,
    prepayment        numeric(14, 2) NOT NULL DEFAULT 0,
    appointment_at    timestamptz,
    deadline_at       timestamptz,
    status_changed_at timestamptz,
    created_at        timestamptz NOT NULL,
    created_by        bigint REFERENCES crm.employees,
    updated_at        timestamptz NOT NULL
);
CREATE INDEX orders_client_idx ON crm.orders (client_id);
CREATE INDEX orders_number_idx ON crm.orders (account_id, number);
ALTER TABLE crm.orders DISABLE TRIGGER ALL;

-- Order number i. Those from 4001 to 5500 are of twelve accounts.
CREATE FUNCTION crm.make_orders(first bigint, last bigint) RETURNS SETOF crm.orders
LANGUAGE sql STABLE RETURNS NULL ON NULL INPUT AS $$
    SELECT i, CASE WHEN i BETWEEN 4001 AND 5500 THEN 'account ' || i % 12 WHEN i % 4 = 0 THEN 'smartfix' ELSE 'rembyt' END, i % 20 + 1, 'R-' || i, (i % 4 + 1)::smallint,
           (i % 8 + 1)::smallint, i % 1000 + 1, (i * 7) % 1000 + 1, CASE WHEN i % 3 = 0 THEN i % 1000 + 1 END,
           i % 100 + 1, CASE WHEN i % 2 = 0 THEN (i * 3) % 100 + 1 END,
           'Does not switch on after it fell, case ' || md5(i::text) || md5((i + 1)::text) || md5((i + 3)::text),
           'Call before noon, ' || md5((i + 2)::text) || md5((i + 4)::text) || ' asks for the old parts back',
           (i % 100000) / 100.0, CASE WHEN i % 5 = 0 THEN timestamptz '2026-03-01 10:00+00' + i * interval '1 second' END,
           timestamptz '2026-04-01 18:00+00' + i * interval '1 second', NULL::timestamptz,
           timestamptz '2026-02-01 09:00+00' + i * interval '1 second', i % 100 + 1,
           timestamptz '2026-02-01 09:00+00' + i * interval '1 second'
      FROM generate_series(first, last) AS i
$$;

INSERT INTO crm.orders SELECT * FROM crm.make_orders(1, :rows);
-- What the insert workloads add.
CREATE TABLE crm.new_orders (LIKE crm.orders, PRIMARY KEY (id));
INSERT INTO crm.new_orders SELECT * FROM crm.make_orders(:rows + 1, 2 * :rows);
CREATE SEQUENCE crm.next_order START :first_new;
