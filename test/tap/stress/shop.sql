-- The schema that the stress tests write to: whatever nests, recurses, cascades, defers, moves or fails.
--
-- A row says in its column "act" what its triggers are to do, so that a program is plain SQL. Every row version has a
-- number of its own, "version", given in the order in which versions are made; "previous" is the version that an update
-- replaced, so that a row that arrives in another partition says which row it was.
CREATE SCHEMA shop;
SET search_path = shop, pg_catalog;
CREATE SEQUENCE version_seq;
CREATE SEQUENCE number_seq START 1000;

CREATE TABLE doc (
    id       integer PRIMARY KEY,
    state    text NOT NULL DEFAULT 'new' CHECK (state <> 'refused'),
    amount   numeric(12, 2) NOT NULL DEFAULT 0 CHECK (amount >= 0),
    code     text UNIQUE,
    note     text,
    tags     jsonb,
    act      text NOT NULL DEFAULT '',
    version  bigint,
    previous bigint);
CREATE TABLE item (
    id       integer PRIMARY KEY,
    doc      integer NOT NULL REFERENCES doc ON UPDATE CASCADE ON DELETE CASCADE,
    quantity integer NOT NULL DEFAULT 1 CHECK (quantity > 0),
    act      text NOT NULL DEFAULT '',
    version  bigint,
    previous bigint);
CREATE TABLE node (
    id       integer PRIMARY KEY,
    parent   integer REFERENCES node ON DELETE CASCADE,
    depth    integer NOT NULL DEFAULT 0,
    version  bigint,
    previous bigint);
CREATE TABLE part (
    id       integer NOT NULL,
    region   text NOT NULL,
    size     integer NOT NULL DEFAULT 0 CHECK (size < 1000),
    act      text NOT NULL DEFAULT '',
    version  bigint,
    previous bigint,
    PRIMARY KEY (id, region, size)) PARTITION BY LIST (region);
CREATE TABLE part_a PARTITION OF part FOR VALUES IN ('a');
CREATE TABLE part_b (gone integer, previous bigint, version bigint, act text NOT NULL DEFAULT '', region text NOT NULL,
                     size integer NOT NULL DEFAULT 0 CONSTRAINT part_size_check CHECK (size < 1000), id integer NOT NULL);
ALTER TABLE part_b DROP COLUMN gone;
ALTER TABLE part ATTACH PARTITION part_b FOR VALUES IN ('b');
CREATE TABLE part_c PARTITION OF part FOR VALUES IN ('c') PARTITION BY RANGE (size);
CREATE TABLE part_c1 PARTITION OF part_c FOR VALUES FROM (MINVALUE) TO (50);
CREATE TABLE part_c2 PARTITION OF part_c FOR VALUES FROM (50) TO (MAXVALUE);
-- Without a version: a change that changes nothing is none.
CREATE TABLE tally (name text PRIMARY KEY, value integer NOT NULL);

CREATE FUNCTION number_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        NEW.previous := OLD.version;
        NEW.version := nextval('shop.version_seq');
    ELSIF NEW.version IS NULL THEN
        NEW.version := nextval('shop.version_seq');
    END IF;
    -- Else it arrives from another partition: the UPDATE that moves it has numbered it.
    RETURN NEW;
END
$$;
CREATE TRIGGER number_version BEFORE INSERT OR UPDATE ON doc FOR EACH ROW EXECUTE FUNCTION number_version();
CREATE TRIGGER number_version BEFORE INSERT OR UPDATE ON item FOR EACH ROW EXECUTE FUNCTION number_version();
CREATE TRIGGER number_version BEFORE INSERT OR UPDATE ON node FOR EACH ROW EXECUTE FUNCTION number_version();
CREATE TRIGGER number_version BEFORE INSERT OR UPDATE ON part FOR EACH ROW EXECUTE FUNCTION number_version();

-- Where a moving row may be suppressed on arrival.
CREATE FUNCTION suppress_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RETURN CASE WHEN NEW.act = 'lost' AND NEW.previous IS NOT NULL THEN NULL ELSE NEW END;
END
$$;
CREATE TRIGGER suppress_row BEFORE INSERT ON part_b FOR EACH ROW EXECUTE FUNCTION suppress_row();

CREATE FUNCTION count_one(counted text) RETURNS void LANGUAGE sql
    AS 'INSERT INTO shop.tally VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET value = tally.value + 1';

-- Does what a document's row asks for. Written rows that an EXCEPTION block takes back are gone; those after it stay.
CREATE FUNCTION react() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() > 6 THEN
        RETURN NULL;
    END IF;
    CASE NEW.act
        WHEN 'fix' THEN
            UPDATE shop.doc SET state = 'fixed', act = '' WHERE id = NEW.id;
        WHEN 'undo' THEN
            BEGIN
                UPDATE shop.doc SET amount = amount + 1, act = '' WHERE id = NEW.id;
                INSERT INTO shop.item (id, doc) VALUES (nextval('shop.number_seq'), NEW.id);
                RAISE EXCEPTION 'undone';
            EXCEPTION WHEN raise_exception THEN
                NULL;
            END;
        WHEN 'nest' THEN
            BEGIN
                PERFORM shop.count_one('nest');
                BEGIN
                    UPDATE shop.item SET quantity = quantity - 1 WHERE doc = NEW.id;
                    INSERT INTO shop.node (id) VALUES (NEW.id);
                EXCEPTION WHEN check_violation OR unique_violation THEN
                    PERFORM journal.set_context(reason => 'nested');
                    PERFORM shop.count_one('violation');
                END;
                PERFORM shop.count_one('after');
            END;
        WHEN 'divide' THEN
            BEGIN
                PERFORM journal.set_context(reason => 'divide', extra => '{"by": 0}');
                SET LOCAL application_name = 'divider';
                PERFORM shop.count_one('divide');
                PERFORM 1 / (NEW.id - NEW.id);
            EXCEPTION WHEN division_by_zero THEN
                PERFORM shop.count_one('divided');
            END;
        WHEN 'fail' THEN
            RAISE EXCEPTION 'failed as asked';
        WHEN 'slow' THEN
            PERFORM pg_sleep(0.002);
            PERFORM shop.count_one('slow');
        WHEN 'tree' THEN
            INSERT INTO shop.node (id) VALUES (nextval('shop.number_seq'));
        WHEN 'items' THEN
            INSERT INTO shop.item (id, doc) SELECT nextval('shop.number_seq'), NEW.id FROM generate_series(1, 3);
        WHEN 'move' THEN
            UPDATE shop.part SET region = translate(region, 'abc', 'bca') WHERE id % 5 = NEW.id % 5;
        WHEN 'log' THEN
            PERFORM test.say(NEW.id::text);
        WHEN 'many' THEN
            FOR i IN 1..80 LOOP
                PERFORM shop.count_one('many');
            END LOOP;
        ELSE
            NULL;
    END CASE;
    RETURN NULL;
END
$$;
CREATE TRIGGER react AFTER INSERT OR UPDATE ON doc FOR EACH ROW EXECUTE FUNCTION react();

-- Stands before the journal's trigger: the journal sees the inner update first.
CREATE FUNCTION react_early() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE shop.doc SET note = 'early', act = '' WHERE id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER "00_early" AFTER INSERT OR UPDATE ON doc FOR EACH ROW WHEN (NEW.act = 'early') EXECUTE FUNCTION react_early();

-- Runs as somebody else.
CREATE FUNCTION count_items() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM shop.count_one('items ' || coalesce(NEW.id, OLD.id) % 4);
    RETURN NULL;
END
$$;
CREATE TRIGGER count_items AFTER INSERT OR DELETE ON item FOR EACH ROW EXECUTE FUNCTION count_items();

CREATE FUNCTION react_late() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE NEW.act
        WHEN 'late' THEN
            UPDATE shop.doc SET amount = amount + 1 WHERE id = NEW.doc;
        WHEN 'late move' THEN
            UPDATE shop.part SET size = 60 - size WHERE id % 5 = NEW.id % 5 AND region = 'c';
        WHEN 'late fail' THEN
            RAISE EXCEPTION 'failed late';
        ELSE
            NULL;
    END CASE;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER react_late AFTER INSERT OR UPDATE ON item DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION react_late();

CREATE FUNCTION grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.depth < 3 THEN
        INSERT INTO shop.node (id, parent, depth)
            SELECT nextval('shop.number_seq'), NEW.id, NEW.depth + 1 FROM generate_series(1, 2);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER grow AFTER INSERT ON node FOR EACH ROW EXECUTE FUNCTION grow();

CREATE FUNCTION count_parts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.act = 'count' THEN
        BEGIN
            PERFORM shop.count_one('parts');
            IF NEW.size > 50 THEN
                RAISE EXCEPTION 'too big';
            END IF;
        EXCEPTION WHEN raise_exception THEN
            PERFORM shop.count_one('big parts');
        END;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_parts AFTER INSERT OR UPDATE ON part FOR EACH ROW EXECUTE FUNCTION count_parts();

-- Fails when a row has left its partition and not yet arrived in another.
CREATE FUNCTION refuse_departure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'must not leave';
END
$$;
CREATE TRIGGER refuse_departure AFTER DELETE ON part FOR EACH ROW WHEN (OLD.act = 'stay') EXECUTE FUNCTION refuse_departure();

-- Writes in the middle of a query: a cursor's FETCH may run it after a savepoint that is gone.
CREATE FUNCTION touch(touched integer) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    UPDATE shop.doc SET note = 'touched', act = '' WHERE id = touched;
    PERFORM shop.count_one('touch');
    RETURN touched;
END
$$;

CREATE ROLE clerk;
GRANT USAGE ON SCHEMA shop TO clerk;
GRANT ALL ON ALL TABLES IN SCHEMA shop TO clerk;
GRANT ALL ON ALL SEQUENCES IN SCHEMA shop TO clerk;
GRANT USAGE ON SCHEMA journal TO clerk;
GRANT EXECUTE ON FUNCTION journal.log, journal.set_context TO clerk;
ALTER FUNCTION count_items() OWNER TO clerk;
RESET search_path;

SELECT journal.track('shop.doc', 'doc', label => 'code');
SELECT journal.track('shop.item', 'item', document => 'doc');
SELECT journal.track('shop.node', 'node');
SELECT journal.track('shop.part', 'part');
SELECT journal.track('shop.tally', 'tally');
SELECT journal.add_event_type('doc.' || code, 'other', 'other', 'doc', '{}')
    FROM unnest('{big,state_changed,amount_changed,raised,finished,noted}'::text[]) code;
SELECT journal.add_rule('shop.doc', 'doc.created', 'insert', details => '{state,amount}');
SELECT journal.add_rule('shop.doc', 'doc.big', 'insert', condition => 'new.amount > 50');
SELECT journal.add_rule('shop.doc', 'doc.state_changed', 'update', '{state}', details => '{state,amount}');
SELECT journal.add_rule('shop.doc', 'doc.amount_changed', 'update', '{amount}');
SELECT journal.add_rule('shop.doc', 'doc.raised', 'update', '{state,amount}', condition => 'new.amount > old.amount');
SELECT journal.add_rule('shop.doc', 'doc.finished', 'update', '{state}', condition => $$new.state = 'done'$$);
SELECT journal.add_rule('shop.doc', 'doc.deleted', 'delete', details => '{note}');
SELECT journal.add_rule('shop.item', 'item.created', 'insert');
