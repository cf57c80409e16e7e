-- What the application says: who acts, and events that are no row change.

CREATE FUNCTION journal.set_context(
    employee text DEFAULT NULL, location text DEFAULT NULL, account text DEFAULT NULL, actor_kind text DEFAULT NULL,
    reason text DEFAULT NULL, extra jsonb DEFAULT NULL, on_behalf_of text DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_set_context';
COMMENT ON FUNCTION journal.set_context(text, text, text, text, text, jsonb, text) IS
    'says who acts, for whom, where and why, for this transaction; NULL leaves a value, '''' clears it';

CREATE FUNCTION journal.log(
    event text, object_type text DEFAULT NULL, object_id text DEFAULT NULL, label text DEFAULT NULL,
    details jsonb DEFAULT NULL, location text DEFAULT NULL, links jsonb DEFAULT NULL,
    occurred_at timestamptz DEFAULT NULL, account text DEFAULT NULL, employee text DEFAULT NULL)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_log';
COMMENT ON FUNCTION journal.log(text, text, text, text, jsonb, text, jsonb, timestamptz, text, text) IS
    'records an event that is no row change; returns the entry''s number';
