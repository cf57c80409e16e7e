-- On top of random.sql: rounds in which one random transaction is undone, or deletions are restored, and every table is
-- held against a plain copy from before, value by value, as text.

-- A composite key that refers to itself, and one that refers to it.
CREATE TABLE shop.node (a integer, b integer, up_a integer, up_b integer, v text, PRIMARY KEY (a, b),
                        FOREIGN KEY (up_a, up_b) REFERENCES shop.node ON DELETE SET NULL ON UPDATE CASCADE);
CREATE TABLE shop.leaf (id integer PRIMARY KEY, a integer, b integer, v numeric,
                        FOREIGN KEY (a, b) REFERENCES shop.node ON DELETE CASCADE ON UPDATE CASCADE);
SELECT journal.track('shop.node', 'node'), journal.track('shop.leaf', 'leaf');

-- Unique values that are checked row by row.
CREATE TABLE shop.seat (id integer PRIMARY KEY, room integer, place integer, main boolean NOT NULL DEFAULT false, v text, UNIQUE (room, place));
CREATE UNIQUE INDEX ON shop.seat (room) WHERE main;
SELECT journal.track('shop.seat', 'seat');

-- What a trigger does to other rows when a row is brought back is the application's, and none of the copies': here it does
-- nothing to them.
CREATE OR REPLACE FUNCTION shop.fire() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_WHEN = 'BEFORE' THEN
        NEW.stamp = NEW.stamp + 1;
        RETURN NEW;
    END IF;
    UPDATE shop.fired SET v = v + 1 WHERE id = NEW.id AND pg_trigger_depth() < 3;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION test.some_table() RETURNS regclass LANGUAGE sql VOLATILE AS $$
    SELECT ('shop.' || test.one_of('plain', 'pair', 'parent', 'parent', 'child', 'loose', 'part', 'base', 'fired', 'node', 'leaf'))::regclass
$$;

-- Rows that refer to each other.
CREATE FUNCTION test.fill() RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    INSERT INTO shop.parent SELECT n, 'p' || n FROM generate_series(1, 12) n WHERE random() < 0.5 ON CONFLICT DO NOTHING;
    INSERT INTO shop.child (id, parent, note)
    SELECT test.number(60), id, 'c' || test.number(9) FROM shop.parent WHERE random() < 0.5 ON CONFLICT DO NOTHING;
    INSERT INTO shop.loose SELECT test.number(12), id, NULL, '1 day' FROM shop.parent WHERE random() < 0.5 ON CONFLICT DO NOTHING;
    UPDATE shop.loose l SET self = (SELECT min(id) FROM shop.loose o WHERE o.id > l.id) WHERE random() < 0.3;
    INSERT INTO shop.node SELECT a, b, NULL, NULL, 'n' FROM generate_series(1, 3) a, generate_series(1, 3) b
    WHERE random() < 0.5 ON CONFLICT DO NOTHING;
    UPDATE shop.node n SET up_a = o.a, up_b = o.b FROM shop.node o WHERE random() < 0.1;
    INSERT INTO shop.seat SELECT n, r, test.number(15) FROM generate_series(1, 3) r, generate_series(10 * r, 10 * r + 7) n
    WHERE random() < 0.5 ON CONFLICT DO NOTHING;
    INSERT INTO shop.leaf SELECT test.number(30), a, b, 1.50 FROM shop.node WHERE random() < 0.5 ON CONFLICT DO NOTHING;
END $$;

CREATE TABLE test.copy (name text, tab text, line text);
CREATE TABLE test.round (number integer, entry bigint, xid xid8);
CREATE TABLE test.outcome (number integer, step text, state text, tables text);
CREATE TABLE test.wrong (number integer, step text, what text);

CREATE FUNCTION test.tables() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT CASE WHEN relkind = 'p' THEN '' ELSE 'ONLY ' END || oid::regclass FROM pg_class
    WHERE relnamespace = 'shop'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname
$$;

CREATE FUNCTION test.copy(name text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    tab text;
BEGIN
    DELETE FROM test.copy c WHERE c.name = copy.name;
    FOR tab IN SELECT * FROM test.tables() LOOP
        EXECUTE format('INSERT INTO test.copy SELECT %L, %L, x::text FROM %s x', name, tab, tab);
    END LOOP;
END $$;

-- What differs between the tables and a copy, or, of additions, what the copy has and the tables have not.
CREATE FUNCTION test.differences(name text, additions boolean DEFAULT false) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM test.copy('now');
    RETURN (SELECT string_agg(d::text, ' ') FROM (
        (SELECT 'now', c.tab, c.line FROM test.copy c WHERE c.name = 'now' AND NOT additions
         EXCEPT ALL SELECT 'now', c.tab, c.line FROM test.copy c WHERE c.name = differences.name)
        UNION ALL
        (SELECT 'then', c.tab, c.line FROM test.copy c WHERE c.name = differences.name
         EXCEPT ALL SELECT 'then', c.tab, c.line FROM test.copy c WHERE c.name = 'now')) d);
END $$;

CREATE FUNCTION test.begin_round(number integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM test.copy('before');
    INSERT INTO test.round SELECT number, coalesce(max(id), 0) FROM journal.entry;
END $$;

CREATE FUNCTION test.end_round() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM test.copy('after');
    UPDATE test.round r SET xid = (SELECT max(transaction_id) FROM journal.entry e WHERE e.id > r.entry)
    WHERE r.number = (SELECT max(number) FROM test.round);
END $$;

-- Takes the round's transaction back, or (again) what took it back.
CREATE FUNCTION test.take_back(again boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    round test.round;
    target xid8;
    step text := CASE WHEN again THEN 'undo of the undo' ELSE 'undo' END;
    predicted text;
    state text := 'done';
    message text;
    difference text;
BEGIN
    SELECT * INTO round FROM test.round ORDER BY number DESC LIMIT 1;
    target := CASE WHEN again THEN (SELECT undone_by FROM journal.undos WHERE transaction_id = round.xid) ELSE round.xid END;
    IF target IS NULL OR NOT EXISTS (SELECT FROM journal.entry e WHERE e.transaction_id = target) THEN
        RETURN;
    END IF;
    BEGIN
        SELECT min(concat_ws(' ', p.sqlstate, p.action, p.object_type, p.object_id, p.detail)) INTO predicted FROM journal.undo_plan(target) p
        WHERE p.sqlstate IS NOT NULL;
        PERFORM journal.undo(target, exact => true);
        SET CONSTRAINTS ALL IMMEDIATE;
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = PG_EXCEPTION_DETAIL;
        message := concat_ws(' ', SQLERRM, message);
    END;
    INSERT INTO test.outcome VALUES (round.number, step, state, (SELECT string_agg(DISTINCT e.object_type, ' ') FROM journal.entries e WHERE e.transaction_id = target));
    difference := test.differences(CASE WHEN (state = 'done') = again THEN 'after' ELSE 'before' END);
    IF difference IS NOT NULL THEN
        INSERT INTO test.wrong VALUES (round.number, step, state || ': ' || difference);
    END IF;
    -- Nobody else changes anything, so JE061 would be wrong.
    IF state NOT IN ('done', 'JE013', 'JE014', 'JE016', 'JE017') THEN
        INSERT INTO test.wrong VALUES (round.number, step, state || ': ' || message);
    END IF;
    IF predicted IS NOT NULL AND state = 'done' THEN
        INSERT INTO test.wrong VALUES (round.number, step, 'not refused, though the plan says ' || predicted);
    END IF;
END $$;

-- Deletes at random from tables that others refer to; of some rows that would be cascaded to, the application takes the
-- reference away before, or a part of it.
CREATE FUNCTION test.delete_some() RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    tab regclass := ('shop.' || test.one_of('parent', 'parent', 'node', 'node', 'loose', 'child', 'leaf', 'plain', 'pair', 'part', 'fired'))::regclass;
    gone integer[];
BEGIN
    IF tab = 'shop.parent'::regclass THEN
        gone := ARRAY(SELECT id FROM shop.parent WHERE random() < 0.4);
        UPDATE shop.loose SET parent = NULL WHERE parent = ANY (gone) AND random() < 0.3;
        UPDATE shop.child SET parent = NULL WHERE parent = ANY (gone) AND random() < 0.3;
        DELETE FROM shop.parent WHERE id = ANY (gone);
    ELSIF tab = 'shop.node'::regclass THEN
        gone := ARRAY(SELECT a * 100 + b FROM shop.node WHERE random() < 0.4);
        UPDATE shop.node SET up_a = NULL, up_b = CASE WHEN random() < 0.5 THEN up_b END WHERE up_a * 100 + up_b = ANY (gone) AND random() < 0.3;
        UPDATE shop.leaf SET a = CASE WHEN random() < 0.5 THEN a END, b = NULL WHERE a * 100 + b = ANY (gone) AND random() < 0.3;
        DELETE FROM shop.node WHERE a * 100 + b = ANY (gone);
    ELSE
        EXECUTE format('DELETE FROM %s WHERE random() < 0.4', tab);
    END IF;
END $$;

-- Rows take over unique values from one another: one change of several kinds, unless it is refused.
CREATE FUNCTION test.reseat() RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    number integer := test.number(3);
    one integer := (SELECT id FROM shop.seat WHERE room = number ORDER BY random() LIMIT 1);
    other integer := (SELECT id FROM shop.seat WHERE room = number AND id <> one ORDER BY random() LIMIT 1);
    it shop.seat;
BEGIN
    CASE test.number(8)
        WHEN 1 THEN -- all of a room, by way of places that nobody else has
            UPDATE shop.seat SET place = -place WHERE room = number;
            UPDATE shop.seat s SET place = n.place FROM (SELECT id, row_number() OVER (ORDER BY random()) AS place FROM shop.seat
                WHERE room = number) n WHERE n.id = s.id;
        WHEN 2 THEN -- two change places
            SELECT * INTO it FROM shop.seat WHERE id = one;
            UPDATE shop.seat SET place = NULL WHERE id = one;
            UPDATE shop.seat SET place = it.place WHERE id = other;
            UPDATE shop.seat SET place = (SELECT min(p) FROM generate_series(1, 20) p WHERE NOT EXISTS (SELECT FROM shop.seat
                WHERE room = number AND place = p)), v = 'moved' WHERE id = one;
        WHEN 3 THEN -- room is made at the front
            FOR it IN SELECT * FROM shop.seat WHERE room = number ORDER BY place DESC LOOP
                UPDATE shop.seat SET place = place + 1 WHERE id = it.id;
            END LOOP;
            INSERT INTO shop.seat VALUES (test.number(99), number, 1);
        WHEN 4 THEN -- another is the first of the room
            UPDATE shop.seat SET main = false WHERE room = number AND main;
            UPDATE shop.seat SET main = true WHERE id = one;
        WHEN 5 THEN -- two change their keys
            UPDATE shop.seat SET id = 1000 WHERE id = one;
            UPDATE shop.seat SET id = one WHERE id = other;
            UPDATE shop.seat SET id = other WHERE id = 1000;
        WHEN 6 THEN -- one goes, and the others move up
            DELETE FROM shop.seat WHERE id = one;
            UPDATE shop.seat s SET place = -n.place FROM (SELECT id, row_number() OVER (ORDER BY place) AS place FROM shop.seat
                WHERE room = number) n WHERE n.id = s.id;
            UPDATE shop.seat SET place = -place WHERE room = number;
        WHEN 7 THEN -- to another room
            UPDATE shop.seat SET room = number % 3 + 1, main = false, place = (SELECT max(place) + 1 FROM shop.seat
                WHERE room = number % 3 + 1) WHERE id IN (one, other) AND random() < 0.7;
        ELSE
            UPDATE shop.seat SET place = test.number(20), v = 'somewhere' WHERE id = one;
    END CASE;
EXCEPTION WHEN unique_violation THEN
    NULL;
END $$;

-- Brings back everything that the round's transaction deleted; live rows may have come in between (additions).
CREATE FUNCTION test.restore(additions boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    round test.round;
    gone bigint[];
    predicted text[];
    state text := 'done';
    message text;
    difference text;
BEGIN
    SELECT * INTO round FROM test.round ORDER BY number DESC LIMIT 1;
    SELECT array_agg(id ORDER BY random()) INTO gone FROM journal.entries e WHERE transaction_id = round.xid AND operation = 'delete';
    IF gone IS NULL THEN
        RETURN;
    END IF;
    PERFORM test.copy('after');
    SELECT array_agg(DISTINCT p.sqlstate) INTO predicted FROM journal.restore_plan(gone, related => 'all') p WHERE p.sqlstate IS NOT NULL;
    BEGIN
        PERFORM journal.restore_all(gone, related => 'all', exact => true);
        SET CONSTRAINTS ALL IMMEDIATE;
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = PG_EXCEPTION_DETAIL;
        message := concat_ws(' ', SQLERRM, message);
    END;
    INSERT INTO test.outcome VALUES (round.number, 'restore', state, NULL);
    difference := CASE WHEN state = 'done' THEN test.differences('before', additions) ELSE test.differences('after') END;
    IF difference IS NOT NULL THEN
        INSERT INTO test.wrong VALUES (round.number, 'restore', state || ': ' || difference);
    END IF;
    IF (state = 'done') <> (predicted IS NULL) OR state <> 'done' AND state <> ALL (predicted) THEN
        INSERT INTO test.wrong VALUES (round.number, 'restore', format('%s %s, and the plan says %s', state, message, predicted));
    END IF;
END $$;
