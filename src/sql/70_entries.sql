-- The journal in readable form: the view over entries.
--
-- It runs with the rights of whoever reads it (security_invoker), so that privileges and row-level
-- security of the tables apply. What the positions mean is known to C functions, which need no rights
-- on journal.layout: a layout holds names of columns, no values.

CREATE FUNCTION journal.decode_entry(part text, layout integer, operation "char", stored jsonb, data jsonb DEFAULT NULL) RETURNS jsonb
    LANGUAGE c STABLE PARALLEL RESTRICTED COST 10 AS 'MODULE_PATHNAME', 'journal_decode_entry';
COMMENT ON FUNCTION journal.decode_entry(text, integer, "char", jsonb, jsonb) IS
    'one part of an entry (old, new, snapshot, details or links), keyed by column, out of its positional form; details may need '
    'the entry''s data besides';

-- A fact about the session is NULL for a role that is confined to accounts.
CREATE OR REPLACE VIEW journal.entries WITH (security_invoker = true) AS
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
            ELSE journal.decode_entry('details', e.layout, e.operation, e.details, e.data) END AS details,
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

