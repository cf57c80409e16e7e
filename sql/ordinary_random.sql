\i test/regress/fresh.sql
\i test/regress/compare.sql
\i test/regress/undo.sql
\i test/ordinary/schema.sql
\i test/ordinary/tell.sql
-- Transactions at random on tables whose triggers keep totals, counters, names and flags: each is undone, and what was is there again;
-- the undo is undone, and what the transaction had made is there again.
SET client_min_messages = warning;
CREATE TABLE test.told (key text);
-- Rows with their types and keys; not those that the last undo said triggers had made something of.
CREATE FUNCTION test.state() RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    name text; rows text[]; state text[] := '{}';
BEGIN
    FOREACH name IN ARRAY '{buyer,purchase,purchase_line,basket,basket_line,stock,stock_move,folder,account,account_option,price,share}'::text[] LOOP
        EXECUTE format('SELECT array_agg(%1$L || '' '' || to_jsonb(t) ORDER BY t) FROM %1$s t LEFT JOIN test.told ON key = %1$L || '' '' || '
            'coalesce(to_jsonb(t) ->> ''id'', jsonb_build_array(to_jsonb(t) ->> ''account'', to_jsonb(t) ->> ''name'')::text) WHERE key IS NULL', name) INTO rows;
        state := state || rows;
    END LOOP;
    RETURN state;
END $$;
-- What is in one state only, but for what has been told.
CREATE FUNCTION test.differences(a text[], b text[]) RETURNS text[] LANGUAGE sql AS $$
    SELECT array_agg(line ORDER BY line) FROM ((SELECT '+ ' || unnest(a) EXCEPT SELECT '+ ' || unnest(b)) UNION ALL
        (SELECT '- ' || unnest(b) EXCEPT SELECT '- ' || unnest(a))) d (line)
    WHERE NOT EXISTS (SELECT FROM test.told WHERE starts_with(substr(line, 3), split_part(key, ' ', 1) || ' {')
        AND substr(line, strpos(line, '{'))::jsonb @> CASE WHEN key LIKE 'account_option %' THEN '{}' ELSE jsonb_build_object('id', split_part(key, ' ', 2)::int) END)
$$;
-- Takes a transaction back; what it is refused with, or NULL.
CREATE FUNCTION test.undo(transaction xid8) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM test.told;
    INSERT INTO test.told SELECT object_type || ' ' || object_id FROM journal.undo(transaction) WHERE outcome <> 'undone' OR detail <> '';
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ': ' || SQLERRM;
END $$;
CREATE FUNCTION test.pick(n int) RETURNS int LANGUAGE sql AS 'SELECT 1 + floor(random() * n)::int';
-- One change; what constraints refuse is passed over.
CREATE PROCEDURE test.change() LANGUAGE plpgsql AS $$
DECLARE
    n int := test.pick(8);
    m int := test.pick(4);
    commands text[] := ARRAY[
        'INSERT INTO buyer (id, name) VALUES (%1$s, ''b%2$s'')', 'UPDATE buyer SET name = ''n%2$s'' WHERE id = %1$s', 'DELETE FROM buyer WHERE id = %1$s',
        'INSERT INTO purchase (id, buyer) VALUES (%1$s, %2$s)', 'UPDATE purchase SET buyer = %2$s WHERE id = %1$s', 'DELETE FROM purchase WHERE id = %1$s',
        'INSERT INTO purchase_line VALUES (%1$s + 8 * %2$s, %1$s, %2$s0)', 'UPDATE purchase_line SET amount = amount + %2$s WHERE id %% 8 = %1$s - 1',
        'UPDATE purchase_line SET purchase = %2$s WHERE id = %1$s', 'DELETE FROM purchase_line WHERE id %% 8 = %1$s - 1',
        'INSERT INTO basket VALUES (%1$s, 0, ''%2$s'')', 'UPDATE basket SET note = ''x%2$s'' WHERE id = %1$s', 'DELETE FROM basket WHERE id = %1$s',
        'INSERT INTO basket_line VALUES (%1$s + 8 * %2$s, %2$s, %1$s)', 'DELETE FROM basket_line WHERE basket = %2$s',
        'INSERT INTO stock_move VALUES (%1$s + 8 * %2$s, 1, %1$s - %2$s)', 'UPDATE stock_move SET q = q + %2$s - 2 WHERE id = %1$s', 'DELETE FROM stock_move WHERE id %% 8 = %1$s - 1',
        'INSERT INTO folder VALUES (%1$s, %2$s)', 'UPDATE folder SET gone = NOT gone WHERE id = %2$s', 'UPDATE folder SET parent = NULL WHERE id = %1$s', 'DELETE FROM folder WHERE id = %1$s',
        'INSERT INTO account VALUES (%1$s, ''a%2$s'')', 'UPDATE account_option SET value = ''v%2$s'' WHERE account = %1$s', 'DELETE FROM account WHERE id = %1$s',
        'UPDATE share SET percent = 100 - percent'];
BEGIN
    EXECUTE format(commands[test.pick(array_length(commands, 1))], n, m);
EXCEPTION WHEN integrity_constraint_violation THEN NULL;
END $$;
CREATE PROCEDURE test.rounds(count int) LANGUAGE plpgsql AS $$
DECLARE
    before text[]; after text[]; done xid8; refused text; stage text[];
BEGIN
    FOR i IN 1 .. count LOOP
        DELETE FROM test.told;
        before := test.state();
        COMMIT;
        FOR j IN 1 .. test.pick(6) LOOP CALL test.change(); END LOOP;
        done := pg_current_xact_id_if_assigned();
        after := test.state();
        COMMIT;
        FOREACH stage SLICE 1 IN ARRAY ARRAY[ARRAY['undo'], ARRAY['undo of the undo']] LOOP
            EXIT WHEN NOT EXISTS (SELECT FROM journal.entry WHERE transaction_id = done);
            refused := test.undo(done);
            done := pg_current_xact_id();
            COMMIT;
            IF refused IS NOT NULL THEN
                RAISE WARNING 'round %: % refused: %', i, stage[1], refused;
                EXIT;
            END IF;
            IF test.differences(test.state(), before) IS NOT NULL THEN
                RAISE WARNING 'round %: the % leaves %', i, stage[1], test.differences(test.state(), before);
            END IF;
            EXIT WHEN i % 2 = 0 OR EXISTS (SELECT FROM test.told);
            before := after;
        END LOOP;
    END LOOP;
END $$;
SELECT setseed(0.5);
CALL test.rounds(100);
SELECT count(*) > 100 AS many FROM journal.undos;
