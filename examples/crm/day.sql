-- A week of work in two accounts of the sample CRM: three locations, eight employees, a few hundred orders.
--
-- Everything here is what an application does: plain INSERT, UPDATE, DELETE, MERGE and COPY as the role crm_app, in
-- transactions that begin by naming who acts. The bulk of the week is played by the procedures of routine.sql; what is
-- rarer is written out here, as an application would send it. Together they give every event type at least once.
--
-- The rows carry the dates of the last seven days; the journal's entries carry the time at which this file is run,
-- since they say when a change was made. Nothing is random: two runs make the same rows.

\set ON_ERROR_STOP on
\o /dev/null

SET TIME ZONE 'Europe/Moscow';
-- Thousands of small transactions: losing the last of them in a crash would not matter here.
SET synchronous_commit = off;
SET client_min_messages = warning;
SET SESSION AUTHORIZATION crm_app;

-- ---------------------------------------------------------------------------------------------------------------------
\echo 'The first account opens: two locations, six employees, a price list, goods'
-- ---------------------------------------------------------------------------------------------------------------------

BEGIN;
SELECT journal.set_context(account => 'rembyt', actor_kind => 'system', reason => 'Регистрация на сайте');
INSERT INTO crm.accounts (id, name, plan_code) VALUES ('rembyt', 'РемБыт', 'business');
INSERT INTO crm.employees (account_id, position_id, name, login, password_hash, phone, salary)
VALUES ('rembyt', 1, 'Ирина Соколова', 'sokolova', 'scram$' || md5('sokolova'), '+70000000001', 120000)
RETURNING id AS sokolova \gset
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova');
INSERT INTO crm.locations (account_id, name, address, phone, created_by)
VALUES ('rembyt', 'Центр', 'ул. Ленина, 10', '+70000000010', :sokolova) RETURNING id AS center \gset
INSERT INTO crm.locations (account_id, name, address, phone, opening_hours, created_by)
VALUES ('rembyt', 'Север', 'пр. Полярный, 5', '+70000000020', '{"weekdays": ["10:00", "19:00"]}', :sokolova)
RETURNING id AS north \gset
INSERT INTO crm.warehouses (account_id, location_id, name, created_by)
VALUES ('rembyt', :center, 'Основной склад', :sokolova) RETURNING id AS main_warehouse \gset
INSERT INTO crm.warehouses (account_id, location_id, name, created_by)
VALUES ('rembyt', :north, 'Склад на Полярном', :sokolova) RETURNING id AS north_warehouse \gset
INSERT INTO crm.cash_registers (account_id, location_id, name, created_by)
VALUES ('rembyt', :center, 'Касса Центр', :sokolova) RETURNING id AS center_register \gset
INSERT INTO crm.cash_registers (account_id, location_id, name, created_by)
VALUES ('rembyt', :north, 'Касса Север', :sokolova) RETURNING id AS north_register \gset
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova');
INSERT INTO crm.employees (account_id, location_id, position_id, name, login, password_hash, salary, created_by)
VALUES ('rembyt', :center, 2, 'Павел Морозов',     'morozov',   'scram$' || md5('morozov'),   70000, :sokolova),
       ('rembyt', :north,  2, 'Анна Лебедева',     'lebedeva',  'scram$' || md5('lebedeva'),  70000, :sokolova),
       ('rembyt', :center, 3, 'Дмитрий Кузнецов',  'kuznetsov', 'scram$' || md5('kuznetsov'), 85000, :sokolova),
       ('rembyt', :north,  3, 'Сергей Волков',     'volkov',    'scram$' || md5('volkov'),    85000, :sokolova),
       ('rembyt', :center, 4, 'Олег Титов',        'titov',     'scram$' || md5('titov'),     40000, :sokolova);
COMMIT;

SELECT max(id) FILTER (WHERE login = 'morozov')   AS morozov,
       max(id) FILTER (WHERE login = 'lebedeva')  AS lebedeva,
       max(id) FILTER (WHERE login = 'kuznetsov') AS kuznetsov,
       max(id) FILTER (WHERE login = 'volkov')    AS volkov,
       max(id) FILTER (WHERE login = 'titov')     AS titov
  FROM crm.employees WHERE account_id = 'rembyt'
\gset

-- A price list comes from a file: COPY is captured like any INSERT. Settings do in place of the function.
BEGIN;
SET LOCAL event_journal.account = 'rembyt';
SET LOCAL event_journal.employee = :'sokolova';
SET LOCAL event_journal.reason = 'Загрузка прайс-листа';
COPY crm.products (account_id, category_id, sku, name, price, cost) FROM stdin;
rembyt	1	DSP-61	Дисплей 6,1″ OLED	6900	4200
rembyt	2	BAT-30	Аккумулятор 3000 мА·ч	1900	900
rembyt	5	PST-04	Термопаста 4 г	600	250
rembyt	3	USB-C1	Разъём USB-C	450	120
rembyt	3	SEA-12	Комплект уплотнителей помпы	1100	480
rembyt	3	MOT-07	Мотор боковой щётки	1700	950
rembyt	4	CAS-01	Чехол силиконовый	790	210
rembyt	4	GLS-01	Стекло защитное	990	160
\.
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova', location => :'center');
INSERT INTO crm.suppliers (account_id, name, phone)
VALUES ('rembyt', 'ООО «Запчасть-Сервис»', '+70000000900') RETURNING id AS supplier \gset
INSERT INTO crm.stock_receipts (account_id, warehouse_id, supplier_id, comment, created_by)
VALUES ('rembyt', :main_warehouse, :supplier, 'Первая поставка', :sokolova) RETURNING id AS receipt \gset
INSERT INTO crm.stock_receipt_lines (stock_receipt_id, product_id, quantity, cost)
SELECT :receipt, id, 30, cost FROM crm.products WHERE account_id = 'rembyt';
MERGE INTO crm.stock_levels AS level
USING crm.stock_receipt_lines AS line
   ON level.warehouse_id = :main_warehouse AND level.product_id = line.product_id
 WHEN MATCHED THEN UPDATE SET quantity = level.quantity + line.quantity
 WHEN NOT MATCHED THEN INSERT (warehouse_id, product_id, quantity)
      VALUES (:main_warehouse, line.product_id, line.quantity);
COMMIT;

-- The second location gets a part of it.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova', location => :'center');
INSERT INTO crm.stock_transfers (account_id, from_warehouse_id, to_warehouse_id, comment, created_by)
VALUES ('rembyt', :main_warehouse, :north_warehouse, 'Для второй точки', :sokolova) RETURNING id AS transfer \gset
INSERT INTO crm.stock_transfer_lines (stock_transfer_id, product_id, quantity)
SELECT :transfer, product_id, 12 FROM crm.stock_levels WHERE warehouse_id = :main_warehouse;
UPDATE crm.stock_levels SET quantity = quantity - 12 WHERE warehouse_id = :main_warehouse;
INSERT INTO crm.stock_levels (warehouse_id, product_id, quantity)
SELECT :north_warehouse, product_id, quantity FROM crm.stock_transfer_lines WHERE stock_transfer_id = :transfer
    ON CONFLICT (warehouse_id, product_id) DO UPDATE SET quantity = stock_levels.quantity + EXCLUDED.quantity;
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova');
INSERT INTO crm.bonuses (account_id, name, position_id, percent, valid_from, created_by)
VALUES ('rembyt', 'Процент мастера', 3, 25, current_date - 7, :sokolova) RETURNING id AS technician_bonus \gset
INSERT INTO crm.bonuses (account_id, name, position_id, amount, valid_from, created_by)
VALUES ('rembyt', 'За отзыв на пять', NULL, 300, current_date - 7, :sokolova) RETURNING id AS review_bonus \gset
COMMIT;

-- Companies pay by invoice.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova');
INSERT INTO crm.clients (account_id, name, is_company, phone, email, discount_percent, tags, created_by)
VALUES ('rembyt', 'ООО «Вектор»',       true, '+70000000801', 'office@vector.example',  5, '{договор}',      :sokolova),
       ('rembyt', 'Кофейня «Утро»',     true, '+70000000802', 'morning@cafe.example',   0, '{договор,кофе}', :sokolova);
COMMIT;

-- ---------------------------------------------------------------------------------------------------------------------
\echo 'The second account opens, on the plan startup: one location, two employees'
-- ---------------------------------------------------------------------------------------------------------------------

BEGIN;
SELECT journal.set_context(account => 'smartfix', actor_kind => 'system', reason => 'Регистрация на сайте');
INSERT INTO crm.accounts (id, name, plan_code) VALUES ('smartfix', 'СмартФикс', 'startup');
INSERT INTO crm.locations (account_id, name, address, phone)
VALUES ('smartfix', 'Мастерская на Мира', 'ул. Мира, 3', '+70000000030') RETURNING id AS workshop \gset
INSERT INTO crm.employees (account_id, location_id, position_id, name, login, password_hash, salary)
VALUES ('smartfix', :workshop, 1, 'Марина Орлова', 'orlova', 'scram$' || md5('orlova'), 90000)
RETURNING id AS orlova \gset
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'smartfix', employee => :'orlova', location => :'workshop');
INSERT INTO crm.employees (account_id, location_id, position_id, name, login, password_hash, salary, created_by)
VALUES ('smartfix', :workshop, 3, 'Тимур Галиев', 'galiev', 'scram$' || md5('galiev'), 65000, :orlova)
RETURNING id AS galiev \gset
INSERT INTO crm.warehouses (account_id, location_id, name, created_by)
VALUES ('smartfix', :workshop, 'Шкаф с запчастями', :orlova) RETURNING id AS cupboard \gset
INSERT INTO crm.cash_registers (account_id, location_id, name, created_by)
VALUES ('smartfix', :workshop, 'Касса', :orlova);
INSERT INTO crm.bonuses (account_id, name, position_id, percent, valid_from, created_by)
VALUES ('smartfix', 'Процент мастера', 3, 30, current_date - 7, :orlova);
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'smartfix', employee => :'orlova', location => :'workshop');
INSERT INTO crm.products (account_id, category_id, sku, name, price, cost, created_by)
VALUES ('smartfix', 1, 'DSP-61', 'Дисплей OLED',        7200, 4300, :orlova),
       ('smartfix', 2, 'BAT-30', 'Аккумулятор',         2100,  950, :orlova),
       ('smartfix', 5, 'PST-04', 'Термопаста',           700,  260, :orlova),
       ('smartfix', 3, 'USB-C1', 'Разъём USB-C',         500,  130, :orlova),
       ('smartfix', 3, 'SEA-12', 'Уплотнители помпы',   1200,  500, :orlova),
       ('smartfix', 3, 'MOT-07', 'Мотор щётки',         1800,  980, :orlova),
       ('smartfix', 4, 'CAS-01', 'Чехол',                890,  230, :orlova);
INSERT INTO crm.stock_receipts (account_id, warehouse_id, comment, created_by)
VALUES ('smartfix', :cupboard, 'Остатки на начало', :orlova) RETURNING id AS receipt \gset
INSERT INTO crm.stock_receipt_lines (stock_receipt_id, product_id, quantity, cost)
SELECT :receipt, id, 12, cost FROM crm.products WHERE account_id = 'smartfix';
INSERT INTO crm.stock_levels (warehouse_id, product_id, quantity)
SELECT :cupboard, product_id, quantity FROM crm.stock_receipt_lines WHERE stock_receipt_id = :receipt;
COMMIT;

-- The ordinary parts of the days: log_in, take_orders, repair, send_and_print, sell, correspond.
\ir routine.sql

-- ---------------------------------------------------------------------------------------------------------------------
\echo 'Monday: the first clients; an order written down for the wrong client, a savepoint rolled back'
-- ---------------------------------------------------------------------------------------------------------------------

CALL pg_temp.log_in(0);
CALL pg_temp.take_orders(0);
CALL pg_temp.sell(0);
CALL pg_temp.correspond(0);

-- The order was written down for the wrong client, at the wrong location: one UPDATE, and an event for each column that a
-- rule is about.
SELECT id AS mistaken_order, complaint AS mistaken_complaint
  FROM crm.orders WHERE account_id = 'rembyt' AND number = 'ЗК-00003' \gset
SELECT client_id AS right_client, device_id AS right_device
  FROM crm.orders WHERE location_id = :north AND complaint = :'mistaken_complaint' ORDER BY id LIMIT 1 OFFSET 1 \gset

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'morozov', location => :'center',
                           reason => 'Перепутали клиента при приёмке');
UPDATE crm.orders
   SET client_id = :right_client, device_id = :right_device, location_id = :north, manager_id = :lebedeva
 WHERE id = :mistaken_order;
COMMIT;

-- It turns out to be a warranty repair at the client's home: another type, an appointment, a later deadline.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'lebedeva', location => :'north');
UPDATE crm.orders
   SET type_id = 2, appointment_at = pg_temp.moment(2, 60), deadline_at = deadline_at + interval '2 days'
 WHERE id = :mistaken_order;
INSERT INTO crm.order_comments (order_id, body, created_at, created_by)
VALUES (:mistaken_order, 'Гарантийный случай, чек у клиента', pg_temp.moment(0, 300), :lebedeva);
COMMIT;

-- An item with the wrong price is removed at once, the right one is kept: of the first the journal keeps nothing.
SELECT id AS priced_order FROM crm.orders WHERE account_id = 'rembyt' AND number = 'ЗК-00005' \gset

BEGIN;
SET LOCAL event_journal.account = 'rembyt';
SET LOCAL event_journal.employee = :'kuznetsov';
SET LOCAL event_journal.location = :'center';
SAVEPOINT before_item;
INSERT INTO crm.order_items (order_id, kind, name, price, created_by)
VALUES (:priced_order, 'service', 'Срочность', 30000, :kuznetsov);
ROLLBACK TO SAVEPOINT before_item;
INSERT INTO crm.order_items (order_id, kind, name, price, created_by)
VALUES (:priced_order, 'service', 'Срочность', 300, :kuznetsov);
RELEASE SAVEPOINT before_item;
COMMIT;

-- Added, saved, and removed again by the manager: this the journal keeps.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'morozov', location => :'center',
                           reason => 'Клиент передумал');
DELETE FROM crm.order_items WHERE order_id = :priced_order AND name = 'Срочность';
COMMIT;

CALL pg_temp.repair(0, 400);
CALL pg_temp.send_and_print(0, 530);

-- ---------------------------------------------------------------------------------------------------------------------
\echo 'Tuesday: tickets change hands, tasks are put off'
-- ---------------------------------------------------------------------------------------------------------------------

CALL pg_temp.log_in(1);
CALL pg_temp.repair(1, 10);
CALL pg_temp.take_orders(1);
CALL pg_temp.sell(1);
CALL pg_temp.correspond(1);

-- A question left on the web site turns out to be a complaint; its author is found among the clients.
BEGIN;
SELECT journal.set_context(account => 'rembyt', location => :'center', actor_kind => 'client');
INSERT INTO crm.tickets (account_id, location_id, subject, created_at)
VALUES ('rembyt', :center, 'После ремонта снова не заряжается', pg_temp.moment(1, 200)) RETURNING id AS ticket \gset
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'morozov', location => :'center');
UPDATE crm.tickets
   SET type_id = 3, client_id = :right_client, deadline_at = pg_temp.moment(2, 0), manager_id = :morozov
 WHERE id = :ticket;
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'morozov', location => :'center',
                           reason => 'Ремонт делали на Севере');
UPDATE crm.tickets SET location_id = :north, manager_id = :lebedeva, status_id = 3 WHERE id = :ticket;
COMMIT;

-- Junk from the web site is deleted.
BEGIN;
SELECT journal.set_context(account => 'rembyt', location => :'center', actor_kind => 'client');
INSERT INTO crm.tickets (account_id, location_id, subject, created_at)
VALUES ('rembyt', :center, 'Продвижение сайтов недорого', pg_temp.moment(1, 210)) RETURNING id AS junk_ticket \gset
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'morozov', location => :'center', reason => 'Спам');
DELETE FROM crm.tickets WHERE id = :junk_ticket;
COMMIT;

-- A task is put off and given to somebody else, done, found undone, and done again.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova', location => :'center');
INSERT INTO crm.tasks (account_id, location_id, order_id, title, assignee_id, due_at, created_at, created_by)
VALUES ('rembyt', :center, :priced_order, 'Согласовать цену с клиентом', :morozov, pg_temp.moment(1, 480),
        pg_temp.moment(1, 220), :sokolova)
RETURNING id AS task \gset
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova', location => :'center');
UPDATE crm.tasks SET due_at = pg_temp.moment(2, 480), assignee_id = :kuznetsov WHERE id = :task;
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'kuznetsov', location => :'center');
UPDATE crm.tasks SET status = 'done' WHERE id = :task;
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova', location => :'center',
                           reason => 'Клиент говорит, что ему не звонили');
UPDATE crm.tasks SET status = 'in_progress' WHERE id = :task;
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'kuznetsov', location => :'center');
UPDATE crm.tasks SET status = 'done' WHERE id = :task;
COMMIT;

-- One was given twice.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova', location => :'center');
INSERT INTO crm.tasks (account_id, location_id, title, assignee_id, due_at, created_at, created_by)
VALUES ('rembyt', :center, 'Обновить вывеску', :titov, pg_temp.moment(9, 0), pg_temp.moment(1, 240), :sokolova);
INSERT INTO crm.tasks (account_id, location_id, title, assignee_id, due_at, created_at, created_by)
VALUES ('rembyt', :center, 'Обновить вывеску', :titov, pg_temp.moment(9, 0), pg_temp.moment(1, 240), :sokolova)
RETURNING id AS second_task \gset
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova', location => :'center');
DELETE FROM crm.tasks WHERE id = :second_task;
COMMIT;

CALL pg_temp.repair(1, 400);
CALL pg_temp.send_and_print(1, 530);

-- ---------------------------------------------------------------------------------------------------------------------
\echo 'Wednesday: parts run out, the stock is counted, a delivery is entered twice'
-- ---------------------------------------------------------------------------------------------------------------------

CALL pg_temp.log_in(2);
CALL pg_temp.repair(2, 10);
CALL pg_temp.take_orders(2);
CALL pg_temp.sell(2);
CALL pg_temp.correspond(2);

SELECT max(id) FILTER (WHERE sku = 'DSP-61') AS display, max(id) FILTER (WHERE sku = 'BAT-30') AS battery,
       max(id) FILTER (WHERE sku = 'CAS-01') AS case_product, max(id) FILTER (WHERE sku = 'GLS-01') AS glass
  FROM crm.products WHERE account_id = 'rembyt'
\gset

-- The delivery is entered, and entered again by mistake.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'morozov', location => :'center');
INSERT INTO crm.stock_receipts (account_id, warehouse_id, supplier_id, created_at, created_by)
VALUES ('rembyt', :main_warehouse, :supplier, pg_temp.moment(2, 60), :morozov) RETURNING id AS receipt \gset
INSERT INTO crm.stock_receipt_lines (stock_receipt_id, product_id, quantity, cost)
SELECT :receipt, id, 2, cost FROM crm.products WHERE account_id = 'rembyt' AND category_id <> 4;
UPDATE crm.stock_levels AS level SET quantity = level.quantity + line.quantity
  FROM crm.stock_receipt_lines AS line
 WHERE line.stock_receipt_id = :receipt AND level.product_id = line.product_id AND level.warehouse_id = :main_warehouse;
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'morozov', location => :'center');
INSERT INTO crm.stock_receipts (account_id, warehouse_id, supplier_id, created_at, created_by)
VALUES ('rembyt', :main_warehouse, :supplier, pg_temp.moment(2, 65), :morozov) RETURNING id AS second_receipt \gset
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'morozov', location => :'center',
                           reason => 'Введено дважды');
DELETE FROM crm.stock_receipts WHERE id = :second_receipt;
COMMIT;

-- The count finds a display too few and a broken one; a second count is begun and given up.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova', location => :'center');
INSERT INTO crm.stock_counts (account_id, warehouse_id, comment, created_at, created_by)
VALUES ('rembyt', :main_warehouse, 'Выборочно: дисплеи и аккумуляторы', pg_temp.moment(2, 120), :sokolova)
RETURNING id AS stock_count \gset
INSERT INTO crm.stock_count_lines (stock_count_id, product_id, expected, counted)
SELECT :stock_count, product_id, quantity, CASE product_id WHEN :display THEN quantity - 1 ELSE quantity END
  FROM crm.stock_levels WHERE warehouse_id = :main_warehouse AND product_id IN (:display, :battery);
UPDATE crm.stock_levels AS level SET quantity = line.counted
  FROM crm.stock_count_lines AS line
 WHERE line.stock_count_id = :stock_count AND level.product_id = line.product_id AND level.warehouse_id = :main_warehouse;
INSERT INTO crm.write_offs (account_id, warehouse_id, reason_id, comment, created_at, created_by)
VALUES ('rembyt', :main_warehouse, 2, 'Разбит при разгрузке', pg_temp.moment(2, 130), :sokolova)
RETURNING id AS write_off \gset
INSERT INTO crm.write_off_lines (write_off_id, product_id, quantity) VALUES (:write_off, :display, 1);
UPDATE crm.stock_levels SET quantity = quantity - 1 WHERE warehouse_id = :main_warehouse AND product_id = :display;
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'lebedeva', location => :'north');
INSERT INTO crm.stock_counts (account_id, warehouse_id, created_at, created_by)
VALUES ('rembyt', :north_warehouse, pg_temp.moment(2, 140), :lebedeva) RETURNING id AS stock_count \gset
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'lebedeva', location => :'north',
                           reason => 'Считаем в воскресенье');
DELETE FROM crm.stock_counts WHERE id = :stock_count;
COMMIT;

-- A write-off of the wrong goods is deleted.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'lebedeva', location => :'north');
INSERT INTO crm.write_offs (account_id, warehouse_id, reason_id, comment, created_at, created_by)
VALUES ('rembyt', :north_warehouse, 4, 'Для витрины', pg_temp.moment(2, 150), :lebedeva) RETURNING id AS write_off \gset
INSERT INTO crm.write_off_lines (write_off_id, product_id, quantity) VALUES (:write_off, :case_product, 2);
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'lebedeva', location => :'north',
                           reason => 'Не тот товар');
DELETE FROM crm.write_offs WHERE id = :write_off;
COMMIT;

-- Two returns to the supplier: one goes, the other is cancelled, as the batteries are good after all.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova', location => :'center');
INSERT INTO crm.supplier_returns (account_id, warehouse_id, supplier_id, comment, created_at, created_by)
VALUES ('rembyt', :main_warehouse, :supplier, 'Полосы на экране', pg_temp.moment(2, 160), :sokolova)
RETURNING id AS supplier_return \gset
INSERT INTO crm.supplier_return_lines (supplier_return_id, product_id, quantity) VALUES (:supplier_return, :display, 2);
UPDATE crm.stock_levels SET quantity = quantity - 2 WHERE warehouse_id = :main_warehouse AND product_id = :display;
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova', location => :'center');
INSERT INTO crm.supplier_returns (account_id, warehouse_id, supplier_id, comment, created_at, created_by)
VALUES ('rembyt', :main_warehouse, :supplier, 'Не держат заряд', pg_temp.moment(2, 170), :sokolova)
RETURNING id AS supplier_return \gset
INSERT INTO crm.supplier_return_lines (supplier_return_id, product_id, quantity) VALUES (:supplier_return, :battery, 3);
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova', location => :'center',
                           reason => 'Проверили: исправны');
DELETE FROM crm.supplier_returns WHERE id = :supplier_return;
COMMIT;

-- The second location has run out: a third of what is left goes there.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'lebedeva', location => :'north');
INSERT INTO crm.stock_transfers (account_id, from_warehouse_id, to_warehouse_id, created_at, created_by)
VALUES ('rembyt', :main_warehouse, :north_warehouse, pg_temp.moment(2, 175), :lebedeva) RETURNING id AS transfer \gset
INSERT INTO crm.stock_transfer_lines (stock_transfer_id, product_id, quantity)
SELECT :transfer, product_id, floor(quantity / 3) FROM crm.stock_levels
 WHERE warehouse_id = :main_warehouse AND quantity >= 3;
UPDATE crm.stock_levels AS level
   SET quantity = level.quantity + CASE level.warehouse_id WHEN :main_warehouse THEN -line.quantity ELSE line.quantity END
  FROM crm.stock_transfer_lines AS line
 WHERE line.stock_transfer_id = :transfer AND line.product_id = level.product_id
   AND level.warehouse_id IN (:main_warehouse, :north_warehouse);
COMMIT;

-- The price list: a product renamed, one entered twice and deleted.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova');
UPDATE crm.products SET name = 'Стекло защитное 9H', price = 1090 WHERE id = :glass;
INSERT INTO crm.products (account_id, category_id, sku, name, price, cost, created_at, created_by)
VALUES ('rembyt', 4, 'CBL-01', 'Кабель USB-C 1 м',   490, 110, pg_temp.moment(2, 180), :sokolova),
       ('rembyt', 4, 'CBL-1',  'Кабель USB-C 1 метр', 490, 110, pg_temp.moment(2, 180), :sokolova);
INSERT INTO crm.stock_levels (warehouse_id, product_id, quantity)
SELECT w.id, p.id, 20
  FROM crm.products p CROSS JOIN crm.warehouses w
 WHERE p.account_id = 'rembyt' AND p.sku = 'CBL-01' AND w.account_id = 'rembyt';
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova', reason => 'Дубль');
DELETE FROM crm.products WHERE account_id = 'rembyt' AND sku = 'CBL-1';
COMMIT;

-- A name in a lookup table changes; the journal goes on showing it as it was at each event.
BEGIN;
SELECT journal.set_context(actor_kind => 'support', reason => 'Единые названия');
UPDATE crm.ticket_types SET name = 'Претензия' WHERE name = 'Жалоба';
COMMIT;

CALL pg_temp.repair(2, 400);
CALL pg_temp.send_and_print(2, 530);

-- ---------------------------------------------------------------------------------------------------------------------
\echo 'Thursday: money: invoices, refunds, a sale entered in error, a till too many'
-- ---------------------------------------------------------------------------------------------------------------------

CALL pg_temp.log_in(3);
CALL pg_temp.repair(3, 10);
CALL pg_temp.take_orders(3);
CALL pg_temp.sell(3);
CALL pg_temp.correspond(3);

SELECT max(id) FILTER (WHERE phone = '+70000000801') AS company, max(id) FILTER (WHERE phone = '+70000000802') AS cafe
  FROM crm.clients WHERE account_id = 'rembyt'
\gset

-- The café's coffee machine is repaired on the spot, against an invoice; the first invoice has the wrong sum.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'morozov', location => :'center',
                           extra => '{"request": "5f0c-17"}');
INSERT INTO crm.devices (account_id, client_id, type_id, brand, model, serial_number, created_at, created_by)
VALUES ('rembyt', :cafe, 4, 'Nuova Simonelli', 'Appia', 'NS-2047-11', pg_temp.moment(3, 60), :morozov)
RETURNING id AS machine \gset
INSERT INTO crm.orders (account_id, location_id, type_id, client_id, device_id, manager_id, assignee_id, complaint,
                        appointment_at, deadline_at, created_at, created_by)
VALUES ('rembyt', :center, 3, :cafe, :machine, :morozov, :kuznetsov, 'Нет пара', pg_temp.moment(4, 0),
        pg_temp.moment(4, 480), pg_temp.moment(3, 60), :morozov)
RETURNING id AS cafe_order \gset
INSERT INTO crm.order_items (order_id, kind, name, quantity, price, created_at, created_by)
VALUES (:cafe_order, 'service', 'Выезд мастера',       1,   1500, pg_temp.moment(3, 60), :morozov),
       (:cafe_order, 'work',    'Ремонт парового узла', 2.5, 2000, pg_temp.moment(3, 60), :morozov);
INSERT INTO crm.invoices (account_id, location_id, client_id, order_id, amount, due_date, created_at, created_by)
VALUES ('rembyt', :center, :cafe, :cafe_order, 65000, current_date + 3, pg_temp.moment(3, 62), :morozov)
RETURNING id AS wrong_invoice \gset
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'morozov', location => :'center', reason => 'Лишний ноль');
DELETE FROM crm.invoices WHERE id = :wrong_invoice;
INSERT INTO crm.invoices (account_id, location_id, client_id, order_id, amount, due_date, created_at, created_by)
VALUES ('rembyt', :center, :cafe, :cafe_order, 6500, current_date + 3, pg_temp.moment(3, 70), :morozov);
COMMIT;

-- The client asks for the next day: the visit moves.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'morozov', location => :'center');
UPDATE crm.orders SET appointment_at = pg_temp.moment(5, 0), deadline_at = pg_temp.moment(5, 480) WHERE id = :cafe_order;
UPDATE crm.devices SET serial_number = 'NS-2047-77' WHERE id = :machine;
COMMIT;

-- Money back for a sale; the second refund of the same sale is a slip.
SELECT id AS refunded_sale, client_id AS refunded_client, amount AS refunded_amount
  FROM crm.sales WHERE location_id = :center AND client_id IS NOT NULL ORDER BY id LIMIT 1
\gset

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'morozov', location => :'center');
INSERT INTO crm.customer_refunds (account_id, location_id, client_id, sale_id, cash_register_id, amount, reason,
                                  created_at, created_by)
VALUES ('rembyt', :center, :refunded_client, :refunded_sale, :center_register, :refunded_amount, 'Не подошёл чехол',
        pg_temp.moment(3, 300), :morozov);
UPDATE crm.cash_registers SET balance = balance - :refunded_amount WHERE id = :center_register;
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'morozov', location => :'center');
INSERT INTO crm.customer_refunds (account_id, location_id, client_id, sale_id, cash_register_id, amount, reason,
                                  created_at, created_by)
VALUES ('rembyt', :center, :refunded_client, :refunded_sale, :center_register, :refunded_amount, 'Не подошёл чехол',
        pg_temp.moment(3, 301), :morozov)
RETURNING id AS second_refund \gset
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova', location => :'center',
                           reason => 'Возврат проведён дважды');
DELETE FROM crm.customer_refunds WHERE id = :second_refund;
COMMIT;

-- A sale is entered in error and deleted before its receipt is printed.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'lebedeva', location => :'north');
INSERT INTO crm.sales (account_id, location_id, cash_register_id, amount, created_at, created_by)
VALUES ('rembyt', :north, :north_register, 7900, pg_temp.moment(3, 310), :lebedeva) RETURNING id AS wrong_sale \gset
INSERT INTO crm.sale_lines (sale_id, product_id, quantity, price) VALUES (:wrong_sale, :case_product, 10, 790);
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'lebedeva', location => :'north',
                           reason => 'Десять чехлов вместо одного');
DELETE FROM crm.sales WHERE id = :wrong_sale;
COMMIT;

-- A till is set up and not needed.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova', location => :'north');
INSERT INTO crm.cash_registers (account_id, location_id, name, created_at, created_by)
VALUES ('rembyt', :north, 'Касса Север 2', pg_temp.moment(3, 320), :sokolova) RETURNING id AS spare_register \gset
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova', location => :'north');
DELETE FROM crm.cash_registers WHERE id = :spare_register;
COMMIT;

CALL pg_temp.repair(3, 400);
CALL pg_temp.send_and_print(3, 530);

-- ---------------------------------------------------------------------------------------------------------------------
\echo 'Friday: bonuses are changed, a third location is opened and given up'
-- ---------------------------------------------------------------------------------------------------------------------

CALL pg_temp.log_in(4);
CALL pg_temp.repair(4, 10);
CALL pg_temp.take_orders(4);
CALL pg_temp.sell(4);
CALL pg_temp.correspond(4);

-- The technician's share rises; a bonus for a review is given, found to be for the wrong order, and cancelled.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova');
UPDATE crm.bonuses SET percent = 30 WHERE id = :technician_bonus;
INSERT INTO crm.bonus_applications (bonus_id, employee_id, order_id, amount, created_at, created_by)
VALUES (:review_bonus, :kuznetsov, :priced_order, 300, pg_temp.moment(4, 60), :sokolova)
RETURNING id AS bonus_application \gset
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova');
UPDATE crm.bonus_applications SET cancelled_at = pg_temp.moment(4, 70), cancel_reason = 'Отзыв о другом заказе'
 WHERE id = :bonus_application;
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova');
INSERT INTO crm.bonuses (account_id, name, position_id, amount, valid_from, created_at, created_by)
VALUES ('rembyt', 'За работу в субботу', 3, 1000, current_date, pg_temp.moment(4, 80), :sokolova)
RETURNING id AS saturday_bonus \gset
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova', reason => 'Суббота уже в окладе');
DELETE FROM crm.bonuses WHERE id = :saturday_bonus;
COMMIT;

-- A third location with its warehouse: the lease falls through.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova');
INSERT INTO crm.locations (account_id, name, address, created_at, created_by)
VALUES ('rembyt', 'Южный', 'ул. Южная, 1', pg_temp.moment(4, 100), :sokolova) RETURNING id AS south \gset
INSERT INTO crm.warehouses (account_id, location_id, name, created_at, created_by)
VALUES ('rembyt', :south, 'Склад на Южной', pg_temp.moment(4, 100), :sokolova) RETURNING id AS south_warehouse \gset
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova', reason => 'Аренда сорвалась');
DELETE FROM crm.warehouses WHERE id = :south_warehouse;
DELETE FROM crm.locations WHERE id = :south;
COMMIT;

CALL pg_temp.repair(4, 400);
CALL pg_temp.send_and_print(4, 530);

-- ---------------------------------------------------------------------------------------------------------------------
\echo 'Saturday: an order and a client entered twice; the trainee leaves'
-- ---------------------------------------------------------------------------------------------------------------------

CALL pg_temp.log_in(5);
CALL pg_temp.repair(5, 10);
CALL pg_temp.take_orders(5);
CALL pg_temp.sell(5);
CALL pg_temp.correspond(5);

-- A company is entered a second time under another name, and its notebook is taken in twice.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'lebedeva', location => :'north');
INSERT INTO crm.clients (account_id, name, is_company, phone, email, tags, note, created_at, created_by)
VALUES ('rembyt', 'Вектор', true, '+70000000803', 'info@vector.example', '{"офис, 3 этаж",NULL}', E'Спросить Елену\nдо 18:00',
        pg_temp.moment(5, 100), :lebedeva)
RETURNING id AS second_company \gset
INSERT INTO crm.orders (account_id, location_id, client_id, manager_id, complaint, deadline_at, created_at, created_by)
VALUES ('rembyt', :north, :company, :lebedeva, 'Ноутбук не включается', pg_temp.moment(8, 0), pg_temp.moment(5, 105),
        :lebedeva)
RETURNING id AS double_order \gset
INSERT INTO crm.order_items (order_id, kind, product_id, name, quantity, price, created_at, created_by)
VALUES (:double_order, 'service', NULL,     'Диагностика',           1, 500,  pg_temp.moment(5, 105), :lebedeva),
       (:double_order, 'product', :battery, 'Аккумулятор 3000 мА·ч', 2, 1900, pg_temp.moment(5, 105), :lebedeva);
INSERT INTO crm.order_comments (order_id, body, created_at, created_by)
VALUES (:double_order, 'Позвонить в офис до обеда', pg_temp.moment(5, 106), :lebedeva);
INSERT INTO crm.order_files (id, order_id, name, content_type, size_bytes, created_at, created_by)
VALUES (md5('act')::uuid,    :double_order, 'Акт приёмки.pdf', 'application/pdf', 84213, pg_temp.moment(5, 107), :lebedeva),
       (md5('wrong')::uuid,  :double_order, 'Меню.jpg',        'image/jpeg',     220841, pg_temp.moment(5, 107), :lebedeva);
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'lebedeva', location => :'north', reason => 'Не тот файл');
DELETE FROM crm.order_files WHERE id = md5('wrong')::uuid;
COMMIT;

-- The order goes, and with it, by the foreign keys, its items, comments and files; then the second card of the client.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova', location => :'north',
                           reason => 'Заказ принят дважды');
DELETE FROM crm.orders WHERE id = :double_order;
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova', location => :'north',
                           reason => 'Вторая карточка «Вектора»');
DELETE FROM crm.clients WHERE id = :second_company;
COMMIT;

-- A regular gets a discount, by an application that knows only settings.
BEGIN;
SET LOCAL event_journal.account = 'rembyt';
SET LOCAL event_journal.employee = :'sokolova';
SET LOCAL event_journal.reason = 'Постоянный клиент';
UPDATE crm.clients SET discount_percent = 7.5, tags = tags || '{постоянный}' WHERE id = :company;
UPDATE crm.clients SET discount_percent = 10 WHERE id = :right_client;
COMMIT;

-- The trainee leaves: his open orders pass to the technician, and the foreign keys empty the rest. His name stays in the
-- journal.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova', location => :'center',
                           reason => 'Не прошёл испытательный срок');
UPDATE crm.orders SET assignee_id = :kuznetsov WHERE assignee_id = :titov AND status_id NOT IN (6, 7);
DELETE FROM crm.employees WHERE id = :titov;
COMMIT;

CALL pg_temp.repair(5, 400);
CALL pg_temp.send_and_print(5, 530);

-- ---------------------------------------------------------------------------------------------------------------------
\echo 'Sunday: the last orders are handed over; an update of many orders is called off'
-- ---------------------------------------------------------------------------------------------------------------------

CALL pg_temp.log_in(6);
CALL pg_temp.repair(6, 10);
CALL pg_temp.take_orders(6);
CALL pg_temp.sell(6);
CALL pg_temp.correspond(6);

CALL pg_temp.repair(6, 400);
CALL pg_temp.send_and_print(6, 530);

-- Every open order put off by a week: the owner looks at the result and calls it off. No entry remains.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova');
UPDATE crm.orders SET deadline_at = deadline_at + interval '7 days'
 WHERE account_id = 'rembyt' AND status_id NOT IN (6, 7);
ROLLBACK;

-- Only those that wait for a part are put off, by two days.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova', reason => 'Поставка задержалась');
UPDATE crm.orders SET deadline_at = deadline_at + interval '2 days' WHERE account_id = 'rembyt' AND status_id = 3;
COMMIT;

-- An update that changes nothing is no event.
BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova');
UPDATE crm.orders SET deadline_at = deadline_at WHERE account_id = 'rembyt' AND status_id = 3;
COMMIT;

-- In the other account a client is deleted too, and an invoice.
BEGIN;
SELECT journal.set_context(account => 'smartfix', employee => :'orlova', location => :'workshop');
INSERT INTO crm.clients (account_id, name, phone, created_at, created_by)
VALUES ('smartfix', 'Проверка', '+70000000999', pg_temp.moment(6, 300), :orlova) RETURNING id AS trial_client \gset
INSERT INTO crm.invoices (account_id, location_id, client_id, amount, due_date, created_at, created_by)
VALUES ('smartfix', :workshop, :trial_client, 1, current_date + 5, pg_temp.moment(6, 301), :orlova)
RETURNING id AS trial_invoice \gset
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'smartfix', employee => :'orlova', location => :'workshop');
DELETE FROM crm.invoices WHERE id = :trial_invoice;
DELETE FROM crm.clients WHERE id = :trial_client;
COMMIT;

-- The last hour of the week, as an application sends it: a call, and what follows from it.
SELECT o.id AS late_order, o.client_id AS late_client, c.phone AS late_phone, o.number AS late_number
  FROM crm.orders o JOIN crm.clients c ON c.id = o.client_id
 WHERE o.location_id = :center AND o.status_id = 4 ORDER BY o.id LIMIT 1
\gset

BEGIN;
SELECT journal.set_context(account => 'rembyt', actor_kind => 'robot', reason => 'АТС');
INSERT INTO crm.calls (account_id, location_id, direction, phone, client_id, employee_id, duration, recording_url,
                       created_at)
VALUES ('rembyt', :center, 'in', :'late_phone', :late_client, :morozov, '00:03:25', 'https://calls.example/rembyt/9001.mp3',
        pg_temp.moment(6, 540));
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'morozov', location => :'center');
INSERT INTO crm.order_comments (order_id, body, created_at, created_by)
VALUES (:late_order, 'Клиент звонил: заберёт в понедельник утром', pg_temp.moment(6, 545), :morozov);
UPDATE crm.orders SET appointment_at = pg_temp.moment(7, 30), manager_id = :sokolova WHERE id = :late_order;
INSERT INTO crm.tasks (account_id, location_id, order_id, client_id, title, assignee_id, due_at, created_at, created_by)
VALUES ('rembyt', :center, :late_order, :late_client, 'Подготовить заказ к выдаче', :kuznetsov, pg_temp.moment(7, 0),
        pg_temp.moment(6, 546), :morozov)
RETURNING id AS late_task \gset
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'kuznetsov', location => :'center');
UPDATE crm.orders SET status_id = 5 WHERE id = :late_order;
UPDATE crm.tasks SET status = 'done' WHERE id = :late_task;
INSERT INTO crm.order_files (id, order_id, name, content_type, size_bytes, created_at, created_by)
VALUES (md5('late order')::uuid, :late_order, 'Фото после ремонта.jpg', 'image/jpeg', 245108, pg_temp.moment(6, 560),
        :kuznetsov);
INSERT INTO crm.sms_messages (account_id, location_id, phone, client_id, order_id, body, created_at, created_by)
VALUES ('rembyt', :center, :'late_phone', :late_client, :late_order,
        format('Заказ %s готов, ждём вас!', :'late_number'), pg_temp.moment(6, 561), :kuznetsov);
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', actor_kind => 'robot', reason => 'SMS-шлюз');
UPDATE crm.sms_messages SET sent_at = pg_temp.moment(6, 562) WHERE account_id = 'rembyt' AND sent_at IS NULL;
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', actor_kind => 'client');
INSERT INTO crm.client_reviews (account_id, location_id, client_id, order_id, rating, body, created_at)
VALUES ('rembyt', :center, :late_client, :late_order, 5, 'Сделали даже в воскресенье!', pg_temp.moment(6, 570));
COMMIT;

BEGIN;
SELECT journal.set_context(account => 'rembyt', employee => :'sokolova');
SELECT journal.log('user.logged_in', 'employee', :'sokolova', 'Ирина Соколова', '{"ip": "198.51.100.7"}');
UPDATE crm.clients SET discount_percent = 5 WHERE id = :late_client;
COMMIT;

-- ---------------------------------------------------------------------------------------------------------------------
-- The week is over
-- ---------------------------------------------------------------------------------------------------------------------

RESET SESSION AUTHORIZATION;
RESET client_min_messages;
RESET synchronous_commit;

SELECT format('%s orders, %s clients, %s receipts printed: the week is over',
              (SELECT count(*) FROM crm.orders), (SELECT count(*) FROM crm.clients),
              (SELECT count(*) FROM crm.fiscal_receipts WHERE printed_at IS NOT NULL)) AS summary \gset
\echo :summary
\o
