-- What is tracked and how, in readable form: a view over journal.tracked_relation, with the rights of whoever reads it.

CREATE FUNCTION journal.column_names(relation integer, columns integer[]) RETURNS name[]
    LANGUAGE c STABLE STRICT PARALLEL RESTRICTED COST 10 AS 'MODULE_PATHNAME', 'journal_column_names';
COMMENT ON FUNCTION journal.column_names(integer, integer[]) IS
    'present (or last known) names of columns of a tracked relation, by our identities of them';

CREATE VIEW journal.tracked_relations WITH (security_invoker = true) AS
SELECT t.relation, t.relation_name, t.object_type,
       (journal.column_names(t.id, ARRAY[t.label_column]))[1] AS label,
       (journal.column_names(t.id, ARRAY[t.account_column]))[1] AS account,
       (journal.column_names(t.id, ARRAY[t.location_column]))[1] AS location,
       (journal.column_names(t.id, ARRAY[t.author_column]))[1] AS author,
       (journal.column_names(t.id, ARRAY[t.created_at_column]))[1] AS created_at,
       (journal.column_names(t.id, ARRAY[t.document_column]))[1] AS document,
       journal.column_names(t.id, t.link_columns) AS links,
       journal.column_names(t.id, t.ignored_columns) AS ignored,
       journal.column_names(t.id, t.excluded_columns) AS excluded,
       journal.column_names(t.id, t.masked_columns) AS masked,
       t.snapshot_on_create, t.always, t.tracked_since,
       -- The table, and each partition and child of it, has our triggers, and they are enabled.
       t.capture = 'events' AND EXISTS (SELECT FROM pg_class WHERE oid = t.relation) AND NOT EXISTS (
           WITH RECURSIVE member AS (
               SELECT t.relation::oid AS oid
               UNION ALL
               SELECT i.inhrelid FROM member m JOIN pg_inherits i ON i.inhparent = m.oid)
           SELECT FROM member m JOIN pg_class c ON c.oid = m.oid
           WHERE c.relkind = 'f' OR (
               SELECT count(DISTINCT g.tgfoid) FROM pg_trigger g
               WHERE g.tgrelid = c.oid AND g.tgenabled IN ('O', 'A')
                 AND g.tgfoid = ANY (CASE c.relkind WHEN 'p' THEN ARRAY['journal.capture_moved()'::regprocedure::oid]
                     ELSE ARRAY['journal.capture()'::regprocedure::oid, 'journal.capture_truncate()'::regprocedure] END)
               ) < CASE c.relkind WHEN 'p' THEN 1 ELSE 2 END) AS tracked,
       journal.column_names(t.id, t.restricted_columns) AS restricted
FROM journal.tracked_relation t
WHERE t.object_type IS NOT NULL;
COMMENT ON VIEW journal.tracked_relations IS
    'what is tracked and how, columns by name; with tracked = false what once was and has left its history, or whose '
    'triggers are missing or disabled';
