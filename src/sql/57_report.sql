-- Reading. The caller's own privileges and row-level security apply to journal.entry; everything else that a page shows
-- (titles, words, names at the time of the event, whether a deletion was restored) is read for it. A reader needs:
--   USAGE on schema journal, SELECT on journal.entry, EXECUTE on these three functions and on journal.visible_since(text),
--   and SELECT on journal.event_types to choose filters from.
CREATE FUNCTION journal.report(
    period text DEFAULT NULL, date_from journal.moment DEFAULT NULL, date_to journal.moment DEFAULT NULL,
    locations text[] DEFAULT NULL, employees text[] DEFAULT NULL, events text[] DEFAULT NULL,
    sort text DEFAULT 'desc', page_size integer DEFAULT 50, after text DEFAULT NULL, language text DEFAULT NULL,
    filter jsonb DEFAULT NULL)
RETURNS TABLE (
    entry bigint, occurred_at timestamptz, location text, location_name text, employee text, employee_name text,
    object_type text, object_id text, object_label text, event text, title text, event_group text, kind text,
    details jsonb, details_text text, links jsonb, restorable boolean, backfilled boolean, transaction_id xid8,
    page_cursor text, needs text[], actor_kind text, reason text, on_behalf_of text, on_behalf_of_name text, server_role text,
    recorded_at timestamptz, imported boolean, object_type_title text, event_group_title text, extra jsonb)
LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 50 AS 'MODULE_PATHNAME', 'journal_report';
COMMENT ON FUNCTION journal.report(text, journal.moment, journal.moment, text[], text[], text[], text, integer, text, text, jsonb) IS
    'what happened in the account, newest first, page by page; journal.help(''report'') tells of periods and filters';
