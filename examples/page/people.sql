-- Who may use the page: the roles, what they may do, and the people who try it. Run it once, as a superuser, after
-- the sample CRM's schema.sql, tracking.sql and day.sql.
--
-- The server logs in as page_server, which has no right of its own but to become one of the others for a transaction.
-- Those are confined to one account each (journal.role_account), so that nothing the page asks for shows another one,
-- whatever its server does. An application of your own takes its session for page.person.

\set ON_ERROR_STOP on
\o /dev/null

-- Roles belong to the whole cluster, so they are made only if missing.
SELECT format('CREATE ROLE %I %s', wanted.name, wanted.options)
  FROM (VALUES ('page_server', 'LOGIN NOINHERIT'), ('page_rembyt_restorer', ''), ('page_rembyt_reader', ''),
               ('page_rembyt_support', ''), ('page_smartfix_restorer', ''), ('page_novik_restorer', ''))
       AS wanted (name, options)
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name)
\gexec

BEGIN;

-- Rights on the journal.
SELECT journal.grant_access('restorer', role::regrole)
  FROM unnest('{page_rembyt_restorer,page_smartfix_restorer,page_novik_restorer}'::text[]) AS role;
SELECT journal.grant_access('reader', 'page_rembyt_reader');
SELECT journal.grant_access('support', 'page_rembyt_support');
INSERT INTO journal.role_account (role, account)
VALUES ('page_rembyt_restorer',   'rembyt'), ('page_rembyt_reader',  'rembyt'), ('page_rembyt_support', 'rembyt'),
       ('page_smartfix_restorer', 'smartfix'), ('page_novik_restorer', 'novik');

-- Rights on the tables: rows are brought back with the rights of whoever restores. Nobody reads hashes of passwords.
GRANT USAGE ON SCHEMA crm
   TO page_rembyt_restorer, page_rembyt_reader, page_rembyt_support, page_smartfix_restorer, page_novik_restorer;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA crm
   TO page_rembyt_restorer, page_rembyt_support, page_smartfix_restorer, page_novik_restorer;
REVOKE ALL ON crm.employees
  FROM page_rembyt_restorer, page_rembyt_support, page_smartfix_restorer, page_novik_restorer;
GRANT SELECT ON ALL TABLES IN SCHEMA crm TO page_rembyt_reader;
REVOKE SELECT ON crm.employees FROM page_rembyt_reader;
GRANT SELECT (id, account_id, location_id, position_id, name) ON crm.employees
   TO page_rembyt_restorer, page_rembyt_reader, page_rembyt_support, page_smartfix_restorer, page_novik_restorer;

-- Names of groups of events and of columns.
GRANT SELECT ON journal.event_group, journal.term
   TO page_rembyt_restorer, page_rembyt_reader, page_rembyt_support, page_smartfix_restorer, page_novik_restorer;

GRANT page_rembyt_restorer, page_rembyt_reader, page_rembyt_support, page_smartfix_restorer, page_novik_restorer
   TO page_server;

-- An account whose plan has no journal.
SELECT journal.set_context(account => 'novik', actor_kind => 'system');
INSERT INTO crm.accounts (id, name, plan_code) VALUES ('novik', 'Новик', 'free');
INSERT INTO crm.employees (account_id, position_id, name, login, password_hash, salary)
VALUES ('novik', 1, 'Игорь Новиков', 'novikov', 'scram$' || md5('novikov'), 50000);
SELECT journal.set_account('novik', plan => 'free', time_zone => 'Europe/Moscow', language => 'ru');

CREATE SCHEMA page;
COMMENT ON SCHEMA page IS 'Who may use the page of the journal';
CREATE TABLE page.person (
    login      text   PRIMARY KEY,
    position   integer NOT NULL UNIQUE,
    role       name   NOT NULL,
    account    text   NOT NULL REFERENCES crm.accounts,
    employee   bigint REFERENCES crm.employees,
    actor_kind text   NOT NULL DEFAULT 'employee',
    titles     jsonb  NOT NULL
);
COMMENT ON TABLE page.person IS 'People who may use the page, each with a role and an account';
INSERT INTO page.person (login, position, role, account, employee, actor_kind, titles)
SELECT p.login, p.position, p.role, p.account, e.id, p.actor_kind, p.titles::jsonb
  FROM (VALUES ('sokolova', 1, 'page_rembyt_restorer', 'rembyt', 'employee',
                '{"ru": "Ирина Соколова, директор «РемБыт»", "en": "Irina Sokolova, head of RemByt"}'),
               ('morozov', 2, 'page_rembyt_reader', 'rembyt', 'employee',
                '{"ru": "Павел Морозов, менеджер «РемБыт» (только чтение)", "en": "Pavel Morozov, manager of RemByt (reads only)"}'),
               ('orlova', 3, 'page_smartfix_restorer', 'smartfix', 'employee',
                '{"ru": "Марина Орлова, директор «СмартФикс» (тариф startup)", "en": "Marina Orlova, head of SmartFix (plan startup)"}'),
               ('novikov', 4, 'page_novik_restorer', 'novik', 'employee',
                '{"ru": "Игорь Новиков, «Новик» (тариф free)", "en": "Igor Novikov, Novik (plan free)"}'),
               ('support', 5, 'page_rembyt_support', 'rembyt', 'support',
                '{"ru": "Служба поддержки у «РемБыт»", "en": "Support, at RemByt"}'))
       AS p (login, position, role, account, actor_kind, titles)
  LEFT JOIN crm.employees e ON e.login = p.login;
GRANT USAGE ON SCHEMA page TO page_server;
GRANT SELECT ON page.person TO page_server;
GRANT USAGE ON SCHEMA crm TO page_server;
GRANT SELECT (id, time_zone) ON crm.accounts TO page_server;

COMMIT;

-- Something to bring back together: a client and the device, deleted at once.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => '2', location => '1');
WITH client AS (
    INSERT INTO crm.clients (account_id, name, phone) VALUES ('rembyt', 'Зинаида Сорокина', '+70000000897') RETURNING id)
INSERT INTO crm.devices (account_id, client_id, type_id, brand, model, serial_number)
SELECT 'rembyt', id, 1, 'Fairphone', '4', 'FP4-0897' FROM client;
COMMIT;
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => '2', location => '1', reason => 'Карточка по ошибке');
DELETE FROM crm.devices WHERE serial_number = 'FP4-0897';
DELETE FROM crm.clients WHERE account_id = 'rembyt' AND phone = '+70000000897';
COMMIT;

-- Something that stands in the way: a client is deleted, and entered again with the same phone.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => '2', location => '1');
INSERT INTO crm.clients (account_id, name, phone) VALUES ('rembyt', 'Фёдор Найдёнов', '+70000000899');
COMMIT;
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => '2', location => '1', reason => 'Ошибка в имени');
DELETE FROM crm.clients WHERE account_id = 'rembyt' AND phone = '+70000000899';
COMMIT;
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => '3', location => '2');
INSERT INTO crm.clients (account_id, name, phone) VALUES ('rembyt', 'Федор Найденов', '+70000000899');
COMMIT;
\o
