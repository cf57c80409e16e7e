-- Writes a large, realistic journal into a database that holds the played sample CRM (see README.md).
--   psql -X -v entries=10000000 -v months=24 -f generate.sql
-- Run as a superuser (rows go straight into the months; live tables are filled with triggers off).
\set ON_ERROR_STOP on
\if :{?entries} \else \set entries 10000000 \endif
\if :{?months}  \else \set months 24 \endif
\if :{?bulk}    \else \set bulk 0 \endif
\timing on
SET client_min_messages = warning;
SET synchronous_commit = off;
SELECT setseed(0.42);
CREATE SCHEMA bench;

-- Templates: what the sample CRM's own work wrote, up to five of each event type, so relation, layout and event type
-- are valid. Snapshots are stretched to about 400 bytes in their longest free text.
CREATE TABLE bench.template AS
WITH picked AS (
    SELECT e.*, v.code, count(*) OVER w AS of_type, row_number() OVER (PARTITION BY e.event_type ORDER BY e.id) AS nth
    FROM journal.entry e JOIN journal.event_type v ON v.id = e.event_type WINDOW w AS (PARTITION BY e.event_type)
), few AS (SELECT * FROM picked WHERE nth <= 5),
weighed AS (
    SELECT few.*, CASE WHEN code ~ '^(location|warehouse|cash_register|bonus\.c|employee|stock_count)' THEN 0.05
                       ELSE of_type END::float8 / least(of_type, 5) AS raw FROM few
), factor AS (
    SELECT sum(raw) FILTER (WHERE operation IN ('i', 'd')) * 0.6 / 0.4 / sum(raw) FILTER (WHERE operation IN ('u', 'l')) AS f
    FROM weighed
)
SELECT row_number() OVER (ORDER BY w.id) - 1 AS n, w.code, w.event_type, w.relation, w.layout, w.operation, w.reported,
    w.location IS NULL AS no_location, w.employee IS NULL AS no_employee, w.object_type, w.document_type, w.label, journal.unpacked(w.links) AS links,
    (SELECT f ->> 'type' FROM journal.layout l, jsonb_array_elements(l.foreign_keys) WITH ORDINALITY k (f, place)
     WHERE l.id = w.layout AND (f ->> 'link')::boolean ORDER BY place LIMIT 1) AS first_link, w.details, w.nth,
    CASE WHEN w.operation IN ('i', 'd') THEN coalesce((
        SELECT jsonb_agg(CASE WHEN a.i = best.i
                              THEN to_jsonb((a.v #>> '{}') || left(repeat(' Экран разбит, не включается, упал в воду.', 20),
                                                                   greatest(0, (400 - length(w.data)) / 2)))
                              ELSE a.v END ORDER BY a.i)
        FROM jsonb_array_elements(journal.unpacked(w.data)) WITH ORDINALITY a (v, i),
            (SELECT b.i FROM jsonb_array_elements(journal.unpacked(w.data)) WITH ORDINALITY b (v, i)
             WHERE jsonb_typeof(b.v) = 'string' AND b.v #>> '{}' !~ '^[0-9]{4}-' ORDER BY length(b.v #>> '{}') DESC LIMIT 1) best), journal.unpacked(w.data))
    ELSE journal.unpacked(w.data) END AS data,
    raw * CASE WHEN w.operation IN ('u', 'l') THEN f ELSE 1 END AS weight
FROM weighed w, factor;

-- Accounts: 50, the largest about 30 %, the smallest about 0.01 %; their locations (300) and employees (2,000).
CREATE TABLE bench.account AS
WITH w AS (SELECT k, (k ^ -0.8) * exp(-0.0995 * (k - 1)) AS w FROM generate_series(1, 50) k)
SELECT k, format('acc%s', to_char(k, 'FM00')) AS account, w / sum(w) OVER () AS share,
    greatest(1, round(300 * w / sum(w) OVER ()))::int AS locations, greatest(2, round(2000 * w / sum(w) OVER ()))::int AS employees
FROM w;
ALTER TABLE bench.account ADD first_location bigint, ADD first_employee bigint, ADD context bigint;
UPDATE bench.account a SET first_location = 1000 + b.l, first_employee = 10000 + b.e FROM (
    SELECT k, coalesce(sum(locations + 1) OVER w, 0) AS l, coalesce(sum(employees) OVER w, 0) AS e FROM bench.account
    WINDOW w AS (ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) b WHERE b.k = a.k;

-- Days with their number of entries: 24 months to now, weekends quieter.
CREATE TABLE bench.day AS
WITH d AS (
    SELECT day::date, CASE WHEN extract(isodow FROM day) > 5 THEN 0.35 ELSE 1 END AS w
    FROM generate_series(date_trunc('month', now()) - make_interval(months => :months - 1), now(), '1 day') day
), n AS (SELECT day, greatest(1, round(:entries * w / sum(w) OVER ()))::int AS entries FROM d)
SELECT day, entries, 200000 + sum(entries) OVER (ORDER BY day) - entries AS first_id,
    (extract(year FROM day) * 12 + extract(month FROM day) - min(extract(year FROM day) * 12 + extract(month FROM day)) OVER ())::int AS month
FROM n;

-- A session of an older incarnation, so that the invented transaction ids mean nothing to this cluster.
INSERT INTO journal.session (id, incarnation, started_at, process_id, session_role, acting_role, application_name)
VALUES (nextval('journal.session_id_seq'), gen_random_uuid(), now(), 1, 'app', 'app', 'bench') RETURNING id AS session \gset
WITH c AS (INSERT INTO journal.context (id, account, actor_kind)
           SELECT nextval('journal.context_id_seq'), account, 'employee' FROM bench.account RETURNING id, account)
UPDATE bench.account a SET context = c.id FROM c WHERE c.account = a.account;

-- Live rows: accounts, locations, employees. Their creation is journaled in the first month's first seconds.
SET session_replication_role = replica;
INSERT INTO crm.accounts SELECT account, account, 'business', 'UTC', 'ru', now() FROM bench.account;
INSERT INTO journal.account (account, plan, time_zone, language) SELECT account, 'business', 'UTC', 'ru' FROM bench.account;
INSERT INTO crm.locations (id, account_id, name, address) OVERRIDING SYSTEM VALUE
SELECT first_location + n, account, 'Мастерская ' || first_location + n, 'ул. Ленина, ' || n FROM bench.account, generate_series(0, locations) n;
INSERT INTO crm.employees (id, account_id, location_id, position_id, name, login, password_hash) OVERRIDING SYSTEM VALUE
SELECT first_employee + n, account, first_location + n * 7919 % locations, 1, 'Сотрудник ' || first_employee + n, 'e' || first_employee + n, 'x'
FROM bench.account, generate_series(0, employees - 1) n;
-- Clients and orders that the entries below refer to.
INSERT INTO crm.clients (id, account_id, name, phone) OVERRIDING SYSTEM VALUE
SELECT (n + 1000) * 64 + k, account, 'Клиент ' || (n + 1000) * 64 + k, '+7900' || to_char(n, 'FM0000000')
FROM bench.account, generate_series(0, floor((:entries + 200000) * share / 20)::bigint) n;
INSERT INTO crm.orders (id, account_id, location_id, number, client_id, complaint) OVERRIDING SYSTEM VALUE
SELECT (n + 1000) * 64 + k, account, first_location, 'A-' || (n + 1000) * 64 + k, (1000 + floor(n * 0.7))::bigint * 64 + k, 'Не включается'
FROM bench.account, generate_series(0, floor((:entries + 200000) * share / 14)::bigint) n;
SET session_replication_role = origin;

-- Made by journal.maintain out of the default partition: one creation entry per month puts it there.
CREATE FUNCTION bench.creation(kind text, number bigint, account text, context bigint, id bigint, at timestamptz, session bigint)
RETURNS SETOF journal.entry LANGUAGE sql AS $$
    SELECT id, at, '900'::xid8, id, session, context, NULL::bigint, 0, t.event_type, t.relation, t.layout, t.operation, t.reported,
        false, false, account, CASE kind WHEN 'location' THEN number::text END, NULL::text, kind, number::text, NULL::text, NULL::text,
        NULL::text, CASE kind WHEN 'location' THEN 'Мастерская ' ELSE 'Сотрудник ' END || number, journal.packed(t.links), t.details, journal.packed(t.data),
        NULL::timestamptz, NULL::text, NULL::text
    FROM bench.template t WHERE t.code = kind || '.created' AND t.nth = 1 $$;
INSERT INTO journal.entry
SELECT c.* FROM (SELECT min(day) AS day, month FROM bench.day GROUP BY month) d, bench.account a,
    bench.creation('location', a.first_location, a.account, a.context, 110000 + d.month, d.day, :session) c WHERE a.k = 1;
SELECT journal.maintain(1);
INSERT INTO journal.entry
SELECT c.* FROM (SELECT row_number() OVER (ORDER BY a.k, n) AS r, a.*, n FROM bench.account a, generate_series(0, a.locations) n) a,
    bench.creation('location', a.first_location + a.n, a.account, a.context, 120000 + a.r, (SELECT min(day) FROM bench.day)::timestamptz + a.r * interval '1 ms', :session) c;
INSERT INTO journal.entry
SELECT c.* FROM (SELECT row_number() OVER (ORDER BY a.k, n) AS r, a.*, n FROM bench.account a, generate_series(0, a.employees - 1) n) a,
    bench.creation('employee', a.first_employee + a.n, a.account, a.context, 130000 + a.r, (SELECT min(day) FROM bench.day)::timestamptz + interval '1 s' + a.r * interval '1 ms', :session) c;

-- One month. n: about how manieth entry of its account this one is; orders are one of 14 entries, clients one of 20, and
-- entries are of orders and clients made lately, so a document has about 12 entries within some weeks. Order 777777777 of
-- the largest account has 200 entries over the whole time, order 888888888 200 within some days.
CREATE FUNCTION bench.write_month(m int, session bigint) RETURNS bigint LANGUAGE plpgsql AS $f$
DECLARE
    target text := (SELECT format('journal.entry_%s', to_char(min(day), 'YYYY_MM')) FROM bench.day WHERE month = m);
    accounts float8[] := (SELECT array_agg(c ORDER BY k) FROM (SELECT k, sum(share) OVER (ORDER BY k) AS c FROM bench.account) s WHERE k < 50);
    templates float8[] := (SELECT array_agg(c ORDER BY n) FROM (SELECT n, sum(weight) OVER (ORDER BY n) / sum(weight) OVER () AS c FROM bench.template) s
                           WHERE n < (SELECT max(n) FROM bench.template));
    burst bigint := (SELECT min(first_id) FROM bench.day WHERE month = greatest(0, (SELECT max(month) FROM bench.day) - 4));
    status int := (SELECT n FROM bench.template WHERE code = 'order.status_changed' AND nth = 1);
    written bigint;
BEGIN
    EXECUTE format($q$
    INSERT INTO %s
    SELECT r.id, r.at, ((1000 + r.id / 3)::text)::xid8, r.id, $5, r.context, NULL, 0, t.event_type, t.relation, t.layout, t.operation,
        t.reported, false, false, r.account,
        CASE WHEN NOT t.no_location THEN CASE
            WHEN $1 < 2 AND r.c < 0.0005 THEN (r.first_location + r.locations)::text
            WHEN r.c < 0.9 THEN (r.first_location + r.employee * 7919 %% r.locations)::text
            ELSE (r.first_location + floor(r.d * r.locations))::bigint::text END END,
        CASE WHEN NOT t.no_employee THEN (r.first_employee + r.employee)::text END,
        t.object_type, o.object_id, NULL, t.document_type, CASE WHEN t.document_type IS NOT NULL THEN coalesce(r.special, r.doc::text) END,
        CASE WHEN t.object_type = 'order' THEN 'A-' || o.object_id WHEN t.object_type = 'client' THEN 'Клиент ' || o.object_id
             WHEN t.object_type = 'location' THEN 'Мастерская ' || o.object_id WHEN t.object_type = 'employee' THEN 'Сотрудник ' || o.object_id
             ELSE t.label END,
        journal.packed(CASE t.first_link
            WHEN 'order' THEN jsonb_set(t.links, '{0}', to_jsonb(r.doc::text))
            WHEN 'client' THEN jsonb_set(t.links, '{0}', to_jsonb(r.client::text))
            WHEN 'employee' THEN jsonb_set(t.links, '{0}', to_jsonb((r.first_employee + r.employee)::text))
            ELSE t.links END),
        t.details, journal.packed(t.data)
    FROM (
        SELECT x.*,
            -- One employee of five left after a quarter of the time, one joined after three quarters.
            CASE WHEN x.emp %% 5 = 4 AND $1 > $6 / 4 OR x.emp %% 5 = 3 AND $1 < $6 * 3 / 4 THEN x.emp - 1 ELSE x.emp END AS employee,
            (1000 + greatest(0, floor(x.id * x.share / 14) - floor(-ln(1 - x.e) * 40)))::bigint * 64 + x.k AS doc,
            (1000 + floor(x.id * x.share / 14))::bigint * 64 + x.k AS new_doc,
            (1000 + greatest(0, floor(x.id * x.share / 20) - floor(-ln(1 - x.f) * 200)))::bigint * 64 + x.k AS client,
            (1000 + floor(x.id * x.share / 20))::bigint * 64 + x.k AS new_client
        FROM (
            SELECT y.id, y.at, y.c, y.d, y.e, y.f, y.special, a.account, a.context, a.locations, a.first_location,
                a.first_employee, a.k, a.share,
                CASE WHEN y.special IS NOT NULL THEN $7 ELSE y.tn END AS tn, floor(y.g ^ 3 * a.employees)::int AS emp
            FROM (
                SELECT d.first_id + i AS id,
                    d.day + interval '8 hours' + (i + 0.5) / d.entries * interval '12 hours' + (random() - 0.5) * interval '6 s' AS at,
                    1 + width_bucket(random(), $2) AS ak, width_bucket(random(), $3) AS tn,
                    random() AS c, random() AS d, random() AS e, random() AS f, random() AS g,
                    CASE WHEN (d.first_id + i) %% $8 = 13 %% $8 THEN '777777777'
                         WHEN d.first_id + i - $4 BETWEEN 0 AND 19999 AND (d.first_id + i) %% 100 = 7 THEN '888888888' END AS special
                FROM bench.day d, generate_series(0, d.entries - 1) i WHERE d.month = $1 OFFSET 0
            ) y JOIN bench.account a ON a.k = CASE WHEN y.special IS NOT NULL THEN 1 ELSE y.ak END OFFSET 0
        ) x OFFSET 0
    ) r JOIN bench.template t ON t.n = r.tn
    CROSS JOIN LATERAL (SELECT CASE
        WHEN r.special IS NOT NULL THEN r.special
        WHEN t.object_type = 'order' THEN CASE WHEN t.operation = 'i' THEN r.new_doc ELSE r.doc END::text
        WHEN t.object_type IN ('client', 'device') THEN CASE WHEN t.operation = 'i' THEN r.new_client ELSE r.client END::text
        WHEN t.object_type = 'employee' THEN (r.first_employee + r.employee)::text
        WHEN t.object_type = 'location' THEN (r.first_location + floor(r.d * r.locations))::bigint::text
        ELSE r.id::text END AS object_id) o
    ORDER BY r.id$q$, target)
    USING m, accounts, templates, burst, session, (SELECT max(month) + 1 FROM bench.day), status,
        (SELECT greatest(1, sum(entries) / 200)::bigint FROM bench.day);
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END $f$;
SET work_mem = '256MB';
\if :bulk
SELECT format('DROP INDEX %s', i.indexrelid::regclass) FROM pg_index i JOIN pg_inherits h ON h.inhrelid = i.indrelid
WHERE h.inhparent = 'journal.entry'::regclass AND i.indrelid IN (
    SELECT format('journal.entry_%s', to_char(day, 'YYYY_MM'))::regclass FROM bench.day) \gexec
\endif
SELECT format('SELECT %s AS month, bench.write_month(%s, %s)', month, month, :session) FROM bench.day GROUP BY month ORDER BY month \gexec
\if :bulk
SELECT format('SELECT journal.equip_partition(%L)', format('journal.entry_%s', to_char(min(day), 'YYYY_MM')))
FROM bench.day GROUP BY month ORDER BY month \gexec
\endif
SELECT setval('journal.entry_id_seq', (SELECT max(first_id + entries) FROM bench.day));
VACUUM (ANALYZE) journal.entry;
