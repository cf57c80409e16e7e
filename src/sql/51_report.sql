-- Accounts, event types, and the reading functions.

CREATE FUNCTION journal.set_account(account text, plan text DEFAULT NULL, time_zone text DEFAULT NULL,
                                    language text DEFAULT NULL) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_set_account';
COMMENT ON FUNCTION journal.set_account(text, text, text, text) IS
    'states an account''s plan, time zone and language; NULL leaves a value, '''' means the default';

CREATE FUNCTION journal.visible_since(account text) RETURNS timestamptz
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'journal_visible_since';
COMMENT ON FUNCTION journal.visible_since(text) IS
    'the first moment of that account''s journal that the caller sees: -infinity, the start of the plan''s window, or infinity (nothing)';

CREATE FUNCTION journal.is_unconfined() RETURNS boolean
LANGUAGE C STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'journal_is_unconfined';
COMMENT ON FUNCTION journal.is_unconfined() IS
    'whether the caller sees facts that belong to no account: journal.role_account does not confine it to some accounts';

CREATE FUNCTION journal.add_event_type(code text, event_group text, kind text, object_type text, titles jsonb,
                                       restore text DEFAULT NULL) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_add_event_type';
COMMENT ON FUNCTION journal.add_event_type(text, text, text, text, jsonb, text) IS
    'adds an event type, or changes one added before; kind: created, deleted, changed or other; '
    'restore: who may restore what such a deletion removed: journal, support or NULL (nobody)';

CREATE VIEW journal.event_types AS
SELECT e.code, e.event_group, e.kind, e.object_type, e.restore, e.is_core,
       coalesce(ru.title, e.titles ->> 'ru') AS title_ru,
       coalesce(en.title, e.titles ->> 'en') AS title_en,
       e.id
FROM journal.event_type e
LEFT JOIN journal.event_title ru ON ru.code = e.code AND ru.language = 'ru'
LEFT JOIN journal.event_title en ON en.code = e.code AND en.language = 'en'
ORDER BY e.id;
COMMENT ON VIEW journal.event_types IS 'event types with their titles: the 69 of the catalogue (is_core) and those added';

-- Reading. The caller's own privileges and row-level security apply to journal.entry; everything else that a page shows
-- (titles, words, names at the time of the event, whether a deletion was restored) is read for it. A reader needs:
--   USAGE on schema journal, SELECT on journal.entry, EXECUTE on these three functions and on journal.visible_since(text),
--   and SELECT on journal.event_types to choose filters from.
CREATE FUNCTION journal.report(
    period text DEFAULT NULL, date_from timestamptz DEFAULT NULL, date_to timestamptz DEFAULT NULL,
    locations text[] DEFAULT NULL, employees text[] DEFAULT NULL, events text[] DEFAULT NULL,
    sort text DEFAULT 'desc', page_size integer DEFAULT 50, after text DEFAULT NULL, language text DEFAULT NULL)
RETURNS TABLE (
    entry bigint, occurred_at timestamptz, location text, location_name text, employee text, employee_name text,
    object_type text, object_id text, object_label text, event text, title text, event_group text, kind text,
    details jsonb, details_text text, links jsonb, restorable boolean, backfilled boolean, transaction_id xid8,
    page_cursor text)
LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 50 AS 'MODULE_PATHNAME', 'journal_report';
COMMENT ON FUNCTION journal.report(text, timestamptz, timestamptz, text[], text[], text[], text, integer, text, text) IS
    'what happened in the account: period is today, yesterday, this_week, this_month, last_week, last_month or custom '
    '(with dates); events are codes, group:<group> or kind:<kind>; after is page_cursor of the last row of the page before';

CREATE FUNCTION journal.history(
    object_type text, object_id text, page_size integer DEFAULT 50, after text DEFAULT NULL, language text DEFAULT NULL)
RETURNS TABLE (
    entry bigint, occurred_at timestamptz, location text, location_name text, employee text, employee_name text,
    object_type text, object_id text, object_label text, event text, title text, event_group text, kind text,
    details jsonb, details_text text, links jsonb, restorable boolean, backfilled boolean, transaction_id xid8,
    page_cursor text)
LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 50 AS 'MODULE_PATHNAME', 'journal_history';
COMMENT ON FUNCTION journal.history(text, text, integer, text, text) IS
    'everything that happened to one object and to what belongs to it, newest first, across changes of its key';

CREATE FUNCTION journal.deleted_objects(
    object_types text[] DEFAULT NULL, page_size integer DEFAULT 50, after text DEFAULT NULL, language text DEFAULT NULL)
RETURNS TABLE (
    entry bigint, occurred_at timestamptz, location text, location_name text, employee text, employee_name text,
    object_type text, object_id text, object_label text, event text, title text, event_group text, kind text,
    details jsonb, details_text text, links jsonb, restorable boolean, backfilled boolean, transaction_id xid8,
    page_cursor text)
LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 50 AS 'MODULE_PATHNAME', 'journal_deleted_objects';
COMMENT ON FUNCTION journal.deleted_objects(text[], integer, text, text) IS
    'objects that do not exist now, each by its latest deletion, newest first; restorable says which can be brought back';
