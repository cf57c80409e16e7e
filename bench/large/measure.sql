-- Measures pages of the journal that generate.sql wrote; run by bench/report. Each line of the table is a page: the
-- buffers of its second call in one session, those of the best hand-written statement for the same entries, and its bar.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
DROP TABLE IF EXISTS bench.line;
CREATE TABLE bench.line (number serial, page text, rows integer, objects integer, taken bigint, by_hand bigint, bar bigint);

-- Buffers that running a statement touches; what the server plans itself is not counted, what functions in it plan is.
CREATE OR REPLACE FUNCTION bench.buffers(statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    FOR turn IN 1..2 LOOP
        EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ' || statement INTO plan;
    END LOOP;
    RETURN (plan -> 0 -> 'Plan' ->> 'Shared Hit Blocks')::bigint + (plan -> 0 -> 'Plan' ->> 'Shared Read Blocks')::bigint;
END $$;

-- Milliseconds of the fastest of three runs of a statement, whose rows are read out.
CREATE OR REPLACE FUNCTION bench.milliseconds(statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    best float8 := 'infinity';
    began timestamptz;
BEGIN
    FOR turn IN 1..3 LOOP
        began := clock_timestamp();
        EXECUTE 'SELECT sum(length(t::text)) FROM (' || statement || ' OFFSET 0) t';
        best := least(best, extract(epoch FROM clock_timestamp() - began) * 1000);
    END LOOP;
    RETURN ceil(best);
END $$;

-- How many rows a page has and how many objects it names: what it is about, where and by whom, and its links.
CREATE OR REPLACE FUNCTION bench.objects(statement text, OUT rows integer, OUT objects integer) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format($q$
        WITH page AS MATERIALIZED (%s)
        SELECT (SELECT count(*) FROM page), count(*) FROM (
            SELECT object_type, object_id FROM page WHERE object_id IS NOT NULL
            UNION SELECT 'location', location FROM page WHERE location IS NOT NULL
            UNION SELECT 'employee', employee FROM page WHERE employee IS NOT NULL
            UNION SELECT l ->> 'type', l ->> 'id' FROM page, jsonb_array_elements(links) l
            UNION SELECT v ->> 'label', v ->> 'value' FROM page, jsonb_path_query(details, '$.** ? (exists(@.label))') v) o
        $q$, statement) INTO rows, objects;
END $$;

-- The bar of what grows with the entries of a month, or of all: it is given for ten million.
CREATE OR REPLACE FUNCTION bench.scaled(bar bigint) RETURNS bigint LANGUAGE sql AS $$
    SELECT greatest(150, round(bar * least(1, (SELECT sum(entries) FROM bench.day) / 10000000.0)))::bigint $$;

-- Adds a line: a page of an account, the bar of its search, to which 8 buffers are added for each object that it names, and
-- the same entries by hand (some ways; the best counts).
CREATE OR REPLACE PROCEDURE bench.measure(page text, account text, call text, search bigint, VARIADIC by_hand text[])
LANGUAGE plpgsql AS $$
DECLARE
    statement text := 'SELECT * FROM journal.' || call;
    best bigint;
    found record;
BEGIN
    PERFORM set_config('event_journal.account', account, false);
    SELECT min(bench.buffers(way)) INTO best FROM unnest(by_hand) way;
    SELECT * INTO found FROM bench.objects(statement);
    INSERT INTO bench.line (page, rows, objects, taken, by_hand, bar)
    VALUES (account || ': ' || page, found.rows, found.objects, bench.buffers(statement), best, search + 8 * found.objects);
END $$;

-- By hand: entries of an account that satisfy a condition, newest (or oldest) first.
CREATE OR REPLACE FUNCTION bench.entries(account text, condition text, direction text DEFAULT 'DESC', size integer DEFAULT 50)
RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT * FROM journal.entry WHERE journal.account_hash(account) = journal.account_hash(%1$L) AND account = %1$L '
                  'AND %2$s ORDER BY occurred_at %3$s, id %3$s LIMIT %4$s', account, condition, direction, size) $$;

-- By hand: the history of an object.
CREATE OR REPLACE FUNCTION bench.history(account text, type text, id text, size integer) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT * FROM (SELECT * FROM journal.entry WHERE journal.entry_hash(account, object_type, object_id, operation) IN ('
                  'journal.object_hash(%1$L, %2$L, %3$L), journal.deletion_hash(%1$L, %2$L, %3$L)) AND account = %1$L AND object_type = %2$L AND object_id = %3$L '
                  'UNION ALL SELECT * FROM journal.entry WHERE journal.object_hash(account, document_type, document_id) = '
                  'journal.object_hash(%1$L, %2$L, %3$L) AND document_id IS NOT NULL AND account = %1$L AND document_type = %2$L '
                  'AND document_id = %3$L AND (object_type, object_id) <> (%2$L, %3$L)) e '
                  'ORDER BY occurred_at DESC, id DESC LIMIT %4$s', account, type, id, size) $$;

-- By hand: the deletions after which their objects have no entry.
CREATE OR REPLACE FUNCTION bench.deleted(account text, condition text) RETURNS text LANGUAGE sql AS $$
    SELECT bench.entries(account, format(
        'operation = ''d'' AND id = change AND %s AND NOT EXISTS (SELECT FROM journal.entry l '
        'WHERE journal.entry_hash(l.account, l.object_type, l.object_id, l.operation) IN ('
        'journal.object_hash(entry.account, entry.object_type, entry.object_id), '
        'journal.deletion_hash(entry.account, entry.object_type, entry.object_id)) AND l.account = entry.account '
        'AND l.object_type = entry.object_type AND l.object_id = entry.object_id AND l.id > entry.id '
        'AND l.change <> entry.change AND l.operation <> ''l'' OFFSET 0)', condition)) $$;

-- Pages without a filter or with a common one.
CREATE OR REPLACE PROCEDURE bench.measure_period(account text) LANGUAGE plpgsql AS $$
DECLARE
    this_month timestamptz := date_trunc('month', now());
    last_month timestamptz := this_month - interval '1 month';
    within text := format('reported AND occurred_at >= %L AND occurred_at < %L', last_month, this_month);
    common bigint := (SELECT first_employee FROM bench.account a WHERE a.account = measure_period.account);
    later record;
BEGIN
    PERFORM set_config('event_journal.account', account, false);
    CALL bench.measure('this month', account, 'report(''this_month'')', 150,
                       bench.entries(account, format('reported AND occurred_at >= %L', this_month)));
    CALL bench.measure('all', account, 'report()', 150, bench.entries(account, 'reported'));
    CALL bench.measure('all, oldest first', account, 'report(sort => ''asc'')', 150, bench.entries(account, 'reported', 'ASC'));
    CALL bench.measure('last month', account, 'report(''last_month'')', 150, bench.entries(account, within));
    CALL bench.measure('last month, oldest first', account, 'report(''last_month'', sort => ''asc'')', 150,
                       bench.entries(account, within, 'ASC'));
    SELECT r.page_cursor, r.occurred_at, r.entry INTO later
    FROM (SELECT * FROM journal.report('last_month', page_size => 500) ORDER BY occurred_at DESC, entry DESC
          OFFSET (SELECT count(*) / 2 FROM journal.report('last_month', page_size => 500)) LIMIT 1) r;
    IF FOUND THEN
        CALL bench.measure('last month, a later page', account, format('report(''last_month'', after => %L)', later.page_cursor), 150,
                           bench.entries(account, within || format(' AND (occurred_at, id) < (%L, %s)', later.occurred_at, later.entry)));
    END IF;
    CALL bench.measure('last month, a common employee', account,
                       format('report(''last_month'', employees => ''{%s}'')', common), 150,
                       bench.entries(account, within || format(' AND employee = ''%s''', common)));
END $$;

-- Pages of a value that is rare or absent, of a list, and of a combination, in a stretch of the largest account's time.
CREATE OR REPLACE PROCEDURE bench.measure_rare(name text, period text, within text, bar bigint) LANGUAGE plpgsql AS $$
DECLARE
    a record;
    filter record;
BEGIN
    SELECT first_employee + employees - 1 AS employee, first_location + locations AS location, first_employee AS common,
        ARRAY(SELECT (first_employee + employees - n)::text FROM generate_series(1, 15) n) AS employees
    INTO a FROM bench.account WHERE k = 1;
    FOR filter IN
        SELECT * FROM (VALUES
            ('a rare employee', format('employees => ''{%s}''', a.employee), format('employee = ''%s''', a.employee)),
            ('15 rare employees', format('employees => %L', a.employees), format('employee = ANY (%L)', a.employees)),
            ('a closed location', format('locations => ''{%s}''', a.location), format('location = ''%s''', a.location)),
            ('an absent employee', 'employees => ''{nobody}''', 'employee = ''nobody'''),
            ('deletions', 'events => ''{kind:deleted}''',
             'event_type = ANY (ARRAY(SELECT id FROM journal.event_type WHERE kind = ''deleted''))'),
            ('nothing matches', format('locations => ''{%s}'', employees => ''{%s}'', events => ''{client.created}''', a.location, a.common),
             format('location = ''%s'' AND employee = ''%s'' AND event_type = '
                    '(SELECT id FROM journal.event_type WHERE code = ''client.created'')', a.location, a.common))) f (name, arguments, condition)
    LOOP
        CALL bench.measure(format('%s, %s', name, filter.name), 'acc01', format('report(%s%s)', period, filter.arguments), bar,
                           bench.entries('acc01', within || ' AND ' || filter.condition));
    END LOOP;
END $$;

CREATE OR REPLACE PROCEDURE bench.measure_all() LANGUAGE plpgsql AS $$
DECLARE
    this_month timestamptz := date_trunc('month', now());
    last_month timestamptz := this_month - interval '1 month';
    account text;
    statement text;
BEGIN
    FOREACH account IN ARRAY ARRAY['acc01', 'acc10', 'acc50'] LOOP
        CALL bench.measure_period(account);
    END LOOP;
    CALL bench.measure_rare('last month', '''last_month'', ', format('reported AND occurred_at >= %L AND occurred_at < %L', last_month, this_month),
                            bench.scaled(1300));
    CALL bench.measure_rare('this month', '''this_month'', ', format('reported AND occurred_at >= %L', this_month), bench.scaled(1300));
    CALL bench.measure_rare('all', '', 'reported', bench.scaled(6000));
    CALL bench.measure('history, page of 50', 'acc01', 'history(''order'', ''777777777'')', 150,
                       bench.history('acc01', 'order', '777777777', 50));
    CALL bench.measure('history, page of 200', 'acc01', 'history(''order'', ''777777777'', page_size => 200)', 500,
                       bench.history('acc01', 'order', '777777777', 200));
    CALL bench.measure('history of a month, page of 50', 'acc01', 'history(''order'', ''888888888'')', 150,
                       bench.history('acc01', 'order', '888888888', 50));
    FOREACH account IN ARRAY ARRAY['acc01', 'acc10'] LOOP
        CALL bench.measure('deleted objects', account, 'deleted_objects()', 1000, bench.deleted(account, 'true'));
        CALL bench.measure('deleted clients', account, 'deleted_objects(''{client}'')', 3000,
                           bench.deleted(account, 'object_type = ''client'''));
    END LOOP;

    -- Reading out the rows of the largest page, in milliseconds.
    PERFORM set_config('event_journal.account', 'acc01', false);
    statement := bench.entries('acc01', 'reported', 'DESC', 10000);
    INSERT INTO bench.line (page, taken, by_hand) VALUES
        ('acc01: page of 10,000, ms', bench.milliseconds('SELECT * FROM journal.report(page_size => 10000)'), bench.milliseconds(statement));
    UPDATE bench.line SET bar = 10 * by_hand, rows = 10000 WHERE page = 'acc01: page of 10,000, ms';
END $$;

-- Copies the entries of all accounts but one into the same months, so often that the journal is five times as large.
CREATE OR REPLACE PROCEDURE bench.grow_others(kept text) LANGUAGE plpgsql AS $$
DECLARE
    month regclass;
    ids bigint := (SELECT max(id) FROM journal.entry);
    columns text := (SELECT string_agg(CASE attname WHEN 'id' THEN 'id + n * $2' WHEN 'change' THEN 'change + n * $2'
                                       ELSE quote_ident(attname) END, ', ' ORDER BY attnum)
                     FROM pg_attribute WHERE attrelid = 'journal.entry'::regclass AND attnum > 0 AND NOT attisdropped);
BEGIN
    FOR month IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'journal.entry'::regclass LOOP
        EXECUTE format('INSERT INTO %s SELECT %s FROM %1$s, generate_series(1, 4) n WHERE account <> $1 ORDER BY occurred_at, id, n',
                       month, columns) USING kept, ids;
    END LOOP;
    PERFORM setval('journal.entry_id_seq', 5 * ids);
END $$;

-- The pages of an account in a journal that has become five times as large. Each may cost a fifth more than before.
CREATE OR REPLACE PROCEDURE bench.measure_grown(account text) LANGUAGE plpgsql AS $$
DECLARE
    last integer := (SELECT max(number) FROM bench.line);
BEGIN
    CALL bench.measure_period(account);
    CALL bench.measure('deleted objects', account, 'deleted_objects()', 0, bench.deleted(account, 'true'));
    UPDATE bench.line l SET bar = b.taken * 1.2, page = l.page || ', journal grown'
    FROM bench.line b WHERE l.number > last AND b.page = l.page AND b.number <= last;
END $$;

CALL bench.measure_all();
\if :{?grow}
CALL bench.grow_others('acc10');
CALL journal.maintenance();
VACUUM (ANALYZE) journal.entry;
CALL bench.measure_grown('acc10');
\endif
\pset footer off
SELECT page, rows, objects, taken, by_hand, bar, CASE WHEN taken <= bar THEN 'ok' ELSE 'missed' END AS result
FROM bench.line ORDER BY number;
\pset tuples_only on
\pset format unaligned
SELECT count(*) || ' bars, ' || count(*) FILTER (WHERE taken > bar) || ' missed' FROM bench.line;
