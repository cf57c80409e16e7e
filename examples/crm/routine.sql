-- How ordinary days go in the sample CRM: the procedures that day.sql calls for the bulk of its week.
--
-- Each procedure does what a part of an application does in a day, in many short transactions: name who acts, change
-- rows, COMMIT. What varies (who comes, what is broken, who is unhappy) follows from the numbers of the visits and orders.
-- Everything made here is temporary and goes with the session.

-- What breaks, and what it takes: the spare part is known by its SKU.
CREATE TEMPORARY TABLE sample_fault AS
SELECT *
  FROM (VALUES (1, 1, 'Разбит экран',               'Замена дисплея',             2500, 'DSP-61'),
               (2, 1, 'Быстро разряжается',         'Замена аккумулятора',        1200, 'BAT-30'),
               (3, 2, 'Греется и шумит',            'Чистка и замена термопасты', 1800, 'PST-04'),
               (4, 3, 'Не заряжается',              'Замена разъёма зарядки',     1500, 'USB-C1'),
               (5, 4, 'Течёт вода из-под помпы',    'Замена уплотнителей',        2200, 'SEA-12'),
               (6, 5, 'Не крутится боковая щётка',  'Замена мотора щётки',        1600, 'MOT-07'))
       AS fault (id, device_type_id, complaint, work, work_price, sku);

CREATE TEMPORARY TABLE sample_model AS
SELECT *
  FROM (VALUES (1, 0, 'Apple', 'iPhone 12'),          (1, 1, 'Samsung', 'Galaxy S21'),
               (1, 2, 'Xiaomi', 'Redmi Note 10'),     (2, 0, 'ASUS', 'VivoBook 15'),
               (2, 1, 'Lenovo', 'IdeaPad 5'),         (2, 2, 'HP', 'Pavilion 14'),
               (3, 0, 'Apple', 'iPad 9'),             (3, 1, 'Samsung', 'Galaxy Tab A8'),
               (3, 2, 'Huawei', 'MatePad 11'),        (4, 0, 'DeLonghi', 'Magnifica S'),
               (4, 1, 'Philips', 'LatteGo 3200'),     (4, 2, 'Saeco', 'Lirika'),
               (5, 0, 'Xiaomi', 'Mi Robot'),          (5, 1, 'iRobot', 'Roomba 692'),
               (5, 2, 'Ecovacs', 'Deebot N8'))
       AS model (device_type_id, variant, brand, name);

-- A moment of the week: days count from 0, minutes from nine in the morning.
CREATE FUNCTION pg_temp.moment(day integer, minute integer) RETURNS timestamptz
LANGUAGE sql STABLE AS
$$
    SELECT (current_date - 7 + day + time '09:00' + make_interval(mins => minute))::timestamptz
$$;

CREATE FUNCTION pg_temp.person_name(number integer) RETURNS text
LANGUAGE sql IMMUTABLE AS
$$
    SELECT CASE WHEN number % 2 = 0
                THEN (ARRAY['Алексей', 'Михаил', 'Николай', 'Виктор', 'Артём', 'Роман', 'Егор'])[1 + number / 26 % 7]
                     || ' ' || surname
                ELSE (ARRAY['Елена', 'Ольга', 'Татьяна', 'Наталья', 'Юлия', 'Светлана', 'Дарья'])[1 + number / 26 % 7]
                     || ' ' || surname || 'а'
           END
      FROM (SELECT (ARRAY['Смирнов', 'Попов', 'Васильев', 'Новиков', 'Фёдоров', 'Михайлов', 'Беляев', 'Комаров',
                          'Киселёв', 'Макаров', 'Андреев', 'Ковалёв', 'Ильин'])[1 + number % 13]) AS chosen (surname)
$$;

-- Names the acting employee, with the account and the usual location; said once in each transaction.
CREATE FUNCTION pg_temp.act_as(employee_id bigint) RETURNS void
LANGUAGE sql AS
$$
    SELECT journal.set_context(employee => id::text, location => location_id::text, account => account_id,
                               actor_kind => 'employee')
      FROM crm.employees WHERE id = employee_id
$$;

-- In the morning everyone logs in.
CREATE PROCEDURE pg_temp.log_in(day integer)
LANGUAGE plpgsql AS
$$
DECLARE
    person record;
BEGIN
    FOR person IN SELECT * FROM crm.employees ORDER BY id LOOP
        PERFORM pg_temp.act_as(person.id);
        PERFORM journal.log('user.logged_in', 'employee', person.id::text, person.name,
                            jsonb_build_object('ip', format('203.0.113.%s', 10 + person.id)));
        UPDATE crm.employees SET last_login_at = pg_temp.moment(day, person.id::integer) WHERE id = person.id;
        COMMIT;
    END LOOP;
END
$$;

-- Clients come with their devices: a new client or one already known, a device, an order with its diagnosis.
CREATE PROCEDURE pg_temp.take_orders(day integer)
LANGUAGE plpgsql AS
$$
DECLARE
    place         record;
    fault         record;
    visit         integer;
    person        integer;
    client_phone  text;
    visitor_id    bigint;
    new_device_id bigint;
    new_order_id  bigint;
    came_at       timestamptz;
BEGIN
    FOR place IN
        SELECT l.id, l.account_id, m.id AS manager_id
          FROM crm.locations l
          JOIN crm.employees m ON m.location_id = l.id AND m.position_id IN (1, 2)
         ORDER BY l.id
    LOOP
        FOR number IN 1 .. CASE place.account_id WHEN 'rembyt' THEN 18 ELSE 12 END LOOP
            visit := day * 18 + number;
            person := place.id * 60 + visit * 7 % 50;
            client_phone := '+7000' || lpad((1000 + person)::text, 7, '0');
            came_at := pg_temp.moment(day, number * 28);
            SELECT * INTO fault FROM sample_fault WHERE id = 1 + (visit * 5 + day) % 6;

            -- Some ring up first; the telephone exchange writes the call.
            IF visit % 6 = 0 THEN
                PERFORM journal.set_context(account => place.account_id, actor_kind => 'robot');
                INSERT INTO crm.calls (account_id, location_id, direction, phone, client_id, employee_id, duration,
                                       recording_url, created_at)
                VALUES (place.account_id, place.id, CASE WHEN visit % 12 = 0 THEN 'out' ELSE 'in' END, client_phone,
                        (SELECT id FROM crm.clients WHERE account_id = place.account_id AND phone = client_phone),
                        place.manager_id, make_interval(secs => 35 + visit % 200),
                        format('https://calls.example/%s/%s.mp3', place.account_id, visit),
                        came_at - interval '20 minutes');
                COMMIT;
            END IF;

            PERFORM pg_temp.act_as(place.manager_id);
            INSERT INTO crm.clients (account_id, name, phone, created_at, created_by)
            VALUES (place.account_id, pg_temp.person_name(person), client_phone, came_at, place.manager_id)
                ON CONFLICT (account_id, phone) DO NOTHING;
            SELECT id INTO visitor_id FROM crm.clients
             WHERE account_id = place.account_id AND phone = client_phone;

            SELECT min(id) INTO new_device_id FROM crm.devices
             WHERE client_id = visitor_id AND type_id = fault.device_type_id;
            IF new_device_id IS NULL THEN
                INSERT INTO crm.devices (account_id, client_id, type_id, brand, model, serial_number, created_at, created_by)
                SELECT place.account_id, visitor_id, device_type_id, brand, name,
                       upper(substr(md5(format('%s/%s', place.id, visit)), 1, 10)), came_at, place.manager_id
                  FROM sample_model
                 WHERE device_type_id = fault.device_type_id AND variant = person % 3
                RETURNING id INTO new_device_id;
            END IF;

            INSERT INTO crm.orders (account_id, location_id, client_id, device_id, manager_id, complaint, deadline_at,
                                    created_at, created_by)
            VALUES (place.account_id, place.id, visitor_id, new_device_id, place.manager_id, fault.complaint,
                    came_at + interval '3 days', came_at, place.manager_id)
            RETURNING id INTO new_order_id;
            INSERT INTO crm.order_items (order_id, kind, name, price, created_at, created_by)
            VALUES (new_order_id, 'service', 'Диагностика', 500, came_at, place.manager_id);

            -- Now and then a client thinks better of it before the order is saved: nothing of it remains.
            IF visit % 41 = 0 THEN
                ROLLBACK;
            ELSE
                COMMIT;
            END IF;
        END LOOP;
    END LOOP;
END
$$;

-- Every open order takes a step: diagnosis, repair (or waiting for a part), ready, handed over.
CREATE PROCEDURE pg_temp.repair(day integer, minute integer)
LANGUAGE plpgsql AS
$$
DECLARE
    job           record;
    fault         record;
    technician_id bigint;
    total         numeric;
    done_at       timestamptz := pg_temp.moment(day, minute);
BEGIN
    FOR job IN
        SELECT o.*, c.phone
          FROM crm.orders o JOIN crm.clients c ON c.id = o.client_id
         WHERE o.status_id NOT IN (6, 7) AND o.created_at < done_at AND (o.id + day) % 6 <> 0
         ORDER BY o.id
    LOOP
        SELECT * INTO fault FROM sample_fault WHERE complaint = job.complaint;
        CONTINUE WHEN NOT FOUND;

        CASE
        WHEN job.status_id = 1 THEN
            -- Status and assignee in one UPDATE: two events.
            SELECT id INTO technician_id FROM crm.employees
             WHERE location_id = job.location_id AND position_id IN (3, 4)
             ORDER BY (position_id = 4) = (job.id % 11 = 0) DESC, id LIMIT 1;
            PERFORM pg_temp.act_as(job.manager_id);
            UPDATE crm.orders SET status_id = 2, assignee_id = technician_id WHERE id = job.id;

        WHEN job.status_id = 2 AND job.id % 19 = 0 THEN
            PERFORM pg_temp.act_as(job.assignee_id);
            UPDATE crm.orders SET status_id = 7 WHERE id = job.id;
            INSERT INTO crm.order_comments (order_id, body, created_at, created_by)
            VALUES (job.id, 'Клиент отказался: ремонт дороже нового', done_at, job.assignee_id);

        WHEN job.status_id IN (2, 3) THEN
            PERFORM pg_temp.act_as(job.assignee_id);
            -- The part is put into the order and taken from the stock. When none is left, the stock's check refuses, and
            -- the item goes with the savepoint that a block with an exception handler is.
            BEGIN
                INSERT INTO crm.order_items (order_id, kind, product_id, name, price, created_at, created_by)
                SELECT job.id, 'product', id, name, price, done_at, job.assignee_id
                  FROM crm.products WHERE account_id = job.account_id AND sku = fault.sku;
                UPDATE crm.stock_levels AS level SET quantity = level.quantity - 1
                  FROM crm.products p, crm.warehouses w
                 WHERE level.product_id = p.id AND level.warehouse_id = w.id
                   AND p.account_id = job.account_id AND p.sku = fault.sku AND w.location_id = job.location_id;
                INSERT INTO crm.order_items (order_id, kind, name, price, created_at, created_by)
                VALUES (job.id, 'work', fault.work, fault.work_price, done_at, job.assignee_id);
                UPDATE crm.orders SET status_id = 4 WHERE id = job.id;
            EXCEPTION WHEN check_violation THEN
                UPDATE crm.orders SET status_id = 3 WHERE id = job.id AND status_id <> 3;
                IF FOUND THEN
                    INSERT INTO crm.order_comments (order_id, body, created_at, created_by)
                    VALUES (job.id, 'Запчасти нет на складе, заказываем', done_at, job.assignee_id);
                END IF;
            END;
            IF job.status_id = 2 AND job.id % 8 = 0 THEN
                INSERT INTO crm.order_files (id, order_id, name, content_type, size_bytes, created_at, created_by)
                VALUES (md5(format('photo %s', job.id))::uuid, job.id,
                        format('Фото до ремонта %s.jpg', job.number), 'image/jpeg', 180000 + job.id * 1017, done_at,
                        job.assignee_id);
            END IF;

        WHEN job.status_id = 4 THEN
            PERFORM pg_temp.act_as(job.assignee_id);
            UPDATE crm.orders SET status_id = 5 WHERE id = job.id;
            INSERT INTO crm.sms_messages (account_id, location_id, phone, client_id, order_id, body, created_at, created_by)
            VALUES (job.account_id, job.location_id, job.phone, job.client_id, job.id,
                    format('Заказ %s готов, ждём вас!', job.number), done_at, job.assignee_id);
            IF job.id % 10 = 0 THEN
                INSERT INTO crm.order_comments (order_id, body, is_private, created_at, created_by)
                VALUES (job.id, 'Проверено, работает. Гарантия на ремонт 90 дней', false, done_at, job.assignee_id);
            END IF;

        WHEN job.status_id = 5 THEN
            PERFORM pg_temp.act_as(job.manager_id);
            SELECT sum(amount) INTO total FROM crm.order_items WHERE order_id = job.id;
            UPDATE crm.orders SET status_id = 6 WHERE id = job.id;
            UPDATE crm.cash_registers SET balance = balance + total
             WHERE account_id = job.account_id AND location_id = job.location_id;
            INSERT INTO crm.fiscal_receipts (account_id, location_id, cash_register_id, order_id, payment_method, amount,
                                             created_at, created_by)
            SELECT job.account_id, job.location_id, min(id), job.id, CASE WHEN job.id % 3 = 0 THEN 'cash' ELSE 'card' END,
                   total, done_at, job.manager_id
              FROM crm.cash_registers WHERE account_id = job.account_id AND location_id = job.location_id;
            -- Only technicians have a share; the trainee has none.
            INSERT INTO crm.bonus_applications (bonus_id, employee_id, order_id, amount, created_at, created_by)
            SELECT b.id, e.id, job.id, round(i.price * b.percent / 100, 2), done_at, job.manager_id
              FROM crm.bonuses b
              JOIN crm.employees e ON e.account_id = b.account_id AND e.position_id = b.position_id
              JOIN crm.order_items i ON i.kind = 'work'
             WHERE b.account_id = job.account_id AND b.percent IS NOT NULL AND e.id = job.assignee_id
               AND i.order_id = job.id;
        END CASE;
        COMMIT;

        -- Some answer the link in the text message: nobody of the shop acts, the client does.
        IF job.status_id = 5 AND job.id % 9 = 0 THEN
            PERFORM journal.set_context(account => job.account_id, actor_kind => 'client');
            INSERT INTO crm.client_reviews (account_id, location_id, client_id, order_id, rating, body, created_at)
            SELECT job.account_id, job.location_id, job.client_id, job.id, rating, body, done_at
              FROM (VALUES (0, 5, 'Быстро и аккуратно, спасибо!'),
                           (1, 4, 'Хорошо, но пришлось подождать'),
                           (2, 5, 'Мастер всё объяснил'),
                           (3, 2, 'Обещали за день, вышло три')) AS review (variant, rating, body)
             WHERE variant = job.id / 9 % 4;
            COMMIT;
        END IF;
    END LOOP;
END
$$;

-- Machines send what was queued and print what was paid: one UPDATE, an event for every row.
CREATE PROCEDURE pg_temp.send_and_print(day integer, minute integer)
LANGUAGE plpgsql AS
$$
DECLARE
    customer text;
BEGIN
    FOR customer IN SELECT id FROM crm.accounts ORDER BY id LOOP
        PERFORM journal.set_context(account => customer, actor_kind => 'robot', reason => 'SMS-шлюз');
        UPDATE crm.sms_messages SET sent_at = pg_temp.moment(day, minute)
         WHERE account_id = customer AND sent_at IS NULL;
        COMMIT;

        PERFORM journal.set_context(account => customer, actor_kind => 'robot', reason => 'Фискальный регистратор');
        UPDATE crm.fiscal_receipts
           SET printed_at = pg_temp.moment(day, minute), fiscal_number = 'ФД-' || lpad(id::text, 6, '0')
         WHERE account_id = customer AND printed_at IS NULL;
        COMMIT;
    END LOOP;
END
$$;

-- The counter sells accessories, sometimes to passers-by.
CREATE PROCEDURE pg_temp.sell(day integer)
LANGUAGE plpgsql AS
$$
DECLARE
    counter record;
    new_id  bigint;
BEGIN
    FOR counter IN
        SELECT l.id AS location_id, l.account_id, m.id AS manager_id, r.id AS register_id, p.id AS product_id, p.price,
               w.id AS warehouse_id, l.id + day AS variant
          FROM crm.locations l
          JOIN crm.employees m ON m.location_id = l.id AND m.position_id IN (1, 2)
          JOIN crm.cash_registers r ON r.location_id = l.id
          JOIN crm.warehouses w ON w.location_id = l.id
          JOIN crm.products p ON p.account_id = l.account_id AND p.category_id = 4
         ORDER BY l.id, p.id
    LOOP
        PERFORM pg_temp.act_as(counter.manager_id);
        INSERT INTO crm.sales (account_id, location_id, cash_register_id, client_id, payment_method, amount, created_at,
                               created_by)
        VALUES (counter.account_id, counter.location_id, counter.register_id,
                CASE WHEN counter.variant % 2 = 0
                     THEN (SELECT min(id) FROM crm.clients WHERE created_by = counter.manager_id) END,
                CASE WHEN counter.variant % 3 = 0 THEN 'cash' ELSE 'card' END, counter.price,
                pg_temp.moment(day, 200), counter.manager_id)
        RETURNING id INTO new_id;
        INSERT INTO crm.sale_lines (sale_id, product_id, quantity, price)
        VALUES (new_id, counter.product_id, 1, counter.price);
        UPDATE crm.stock_levels SET quantity = quantity - 1
         WHERE warehouse_id = counter.warehouse_id AND product_id = counter.product_id;
        UPDATE crm.cash_registers SET balance = balance + counter.price WHERE id = counter.register_id;
        INSERT INTO crm.fiscal_receipts (account_id, location_id, cash_register_id, sale_id, payment_method, amount,
                                         created_at, created_by)
        SELECT account_id, location_id, cash_register_id, id, payment_method, amount, created_at, created_by
          FROM crm.sales WHERE id = new_id;
        COMMIT;
    END LOOP;
END
$$;

-- Tickets come from the web site and are taken up by a manager; managers give tasks, technicians do them the next day.
CREATE PROCEDURE pg_temp.correspond(day integer)
LANGUAGE plpgsql AS
$$
DECLARE
    place  record;
    ticket record;
    task   record;
BEGIN
    FOR place IN
        SELECT l.id, l.account_id, m.id AS manager_id, t.id AS technician_id
          FROM crm.locations l
          JOIN crm.employees m ON m.location_id = l.id AND m.position_id IN (1, 2)
          JOIN crm.employees t ON t.location_id = l.id AND t.position_id = 3
         ORDER BY l.id
    LOOP
        PERFORM journal.set_context(account => place.account_id, location => place.id::text, actor_kind => 'client');
        INSERT INTO crm.tickets (account_id, location_id, type_id, subject, client_id, deadline_at, created_at)
        VALUES (place.account_id, place.id, 1, 'Сколько стоит замена экрана?', NULL, NULL, pg_temp.moment(day, 30)),
               (place.account_id, place.id, 2, 'Запишите на диагностику',
                (SELECT max(id) FROM crm.clients WHERE created_by = place.manager_id),
                pg_temp.moment(day + 1, 0), pg_temp.moment(day, 90));
        COMMIT;

        FOR ticket IN
            SELECT * FROM crm.tickets WHERE location_id = place.id AND status_id = 1 ORDER BY id
        LOOP
            PERFORM pg_temp.act_as(place.manager_id);
            UPDATE crm.tickets SET status_id = 2, manager_id = place.manager_id WHERE id = ticket.id;
            COMMIT;
        END LOOP;

        FOR ticket IN
            SELECT * FROM crm.tickets
             WHERE location_id = place.id AND status_id = 2 AND created_at < pg_temp.moment(day, 0) ORDER BY id
        LOOP
            PERFORM pg_temp.act_as(place.manager_id);
            UPDATE crm.tickets SET status_id = CASE type_id WHEN 2 THEN 4 ELSE 5 END WHERE id = ticket.id;
            COMMIT;
        END LOOP;

        FOR task IN
            SELECT * FROM crm.tasks
             WHERE location_id = place.id AND NOT done AND created_at < pg_temp.moment(day, 0) ORDER BY id
        LOOP
            PERFORM pg_temp.act_as(task.assignee_id);
            UPDATE crm.tasks SET status = CASE status WHEN 'open' THEN 'in_progress' ELSE 'done' END WHERE id = task.id;
            COMMIT;
        END LOOP;

        PERFORM pg_temp.act_as(place.manager_id);
        INSERT INTO crm.tasks (account_id, location_id, title, assignee_id, due_at, created_at, created_by)
        VALUES (place.account_id, place.id, 'Позвонить поставщику насчёт запчастей', place.technician_id,
                pg_temp.moment(day + 1, 120), pg_temp.moment(day, 100), place.manager_id),
               (place.account_id, place.id, 'Разобрать полку готовых заказов', place.technician_id,
                pg_temp.moment(day + 2, 0), pg_temp.moment(day, 110), place.manager_id);
        COMMIT;
    END LOOP;
END
$$;
