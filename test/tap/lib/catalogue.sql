-- Prints everything that the catalogues say of the extension, one fact a line, in an order and with names that are the same
-- in every database: so two installations are alike if and only if this prints the same for both.
--
-- What is looked at are the extension, its schema, and whatever depends on them, however indirectly. Each is printed with its
-- whole row in its catalogue, since a list of columns would miss those that a later PostgreSQL adds: oids are replaced by
-- what they stand for, stored expressions by their text, and what says where and when something is stored is left out.

SET search_path = pg_catalog;
SET client_min_messages = warning;

-- Names that hold an oid, and the number that newer servers count a column's changes by.
CREATE FUNCTION pg_temp.plain(name text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN regexp_replace(name, '(pg_toast_|RI_ConstraintTrigger_[ac]_|pg_attver=)\d+', '\1N', 'g');

CREATE TEMPORARY TABLE object AS
WITH RECURSIVE object (classid, objid) AS (
    SELECT * FROM (SELECT 'pg_extension'::regclass::oid, oid FROM pg_extension WHERE extname = 'event_journal'
                   UNION ALL SELECT 'pg_namespace'::regclass, oid FROM pg_namespace WHERE nspname = 'journal') AS root
    UNION
    SELECT d.classid, d.objid
    FROM object o JOIN pg_depend d ON (d.refclassid, d.refobjid) = (o.classid, o.objid)
)
SELECT classid, objid, pg_temp.plain(pg_describe_object(classid, objid, 0)) AS name FROM object;

CREATE TEMPORARY TABLE fact (object text, what text, value text);

-- One row of a catalogue, with the names of what its columns refer to.
CREATE FUNCTION pg_temp.described(catalogue regclass, stored jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    shown jsonb := stored - ARRAY['oid', 'relfilenode', 'relpages', 'reltuples', 'relallvisible', 'relallfrozen',
                                  'relfrozenxid', 'relminmxid', 'relhastriggers', 'attcacheoff', 'seqrelid'];
    reference record;
BEGIN
    FOR reference IN
        SELECT fkcols[1] AS col, pktable FROM pg_get_catalog_foreign_keys()
        WHERE fktable = catalogue AND pkcols[1] = 'oid'
    LOOP
        -- A vector is printed as numbers with spaces between them.
        IF shown ->> reference.col ~ '^[][" ,\d]+$' THEN
            shown := jsonb_set(shown, ARRAY[reference.col], to_jsonb((
                SELECT coalesce(string_agg(CASE id WHEN '0' THEN '-'
                                           ELSE pg_temp.plain(pg_describe_object(reference.pktable, id::oid, 0)) END,
                                           ', ' ORDER BY place), '')
                FROM regexp_split_to_table(btrim(shown ->> reference.col, '[]" '), '[" ,]+') WITH ORDINALITY AS r (id, place)
                WHERE id <> '')));
        END IF;
    END LOOP;
    -- Of a stored expression only whether there is one: its text is a fact of its own.
    SELECT jsonb_object_agg(key, CASE WHEN a.atttypid = 'pg_node_tree'::regtype AND value <> 'null' THEN '"…"' ELSE value END)
    INTO shown
    FROM jsonb_each(shown) LEFT JOIN pg_attribute a ON a.attrelid = catalogue AND a.attname = key;
    RETURN pg_temp.plain(shown::text);
END
$$;

DO $$
DECLARE
    source record;
BEGIN
    -- The objects' own rows, and the rows that belong to a relation.
    FOR source IN
        SELECT DISTINCT classid::regclass AS catalogue, classid AS class, 'oid' AS key FROM object
        UNION ALL
        VALUES ('pg_attribute'::regclass, 'pg_class'::regclass, 'attrelid'), ('pg_index', 'pg_class', 'indexrelid'),
               ('pg_sequence', 'pg_class', 'seqrelid'), ('pg_partitioned_table', 'pg_class', 'partrelid'),
               ('pg_inherits', 'pg_class', 'inhrelid'), ('pg_aggregate', 'pg_proc', 'aggfnoid'),
               ('pg_enum', 'pg_type', 'enumtypid'), ('pg_range', 'pg_type', 'rngtypid')
    LOOP
        EXECUTE format(
            'INSERT INTO fact SELECT o.name, %1$L || coalesce('' '' || (to_jsonb(c) ->> ''attname''), ''''), '
            'pg_temp.described(%1$L, to_jsonb(c)) FROM object o JOIN %1$s c ON c.%2$I = o.objid WHERE o.classid = %3$s',
            source.catalogue, source.key, source.class);
    END LOOP;

    -- What the tables hold that ship with rows, and where the sequences stand. An incarnation is never the same.
    FOR source IN
        SELECT o.name, c.oid::regclass AS relation FROM object o JOIN pg_class c ON c.oid = o.objid
        WHERE o.classid = 'pg_class'::regclass AND c.relkind IN ('r', 'S') AND c.relnamespace = 'journal'::regnamespace
    LOOP
        EXECUTE format('INSERT INTO fact SELECT %L, ''row'', CASE WHEN %L = ''journal.incarnation'' THEN ''…'' '
                       'ELSE (to_jsonb(r) - ''log_cnt'')::text END FROM (SELECT * FROM %s) r',
                       source.name, source.relation, source.relation);
    END LOOP;
END
$$;

INSERT INTO fact
SELECT name, 'definition', CASE classid::regclass::text
    WHEN 'pg_proc' THEN CASE (SELECT prokind FROM pg_proc WHERE oid = objid) WHEN 'a' THEN NULL ELSE pg_get_functiondef(objid) END
    WHEN 'pg_class' THEN (SELECT CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid)
                                      WHEN relkind IN ('i', 'I') THEN pg_get_indexdef(oid)
                                      WHEN relkind = 'p' THEN pg_get_partkeydef(oid)
                                      WHEN relispartition THEN pg_get_expr(relpartbound, oid) END
                          FROM pg_class WHERE oid = objid)
    WHEN 'pg_constraint' THEN pg_get_constraintdef(objid)
    WHEN 'pg_trigger' THEN pg_get_triggerdef(objid)
    WHEN 'pg_rewrite' THEN pg_get_ruledef(objid)
    WHEN 'pg_attrdef' THEN (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE oid = objid)
    WHEN 'pg_policy' THEN (SELECT concat_ws(' ', 'USING', pg_get_expr(polqual, polrelid), 'CHECK',
                                            pg_get_expr(polwithcheck, polrelid)) FROM pg_policy WHERE oid = objid)
    WHEN 'pg_statistic_ext' THEN pg_get_statisticsobjdef(objid)
    END
FROM object;

INSERT INTO fact
SELECT o.name, 'comment ' || d.objsubid, d.description
FROM object o JOIN pg_description d ON (d.classoid, d.objoid) = (o.classid, o.objid);

INSERT INTO fact
SELECT o.name, 'label ' || l.objsubid, l.provider || ' ' || l.label
FROM object o JOIN pg_seclabel l ON (l.classoid, l.objoid) = (o.classid, o.objid);

-- What privileges a dump takes for granted; and those that PUBLIC has where nothing is said.
INSERT INTO fact
SELECT o.name, 'initial privileges ' || i.objsubid, concat_ws(' ', i.privtype, i.initprivs)
FROM object o JOIN pg_init_privs i ON (i.classoid, i.objoid) = (o.classid, o.objid);

INSERT INTO fact
SELECT 'default privileges', defaclobjtype, pg_temp.described('pg_default_acl', to_jsonb(a)) FROM pg_default_acl a;

INSERT INTO fact
SELECT o.name, 'depends ' || d.deptype::text, pg_temp.plain(pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid))
FROM object o JOIN pg_depend d ON (d.classid, d.objid) = (o.classid, o.objid);

INSERT INTO fact
SELECT o.name, 'depends ' || d.deptype::text, pg_describe_object(d.refclassid, d.refobjid, 0)
FROM object o JOIN pg_shdepend d ON (d.classid, d.objid) = (o.classid, o.objid)
WHERE d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database());

INSERT INTO fact
SELECT 'dumped', config::regclass::text, condition
FROM pg_extension, unnest(extconfig, extcondition) AS u (config, condition) WHERE extname = 'event_journal';
UPDATE fact SET value = (value::jsonb - 'extconfig' - 'extcondition')::text WHERE what = 'pg_extension';

\pset format unaligned
\pset tuples_only on
SELECT translate(pg_temp.plain(concat_ws(' | ', object, what, value)), E'\n', ' ') COLLATE "C" FROM fact
WHERE value IS NOT NULL ORDER BY 1;
