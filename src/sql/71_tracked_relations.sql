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
       journal.column_names(t.id, t.restricted_columns) AS restricted,
       (journal.column_names(t.id, ARRAY[t.employee_column]))[1] AS employee,
       t.require_employee, t.operations, t.condition, t.deleted_when,
       journal.column_names(t.id, t.personal_columns) AS personal
FROM journal.tracked_relation t
WHERE t.object_type IS NOT NULL;
COMMENT ON VIEW journal.tracked_relations IS
    'what is tracked and how, columns by name; with tracked = false what once was and has left its history, or whose '
    'triggers are missing or disabled';
COMMENT ON COLUMN journal.tracked_relations.relation IS 'the table; NULL once it is dropped';
COMMENT ON COLUMN journal.tracked_relations.relation_name IS 'its qualified name when last seen';
COMMENT ON COLUMN journal.tracked_relations.object_type IS 'type of its objects';
COMMENT ON COLUMN journal.tracked_relations.label IS 'the column that names an object';
COMMENT ON COLUMN journal.tracked_relations.account IS 'the column that says whose a row is';
COMMENT ON COLUMN journal.tracked_relations.location IS 'the column that says where';
COMMENT ON COLUMN journal.tracked_relations.author IS 'the column that says who made a row, for the back-fill';
COMMENT ON COLUMN journal.tracked_relations.created_at IS 'the column that says when, for the back-fill';
COMMENT ON COLUMN journal.tracked_relations.document IS 'the column of the object that a row belongs to';
COMMENT ON COLUMN journal.tracked_relations.links IS 'foreign keys that are shown as links; NULL: those to tracked tables';
COMMENT ON COLUMN journal.tracked_relations.ignored IS 'columns whose change alone is no event';
COMMENT ON COLUMN journal.tracked_relations.excluded IS 'columns that are never stored';
COMMENT ON COLUMN journal.tracked_relations.masked IS 'columns whose values are never stored';
COMMENT ON COLUMN journal.tracked_relations.snapshot_on_create IS 'created events hold the whole row';
COMMENT ON COLUMN journal.tracked_relations.always IS 'changes under session_replication_role = replica are recorded too';
COMMENT ON COLUMN journal.tracked_relations.tracked_since IS 'when it was tracked first, or again';
COMMENT ON COLUMN journal.tracked_relations.tracked IS 'it and all its parts have the triggers, enabled';
COMMENT ON COLUMN journal.tracked_relations.restricted IS 'columns that show only to whoever has SELECT on them';
COMMENT ON COLUMN journal.tracked_relations.employee IS 'the column of who acted, where the context names nobody';
COMMENT ON COLUMN journal.tracked_relations.require_employee IS 'a change by nobody is refused';
COMMENT ON COLUMN journal.tracked_relations.operations IS 'which operations are recorded; NULL: all';
COMMENT ON COLUMN journal.tracked_relations.condition IS 'which changes are recorded, over old and new, as it was written; NULL: all';
COMMENT ON COLUMN journal.tracked_relations.deleted_when IS 'a row for which this holds counts as deleted; as it was written';
COMMENT ON COLUMN journal.tracked_relations.personal IS 'columns that hold data of persons';
