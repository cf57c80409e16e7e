-- What happened to one object. What a reader needs is said in 57_report.sql.

CREATE FUNCTION journal.history(
    object_type text, object_id text, page_size integer DEFAULT 50, after text DEFAULT NULL, language text DEFAULT NULL,
    filter jsonb DEFAULT NULL)
RETURNS TABLE (
    entry bigint, occurred_at timestamptz, location text, location_name text, employee text, employee_name text,
    object_type text, object_id text, object_label text, event text, title text, event_group text, kind text,
    details jsonb, details_text text, links jsonb, restorable boolean, backfilled boolean, transaction_id xid8,
    page_cursor text, needs text[], actor_kind text, reason text, on_behalf_of text, on_behalf_of_name text, server_role text,
    recorded_at timestamptz, imported boolean, object_type_title text, event_group_title text, extra jsonb)
LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 50 AS 'MODULE_PATHNAME', 'journal_history';
COMMENT ON FUNCTION journal.history(text, text, integer, text, text, jsonb) IS
    'everything that happened to one object and to what belongs to it, newest first, across changes of its key';
