-- The journal in readable form: views over entries and tracked relations.
--
-- Both run with the rights of whoever reads them (security_invoker), so that privileges and row-level
-- security of the tables apply. What the positions mean is known to C functions, which need no rights
-- on journal.layout: a layout holds names of columns, no values.

CREATE FUNCTION journal.decode_entry(part text, layout integer, operation "char", stored jsonb) RETURNS jsonb
    LANGUAGE c STABLE STRICT PARALLEL RESTRICTED COST 10 AS 'MODULE_PATHNAME', 'journal_decode_entry';
COMMENT ON FUNCTION journal.decode_entry(text, integer, "char", jsonb) IS
    'one part of an entry (old, new, snapshot, details or links), keyed by column, out of its positional form';

CREATE FUNCTION journal.column_names(relation integer, columns integer[]) RETURNS name[]
    LANGUAGE c STABLE STRICT PARALLEL RESTRICTED COST 10 AS 'MODULE_PATHNAME', 'journal_column_names';
COMMENT ON FUNCTION journal.column_names(integer, integer[]) IS
    'present (or last known) names of columns of a tracked relation, by our identities of them';

-- A fact about the session is NULL for a role that is confined to accounts.
CREATE VIEW journal.entries WITH (security_invoker = true) AS
SELECT e.id, e.occurred_at, s.incarnation, e.transaction_id, e.command, e.change,
       CASE e.operation WHEN 'i' THEN 'insert' WHEN 'u' THEN 'update' WHEN 'd' THEN 'delete' ELSE 'log' END AS operation,
       v.code AS event, v.event_group, v.kind,
       t.relation, t.relation_name,
       e.account, e.location, e.employee,
       e.object_type, e.object_id, e.label, e.previous_id,
       coalesce(e.document_type, e.object_type) AS document_type,
       coalesce(e.document_id, e.object_id) AS document_id,
       journal.decode_entry('old', e.layout, e.operation, e.data) AS old,
       journal.decode_entry('new', e.layout, e.operation, e.data) AS new,
       journal.decode_entry('snapshot', e.layout, e.operation, e.data) AS snapshot,
       CASE WHEN e.layout IS NULL THEN e.details
            ELSE journal.decode_entry('details', e.layout, e.operation, e.details) END AS details,
       CASE WHEN e.layout IS NULL THEN e.links
            ELSE journal.decode_entry('links', e.layout, e.operation, e.links) END AS links,
       e.reported, e.backfilled, e.restores,
       r.restored_entry, r.restored_at,
       c.actor_kind, c.reason, c.extra,
       s.session_role, s.acting_role, s.application_name, s.client_address, s.process_id
FROM journal.entry e
    JOIN journal.event_type v ON v.id = e.event_type
    LEFT JOIN journal.tracked_relation t ON t.id = e.relation
    LEFT JOIN journal.session s ON s.id = e.session
    LEFT JOIN journal.context c ON c.id = e.context
    LEFT JOIN journal.restoration r ON r.entry = e.change AND e.operation = 'd';
COMMENT ON VIEW journal.entries IS 'every entry, decoded: old and new values of an update, the row of an insert or delete';
COMMENT ON COLUMN journal.entries.old IS
    'values before, of the columns that this entry holds; NULL: unknown (back-filled); masked columns: JSON null';
COMMENT ON COLUMN journal.entries.snapshot IS 'the whole row inserted or deleted, but for excluded and masked columns';

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
       t.capture = 'events' AS tracked
FROM journal.tracked_relation t
WHERE t.object_type IS NOT NULL;
COMMENT ON VIEW journal.tracked_relations IS
    'what is tracked and how, columns by name; with tracked = false what once was and has left its history';

CREATE VIEW journal.event_rules WITH (security_invoker = true) AS
SELECT r.number, t.relation, v.code AS event, r.operation,
       journal.column_names(r.relation, r.columns) AS columns,
       r.condition,
       journal.column_names(r.relation, r.details) AS details,
       (journal.column_names(r.relation, ARRAY[r.changed_at]))[1] AS changed_at
FROM journal.event_rule r
    JOIN journal.tracked_relation t ON t.id = r.relation
    JOIN journal.event_type v ON v.id = r.event_type;
COMMENT ON VIEW journal.event_rules IS
    'which event an operation on a tracked relation gives, columns by their present names; a condition as it was written';
