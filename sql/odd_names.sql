\i test/regress/fresh.sql
\i test/regress/compare.sql
\i test/regress/undo.sql
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
-- Names that look like something else: to a format, to SQL, to a list of names. What is told has them as they are.

CREATE SCHEMA "100%s";
CREATE TYPE "100%s"."%d" AS ENUM ('%s', '%n');
CREATE TABLE "100%s"."%s of %d" ("%s" int PRIMARY KEY, "a%1$s, b" text, "b" text, "it's" int, "%d" "100%s"."%d" NOT NULL DEFAULT '%s',
    CONSTRAINT "u%s" UNIQUE NULLS NOT DISTINCT ("a%1$s, b", "b"), CONSTRAINT "c%n" CHECK ("it's" > 0),
    CONSTRAINT "x%s" EXCLUDE USING gist (int4range("it's", "it's" + 2) WITH &&));
CREATE TABLE "100%s"."child%s" ("id%s" int PRIMARY KEY, "of%s" int, CONSTRAINT "f%s%s" FOREIGN KEY ("of%s") REFERENCES "100%s"."%s of %d");
SELECT journal.track('"100%s"."%s of %d"', 'object%s', label => 'b'), journal.track('"100%s"."child%s"', 'child%d');
CREATE FUNCTION test.plan(transaction xid8, on_conflict text DEFAULT 'error') RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws(' | ', p.relation, p.object_type || ' ' || p.object_id, p.object_label, p.action, p.old_values, p.new_values, p.conflict,
        regexp_replace(p.detail, 'transaction \d+ \(([^,]*), [^)]*\)', 'T (\1)', 'g'))
    FROM journal.undo_plan(transaction, on_conflict) p ORDER BY p.relation::text, p.object_id COLLATE "C", p.conflict, p.detail COLLATE "C"
$$;
CREATE FUNCTION test.restore_plan(entry bigint, overrides jsonb DEFAULT NULL) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws(' | ', p.relation, p.action, p.new_values, p.sqlstate, p.conflict, p.detail)
    FROM journal.restore_plan(entry, overrides => overrides) p ORDER BY p.detail COLLATE "C"
$$;

-- Restoring.
INSERT INTO "100%s"."%s of %d" VALUES (1, 'x%s', 'y%d', 1), (2, '2', 'two', 5);
INSERT INTO "100%s"."child%s" VALUES (1, 1);
DELETE FROM "100%s"."child%s";
DELETE FROM "100%s"."%s of %d";
SELECT test.deletion('object%s', '1') AS object, test.deletion('child%d', '1') AS child \gset
SELECT test.restore_plan(:object);
SELECT test.restore_plan(:child);
SELECT test.refused(:child);
SELECT test.restore_plan(:object, '{"object%s": {"it''s": -1}}');
INSERT INTO "100%s"."%s of %d" VALUES (1, 'x%s', 'y%d', 2);
SELECT test.restore_plan(:object);
SELECT test.refused(:object);
ALTER TABLE "100%s"."%s of %d" DROP CONSTRAINT "x%s", ADD COLUMN "new%s" int NOT NULL DEFAULT 1;
ALTER TABLE "100%s"."%s of %d" ALTER "new%s" DROP DEFAULT;
DELETE FROM "100%s"."%s of %d";
SELECT test.restore_plan(:object);
SELECT test.refused(:object);
ALTER TABLE "100%s"."%s of %d" DROP "new%s";
ALTER TYPE "100%s"."%d" RENAME VALUE '%s' TO 'renamed';
SELECT test.restore_plan(:object);
SELECT test.refused(:object);
ALTER TYPE "100%s"."%d" RENAME VALUE 'renamed' TO '%s';
SELECT relation, object_type, object_label FROM journal.restore(:object);

-- Taking back: changed since, referred to, keys in use, parents taken away.
BEGIN;
UPDATE "100%s"."%s of %d" SET "a%1$s, b" = 'z', "b" = 'two' WHERE "%s" = 1;
INSERT INTO "100%s"."%s of %d" VALUES (3, NULL, 'three', 9);
DELETE FROM "100%s"."child%s";
COMMIT;
SELECT test.last() AS one \gset
INSERT INTO "100%s"."child%s" VALUES (7, 3);
UPDATE "100%s"."%s of %d" SET "a%1$s, b" = 'other', "it's" = 7 WHERE "%s" = 1;
SELECT test.plan(:'one');
SELECT test.plan(:'one', 'cascade');
SELECT test.try(format('journal.undo(%L)', :'one'));
SELECT test.try(format('journal.undo(%L, on_conflict => ''skip'')', :'one'));
UPDATE "100%s"."%s of %d" SET "a%1$s, b" = 'z', "it's" = 1 WHERE "%s" = 1;
INSERT INTO "100%s"."child%s" VALUES (8, 1);
DELETE FROM "100%s"."child%s" WHERE "id%s" = 8;
SELECT test.last() AS two \gset
DELETE FROM "100%s"."child%s";
DELETE FROM "100%s"."%s of %d" WHERE "%s" = 1;
SELECT test.last() AS three \gset
SELECT test.plan(:'two');
SELECT test.try(format('journal.undo(%L)', :'two'));
INSERT INTO "100%s"."%s of %d" VALUES (1, 'z', 'two', 9);
SELECT test.plan(:'three');
SELECT test.try(format('journal.undo(%L)', :'three'));
