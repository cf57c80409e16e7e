-- What the journal shows of the week that day.sql has played, in Russian and in English.
--
-- Reports are read by crm_manager, whom tracking.sql ties to the account rembyt; the application, crm_app, restores and
-- asks for the second account. Columns are chosen and shortened to fit a terminal; SELECT * gives all of them.

\set ON_ERROR_STOP on
\pset pager off
\pset footer off
\pset null ''
\pset format aligned
\pset border 1

SET TIME ZONE 'Europe/Moscow';
SET client_min_messages = warning;

-- Runs a statement that is to fail and shows its error as rows, so that the script goes on.
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS TABLE (refusal text)
LANGUAGE plpgsql AS
$$
DECLARE
    code text; message text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RAISE EXCEPTION 'this should have been refused: %', statement USING ERRCODE = 'assert_failure';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
                            hint = PG_EXCEPTION_HINT;
    RETURN QUERY
    SELECT format('%s:  %s', line.name, line.text)
      FROM (VALUES ('ERROR', code || ': ' || message), ('DETAIL', detail), ('HINT', hint)) AS line (name, text)
     WHERE line.text <> '';
END
$$;

SET SESSION AUTHORIZATION crm_manager;

\echo
\echo '=== Отчёт за сегодня: последние события ==='
SELECT to_char(occurred_at, 'HH24:MI:SS') AS "Время", location_name AS "Локация", employee_name AS "Сотрудник",
       concat_ws(' ', object_type, object_label) AS "Объект", title AS "Событие", left(details_text, 70) AS "Дополнительно"
  FROM journal.report('today', page_size => 16);

\echo
\echo '=== Today''s report: the latest events ==='
SELECT to_char(occurred_at, 'HH24:MI:SS') AS "time", location_name AS location, employee_name AS employee,
       concat_ws(' ', object_type, object_label) AS object, title AS event, left(details_text, 70) AS details
  FROM journal.report('today', page_size => 16, language => 'en');

\echo
\echo '=== Ссылки строки: документ, клиент, изделие / The links of a row: document, client, device ==='
SELECT title, link ->> 'type' AS type, link ->> 'id' AS id, link ->> 'label' AS label, link ->> 'exists' AS "exists"
  FROM journal.report('today', events => '{order.status_changed,order.file_attached}', page_size => 2) AS line,
       jsonb_array_elements(line.links) AS link;

-- ---------------------------------------------------------------------------------------------------------------------
-- A report with filters, in both orders, page by page: the last row's page_cursor asks for the page after it
-- ---------------------------------------------------------------------------------------------------------------------

SELECT array_agg(id) AS locations FROM crm.locations WHERE account_id = 'rembyt' AND name IN ('Центр', 'Север') \gset
SELECT id AS owner FROM crm.employees WHERE name = 'Ирина Соколова' \gset
SELECT current_date - 1 AS date_from, current_date + 1 AS date_to \gset

-- A page goes into a table, so that it can be both shown and asked for its last row.
PREPARE page (text, text, text) AS
SELECT *
  FROM journal.report('custom', date_from => :'date_from', date_to => :'date_to',
                      locations => :'locations', employees => ARRAY[:'owner'],
                      events => '{order.deadline_changed,order.deleted,order.assignee_changed}',
                      page_size => 6, sort => $1, after => $2, language => $3)
       WITH ORDINALITY;

\echo
\echo '=== Отчёт с отбором: две локации, один сотрудник, три события, свои даты; сначала новые, страница 1 ==='
CREATE TEMPORARY TABLE page AS EXECUTE page ('desc', NULL, 'ru');
SELECT to_char(occurred_at, 'HH24:MI:SS') AS "Время", location_name AS "Локация", employee_name AS "Сотрудник",
       object_label AS "Объект", title AS "Событие", details_text AS "Дополнительно"
  FROM page ORDER BY ordinality;
SELECT page_cursor AS last_row FROM page ORDER BY ordinality DESC LIMIT 1 \gset
DROP TABLE page;

\echo
\echo '=== То же, страница 2 ==='
CREATE TEMPORARY TABLE page AS EXECUTE page ('desc', :'last_row', 'ru');
SELECT to_char(occurred_at, 'HH24:MI:SS') AS "Время", location_name AS "Локация", employee_name AS "Сотрудник",
       object_label AS "Объект", title AS "Событие", details_text AS "Дополнительно"
  FROM page ORDER BY ordinality;
DROP TABLE page;

\echo
\echo '=== The same filters, oldest first, page 1 ==='
CREATE TEMPORARY TABLE page AS EXECUTE page ('asc', NULL, 'en');
SELECT to_char(occurred_at, 'HH24:MI:SS') AS "time", location_name AS location, employee_name AS employee,
       object_label AS object, title AS event, details_text AS details
  FROM page ORDER BY ordinality;
SELECT page_cursor AS last_row FROM page ORDER BY ordinality DESC LIMIT 1 \gset
DROP TABLE page;

\echo
\echo '=== The same, page 2 ==='
CREATE TEMPORARY TABLE page AS EXECUTE page ('asc', :'last_row', 'en');
SELECT to_char(occurred_at, 'HH24:MI:SS') AS "time", location_name AS location, employee_name AS employee,
       object_label AS object, title AS event, details_text AS details
  FROM page ORDER BY ordinality;
DROP TABLE page;

-- ---------------------------------------------------------------------------------------------------------------------
-- One order: everything that happened to it, its items, comments and files
-- ---------------------------------------------------------------------------------------------------------------------

SELECT id AS order_id FROM crm.orders WHERE account_id = 'rembyt' AND number = 'ЗК-00003' \gset

\echo
\echo '=== История заказа ЗК-00003 ==='
SELECT to_char(occurred_at, 'HH24:MI:SS') AS "Время", employee_name AS "Сотрудник", title AS "Событие",
       details_text AS "Дополнительно"
  FROM journal.history('order', :'order_id');

\echo
\echo '=== History of order ЗК-00003 ==='
SELECT to_char(occurred_at, 'HH24:MI:SS') AS "time", employee_name AS employee, title AS event, details_text AS details
  FROM journal.history('order', :'order_id', language => 'en');

-- ---------------------------------------------------------------------------------------------------------------------
-- What is gone, and what can be brought back
-- ---------------------------------------------------------------------------------------------------------------------

\echo
\echo '=== Удалённые объекты ==='
SELECT to_char(occurred_at, 'HH24:MI:SS') AS "Время", employee_name AS "Сотрудник", object_type AS "Тип",
       object_label AS "Объект", CASE WHEN restorable THEN 'да' ELSE 'нет' END AS "Восстановим"
  FROM journal.deleted_objects(page_size => 40);

\echo
\echo '=== Deleted objects that can be restored ==='
SELECT to_char(occurred_at, 'HH24:MI:SS') AS "time", employee_name AS employee, object_type AS type, object_label AS object,
       title AS event
  FROM journal.deleted_objects('{task,ticket,client,invoice,cash_register,warehouse,product}', language => 'en')
 WHERE restorable;

-- The application restores: in a transaction that says who does it, as with any other change.
SET SESSION AUTHORIZATION crm_app;

\echo
\echo '=== Клиент восстановлен / A client is restored ==='
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'owner') \g /dev/null
SELECT entry AS deletion, object_id AS client_id FROM journal.deleted_objects('{client}') LIMIT 1 \gset
SELECT * FROM journal.restore(:deletion, reason => 'Удалили не ту карточку');
COMMIT;
SELECT id, name, is_company, phone, email, tags, note FROM crm.clients WHERE id = :client_id;

\echo '=== История клиента / The client''s history ==='
BEGIN;
SELECT journal.set_context(account => 'rembyt') \g /dev/null
SELECT to_char(occurred_at, 'HH24:MI:SS') AS "Время", employee_name AS "Сотрудник", object_label AS "Объект",
       title AS "Событие", restorable
  FROM journal.history('client', :'client_id');
COMMIT;

\echo '=== Второй раз нельзя; заказ восстановит только поддержка / Not a second time; an order by support only ==='
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'owner') \g /dev/null
SELECT * FROM pg_temp.refusal(format('SELECT * FROM journal.restore(%s)', :deletion));
SELECT entry AS deletion FROM journal.deleted_objects('{order}') LIMIT 1 \gset
SELECT * FROM pg_temp.refusal(format('SELECT * FROM journal.restore(%s)', :deletion));
COMMIT;

-- ---------------------------------------------------------------------------------------------------------------------
-- The other account, on the plan startup: the last thirty days, and no choice of dates
-- ---------------------------------------------------------------------------------------------------------------------

SET event_journal.account = 'smartfix';

\echo
\echo '=== СмартФикс, тариф «Стартап»: последние 30 дней / SmartFix, plan startup: the last 30 days ==='
SELECT to_char(occurred_at, 'HH24:MI:SS') AS "Время", location_name AS "Локация", employee_name AS "Сотрудник",
       concat_ws(' ', object_type, object_label) AS "Объект", title AS "Событие", left(details_text, 70) AS "Дополнительно"
  FROM journal.report(events => '{group:orders,group:clients,kind:deleted}', page_size => 12);

\echo '=== Свои даты на этом тарифе нельзя / No dates of one''s own on this plan ==='
SELECT * FROM pg_temp.refusal(format('SELECT * FROM journal.report(%L, %L, %L)', 'custom', :'date_from', :'date_to'));

RESET event_journal.account;
RESET SESSION AUTHORIZATION;

-- ---------------------------------------------------------------------------------------------------------------------
-- Every event type of the catalogue, and how often it occurred in the week
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TEMPORARY TABLE occurrence AS
SELECT type.id AS number, type.event_group, type.code, type.title_ru, type.title_en, count(entry.event) AS occurred
  FROM journal.event_types AS type LEFT JOIN journal.entries AS entry ON entry.event = type.code
 WHERE type.is_core
 GROUP BY 1, 2, 3, 4, 5;

\echo
\echo '=== Все виды событий за неделю / All event types in the week ==='
SELECT number AS "no", event_group AS "group", code, title_ru AS "Событие", title_en AS event, occurred
  FROM occurrence ORDER BY number;

SELECT count(*) AS event_types, sum(occurred) AS events, count(*) FILTER (WHERE occurred = 0) AS missing
  FROM occurrence;

DO $$
BEGIN
    IF (SELECT count(*) FILTER (WHERE occurred > 0) FROM occurrence) <> 69 THEN
        RAISE EXCEPTION 'not every event type has occurred';
    END IF;
END
$$;
