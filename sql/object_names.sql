\i test/regress/fresh.sql
\i test/regress/compare.sql
-- Columns of reg* types: the journal keeps which object was meant, whatever it, or another one, is called later.
CREATE SCHEMA shop;
CREATE TABLE shop.old (id integer);
CREATE FUNCTION shop.fun(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE TYPE shop.pair AS (at regclass, note text);
CREATE DOMAIN shop.relation AS regclass;
CREATE TABLE shop.named (
    id integer PRIMARY KEY, c regclass, t regtype, p regprocedure, n regnamespace, r regrole, cs regclass[], d shop.relation, ds shop.relation[], x shop.pair
);
SELECT journal.track('shop.named');
INSERT INTO shop.named VALUES
    (1, 'shop.old', 'jsonb', 'shop.fun(integer)', 'shop', 'postgres', '{shop.old,pg_class,NULL}', 'shop.old', '{shop.old}', ROW('shop.old', 'a')),
    (2, 'pg_class', 'integer', 'lower(text)', 'pg_catalog', NULL, '{}', '0', NULL, NULL);
SELECT journal.mark('start') IS NOT NULL AS marked;
CREATE SCHEMA copy;
CREATE TABLE copy.named AS TABLE shop.named;
SELECT c = ('shop.old'::regclass::oid::text) AS by_oid, t, r, cs = format('{%s,1259,NULL}', 'shop.old'::regclass::oid) AS array_by_oid, d = c AS domain_by_oid, x ? 'binary' AS composite
FROM journal.entries e, jsonb_to_record(snapshot) AS s (c text, t text, r text, cs text, d text, x jsonb) WHERE e.object_id = '1';
UPDATE shop.named SET c = 'pg_type', t = 'text', p = 'upper(text)', n = 'public', cs = NULL, d = NULL, ds = NULL, x = NULL WHERE id = 1;
DELETE FROM shop.named WHERE id = 2;

-- Reports show names, as long as there are any.
SELECT regexp_replace(details_text, '\d{4,}', 'OID', 'g') AS details_text FROM journal.report(events => '{named.changed}');
SELECT details -> 'changes' -> 0 -> 'old' ->> 'label' AS old, details -> 'changes' -> 0 -> 'new' ->> 'label' AS new FROM journal.report(events => '{named.changed}');

-- Others take the names.
ALTER TABLE shop.old RENAME TO renamed;
CREATE TABLE shop.old (other integer);
ALTER FUNCTION shop.fun RENAME TO renamed_fun;
CREATE FUNCTION shop.fun(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 2';
CREATE DOMAIN pg_temp.jsonb AS varchar(1);
CREATE TEMP TABLE pg_class (id integer);
CREATE TABLE wrong (what text, key text);
INSERT INTO wrong SELECT 'past', coalesce(a.id, b.id) FROM journal.table_as_of(NULL::shop.named, mark => 'start') a
FULL JOIN copy.named b ON a.id = b.id WHERE a.id IS NULL OR b.id IS NULL OR (a.*)::record *<> (b.*)::record;
INSERT INTO wrong SELECT 'history', v::text FROM journal.verify_history('shop.named') v;
SELECT count(*) AS restored FROM journal.restore((SELECT max(id) FROM journal.entries WHERE operation = 'delete'));
SELECT count(*) AS undone FROM journal.undo((SELECT transaction_id FROM journal.entries WHERE operation = 'update'));
SELECT * FROM wrong;
SELECT * FROM test.differences('shop.named', 'copy.named');
SELECT c, p, cs, d, ds, x FROM shop.named WHERE id = 1;

-- One that is gone is an OID.
DROP TABLE shop.renamed;
SELECT details -> 'changes' -> 0 -> 'old' ->> 'label' AS old, details -> 'changes' -> 0 -> 'new' ->> 'label' AS new FROM journal.report(events => '{named.changed}');

-- A column that names objects, and then is text: an OID is not its value.
CREATE TABLE shop.retyped (id integer PRIMARY KEY, c regclass, o regclass);
SELECT journal.track('shop.retyped');
INSERT INTO shop.retyped VALUES (1, 'shop.old', 'shop.old');
SELECT journal.mark('regclass') IS NOT NULL AS marked;
DELETE FROM shop.retyped;
ALTER TABLE shop.retyped ALTER c TYPE text, ALTER o TYPE oid;
SELECT count(*) FROM journal.restore((SELECT max(id) FROM journal.entries));
SELECT * FROM shop.retyped;
\set VERBOSITY terse
SELECT count(*) > 0 FROM journal.table_as_of(NULL::shop.retyped, mark => 'regclass');
