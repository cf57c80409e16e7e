-- The journal in readable form: the view over entries.
--
-- It runs with the rights of whoever reads it (security_invoker), so that privileges and row-level
-- security of the tables apply. What the positions mean is known to C functions, which need no rights
-- on journal.layout: a layout holds names of columns, no values.

CREATE FUNCTION journal.decode_entry(part text, layout integer, operation "char", stored bytea, data bytea DEFAULT NULL) RETURNS jsonb
    LANGUAGE c STABLE PARALLEL RESTRICTED COST 10 AS 'MODULE_PATHNAME', 'journal_decode_entry';
COMMENT ON FUNCTION journal.decode_entry(text, integer, "char", bytea, bytea) IS
    'one part of an entry (old, new, snapshot, details, links), unpacked and keyed by column; details may need its data besides; of a logged event as it stands';

-- For who reads or writes journal.entry itself: what it keeps of values is packed.
CREATE FUNCTION journal.unpacked(value bytea) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_unpacked';
COMMENT ON FUNCTION journal.unpacked(bytea) IS 'links, details or data of a row of journal.entry as jsonb, in positional form';
CREATE FUNCTION journal.packed(value jsonb) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_packed';
COMMENT ON FUNCTION journal.packed(jsonb) IS 'links, details or data as journal.entry keeps them, not as tightly as the extension itself packs them';

-- A fact about the session is NULL for a role that is confined to accounts.
CREATE OR REPLACE VIEW journal.entries WITH (security_invoker = true) AS
SELECT e.id, e.occurred_at, s.incarnation, e.transaction_id, e.command, e.change,
       CASE e.operation WHEN 'i' THEN 'insert' WHEN 'u' THEN 'update' WHEN 'd' THEN 'delete'
                        WHEN 's' THEN 'soft delete' WHEN 'r' THEN 'soft restore' ELSE 'log' END AS operation,
       v.code AS event, v.event_group, v.kind,
       t.relation, t.relation_name,
       e.account, e.location, e.employee,
       e.object_type, e.object_id, e.label, e.previous_id,
       coalesce(e.document_type, e.object_type) AS document_type,
       coalesce(e.document_id, e.object_id) AS document_id,
       journal.decode_entry('old', e.layout, e.operation, e.data) AS old,
       journal.decode_entry('new', e.layout, e.operation, e.data) AS new,
       journal.decode_entry('snapshot', e.layout, e.operation, e.data) AS snapshot,
       journal.decode_entry('details', e.layout, e.operation, e.details, e.data) AS details,
       journal.decode_entry('links', e.layout, e.operation, e.links) AS links,
       e.reported, e.backfilled, e.restores,
       r.restored_entry, r.restored_at,
       c.actor_kind, c.reason, c.extra,
       s.session_role, s.acting_role, s.application_name, s.client_address, s.process_id,
       journal.entry_hash(e.account, e.object_type, e.object_id, e.operation) AS entry_hash,
       e.id AS entry, e.label AS object_label,
       coalesce(e.recorded_at, e.occurred_at) AS recorded_at, e.recorded_at IS NOT NULL AND NOT e.backfilled AS imported,
       c.on_behalf_of, e.session
FROM journal.entry e
    JOIN journal.event_type v ON v.id = e.event_type
    LEFT JOIN journal.tracked_relation t ON t.id = e.relation
    LEFT JOIN journal.session s ON s.id = e.session
    LEFT JOIN journal.context c ON c.id = e.context
    LEFT JOIN journal.restoration r ON r.entry = e.change AND e.operation IN ('d', 's');
COMMENT ON VIEW journal.entries IS 'every entry, decoded: old and new values of an update, the row of an insert or delete';
COMMENT ON COLUMN journal.entries.id IS 'the same as entry';
COMMENT ON COLUMN journal.entries.occurred_at IS 'when the change was made';
COMMENT ON COLUMN journal.entries.incarnation IS
    'the life of the journal in which it was written: a restored dump begins another';
COMMENT ON COLUMN journal.entries.transaction_id IS 'the transaction that did it';
COMMENT ON COLUMN journal.entries.command IS 'the command within the transaction';
COMMENT ON COLUMN journal.entries.change IS 'the first entry of the same change: one change can be several events';
COMMENT ON COLUMN journal.entries.operation IS
    'insert, update, delete or log; beside an update, soft delete and soft restore: its row counts as deleted, or no longer';
COMMENT ON COLUMN journal.entries.event IS 'code of the event type';
COMMENT ON COLUMN journal.entries.event_group IS 'its group';
COMMENT ON COLUMN journal.entries.kind IS 'created, changed, deleted or other';
COMMENT ON COLUMN journal.entries.relation IS 'the table; NULL once it is dropped, and of logged events';
COMMENT ON COLUMN journal.entries.relation_name IS 'its qualified name when last seen';
COMMENT ON COLUMN journal.entries.account IS 'whose entry it is; empty: of no account';
COMMENT ON COLUMN journal.entries.location IS 'where';
COMMENT ON COLUMN journal.entries.employee IS 'who, as the application said';
COMMENT ON COLUMN journal.entries.object_type IS 'type of the object';
COMMENT ON COLUMN journal.entries.object_id IS 'its key, as journal.object_key writes it';
COMMENT ON COLUMN journal.entries.label IS 'the same as object_label';
COMMENT ON COLUMN journal.entries.previous_id IS 'its key before, where the change gave it another';
COMMENT ON COLUMN journal.entries.document_type IS 'type of the object that this one belongs to, else its own';
COMMENT ON COLUMN journal.entries.document_id IS 'key of the object that this one belongs to, else its own';
COMMENT ON COLUMN journal.entries.old IS
    'values before, of the columns that this entry holds; NULL: unknown (back-filled); masked columns: JSON null';
COMMENT ON COLUMN journal.entries.new IS 'values after, of the same columns';
COMMENT ON COLUMN journal.entries.snapshot IS 'the whole row inserted or deleted, but for excluded and masked columns';
COMMENT ON COLUMN journal.entries.details IS 'what the rule or journal.log gave the report to show, by column';
COMMENT ON COLUMN journal.entries.links IS 'objects that the report links to';
COMMENT ON COLUMN journal.entries.reported IS 'false: no rule matched, so a report shows it only where its code is named';
COMMENT ON COLUMN journal.entries.backfilled IS 'it tells of what was there before the table was tracked';
COMMENT ON COLUMN journal.entries.restores IS 'the deletion that this entry brought back';
COMMENT ON COLUMN journal.entries.restored_entry IS 'of a deletion: the entry that brought it back';
COMMENT ON COLUMN journal.entries.restored_at IS 'when that was';
COMMENT ON COLUMN journal.entries.actor_kind IS 'employee, client, robot, api, support or system, as the application said';
COMMENT ON COLUMN journal.entries.reason IS 'why, as the application said';
COMMENT ON COLUMN journal.entries.extra IS 'further facts, as the application said';
COMMENT ON COLUMN journal.entries.on_behalf_of IS 'for whom the employee acted, as the application said';
COMMENT ON COLUMN journal.entries.session_role IS 'the role that was logged in';
COMMENT ON COLUMN journal.entries.acting_role IS 'the role in force';
COMMENT ON COLUMN journal.entries.application_name IS 'as the connection stated it';
COMMENT ON COLUMN journal.entries.client_address IS 'of the connection; behind a pooler, of the pooler';
COMMENT ON COLUMN journal.entries.process_id IS 'of the server process';

COMMENT ON COLUMN journal.entries.entry_hash IS
    'the number by which it is found: journal.object_hash of its account, object_type and object_id, of a deletion journal.deletion_hash';
COMMENT ON COLUMN journal.entries.entry IS 'the entry''s number, which orders entries';
COMMENT ON COLUMN journal.entries.session IS 'number of what the server knows of the connection';
COMMENT ON COLUMN journal.entries.object_label IS 'the object''s name at the time';
COMMENT ON COLUMN journal.entries.recorded_at IS 'when it was entered: later than it occurred, where it was imported or back-filled';
COMMENT ON COLUMN journal.entries.imported IS 'journal.log was told when it had occurred';
