\i test/regress/fresh.sql
\i test/regress/compare.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
-- A dry run says what a restore would do, and everything that stands in its way.

-- What the plan says of a restore, and what the restore then says itself; the restore is undone.
CREATE FUNCTION test.planned(entries bigint[], related text DEFAULT 'none', overrides jsonb DEFAULT NULL) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
    expected text[];
    state text := 'none';
BEGIN
    RETURN QUERY SELECT concat_ws(' ', p.action, p.object_type, p.object_id, p.sqlstate,
                                  regexp_replace(p.conflict, '^.* cannot be restored: ', '')) || coalesce('; ' || p.detail, '')
                 FROM journal.restore_plan(entries, related, overrides) p;
    SELECT coalesce(array_agg(DISTINCT p.sqlstate), '{none}') INTO expected FROM journal.restore_plan(entries, related, overrides) p
    WHERE p.sqlstate IS NOT NULL;
    BEGIN
        PERFORM journal.restore_all(entries, related => related, overrides => overrides);
        SET CONSTRAINTS ALL IMMEDIATE;
        RAISE SQLSTATE 'ZZ000';
    EXCEPTION WHEN OTHERS THEN
        IF SQLSTATE <> 'ZZ000' THEN state := SQLSTATE; END IF;
    END;
    IF state <> ALL (expected) THEN
        RETURN NEXT format('the restore says %s, the plan %s', state, expected);
    END IF;
END $$;

CREATE SCHEMA shop;
CREATE TYPE shop.size AS ENUM ('small', 'large');
CREATE DOMAIN shop.short AS text;
CREATE TABLE shop.city (id int PRIMARY KEY, name text);
CREATE TABLE shop.client (
    id int PRIMARY KEY, name text NOT NULL, email text UNIQUE, city int REFERENCES shop.city,
    region int CONSTRAINT region_later REFERENCES shop.city DEFERRABLE INITIALLY DEFERRED,
    code shop.short, size text, upper_name text GENERATED ALWAYS AS (upper(name)) STORED, n int DEFAULT 7
);
CREATE TABLE shop.booking (id int PRIMARY KEY, span int4range, EXCLUDE USING gist (span WITH &&));
CREATE TABLE shop.visit (
    client int REFERENCES shop.client ON DELETE CASCADE, day date, after date,
    PRIMARY KEY (client, day), FOREIGN KEY (client, after) REFERENCES shop.visit ON DELETE CASCADE
);
CREATE TABLE shop.part (id int, day date, note text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE shop.part_23 PARTITION OF shop.part FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE shop.part_24 (note text, day date NOT NULL, id int NOT NULL);
ALTER TABLE shop.part ATTACH PARTITION shop.part_24 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE shop.note (id int PRIMARY KEY, part int, day date, FOREIGN KEY (part, day) REFERENCES shop.part MATCH FULL ON DELETE CASCADE);
SELECT journal.track_schema('shop');
INSERT INTO shop.city VALUES (1, 'Moscow'), (2, 'Tver');
INSERT INTO shop.client (id, name, email, city, region, code, size) VALUES
    (1, 'Ann', 'ann@x', 1, 2, 'a long one', 'small'), (2, 'Bob', 'bob@x', 1, NULL, 'b', 'huge'), (3, 'Cyd', NULL, NULL, NULL, NULL, NULL);
INSERT INTO shop.booking VALUES (1, '[1,5)'), (2, '[7,9)');
INSERT INTO shop.visit VALUES (1, '2024-01-02', NULL), (1, '2024-01-01', '2024-01-02');
INSERT INTO shop.part VALUES (1, '2023-05-05', 'old'), (2, '2024-05-05', 'new');
INSERT INTO shop.note VALUES (1, 1, '2023-05-05'), (2, NULL, NULL);
DELETE FROM shop.client;
DELETE FROM shop.booking;
DELETE FROM shop.part;
DELETE FROM shop.note;
SELECT test.deletion('client', '1') AS ann, test.deletion('client', '2') AS bob, test.deletion('client', '3') AS cyd,
       test.deletion('booking', '1') AS booking, test.deletion('booking', '2') AS booking_2,
       test.deletion('visit', '["1", "2024-01-01"]') AS visit, test.deletion('note', '1') AS note,
       test.deletion('part', '["1", "2023-05-05"]') AS old, test.deletion('part', '["2", "2024-05-05"]') AS new \gset

-- Nothing in the way. Nothing is written, so nothing has changed when the restore comes.
SELECT relation, object_type, object_id, object_label, entry = :ann AS ann, action, new_values, old_values, conflict, sqlstate, detail, hint
FROM journal.restore_plan(:ann);
BEGIN READ ONLY;
SELECT test.planned(ARRAY[:ann], 'none') FROM journal.restore_plan(:ann) LIMIT 0;
SELECT object_type, object_id, conflict FROM journal.restore_plan(entries => ARRAY[:ann, :bob]::bigint[], related => 'all');
COMMIT;
SELECT count(*) FROM journal.restoration;
SELECT test.planned(ARRAY[:ann, :bob, :cyd, :booking, :booking_2, :old, :new, :note], 'children');
SELECT test.planned(ARRAY[:ann], 'none', '{"client": {"id": 5, "email": null, "n": 9}}');
SELECT test.planned(ARRAY[:note], 'parents');

-- Parents that do not come.
SELECT test.planned(ARRAY[:visit]);
SELECT test.planned(ARRAY[:note]);
SELECT test.planned(ARRAY[:visit], 'none', '{"visit": {"client": null}}');
SELECT test.planned(ARRAY[:note], 'none', '{"note": {"part": null}}');
SELECT test.planned(ARRAY[:note], 'none', '{"note": {"part": null, "day": null}}');
-- A deferred constraint, which is checked at the end of the call.
SELECT test.planned(ARRAY[:cyd], 'none', '{"client": {"region": 9, "city": 1}}');

-- Keys in use, also twice among the rows themselves; by an expression, a predicate, an exclusion, a deferred key.
SELECT test.planned(ARRAY[:ann, :bob], 'none', '{"client": {"id": 5}}');
SELECT test.planned(ARRAY[:booking, :booking_2], 'none', '{"booking": {"span": "[2,3)"}}');
INSERT INTO shop.booking VALUES (3, '[4,6)');
INSERT INTO shop.client (id, name, email) VALUES (1, 'Live', 'bob@x'), (7, 'CYD', NULL);
INSERT INTO shop.part VALUES (2, '2024-05-05', 'live');
SELECT test.planned(ARRAY[:ann, :bob, :booking, :booking_2, :old, :new]);
CREATE UNIQUE INDEX name_key ON shop.client (lower(name)) WHERE id > 2;
CREATE UNIQUE INDEX note_key ON shop.part_23 (note);
INSERT INTO shop.part VALUES (3, '2023-06-06', 'old');
SELECT test.planned(ARRAY[:cyd, :old]);
DROP INDEX shop.name_key;
DELETE FROM shop.client WHERE id = 7;
ALTER TABLE shop.client ADD CONSTRAINT size_key UNIQUE NULLS NOT DISTINCT (size) DEFERRABLE INITIALLY DEFERRED, DROP CONSTRAINT client_email_key;
SELECT test.planned(ARRAY[:cyd]);
ALTER TABLE shop.client DROP CONSTRAINT size_key;
DELETE FROM shop.client; DELETE FROM shop.booking; DELETE FROM shop.part WHERE note = 'live' OR id = 3;

-- What the table asks for.
ALTER TABLE shop.client ADD CONSTRAINT not_ann CHECK (upper_name <> 'ANN'), ADD CONSTRAINT short CHECK (length(name) < 3) NOT VALID,
    ADD CONSTRAINT default_n CHECK (n = 7), ADD added int NOT NULL;
SELECT test.planned(ARRAY[:ann, :bob]);
ALTER TABLE shop.client ALTER added SET DEFAULT 1, DROP CONSTRAINT not_ann, DROP CONSTRAINT short;
SELECT test.planned(ARRAY[:ann, :bob]);
ALTER TABLE shop.client ADD CONSTRAINT raises CHECK (1 / (length(name) - 3) > 0) NOT VALID;
SELECT test.planned(ARRAY[:ann, :cyd], 'none', jsonb_build_object(:'ann', '{"name": "Anna"}'::jsonb));
ALTER TABLE shop.client DROP CONSTRAINT raises;
DROP TABLE shop.part_23 CASCADE;
SELECT test.planned(ARRAY[:old, :new]);
ALTER TABLE shop.part_24 ADD CHECK (note <> 'new') NOT VALID;
SELECT test.planned(ARRAY[:new]);

-- Values that do not fit any more are conflicts of their rows.
ALTER DOMAIN shop.short ADD CHECK (length(value) < 5);
ALTER TABLE shop.client ALTER size TYPE shop.size USING NULL;
SELECT test.planned(ARRAY[:ann, :bob, :cyd]);
SELECT conflict, hint FROM journal.restore_plan(:bob);

-- A value that others refer to, of a row whose reference would be set back.
CREATE TABLE shop.seat (id int PRIMARY KEY, city int DEFAULT 2 UNIQUE REFERENCES shop.city ON DELETE SET DEFAULT);
CREATE TABLE shop.guest (id int PRIMARY KEY, seat int REFERENCES shop.seat (city));
SELECT journal.track('shop.seat'), journal.track('shop.guest');
INSERT INTO shop.city VALUES (7, 'Omsk');
INSERT INTO shop.seat VALUES (1, 7);
DELETE FROM shop.city WHERE id = 7;
SELECT test.deletion('city', '7') AS omsk \gset
SELECT test.planned(ARRAY[:omsk], 'children');
INSERT INTO shop.guest VALUES (1, 2);
SELECT test.planned(ARRAY[:omsk], 'children');
SELECT object_type, object_id, outcome, detail FROM journal.restore(:omsk, related => 'children', on_conflict => 'skip');

-- A child of a table has rows, keys and references of its own.
CREATE TABLE shop.thing (id int PRIMARY KEY, name text, city int REFERENCES shop.city ON DELETE SET NULL);
CREATE TABLE shop.car (plate text UNIQUE, PRIMARY KEY (id), FOREIGN KEY (city) REFERENCES shop.city ON DELETE SET NULL) INHERITS (shop.thing);
SELECT journal.track('shop.thing');
INSERT INTO shop.city VALUES (8, 'Perm');
INSERT INTO shop.thing VALUES (1, 'chair', 8), (3, 'table', 8);
INSERT INTO shop.car VALUES (1, 'van', 8, 'A1'), (2, 'bus', 8, 'B2');
SELECT tableoid::regclass, * FROM shop.thing ORDER BY 2, 1;
DELETE FROM ONLY shop.thing WHERE id = 1;
SELECT test.deletion('thing', '1') AS chair \gset
DELETE FROM shop.car WHERE id = 1;
SELECT test.deletion('thing', '1') AS van \gset
DELETE FROM shop.city WHERE id = 8;
SELECT test.deletion('city', '8') AS perm \gset
SELECT test.planned(ARRAY[:chair, :van]);
SELECT test.planned(ARRAY[:chair, :van, :perm], 'children');
SELECT relation, object_id, new_values FROM journal.restore_plan(ARRAY[:chair, :van, :perm], related => 'children');
INSERT INTO shop.car VALUES (5, 'live', NULL, 'A1');
SELECT test.planned(ARRAY[:perm, :chair, :van]);
INSERT INTO shop.thing VALUES (1, 'live');
ALTER TABLE shop.car ADD CHECK (name <> 'van') NOT VALID;
SELECT test.planned(ARRAY[:perm, :chair, :van]);
UPDATE shop.car SET name = 'truck' WHERE id = 2;
UPDATE shop.car SET city = 1 WHERE id = 2;
SELECT test.planned(ARRAY[:perm], 'children');

-- What nobody may restore, or has restored already, is told, too.
SELECT entry, action, sqlstate, conflict, detail, hint FROM journal.restore_plan(0);
SELECT journal.restore_plan(NULL::bigint);
SELECT journal.restore_plan('{}'::bigint[]);
SELECT journal.restore_plan(:ann, related => 'cousins');
SELECT journal.restore_plan(:cyd, overrides => '{"booking": {"id": 1}}');
SELECT object_id FROM journal.restore(:cyd);
SELECT object_id, sqlstate, conflict FROM journal.restore_plan(:cyd);

-- A role without INSERT, or whom row-level security forbids the row, is told so; and the plan shows nothing that the role
-- may not restore.
CREATE ROLE regress_restorer;
GRANT USAGE ON SCHEMA journal, shop TO regress_restorer;
GRANT SELECT ON journal.entry TO regress_restorer;
GRANT EXECUTE ON FUNCTION journal.restore_plan(bigint, text, jsonb), journal.restore, journal.visible_since TO regress_restorer;
SELECT test.deletion('visit', '["1", "2024-01-02"]') AS visit_2 \gset
INSERT INTO shop.visit SELECT 3, day, NULL FROM (VALUES ('2024-01-02'::date)) v (day);
SET ROLE regress_restorer;
SELECT object_id, sqlstate, conflict, detail FROM journal.restore_plan(:visit_2);
SELECT journal.restore(:visit_2);
RESET ROLE;
GRANT INSERT ON shop.visit TO regress_restorer;
ALTER TABLE shop.visit ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON shop.visit FOR INSERT TO regress_restorer WITH CHECK (client IN (SELECT 3) AND visit.day > '2024-01-01');
SET ROLE regress_restorer;
SELECT object_id, sqlstate, conflict, detail FROM journal.restore_plan(:visit_2);
SELECT journal.restore(:visit_2);
-- A parent is there, and a key in use, whether or not the role may read it.
SELECT object_id, sqlstate, detail FROM journal.restore_plan(:visit_2, overrides => '{"visit": {"client": 3}}');
SELECT journal.restore(:visit_2, overrides => '{"visit": {"client": 3}}');
SELECT object_id, conflict FROM journal.restore_plan(:visit_2, overrides => '{"visit": {"client": 3, "day": "2024-02-01"}}');
RESET ROLE;

-- Policies for UPDATE: of rows that they hide, or whose new version they refuse, references are not set back.
CREATE TABLE shop.desk (id int PRIMARY KEY, city int REFERENCES shop.city ON DELETE SET NULL, owner text);
SELECT journal.track('shop.desk');
INSERT INTO shop.city VALUES (6, 'Tula');
INSERT INTO shop.desk VALUES (1, 6, 'me'), (2, 6, 'me'), (3, 6, 'other');
DELETE FROM shop.city WHERE id = 6;
SELECT test.deletion('city', '6') AS tula \gset
GRANT USAGE ON SCHEMA test TO regress_restorer;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA journal, test TO regress_restorer;
GRANT INSERT ON shop.city TO regress_restorer;
GRANT SELECT, UPDATE ON shop.desk TO regress_restorer;
ALTER TABLE shop.desk ENABLE ROW LEVEL SECURITY;
SET ROLE regress_restorer;
SELECT test.planned(ARRAY[:tula], 'children');
RESET ROLE;
CREATE POLICY look ON shop.desk FOR SELECT TO regress_restorer USING (id < 3);
SET ROLE regress_restorer;
SELECT test.planned(ARRAY[:tula], 'children');
RESET ROLE;
CREATE POLICY change ON shop.desk FOR UPDATE TO regress_restorer USING (owner = 'me' AND id <> 2);
SET ROLE regress_restorer;
SELECT test.planned(ARRAY[:tula], 'children');
SELECT object_type, object_id, outcome FROM journal.restore_plan(:tula, related => 'children') p, LATERAL (SELECT coalesce(p.sqlstate, p.conflict, 'fine')) o (outcome);
BEGIN;
SELECT object_type, object_id, outcome FROM journal.restore(:tula, related => 'children');
ROLLBACK;
RESET ROLE;
DROP POLICY change ON shop.desk;
CREATE POLICY change ON shop.desk FOR UPDATE TO regress_restorer USING (id <> 2) WITH CHECK (city IS NULL);
SET ROLE regress_restorer;
SELECT test.planned(ARRAY[:tula], 'children');
SELECT object_id, sqlstate, detail FROM journal.restore_plan(:tula, related => 'children') WHERE sqlstate IS NOT NULL;
RESET ROLE;
DROP POLICY change ON shop.desk;
CREATE POLICY change ON shop.desk FOR UPDATE TO regress_restorer USING (true) WITH CHECK (id <> 3 AND city = 6);
-- The policy for SELECT holds for the new version too.
DROP POLICY look ON shop.desk;
CREATE POLICY look ON shop.desk FOR SELECT TO regress_restorer USING (id <> 2 OR city IS NULL);
SET ROLE regress_restorer;
SELECT test.planned(ARRAY[:tula], 'children');
RESET ROLE;
DROP POLICY change ON shop.desk;
CREATE POLICY change ON shop.desk FOR UPDATE TO regress_restorer USING (true);
SET ROLE regress_restorer;
SELECT test.planned(ARRAY[:tula], 'children');
RESET ROLE;
DROP OWNED BY regress_restorer;
DROP ROLE regress_restorer;

-- A row that two deletions took a reference from, each: both come back, and the row is not in its own way.
CREATE TABLE shop.left_side (id int PRIMARY KEY);
CREATE TABLE shop.right_side (id int PRIMARY KEY);
CREATE TABLE shop.both_sides (id int PRIMARY KEY, l int REFERENCES shop.left_side ON DELETE SET NULL, r int REFERENCES shop.right_side ON DELETE SET NULL,
    span int4range, EXCLUDE USING gist (span WITH &&));
SELECT journal.track('shop.left_side', 'left'), journal.track('shop.right_side', 'right'), journal.track('shop.both_sides', 'both');
INSERT INTO shop.left_side VALUES (1);
INSERT INTO shop.right_side VALUES (1);
INSERT INTO shop.both_sides VALUES (1, 1, 1, '[1,5)');
DELETE FROM shop.left_side;
DELETE FROM shop.right_side;
SELECT test.planned(ARRAY[test.deletion('left', '1'), test.deletion('right', '1')], 'children');
SELECT object_type, outcome FROM journal.restore_all(ARRAY[test.deletion('left', '1'), test.deletion('right', '1')], related => 'children', on_conflict => 'skip');
TABLE shop.both_sides;
