-- The feed: what happened, for other systems, page by page, with nothing left out however late it commits.

-- The caller's own privileges and row-level security apply, as to journal.entries.
CREATE FUNCTION journal.changes_since(after text DEFAULT NULL, page_size integer DEFAULT 1000, filter jsonb DEFAULT NULL)
RETURNS TABLE (
    entry bigint, occurred_at timestamptz, transaction_id xid8, change bigint, command integer, operation text, event text, event_group text, kind text,
    account text, location text, employee text, object_type text, object_id text, object_label text, previous_id text,
    document_type text, document_id text, old jsonb, new jsonb, snapshot jsonb, details jsonb, links jsonb, actor_kind text,
    reason text, backfilled boolean, incarnation uuid, next_position text)
LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 1000 AS 'MODULE_PATHNAME', 'journal_changes_since';
COMMENT ON FUNCTION journal.changes_since(text, integer, jsonb) IS
    'every committed entry after a position (NULL: from the first), none left out; go on with the last row''s next_position';

CREATE TABLE journal.consumer (
    name         text PRIMARY KEY,
    role         regrole NOT NULL,
    filter       jsonb,
    position     text NOT NULL,
    added_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    confirmed_at timestamptz
);
COMMENT ON TABLE journal.consumer IS 'consumers of the feed whose position the journal keeps';

CREATE FUNCTION journal.add_consumer(name text, filter jsonb DEFAULT NULL, from_now boolean DEFAULT false) RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_add_consumer';
COMMENT ON FUNCTION journal.add_consumer(text, jsonb, boolean) IS
    'keeps a position of the feed under a name, at the first entry or after what is committed now; returns it';

CREATE FUNCTION journal.next_changes(consumer text, page_size integer DEFAULT 1000)
RETURNS TABLE (
    entry bigint, occurred_at timestamptz, transaction_id xid8, change bigint, command integer, operation text, event text, event_group text, kind text,
    account text, location text, employee text, object_type text, object_id text, object_label text, previous_id text,
    document_type text, document_id text, old jsonb, new jsonb, snapshot jsonb, details jsonb, links jsonb, actor_kind text,
    reason text, backfilled boolean, incarnation uuid, next_position text)
LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 1000 AS 'MODULE_PATHNAME', 'journal_next_changes';
COMMENT ON FUNCTION journal.next_changes(text, integer) IS
    'journal.changes_since from where a consumer is; the same again until it is confirmed';

CREATE FUNCTION journal.confirm(consumer text, next_position text) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_confirm';
COMMENT ON FUNCTION journal.confirm(text, text) IS 'a consumer has dealt with everything up to the row that has this next_position';

CREATE FUNCTION journal.drop_consumer(name text) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_drop_consumer';
COMMENT ON FUNCTION journal.drop_consumer(text) IS 'forgets a consumer of the feed and its position';

CREATE VIEW journal.consumers AS
SELECT name, role, filter, added_at, confirmed_at, clock_timestamp() - coalesce(confirmed_at, added_at) AS silent_for
FROM journal.consumer;
COMMENT ON VIEW journal.consumers IS 'consumers of the feed';
COMMENT ON COLUMN journal.consumers.name IS 'what journal.next_changes and journal.confirm take';
COMMENT ON COLUMN journal.consumers.role IS 'who added it, and may go on with it';
COMMENT ON COLUMN journal.consumers.filter IS 'which entries it wants; NULL: all';
COMMENT ON COLUMN journal.consumers.added_at IS 'when it was added';
COMMENT ON COLUMN journal.consumers.confirmed_at IS 'when it confirmed a page last';
COMMENT ON COLUMN journal.consumers.silent_for IS 'how long ago that was';

-- CloudEvents 1.0 (cloudevents.io). source and id are an entry's for ever: a dump takes both along.
CREATE VIEW journal.cloud_events WITH (security_invoker = true) AS
SELECT '1.0' AS specversion, e.id::text AS id, coalesce('urn:uuid:' || e.incarnation, 'urn:event_journal') AS source,
       concat_ws('.', nullif(current_setting('event_journal.domain', true), ''), e.event) AS type,
       e.object_type || '/' || e.object_id AS subject,
       to_char(e.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "time",
       'application/json' AS datacontenttype,
       jsonb_strip_nulls(jsonb_build_object('operation', e.operation, 'object_label', e.label)) || jsonb_build_object(
           'old', e.old, 'new', e.new, 'snapshot', e.snapshot, 'details', e.details, 'links', e.links) AS data,
       nullif(e.account, '') AS account, e.employee, e.location, e.actor_kind AS actorkind, e.transaction_id::text AS transaction,
       e.occurred_at, e.id AS entry
FROM journal.entries e;
COMMENT ON VIEW journal.cloud_events IS 'every entry with the attributes of CloudEvents 1.0; event_journal.domain goes before their types';
COMMENT ON COLUMN journal.cloud_events.specversion IS 'version of CloudEvents';
COMMENT ON COLUMN journal.cloud_events.id IS 'the entry''s number';
COMMENT ON COLUMN journal.cloud_events.source IS 'the incarnation of the journal that it is of; with id, what tells events apart';
COMMENT ON COLUMN journal.cloud_events.type IS 'code of the event type, behind event_journal.domain';
COMMENT ON COLUMN journal.cloud_events.subject IS 'type and key of the object';
COMMENT ON COLUMN journal.cloud_events."time" IS 'when, as RFC 3339 has it, in UTC';
COMMENT ON COLUMN journal.cloud_events.datacontenttype IS 'what data is';
COMMENT ON COLUMN journal.cloud_events.data IS 'operation, object_label, old, new, snapshot, details and links, as journal.entries has them';
COMMENT ON COLUMN journal.cloud_events.account IS 'extension: whose';
COMMENT ON COLUMN journal.cloud_events.employee IS 'extension: who';
COMMENT ON COLUMN journal.cloud_events.location IS 'extension: where';
COMMENT ON COLUMN journal.cloud_events.actorkind IS 'extension: employee, client, robot, api, support or system';
COMMENT ON COLUMN journal.cloud_events.transaction IS 'extension: the transaction';
COMMENT ON COLUMN journal.cloud_events.occurred_at IS 'time as a timestamp, to search by';
COMMENT ON COLUMN journal.cloud_events.entry IS 'id as a number, to search by';
