-- Random changes of the ordinary tables, and what is held against them: 063_random_ordinary.pl.
SET search_path = ordinary;
CREATE SCHEMA test;

-- What an undo refuses, and what is wrong.
CREATE TABLE test.outcome (round int, step text, state text, message text, transaction xid8);
CREATE TABLE test.wrong (round int, what text);
-- Rows that triggers wrote to besides, as the undos of a round say.
CREATE TABLE test.told (round int, tab text, id text);
-- The rows of all tables before a round's transaction and after it. What says when or how often a row was written tells of
-- an undo as well, and so does a basket's total, which is computed whenever the basket is written, and not when its lines are.
CREATE TABLE test.state (phase text, tab text, row text);
CREATE FUNCTION test.present() RETURNS TABLE (tab text, "row" text) LANGUAGE plpgsql AS $$
BEGIN
    FOR tab IN
        SELECT oid::regclass::text FROM pg_class
        WHERE relnamespace = 'ordinary'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
    LOOP
        RETURN QUERY EXECUTE format('SELECT %1$L, (to_jsonb(t) - %2$L::text[])::text FROM %1$s t', tab,
            CASE tab WHEN 'basket' THEN '{total}' ELSE '{updated_at,lock_version}' END);
    END LOOP;
END $$;
CREATE FUNCTION test.keep(p text) RETURNS void LANGUAGE sql AS $$
    DELETE FROM test.state WHERE phase = p;
    INSERT INTO test.state SELECT p, * FROM test.present();
$$;

-- What the triggers keep is true, whoever wrote.
CREATE FUNCTION test.check_sums(number int, what text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO test.wrong
    SELECT number, what || ': ' || said FROM (
        SELECT format('purchase %s has %s, not %s', p.id, p.total, s.sum) FROM purchase p,
            LATERAL (SELECT coalesce(sum(amount), 0) AS sum FROM purchase_line WHERE purchase = p.id) s WHERE p.total <> s.sum
        UNION ALL
        SELECT format('buyer %s has %s, not %s', b.id, b.total, s.sum) FROM buyer b,
            LATERAL (SELECT coalesce(sum(total), 0) AS sum FROM purchase WHERE buyer = b.id) s WHERE b.total <> s.sum
        UNION ALL
        SELECT format('stock %s has %s, not %s', t.id, t.q, s.sum) FROM stock t,
            LATERAL (SELECT coalesce(sum(q), 0) AS sum FROM stock_move WHERE stock = t.id) s WHERE t.q <> s.sum
        UNION ALL
        SELECT format('deal %s makes %s', deal, sum(percent)) FROM share GROUP BY deal HAVING sum(percent) <> 100
    ) AS w (said)
$$;

CREATE FUNCTION test.number(bound int) RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1 + floor(random() * bound)::int';

-- One random change; what the tables refuse is passed over.
CREATE FUNCTION test.act() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    i int := test.number(6);
    j int := test.number(4);
    n int := test.number(90);
    commands text[] := ARRAY[
        format('INSERT INTO buyer (id, name) VALUES (%s, %L)', i, 'b' || n),
        format('UPDATE buyer SET name = %L WHERE id = %s', 'b' || n, i),
        format('DELETE FROM buyer WHERE id = %s', i),
        format('INSERT INTO purchase (id, buyer) VALUES (%s, %s)', i, j),
        format('UPDATE purchase SET buyer = %s WHERE id = %s', j, i),
        format('UPDATE purchase SET id = %s WHERE id = %s', i + 1, i),
        format('DELETE FROM purchase WHERE id = %s', i),
        format('INSERT INTO purchase_line VALUES (%s, %s, %s)', n, i, n),
        format('INSERT INTO purchase_line SELECT g, %s, g FROM generate_series(%s, %s) g', i, n, n + j),
        format('UPDATE purchase_line SET amount = amount + %s WHERE purchase = %s', j, i),
        format('UPDATE purchase_line SET purchase = %s WHERE id < %s', i, n),
        format('DELETE FROM purchase_line WHERE id < %s', n),
        format('INSERT INTO basket VALUES (%s, 0, %L)', i, 'n' || n),
        format('INSERT INTO basket_line VALUES (%s, %s, %s)', n, i, n),
        format('UPDATE basket SET note = %L WHERE id = %s', 'n' || n, i),
        format('DELETE FROM basket WHERE id = %s', i),
        format('INSERT INTO stock VALUES (%s)', i),
        format('INSERT INTO stock_move VALUES (%s, %s, %s)', n, i, n - 30),
        format('UPDATE stock_move SET q = q + %s WHERE stock = %s', j, i),
        format('DELETE FROM stock_move WHERE stock = %s', i),
        format('DELETE FROM stock WHERE id = %s', i),
        format('INSERT INTO price VALUES (%s, %s) ON CONFLICT (id) DO UPDATE SET amount = excluded.amount', i, n),
        format('DELETE FROM price WHERE id = %s', i),
        format('INSERT INTO letter VALUES (%s, %L)', n, 'l' || n),
        format('DELETE FROM letter WHERE id < %s', n),
        format('INSERT INTO account VALUES (%s, %L)', i, 'a' || n),
        format('UPDATE account_option SET value = %L WHERE account = %s', 'v' || n, i),
        format('INSERT INTO account_option VALUES (%s, %L, ''x'')', i, 'o' || j),
        format('DELETE FROM account WHERE id = %s', i),
        format('INSERT INTO invoice VALUES (%s, %L)', i, i > 3),
        format('DELETE FROM invoice WHERE id = %s', i),
        format('INSERT INTO folder VALUES (%s, (SELECT max(id) FROM folder WHERE id < %s))', n, n),
        format('UPDATE folder SET gone = NOT gone WHERE id = %s', i),
        format('DELETE FROM folder WHERE id > %s', n),
        format('INSERT INTO article (title, body) VALUES (%L, %L)', 't' || i, repeat('w', n)),
        format('UPDATE article SET body = %L WHERE id %% 3 = %s %% 3', repeat('v', n), i),
        format('DELETE FROM article WHERE id %% 4 = %s %% 4', i),
        format('INSERT INTO login (email) VALUES (%L)', 'E' || i || '@x'),
        format('UPDATE login SET email = %L WHERE id = %s', 'e' || j || '@X', i),
        format('DELETE FROM login WHERE lower(email) = %L', 'e' || i || '@x'),
        format('INSERT INTO share VALUES (%s, %s, 100 - %s), (%s, %s, %s)', 2 * n + 1, n, i, 2 * n + 2, n, i),
        format('UPDATE share SET percent = 100 - percent WHERE deal = %s', n),
        format('DELETE FROM share WHERE deal = (SELECT max(deal) FROM share)'),
        format('INSERT INTO payer VALUES (%s, %L)', i, 'p' || n),
        format('INSERT INTO payment VALUES (%s, date ''2024-01-01'' + %s * 7, %s)', n, n, i),
        format('UPDATE payment SET day = day + %s WHERE id < %s', 200, n),
        format('DELETE FROM payment WHERE payer = %s', i),
        format('DELETE FROM payer WHERE id = %s', i),
        format('INSERT INTO student VALUES (%s, %L)', i, 's' || n),
        format('INSERT INTO attends VALUES (%s, 1.50, %s)', i, n),
        format('UPDATE student SET id = id + 6 WHERE id = %s', i),
        format('DELETE FROM student WHERE id = %s', i + 6),
        format('INSERT INTO "Заказ" VALUES (%s, %s)', i, n),
        format('DELETE FROM "Заказ" WHERE "номер" < %s', i),
        format('UPDATE "Order ""Form""" SET "my note" = %L', n),
        format('INSERT INTO sale VALUES (%s, 1, %s)', i, n),
        format('DELETE FROM sale WHERE id = %s', i),
        format('INSERT INTO rate VALUES (''USD'', %s.%s, ''2024-01-01'', %s)', i, j, n),
        format('UPDATE rate SET amount = amount + 1 WHERE value < %s', n),
        format('UPDATE note SET text = %L WHERE id = %s', n, j),
        format('INSERT INTO note VALUES (%s, %L)', i, n),
        format('DELETE FROM note WHERE id = %s', i),
        format('UPDATE document SET title = %L', n)];
BEGIN
    EXECUTE commands[test.number(cardinality(commands))];
EXCEPTION WHEN integrity_constraint_violation OR raise_exception THEN
    NULL;
END $$;

-- The newest transaction with entries beyond an id.
CREATE FUNCTION test.last(since bigint) RETURNS xid8 LANGUAGE sql AS $$
    SELECT transaction_id FROM journal.entry WHERE id > since ORDER BY id DESC LIMIT 1
$$;
CREATE TABLE test.round (number int, since bigint, transaction xid8);
CREATE FUNCTION test.begin_round(number int) RETURNS void LANGUAGE sql AS $$
    SELECT test.keep('before');
    INSERT INTO test.round SELECT number, (SELECT coalesce(max(id), 0) FROM journal.entry);
$$;
CREATE FUNCTION test.end_round() RETURNS void LANGUAGE sql AS $$
    SELECT test.keep('after');
    UPDATE test.round SET transaction = test.last(since) WHERE number = (SELECT max(number) FROM test.round);
    SELECT test.check_sums((SELECT max(number) FROM test.round), 'after the changes');
$$;

-- Takes a round's transaction back, and then that. All is as it was, or the call says why not and nothing has changed.
CREATE FUNCTION test.take_back(step text, transaction xid8, expected text, was text, on_conflict text DEFAULT 'error') RETURNS xid8 LANGUAGE plpgsql AS $$
DECLARE
    this_round int := (SELECT max(number) FROM test.round);
    since bigint := (SELECT max(id) FROM journal.entry);
    state text := 'done';
    message text;
BEGIN
    BEGIN
        INSERT INTO test.told
        SELECT this_round, t.relation::text, u.object_id FROM journal.undo(transaction, NULL, on_conflict) u JOIN journal.tracked_relations t USING (object_type)
        WHERE u.outcome = 'by trigger' AND t.tracked;
    EXCEPTION WHEN OTHERS THEN
        state := SQLSTATE;
        message := SQLERRM;
        expected := was;
    END;
    INSERT INTO test.outcome VALUES (this_round, step, state, message, transaction);
    IF expected IS NOT NULL THEN
        INSERT INTO test.wrong
        SELECT this_round, format('%s (%s %s): %s %s %s', step, state, message, side, d.tab, d.row)
        FROM (SELECT 'lacks' AS side, l.* FROM (SELECT s.tab, s.row FROM test.state s WHERE phase = expected EXCEPT ALL SELECT * FROM test.present()) l
              UNION ALL
              SELECT 'has', r.* FROM (SELECT * FROM test.present() EXCEPT ALL SELECT s.tab, s.row FROM test.state s WHERE phase = expected) r) d
        WHERE NOT EXISTS (SELECT FROM test.told o WHERE (o.round, o.tab, o.id) = (this_round, d.tab, d.row::jsonb ->> 'id'))
        LIMIT 10;
    END IF;
    PERFORM test.check_sums(this_round, step);
    RETURN test.last(since);
END $$;
